//! Expression trees → typed expressions.

use super::{
    body::Body,
    constant::NoValue,
    pattern::boolean,
    report::{unknown, unknown_of},
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Formula, Operator, Var},
    model::ParameterValue,
    pattern::Sort,
    source::Span,
    spec::{NumberOrText, Text},
    syntax::{
        parse_expr,
        tree::{BinaryOperator, ExprTree, ExprTreeKind, Name},
    },
    types::{AttributeId, Type, Value},
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

    /// The expression as one of another type, where nothing is lost.
    pub(super) fn coerce(&self, expr: Expr, want: Type, span: Span) -> Option<Expr> {
        match (expr.ty, want) {
            (have, want) if have == want => Some(expr),
            (Type::Int, Type::Real) => {
                let real = Expr {
                    kind: ExprKind::ToReal(Box::new(expr)),
                    ty: Type::Real,
                };
                self.fold(real, span)
            }
            (have, want) => {
                let message = format!(
                    "{} is needed here, this is {}",
                    self.type_name(want),
                    self.type_name(have)
                );
                let mistake =
                    Diagnostic::error("wrong-type", span, message).label(self.type_name(have));
                let mistake = match (have, want) {
                    (Type::Real, Type::Int) => {
                        mistake.help("say how to round: `floor(…)`, `ceil(…)` or `round(…)`")
                    }
                    (Type::Int, Type::Bool) => mistake.help("compare it: `… > 0`"),
                    _ => mistake,
                };
                self.env.report.fail(mistake)
            }
        }
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

    fn name(&mut self, name: &str, span: Span) -> Option<Expr> {
        if self.visible(name).is_some() {
            let message = format!("`{name}` is an element, not a value");
            let mistake = Diagnostic::error("element-as-value", span, message);
            return self.env.report.fail(mistake.help(format!(
                "read an attribute, `{name}.…`, or its number, `id({name})`"
            )));
        }
        match name {
            "now" => {
                return self.time_dependent(ExprKind::Now, Type::Real, self.place.now, "now", span);
            }
            "index" => {
                return self.time_dependent(
                    ExprKind::Index,
                    Type::Int,
                    self.place.index,
                    "index",
                    span,
                );
            }
            _ => {}
        }
        if self.metrics.is_some() && !self.env.parameters.names.contains_key(name) {
            return self.metric(name, None, span);
        }
        self.parameter(name, span)
    }

    fn time_dependent(
        &self,
        kind: ExprKind,
        ty: Type,
        allowed: bool,
        name: &str,
        span: Span,
    ) -> Option<Expr> {
        if allowed {
            return Some(Expr { kind, ty });
        }
        let message = format!("`{name}` cannot be read in {}", self.place.name);
        let mistake = Diagnostic::error("not-here", span, message);
        self.env.report.fail(mistake.help(match name {
            "now" => "whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers",
            _ => "`index` counts the repetitions of `Repeat` and the rows of `Nodes` and `Edges`",
        }))
    }

    fn allow_sub_pattern(&self, span: Span) -> Option<()> {
        if self.place.sub_patterns {
            return Some(());
        }
        let message = format!("EXISTS and COUNT cannot be used in {}", self.place.name);
        let mistake = Diagnostic::error("not-here", span, message);
        self.env
            .report
            .fail(mistake.help("they are for guards, `choose`, timers, tallies and probes"))
    }

    fn parameter(&mut self, name: &str, span: Span) -> Option<Expr> {
        let parameters = &self.env.parameters;
        let Some(&id) = parameters.names.get(name) else {
            if parameters.unreadable.contains(name) {
                return None;
            }
            let candidates = parameters.names.keys().map(String::as_str);
            let variables = self.view.names.iter().map(|(n, _)| n.as_str());
            let mistake = unknown(
                "unknown-name",
                "name",
                name,
                span,
                candidates.chain(variables),
            );
            return self.env.report.fail(self.explain_hidden(name, mistake));
        };
        match parameters.values[id.index()].as_ref()? {
            ParameterValue::Value(value) => Some(Expr {
                kind: ExprKind::Parameter(id),
                ty: value.ty(),
            }),
            ParameterValue::Text(_) => {
                let message = format!("the parameter `{name}` is a text");
                let mistake = Diagnostic::error("text-parameter", span, message)
                    .label("a number or truth value is needed")
                    .related(parameters.spans[id.index()], "declared here")
                    .help("text parameters are used in `{…}` of file names only");
                self.env.report.fail(mistake)
            }
        }
    }

    fn member(&mut self, of: &ExprTree, name: &Name, span: Span) -> Option<Expr> {
        match &of.kind {
            ExprTreeKind::Name(owner) => self.member_of(owner, of.span, name, span),
            ExprTreeKind::Call {
                name: table,
                arguments,
            } if !self.is_function(&table.value) => self.look_up(table, arguments, name),
            _ => {
                let message = "only elements, enumerations and look-ups have members";
                self.env
                    .report
                    .fail(Diagnostic::error("no-member", span, message))
            }
        }
    }

    fn member_of(
        &mut self,
        owner: &str,
        owner_span: Span,
        name: &Name,
        span: Span,
    ) -> Option<Expr> {
        if let Some(var) = self.visible(owner) {
            return self.attribute(var, name);
        }
        if let Some(enumeration) = self.env.types.enumeration(owner) {
            return self
                .env
                .types
                .enumerator(self.env.report, enumeration, &name.value, name.span)
                .map(constant);
        }
        if self.metrics.is_some() {
            return self.metric(owner, Some(name), span);
        }
        if self.env.types.is_unreadable(owner) {
            return None;
        }
        let variables = self.view.names.iter().map(|(n, _)| n.as_str());
        let candidates = variables.chain(self.env.types.enumeration_names());
        let mistake = unknown(
            "unknown-variable",
            "variable",
            owner,
            owner_span,
            candidates,
        );
        self.env.report.fail(self.explain_hidden(owner, mistake))
    }

    /// `var.name`
    pub(super) fn attribute(&mut self, var: Var, name: &Name) -> Option<Expr> {
        let (attribute, ty) = self.attribute_of(var, name)?;
        Some(Expr {
            kind: ExprKind::Attribute { of: var, attribute },
            ty,
        })
    }

    /// An attribute that every type of an element has, with its type.
    pub(super) fn attribute_of(&self, var: Var, name: &Name) -> Option<(AttributeId, Type)> {
        if self.is_poison(var) {
            return None;
        }
        let graph = &self.env.types.graph;
        let owners: Vec<_> = match self.sort(var) {
            Sort::Node(types) => {
                let known = types.iter().map(|&t| {
                    (
                        graph.node(t).name.as_str(),
                        &graph.node(t).attributes,
                        self.env.types.node_incomplete(t),
                    )
                });
                known.collect()
            }
            Sort::Edge(types) => {
                let known = types.iter().map(|&t| {
                    (
                        graph.edge(t).name.as_str(),
                        &graph.edge(t).attributes,
                        self.env.types.edge_incomplete(t),
                    )
                });
                known.collect()
            }
        };
        let id = self.env.types.attribute(&name.value);
        let mut found: Option<(Type, Span)> = None;
        for (owner, attributes, incomplete) in &owners {
            match attributes.iter().find(|a| Some(a.id) == id) {
                None if *incomplete => return None,
                None => {
                    let candidates = attributes
                        .iter()
                        .map(|a| graph.attributes[a.id.index()].as_str());
                    let mistake = unknown_of(
                        "unknown-attribute",
                        ("attribute", owner),
                        &name.value,
                        name.span,
                        candidates,
                    );
                    return self.env.report.fail(self.which_types(
                        mistake,
                        var,
                        owner,
                        owners.len(),
                    ));
                }
                Some(attribute) => match found {
                    Some((ty, first)) if ty != attribute.ty => {
                        let message = format!(
                            "`{}` is {} in one type and {} in another",
                            name.value,
                            self.type_name(ty),
                            self.type_name(attribute.ty)
                        );
                        let mistake = Diagnostic::error("attribute-type", name.span, message)
                            .related(first, "one declaration")
                            .related(attribute.span, "another");
                        return self.env.report.fail(mistake);
                    }
                    _ => found = Some((attribute.ty, attribute.span)),
                },
            }
        }
        Some((id?, found?.0))
    }

    /// Says that an attribute is missing in one of several types.
    fn which_types(&self, mistake: Diagnostic, var: Var, owner: &str, types: usize) -> Diagnostic {
        if types < 2 {
            return mistake;
        }
        let note = format!(
            "it may be any of {}, and `{owner}` has no such attribute",
            self.describe(var)
        );
        mistake.related(self.elements[var.index()].span, note)
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
        let possible = match (self.sort(a), self.sort(b)) {
            (Sort::Node(a), Sort::Node(b)) => a.iter().any(|t| b.contains(t)),
            (Sort::Edge(a), Sort::Edge(b)) => a.iter().any(|t| b.contains(t)),
            _ => false,
        };
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
