//! Expression trees → typed expressions.

use super::{body::Body, constant::NoValue, pattern::boolean};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Formula, Operator, Var},
    source::Span,
    spec::{NumberOrText, Text},
    syntax::{
        parse_expr,
        tree::{BinaryOperator, ExprTree, ExprTreeKind},
    },
    types::{Type, Value},
};

impl Body<'_> {
    /// A typed expression.
    pub(super) fn expr(&mut self, tree: &ExprTree) -> Option<Expr> {
        use ExprTreeKind as T;
        let expr = match &tree.kind {
            T::Int(i) => constant(Value::Int(*i)),
            T::Real(r) => constant(Value::Real(*r)),
            T::Bool(b) => constant(Value::Bool(*b)),
            T::Name(name) => self.name(name, tree.span)?,
            T::Member { of, name } => self.member(of, name, tree.span)?,
            T::Call { name, arguments } => self.call(name, arguments, tree.span)?,
            T::Not(inner) => {
                let inner = self.typed(inner, Type::Bool)?;
                boolean(ExprKind::Not(Box::new(inner)))
            }
            T::Negate(inner) => {
                let number = self.number_operand(inner, "-")?;
                let ty = number.ty;
                Expr {
                    kind: ExprKind::Negate(Box::new(number)),
                    ty,
                }
            }
            T::Binary {
                operator,
                left,
                right,
            } => self.binary(operator.value, left, right)?,
            T::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise)?,
            T::Exists(pattern) => {
                self.allow_sub_pattern(tree.span)?;
                boolean(ExprKind::Exists(self.sub_pattern(pattern)?))
            }
            T::Count(pattern) => {
                self.allow_sub_pattern(tree.span)?;
                Expr {
                    kind: ExprKind::Count(self.sub_pattern(pattern)?),
                    ty: Type::Int,
                }
            }
        };
        self.fold(expr, tree.span)
    }

    /// An expression of a type; an `Int` is widened where a `Real` is needed.
    pub(super) fn typed(&mut self, tree: &ExprTree, want: Type) -> Option<Expr> {
        let expr = self.expr(tree)?;
        self.coerce(expr, want, tree.span)
    }

    /// The value of an attribute that is declared somewhere.
    pub(super) fn typed_attribute(
        &mut self,
        tree: &ExprTree,
        (name, want, declared): (&str, Type, Span),
    ) -> Option<Expr> {
        let expr = self.expr(tree)?;
        match self.mismatch(expr.ty, want, tree.span) {
            Some(mistake) => {
                let here = format!("`{name}` is declared {} here", self.type_name(want));
                self.env.report.fail(mistake.related(declared, here))
            }
            None => self.coerce(expr, want, tree.span),
        }
    }

    /// The expression as one of another type, where nothing is lost.
    pub(super) fn coerce(&self, expr: Expr, want: Type, span: Span) -> Option<Expr> {
        if let Some(mistake) = self.mismatch(expr.ty, want, span) {
            return self.env.report.fail(mistake);
        }
        if expr.ty == want {
            return Some(expr);
        }
        let real = Expr {
            kind: ExprKind::ToReal(Box::new(expr)),
            ty: Type::Real,
        };
        self.fold(real, span)
    }

    /// The mistake of a value of one type where another is needed; none where it is the same, or an `Int` for a `Real`.
    fn mismatch(&self, have: Type, want: Type, span: Span) -> Option<Diagnostic> {
        if have == want || (have, want) == (Type::Int, Type::Real) {
            return None;
        }
        let (needed, found) = (self.type_name(want), self.type_name(have));
        let message = format!("{needed} is needed here, this is {found}");
        let mistake = Diagnostic::error("wrong-type", span, message).label(found);
        let text = self.env.loader.text(span);
        Some(match (have, want) {
            (Type::Real, Type::Int) => mistake.help(format!(
                "say how to round: `floor({text})`, `ceil({text})` or `round({text})`"
            )),
            (Type::Int | Type::Real, Type::Bool) => {
                mistake.help(format!("compare it: `{text} > 0`"))
            }
            (Type::Bool, Type::Int | Type::Real) if !is_literal(&text) => {
                mistake.help(format!("as a number: `CASE WHEN {text} THEN 1 ELSE 0 END`"))
            }
            _ => mistake,
        })
    }

    pub(super) fn type_name(&self, ty: Type) -> String {
        match ty {
            Type::Int => "an Int".to_owned(),
            Type::Real => "a Real".to_owned(),
            Type::Bool => "a Bool".to_owned(),
            Type::Enumeration(id) => {
                format!("a `{}`", self.env.types.graph.enumerations[id.index()].name)
            }
        }
    }

    /// A text that is an expression, as a formula of a type.
    pub(super) fn text(&mut self, text: &Text, want: Type) -> Option<Formula> {
        let formula = self.untyped_text(text)?;
        self.coerce_formula(formula, want)
    }

    /// A text that is an expression, as a formula of its own type.
    pub(super) fn untyped_text(&mut self, text: &Text) -> Option<Formula> {
        let tree = self.env.report.accept(parse_expr(text))?;
        let expr = self.expr(&tree)?;
        Some(self.formula(expr, tree.span))
    }

    /// A number or expression, as a formula of a type.
    pub(super) fn number(&mut self, number: &NumberOrText, want: Type) -> Option<Formula> {
        let formula = self.untyped(number)?;
        self.coerce_formula(formula, want)
    }

    /// A number or expression, as a formula of its own type.
    pub(super) fn untyped(&mut self, number: &NumberOrText) -> Option<Formula> {
        let (value, span) = match number {
            NumberOrText::Int(i) => (Value::Int(i.value), i.span),
            NumberOrText::Real(r) => (Value::Real(r.value), r.span),
            NumberOrText::Bool(b) => (Value::Bool(b.value), b.span),
            NumberOrText::Text(text) => return self.untyped_text(text),
        };
        Some(self.formula(constant(value), span))
    }

    /// The formula as one of another type, where nothing is lost.
    pub(super) fn coerce_formula(&self, formula: Formula, want: Type) -> Option<Formula> {
        let expr = self.coerce(formula.expr, want, formula.span)?;
        Some(Formula { expr, ..formula })
    }

    fn allow_sub_pattern(&self, span: Span) -> Option<()> {
        if self.place.sub_patterns {
            return Some(());
        }
        let message = format!("EXISTS and COUNT cannot be used in {}", self.place.name);
        let mistake = Diagnostic::error("not-here", span, message);
        self.env.report.fail(
            mistake.help("they are for guards, `choose`, effects, timers, tallies and probes"),
        )
    }

    fn number_operand(&mut self, tree: &ExprTree, operator: &str) -> Option<Expr> {
        let expr = self.expr(tree)?;
        if matches!(expr.ty, Type::Int | Type::Real) {
            return Some(expr);
        }
        let message = format!(
            "`{operator}` needs numbers, this is {}",
            self.type_name(expr.ty)
        );
        self.env.report.fail(
            Diagnostic::error("wrong-type", tree.span, message).label(self.type_name(expr.ty)),
        )
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &ExprTree,
        right: &ExprTree,
    ) -> Option<Expr> {
        use BinaryOperator as B;
        let (checked, text) = match operator {
            B::Or => (Operator::Or, "OR"),
            B::And => (Operator::And, "AND"),
            B::Equal => (Operator::Equal, "="),
            B::NotEqual => (Operator::NotEqual, "<>"),
            B::Less => (Operator::Less, "<"),
            B::LessEqual => (Operator::LessEqual, "<="),
            B::Greater => (Operator::Greater, ">"),
            B::GreaterEqual => (Operator::GreaterEqual, ">="),
            B::Add => (Operator::Add, "+"),
            B::Subtract => (Operator::Subtract, "-"),
            B::Multiply => (Operator::Multiply, "*"),
            B::Divide => (Operator::Divide, "/"),
            B::Remainder => (Operator::Remainder, "%"),
        };
        match operator {
            B::Or | B::And => {
                let (a, b) = (self.typed(left, Type::Bool), self.typed(right, Type::Bool));
                Some(boolean(ExprKind::Binary(
                    checked,
                    Box::new(a?),
                    Box::new(b?),
                )))
            }
            B::Equal | B::NotEqual => {
                if let Some((a, b)) = self.two_elements(left, right) {
                    return self.same(operator == B::NotEqual, a, b, left.span, right.span);
                }
                let (a, b) = (self.expr(left), self.expr(right));
                self.comparison(checked, a?, b?, left.span, right.span)
            }
            B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
                let (a, b) = (
                    self.number_operand(left, text),
                    self.number_operand(right, text),
                );
                self.comparison(checked, a?, b?, left.span, right.span)
            }
            B::Add | B::Subtract | B::Multiply | B::Divide | B::Remainder => {
                let (a, b) = (
                    self.number_operand(left, text),
                    self.number_operand(right, text),
                );
                let (a, b) = (a?, b?);
                let ints = a.ty == Type::Int && b.ty == Type::Int && operator != B::Divide;
                let ty = if ints { Type::Int } else { Type::Real };
                let (a, b) = (
                    self.coerce(a, ty, left.span)?,
                    self.coerce(b, ty, right.span)?,
                );
                Some(Expr {
                    kind: ExprKind::Binary(checked, Box::new(a), Box::new(b)),
                    ty,
                })
            }
        }
    }

    /// A comparison of two values of like types.
    pub(super) fn comparison(
        &self,
        operator: Operator,
        a: Expr,
        b: Expr,
        left: Span,
        right: Span,
    ) -> Option<Expr> {
        let common = self.common_type(a.ty, b.ty);
        let Some(common) = common else {
            let message = format!(
                "{} and {} cannot be compared",
                self.type_name(a.ty),
                self.type_name(b.ty)
            );
            let mistake = Diagnostic::error("wrong-type", right, message)
                .label(self.type_name(b.ty))
                .related(left, self.type_name(a.ty));
            return self.env.report.fail(mistake);
        };
        let (a, b) = (
            self.coerce(a, common, left)?,
            self.coerce(b, common, right)?,
        );
        Some(boolean(ExprKind::Binary(
            operator,
            Box::new(a),
            Box::new(b),
        )))
    }

    /// The type that two values can both have.
    pub(super) fn common_type(&self, a: Type, b: Type) -> Option<Type> {
        match (a, b) {
            _ if a == b => Some(a),
            (Type::Int, Type::Real) | (Type::Real, Type::Int) => Some(Type::Real),
            _ => None,
        }
    }

    /// Two lone names of elements.
    fn two_elements(&self, left: &ExprTree, right: &ExprTree) -> Option<(Var, Var)> {
        let element = |tree: &ExprTree| match &tree.kind {
            ExprTreeKind::Name(name) => self.visible(name),
            _ => None,
        };
        Some((element(left)?, element(right)?))
    }

    fn same(&self, negated: bool, a: Var, b: Var, left: Span, right: Span) -> Option<Expr> {
        let possible = self.sort(a).overlaps(self.sort(b));
        if !possible && !self.is_poison(a) && !self.is_poison(b) {
            let message = format!(
                "{} and {} are never the same element",
                self.describe(a),
                self.describe(b)
            );
            let mistake = Diagnostic::error("never-same", right, message);
            return self
                .env
                .report
                .fail(mistake.related(left, self.describe(a)));
        }
        let same = boolean(ExprKind::Same(a, b));
        Some(if negated {
            boolean(ExprKind::Not(Box::new(same)))
        } else {
            same
        })
    }

    fn case(&mut self, branches: &[(ExprTree, ExprTree)], otherwise: &ExprTree) -> Option<Expr> {
        let conditions: Vec<_> = branches
            .iter()
            .map(|(c, _)| self.typed(c, Type::Bool))
            .collect();
        let results: Vec<_> = branches.iter().map(|(_, r)| self.expr(r)).collect();
        let otherwise_expr = self.expr(otherwise);
        let conditions: Vec<Expr> = conditions.into_iter().collect::<Option<_>>()?;
        let results: Vec<Expr> = results.into_iter().collect::<Option<_>>()?;
        let otherwise_expr = otherwise_expr?;
        let types = results.iter().map(|r| r.ty).chain([otherwise_expr.ty]);
        let Some(ty) = types
            .map(Some)
            .reduce(|a, b| self.common_type(a?, b?))
            .flatten()
        else {
            let all = results
                .iter()
                .chain([&otherwise_expr])
                .map(|r| self.type_name(r.ty));
            let message = format!(
                "the branches of this CASE differ in type: {}",
                all.collect::<Vec<_>>().join(", ")
            );
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-type", otherwise.span, message));
        };
        let mut checked = Vec::new();
        for ((condition, result), (_, tree)) in conditions.into_iter().zip(results).zip(branches) {
            checked.push((condition, self.coerce(result, ty, tree.span)?));
        }
        Some(Expr {
            kind: ExprKind::Case {
                branches: checked,
                otherwise: Box::new(self.coerce(otherwise_expr, ty, otherwise.span)?),
            },
            ty,
        })
    }

    /// Replaces an operation on constants by its result.
    pub(super) fn fold(&self, expr: Expr, span: Span) -> Option<Expr> {
        let is_constant = |e: &Expr| matches!(e.kind, ExprKind::Constant(_));
        let operands_constant = match &expr.kind {
            ExprKind::ToReal(e) | ExprKind::Not(e) | ExprKind::Negate(e) => is_constant(e),
            ExprKind::Binary(_, a, b) => is_constant(a) && is_constant(b),
            ExprKind::Call(_, arguments) => arguments.iter().all(is_constant),
            ExprKind::Case {
                branches,
                otherwise,
            } => {
                is_constant(otherwise)
                    && branches
                        .iter()
                        .all(|(c, r)| is_constant(c) && is_constant(r))
            }
            _ => false,
        };
        if !operands_constant {
            return Some(expr);
        }
        match self.env.constant(&expr) {
            Ok(value) => Some(constant(value)),
            Err(NoValue::Open) => Some(expr),
            Err(NoValue::Undefined(why)) => self.env.report.fail(Diagnostic::error(
                "no-value",
                span,
                format!("this has no value: {why}"),
            )),
        }
    }

    /// The value of a formula that reads parameters at most; a mistake where it has none.
    pub(super) fn constant_value(&self, formula: &Formula) -> Option<Value> {
        match self.env.constant(&formula.expr) {
            Ok(value) => Some(value),
            Err(NoValue::Open) => {
                let message = format!(
                    "this must be known before a run: {} may read parameters only",
                    self.place.name
                );
                self.env
                    .report
                    .fail(Diagnostic::error("not-constant", formula.span, message))
            }
            Err(NoValue::Undefined(why)) => {
                let message = format!("`{}` has no value: {why}", formula.text);
                self.env
                    .report
                    .fail(Diagnostic::error("no-value", formula.span, message))
            }
        }
    }
}

pub(super) fn constant(value: Value) -> Expr {
    Expr {
        kind: ExprKind::Constant(value),
        ty: value.ty(),
    }
}

/// `TRUE` or `FALSE`, of which no case needs to be made.
fn is_literal(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}
