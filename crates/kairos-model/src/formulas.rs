//! Every formula of a model, and whose variables it speaks of.

use crate::{
    expr::{Expr, ExprKind, Formula},
    model::Model,
    pattern::{Pattern, Scope},
    probe::{ProbeId, ProbeKind},
    rule::{Creation, Effect, Pick, Rule, RuleId},
    start::{StartGraph, Statement, TopologyKind},
    timer::{ClockMode, Law, Timer},
};

/// Whose variables a formula or sub-pattern speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A rule, with its timer and the tallies on it.
    Rule(RuleId),
    /// A count or summary probe.
    Probe(ProbeId),
    /// The condition that ends a run.
    Stop,
    /// The start graph, and formulas without variables.
    Start,
}

type Visit<'a> = &'a mut dyn FnMut(&mut Formula);

/// Calls `visit` for every formula of a model, in a fixed order; formulas inside `draw(…)` come after the one that they stand in.
pub(crate) fn for_each_mut(model: &mut Model, visit: &mut dyn FnMut(Owner, &mut Formula)) {
    for (id, (rule, timer)) in (0..).zip(model.rules.iter_mut().zip(&mut model.timers)) {
        let visit = &mut |f: &mut Formula| visit(Owner::Rule(RuleId(id)), f);
        in_rule(rule, visit);
        in_timer(timer, visit);
    }
    in_start(&mut model.start, &mut |f| visit(Owner::Start, f));
    for (id, probe) in (0..).zip(&mut model.probes) {
        let owner = match probe.kind {
            ProbeKind::Tally { on, .. } => Owner::Rule(on),
            ProbeKind::Derived { .. } => Owner::Start,
            _ => Owner::Probe(ProbeId(id)),
        };
        in_probe(&mut probe.kind, &mut |f| visit(owner, f));
    }
    if let Some((scope, formula)) = &mut model.run.stop_when {
        in_scope(scope, &mut |f| visit(Owner::Stop, f));
        one(formula, &mut |f| visit(Owner::Stop, f));
    }
}

fn one(formula: &mut Formula, visit: Visit<'_>) {
    visit(formula);
    in_expr(&mut formula.expr, visit);
}

fn all<'a>(formulas: impl IntoIterator<Item = &'a mut Formula>, visit: Visit<'_>) {
    for formula in formulas {
        one(formula, visit);
    }
}

/// Laws of `draw(…)` hold formulas inside an expression.
fn in_expr(expr: &mut Expr, visit: Visit<'_>) {
    match &mut expr.kind {
        ExprKind::Draw { law, .. } => in_law(law, visit),
        ExprKind::Lookup { keys: inner, .. } | ExprKind::Call(_, inner) => {
            inner.iter_mut().for_each(|e| in_expr(e, visit));
        }
        ExprKind::ToReal(e) | ExprKind::Not(e) | ExprKind::Negate(e) => in_expr(e, visit),
        ExprKind::Binary(_, a, b) => {
            in_expr(a, visit);
            in_expr(b, visit);
        }
        ExprKind::Case {
            branches,
            otherwise,
        } => {
            for (condition, result) in branches {
                in_expr(condition, visit);
                in_expr(result, visit);
            }
            in_expr(otherwise, visit);
        }
        _ => {}
    }
}

fn in_law(law: &mut Law, visit: Visit<'_>) {
    all(&mut law.parameters, visit);
}

fn in_pattern(pattern: &mut Pattern, visit: Visit<'_>) {
    all(&mut pattern.conditions, visit);
}

fn in_scope(scope: &mut Scope, visit: Visit<'_>) {
    for sub in &mut scope.sub_patterns {
        in_pattern(&mut sub.pattern, visit);
    }
}

fn in_creations(creations: &mut [Creation], visit: Visit<'_>) {
    for creation in creations {
        all(&mut creation.attributes, visit);
    }
}

fn in_effect(effect: &mut Effect, visit: Visit<'_>) {
    in_creations(&mut effect.create, visit);
    all(effect.set.iter_mut().map(|a| &mut a.value), visit);
}

fn in_rule(rule: &mut Rule, visit: Visit<'_>) {
    in_scope(&mut rule.scope, visit);
    in_pattern(&mut rule.lhs, visit);
    for choice in &mut rule.choose {
        in_pattern(&mut choice.pattern, visit);
        match &mut choice.pick {
            Pick::Uniform => {}
            Pick::Max(f) | Pick::Min(f) | Pick::Weighted(f) => one(f, visit),
        }
    }
    all(&mut rule.then, visit);
    in_effect(&mut rule.effect, visit);
    for block in &mut rule.for_each {
        in_pattern(&mut block.pattern, visit);
        in_effect(&mut block.effect, visit);
    }
}

fn in_timer(timer: &mut Timer, visit: Visit<'_>) {
    in_law(&mut timer.law, visit);
    if let ClockMode::Aggregate { weights } = &mut timer.clock {
        all(weights.iter_mut().flatten(), visit);
    }
}

fn in_start(start: &mut StartGraph, visit: Visit<'_>) {
    in_scope(&mut start.scope, visit);
    for statement in &mut start.statements {
        match statement {
            Statement::Create { count, create } => {
                all(count, visit);
                in_creations(create, visit);
            }
            Statement::Topology(topology) => {
                match &mut topology.kind {
                    TopologyKind::Complete | TopologyKind::Ring | TopologyKind::Star => {}
                    TopologyKind::Tree { children: f }
                    | TopologyKind::Grid { columns: f }
                    | TopologyKind::Torus { columns: f }
                    | TopologyKind::RandomRegular { degree: f }
                    | TopologyKind::ErdosRenyi { p: f }
                    | TopologyKind::BarabasiAlbert { m: f } => one(f, visit),
                    TopologyKind::WattsStrogatz { k, beta } => all([k, beta], visit),
                }
                all(&mut topology.attributes, visit);
            }
            Statement::Nodes(rows) => rows.templates.iter_mut().for_each(|(_, t)| all(t, visit)),
            Statement::Edges(rows) => rows.templates.iter_mut().for_each(|(_, t)| all(t, visit)),
        }
    }
}

fn in_probe(kind: &mut ProbeKind, visit: Visit<'_>) {
    match kind {
        ProbeKind::Count(query) => {
            in_scope(&mut query.scope, visit);
            in_pattern(&mut query.pattern, visit);
        }
        ProbeKind::Summary { value, over, .. } => {
            in_scope(&mut over.scope, visit);
            in_pattern(&mut over.pattern, visit);
            one(value, visit);
        }
        ProbeKind::Tally { value, when, .. } => {
            one(value, visit);
            all(when, visit);
        }
        ProbeKind::Derived { value, .. } => one(value, visit),
        ProbeKind::Firings { .. } | ProbeKind::Between { .. } => {}
    }
}
