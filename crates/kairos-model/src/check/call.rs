//! Calls in expressions: functions, `id`, `draw`, look-ups.

use super::{
    body::Body,
    law::{Given, LawUse},
    report::unknown,
    stand_in::StandIn,
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Function},
    source::Span,
    syntax::tree::{ExprTree, ExprTreeKind, Name},
    timer::Family,
    types::Type,
};

type Arguments = [(Option<Name>, ExprTree)];

/// Functions of numbers: name, function, number of arguments (`None`: one or more).
const FUNCTIONS: [(&str, Function, Option<usize>); 12] = [
    ("abs", Function::Abs, Some(1)),
    ("min", Function::Min, None),
    ("max", Function::Max, None),
    ("floor", Function::Floor, Some(1)),
    ("ceil", Function::Ceil, Some(1)),
    ("round", Function::Round, Some(1)),
    ("sqrt", Function::Sqrt, Some(1)),
    ("exp", Function::Exp, Some(1)),
    ("ln", Function::Ln, Some(1)),
    ("pow", Function::Pow, Some(2)),
    ("rating", Function::Rating, Some(4)),
    ("mos", Function::Mos, Some(1)),
];

impl Body<'_> {
    pub(super) fn is_function(&self, name: &str) -> bool {
        ["id", "draw"].contains(&name) || FUNCTIONS.iter().any(|f| f.0 == name)
    }

    pub(super) fn call(&mut self, name: &Name, arguments: &Arguments, span: Span) -> Option<Expr> {
        match name.value.as_str() {
            "id" => return self.number_of(name, arguments, span),
            "draw" => return self.draw(name, arguments, span),
            _ => {}
        }
        if let Some(&(_, function, arity)) = FUNCTIONS.iter().find(|f| f.0 == name.value) {
            return self.function(name, function, arity, arguments, span);
        }
        if let Some(&table) = self.env.tables.names.get(&name.value) {
            let columns = self.env.tables.tables[table.index()].as_ref()?;
            let column = columns
                .table
                .columns
                .first()
                .map_or("column", |c| c.name.as_str());
            let message = format!("a look-up needs a column: `{}(…).{column}`", name.value);
            return self
                .env
                .report
                .fail(Diagnostic::error("no-column", span, message));
        }
        if self.env.tables.unreadable.contains(&name.value) {
            return None;
        }
        let functions = FUNCTIONS.iter().map(|f| f.0).chain(["id", "draw"]);
        let candidates = functions.chain(self.env.tables.names.keys().map(String::as_str));
        self.env.report.fail(unknown(
            "unknown-function",
            "function or table",
            &name.value,
            name.span,
            candidates,
        ))
    }

    /// Arguments without names, as many as there must be.
    fn positional<'t>(
        &self,
        name: &Name,
        arguments: &'t Arguments,
        arity: Option<usize>,
        span: Span,
    ) -> Option<Vec<&'t ExprTree>> {
        if let Some((Some(named), _)) = arguments.iter().find(|(n, _)| n.is_some()) {
            let message = format!("the arguments of `{}` have no names", name.value);
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-arguments", named.span, message));
        }
        let fits = arity.map_or(!arguments.is_empty(), |n| arguments.len() == n);
        if !fits {
            let needs = arity.map_or("at least 1 argument".to_owned(), count);
            let message = format!(
                "`{}` needs {needs}, here are {}",
                name.value,
                arguments.len()
            );
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-arguments", span, message));
        }
        Some(arguments.iter().map(|(_, tree)| tree).collect())
    }

    fn function(
        &mut self,
        name: &Name,
        function: Function,
        arity: Option<usize>,
        arguments: &Arguments,
        span: Span,
    ) -> Option<Expr> {
        use Function as F;
        let trees = self.positional(name, arguments, arity, span)?;
        let checked: Vec<_> = trees
            .iter()
            .map(|tree| Some((self.expr(tree)?, tree.span)))
            .collect();
        let checked: Vec<(Expr, Span)> = checked.into_iter().collect::<Option<_>>()?;
        if let Some((expr, at)) = checked
            .iter()
            .find(|(e, _)| !matches!(e.ty, Type::Int | Type::Real))
        {
            let message = format!(
                "`{}` needs numbers, this is {}",
                name.value,
                self.type_name(expr.ty)
            );
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-type", *at, message));
        }
        let all_int = checked.iter().all(|(e, _)| e.ty == Type::Int);
        let operands = match function {
            F::Abs | F::Min | F::Max if all_int => Type::Int,
            _ => Type::Real,
        };
        let ty = match function {
            F::Floor | F::Ceil | F::Round => Type::Int,
            _ => operands,
        };
        let arguments: Vec<_> = checked
            .into_iter()
            .map(|(expr, at)| self.coerce(expr, operands, at))
            .collect();
        Some(Expr {
            kind: ExprKind::Call(function, arguments.into_iter().collect::<Option<_>>()?),
            ty,
        })
    }

    /// `id(x)`
    fn number_of(&mut self, name: &Name, arguments: &Arguments, span: Span) -> Option<Expr> {
        let trees = self.positional(name, arguments, Some(1), span)?;
        let ExprTreeKind::Name(variable) = &trees[0].kind else {
            let message = "`id` reads the number of an element: give it a variable";
            return self.env.report.fail(Diagnostic::error(
                "wrong-arguments",
                trees[0].span,
                message,
            ));
        };
        let var = self.variable(variable, trees[0].span)?;
        Some(Expr {
            kind: ExprKind::Number(var),
            ty: Type::Int,
        })
    }

    /// `draw(Law(…))`
    fn draw(&mut self, name: &Name, arguments: &Arguments, span: Span) -> Option<Expr> {
        if !self.place.draw {
            let message = format!("`draw` cannot be used in {}", self.place.name);
            let help = "draw in `set`, `create`, `for_each` or the start graph; delays are drawn by timers";
            return self
                .env
                .report
                .fail(Diagnostic::error("not-here", span, message).help(help));
        }
        let trees = self.positional(name, arguments, Some(1), span)?;
        let (law, arguments) = match &trees[0].kind {
            ExprTreeKind::Call { name, arguments } => (name, &arguments[..]),
            _ => {
                let message = "`draw` needs a law, such as `draw(UniformInt(1, 6))`";
                return self.env.report.fail(Diagnostic::error(
                    "wrong-arguments",
                    trees[0].span,
                    message,
                ));
            }
        };
        let place = self.draws;
        self.draws += 1;
        let given: Vec<Given<'_>> = arguments
            .iter()
            .map(|(n, tree)| Given::tree(n.as_ref(), tree))
            .collect();
        let law = self.law(LawUse::Draw, &law.value, law.span, &given)?;
        let ty = match law.family {
            Family::UniformInt => Type::Int,
            Family::Bernoulli => Type::Bool,
            Family::Empirical { table, column } => {
                let table = self.env.tables.tables[table.index()].as_ref()?;
                debug_assert!(column < table.table.columns.len());
                Type::Real
            }
            _ => Type::Real,
        };
        Some(Expr {
            kind: ExprKind::Draw {
                law: Box::new(law),
                place,
            },
            ty,
        })
    }

    /// `table(keys).column`
    pub(super) fn look_up(
        &mut self,
        name: &Name,
        arguments: &Arguments,
        column: &Name,
    ) -> Option<Expr> {
        let Some(&id) = self.env.tables.names.get(&name.value) else {
            if self.env.tables.unreadable.contains(&name.value) {
                return None;
            }
            let names = self.env.tables.names.keys().map(String::as_str);
            return self.env.report.fail(unknown(
                "unknown-table",
                "table",
                &name.value,
                name.span,
                names,
            ));
        };
        let table = self.env.tables.tables[id.index()].as_ref()?;
        let keys = table.table.key.len();
        if keys == 0 {
            let message = format!(
                "the table `{}` has no key columns and cannot be looked up",
                name.value
            );
            let mistake = Diagnostic::error("wrong-arguments", name.span, message);
            return self.env.report.fail(mistake.help(
                "declare them: `key: [\"column\"]`; without a key a table serves `Empirical` only",
            ));
        }
        let trees = self.positional(name, arguments, Some(keys), name.span)?;
        let checked: Vec<_> = trees
            .iter()
            .map(|tree| self.typed(tree, Type::Int))
            .collect();
        let (position, ty) = self.column(id, &column.value, column.span)?;
        let leaves_it_out = |row: &&StandIn| row.left_out.contains(&position);
        if let Some(row) = table.stand_ins.iter().find(leaves_it_out) {
            return self.env.report.fail(row.has_no(column));
        }
        Some(Expr {
            kind: ExprKind::Lookup {
                table: id,
                keys: checked.into_iter().collect::<Option<_>>()?,
                column: position,
            },
            ty,
        })
    }

    /// A value column of a table, with its type.
    pub(super) fn column(
        &self,
        id: crate::expr::TableId,
        name: &str,
        span: Span,
    ) -> Option<(usize, Type)> {
        let checked = self.env.tables.tables[id.index()].as_ref()?;
        let columns = &checked.table.columns;
        if let Some(position) = columns.iter().position(|c| c.name == name) {
            return Some((position, columns[position].ty));
        }
        if let Some(text) = checked.texts.iter().find(|text| text.name == name) {
            return self.env.report.fail(text.mistake(span));
        }
        let names = columns.iter().map(|c| c.name.as_str());
        self.env
            .report
            .fail(unknown("unknown-column", "column", name, span, names))
    }
}

fn count(n: usize) -> String {
    if n == 1 {
        "1 argument".to_owned()
    } else {
        format!("{n} arguments")
    }
}
