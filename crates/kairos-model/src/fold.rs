//! What the values of the parameters have decided already.
//!
//! A rule set offers options: `NOT one_at_a_time OR NOT EXISTS { … }`. Once a scenario has chosen, the parts of the
//! formulas that cannot matter are left out, so that an option that is switched off costs nothing in a run.
//! Values and faults stay as they were: only what would not be evaluated is dropped.

use crate::{
    expr::{Expr, ExprKind, Formula, Operator, ParameterId},
    model::{Model, Parameter, ParameterValue},
    pattern::{Pattern, Scope},
    probe::ProbeKind,
    types::{Type, Value},
};

impl Model {
    /// Decides what the parameters decide, in every formula, and drops conditions that always hold. Numbers the formulas anew.
    pub fn fold_constants(&mut self) {
        let parameters = std::mem::take(&mut self.parameters);
        self.for_each_formula(&mut |_, formula| fold(&mut formula.expr, &parameters));
        self.parameters = parameters;
        for rule in &mut self.rules {
            in_scope(&mut rule.scope);
            in_pattern(&mut rule.lhs);
            rule.choose
                .iter_mut()
                .for_each(|c| in_pattern(&mut c.pattern));
            rule.for_each
                .iter_mut()
                .for_each(|f| in_pattern(&mut f.pattern));
            conjuncts(&mut rule.then);
        }
        for probe in &mut self.probes {
            if let ProbeKind::Count(query) | ProbeKind::Summary { over: query, .. } =
                &mut probe.kind
            {
                in_scope(&mut query.scope);
                in_pattern(&mut query.pattern);
            }
        }
        if let Some((scope, _)) = &mut self.run.stop_when {
            in_scope(scope);
        }
        self.number_formulas();
    }
}

fn in_scope(scope: &mut Scope) {
    scope
        .sub_patterns
        .iter_mut()
        .for_each(|s| in_pattern(&mut s.pattern));
}

fn in_pattern(pattern: &mut Pattern) {
    conjuncts(&mut pattern.conditions);
}

/// Splits conditions at `AND` and drops those that always hold.
fn conjuncts(conditions: &mut Vec<Formula>) {
    let mut split = Vec::with_capacity(conditions.len());
    for mut condition in conditions.drain(..) {
        let expr = std::mem::replace(&mut condition.expr, truth(true));
        split_at_and(&condition, expr, &mut split);
    }
    *conditions = split;
}

fn split_at_and(whole: &Formula, expr: Expr, out: &mut Vec<Formula>) {
    match expr.kind {
        ExprKind::Constant(Value::Bool(true)) => {}
        ExprKind::Binary(Operator::And, a, b) => {
            split_at_and(whole, *a, out);
            split_at_and(whole, *b, out);
        }
        _ => out.push(Formula {
            expr,
            ..whole.clone()
        }),
    }
}

fn truth(value: bool) -> Expr {
    Expr {
        kind: ExprKind::Constant(Value::Bool(value)),
        ty: Type::Bool,
    }
}

fn decided(expr: &Expr) -> Option<bool> {
    match expr.kind {
        ExprKind::Constant(Value::Bool(value)) => Some(value),
        _ => None,
    }
}

fn boolean(parameters: &[Parameter], id: ParameterId) -> Option<bool> {
    match parameters[id.index()].value {
        ParameterValue::Value(Value::Bool(value)) => Some(value),
        _ => None,
    }
}

/// Folds an expression from the inside out. Laws of `draw(…)` hold formulas of their own.
fn fold(expr: &mut Expr, parameters: &[Parameter]) {
    match &mut expr.kind {
        ExprKind::Lookup { keys: inner, .. } | ExprKind::Call(_, inner) => {
            inner.iter_mut().for_each(|e| fold(e, parameters));
        }
        ExprKind::ToReal(e) | ExprKind::Not(e) | ExprKind::Negate(e) => fold(e, parameters),
        ExprKind::Binary(_, a, b) => {
            fold(a, parameters);
            fold(b, parameters);
        }
        ExprKind::Case {
            branches,
            otherwise,
        } => {
            for (condition, result) in branches {
                fold(condition, parameters);
                fold(result, parameters);
            }
            fold(otherwise, parameters);
        }
        _ => {}
    }
    if let Some(simpler) = simpler(&mut expr.kind, parameters) {
        *expr = simpler;
    }
}

/// What an expression with folded operands comes to, if that is less than it was.
fn simpler(kind: &mut ExprKind, parameters: &[Parameter]) -> Option<Expr> {
    let take = |e: &mut Expr| std::mem::replace(e, truth(true));
    match kind {
        ExprKind::Parameter(id) => boolean(parameters, *id).map(truth),
        ExprKind::Not(e) => decided(e).map(|value| truth(!value)),
        ExprKind::Binary(operator @ (Operator::And | Operator::Or), a, b) => {
            // `TRUE AND b` and `FALSE OR b` are b; `FALSE AND b` and `TRUE OR b` never look at b.
            let neutral = *operator == Operator::And;
            match (decided(a), decided(b)) {
                (Some(value), _) => Some(if value == neutral {
                    take(b)
                } else {
                    truth(value)
                }),
                (None, Some(value)) if value == neutral => Some(take(a)),
                _ => None,
            }
        }
        ExprKind::Case {
            branches,
            otherwise,
        } => {
            branches.retain(|(condition, _)| decided(condition) != Some(false));
            if let Some(first) = branches.iter().position(|(c, _)| decided(c) == Some(true)) {
                **otherwise = take(&mut branches[first].1);
                branches.truncate(first);
            }
            branches.is_empty().then(|| take(otherwise))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        check::{Overrides, load_model},
        model::Model,
        source::MemoryFiles,
    };

    /// A model with one rule of this guard and the option `on`.
    fn folded(guard: &str, on: bool) -> Model {
        let rules = format!(
            r#"RuleSet(
                types: (nodes: {{ "N": (attributes: {{ "x": Int(0) }}) }}),
                parameters: {{ "on": {on} }},
                rules: {{ "r": (match: "(n:N)", where: "{guard}", set: ["n.x = CASE WHEN on THEN 1 ELSE n.x + 1 END"]) }},
            )"#
        );
        let model = r#"Model(rules: "r.ron", start: [Create("(:N)")], timers: { "r": Exponential(rate: 1.0) }, horizon: 1.0)"#;
        let files: MemoryFiles = [("r.ron", rules.as_str()), ("m.ron", model)]
            .into_iter()
            .collect();
        let mut model = load_model(&files, "m.ron", &Overrides::default())
            .value
            .unwrap();
        model.fold_constants();
        model
    }

    fn conditions(guard: &str, on: bool) -> usize {
        folded(guard, on).rules[0].lhs.conditions.len()
    }

    #[test]
    fn an_option_that_is_off_leaves_no_condition() {
        let guard = "NOT on OR NOT EXISTS { (m:N WHERE m.x > n.x) }";
        assert_eq!(conditions(guard, false), 0);
        assert_eq!(conditions(guard, true), 1);
    }

    #[test]
    fn what_remains_is_split_at_and() {
        assert_eq!(conditions("on OR (n.x > 0 AND n.x < 9)", false), 2);
        assert_eq!(conditions("on OR (n.x > 0 AND n.x < 9)", true), 0);
    }

    #[test]
    fn what_would_be_evaluated_stays() {
        assert_eq!(conditions("n.x > 0 AND on", false), 2);
        assert_eq!(conditions("n.x > 0 OR on", true), 1);
    }

    #[test]
    fn branches_that_cannot_be_taken_go() {
        let value = |on| {
            format!(
                "{:?}",
                folded("on", on).rules[0].effect.set[0].value.expr.kind
            )
        };
        assert!(value(true).starts_with("Constant"));
        assert!(value(false).starts_with("Binary(Add"));
    }
}
