//! Which expressions can have no value.

use kairos_model::{
    expr::{Expr, ExprKind, Function, Operator},
    model::Table,
    pattern::Scope,
    types::Type,
};

/// Whether evaluating an expression can fail. Conditions that can are evaluated last, in the order of the text, on complete matches only.
#[must_use]
pub(crate) fn can_fault(scope: &Scope, tables: &[Table], expr: &Expr) -> bool {
    let mut faulty = false;
    expr.walk(&mut |e| {
        faulty |= match &e.kind {
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::Index
            | ExprKind::Now
            | ExprKind::Attribute { .. }
            | ExprKind::Number(_)
            | ExprKind::Same(..)
            | ExprKind::ToReal(_)
            | ExprKind::Not(_)
            | ExprKind::Case { .. }
            | ExprKind::Metric(_) => false,
            ExprKind::Lookup { table, .. } => tables[table.index()].missing.is_none(),
            ExprKind::Negate(_) => e.ty == Type::Int,
            ExprKind::Binary(operator, ..) => matches!(
                operator,
                Operator::Add
                    | Operator::Subtract
                    | Operator::Multiply
                    | Operator::Divide
                    | Operator::Remainder
            ),
            ExprKind::Call(function, _) => !matches!(function, Function::Min | Function::Max),
            ExprKind::Draw { .. } => true,
            ExprKind::Exists(sub) | ExprKind::Count(sub) => {
                let conditions = &scope.sub_patterns[sub.index()].pattern.conditions;
                conditions.iter().any(|c| can_fault(scope, tables, &c.expr))
            }
        };
    });
    faulty
}
