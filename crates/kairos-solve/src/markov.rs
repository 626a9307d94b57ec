//! Which models are Markov chains.

use std::sync::Arc;

use kairos_model::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Formula, Operator},
    formulas::Owner,
    model::Model,
    timer::{ClockMode, Family, Timer},
    types::{Type, Value},
};
use kairos_rewrite::program::Program;

/// A model that is a Markov chain, compiled.
#[derive(Clone, Debug)]
pub struct Markov {
    pub(crate) program: Arc<Program>,
}

impl Markov {
    /// Compiles a model, if it is a Markov chain.
    ///
    /// # Errors
    /// What makes it none: for each a diagnostic with its place.
    pub fn new(mut model: Model) -> Result<Self, Vec<Diagnostic>> {
        let mistakes = obstacles(&model);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        model.timers.iter_mut().for_each(one_clock_for_each_match);
        Ok(Markov {
            program: Arc::new(Program::compile(model)),
        })
    }

    /// The compiled model, for its start graph.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

fn obstacles(model: &Model) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some((_, condition)) = &model.run.stop_when {
        let message = "a run that `stop_when` ends at a random time has no exact averages";
        found.push(Diagnostic::error("no-chain", condition.span, message));
    }
    for (rule, timer) in model.rules.iter().zip(&model.timers) {
        if !may_fire(timer) || is_markov(timer.law.family) {
            continue;
        }
        let message = format!(
            "the timer of `{}` is neither exponential nor immediate",
            rule.name
        );
        let mistake = Diagnostic::error("no-chain", timer.span, message)
            .label("its clock remembers how long it has run")
            .help("exact values need a Markov chain: for such timers there is simulation");
        found.push(mistake);
    }
    // What probes read does not change what happens.
    let mut bare = model.clone();
    bare.probes.clear();
    bare.run.stop_when = None;
    bare.for_each_formula(&mut |owner, formula| {
        if let Owner::Rule(rule) = owner
            && may_fire(&model.timers[rule.index()])
        {
            found.extend(obstacle(&model.rule(rule).name, formula));
        }
    });
    found
}

fn may_fire(timer: &Timer) -> bool {
    timer.law.family != Family::Never
}

fn is_markov(family: Family) -> bool {
    matches!(
        family,
        Family::ExponentialRate | Family::ExponentialMean | Family::Immediate
    )
}

/// What in a formula of a rule depends on more than the graph, or on an uncountable choice.
fn obstacle(rule: &str, formula: &Formula) -> Option<Diagnostic> {
    let mut why = None;
    formula.expr.walk(&mut |e| {
        let reason = match &e.kind {
            ExprKind::Now => "reads `now`, so that the graph alone does not say what happens next",
            ExprKind::Number(_) => {
                "reads `id(…)`, which tells graphs apart that are otherwise the same"
            }
            ExprKind::Draw { law, .. } if !is_countable(law.family) => {
                "draws from a continuous law, so that the states cannot be counted"
            }
            _ => return,
        };
        why = why.or(Some(reason));
    });
    let message = format!("the rule `{rule}` {}", why?);
    Some(Diagnostic::error("no-chain", formula.span, message))
}

fn is_countable(family: Family) -> bool {
    matches!(family, Family::Bernoulli | Family::UniformInt)
}

/// Takes an aggregate clock for what it stands for: a clock for each match, with the timer's rate times the weights of its components.
fn one_clock_for_each_match(timer: &mut Timer) {
    let ClockMode::Aggregate { weights } = std::mem::take(&mut timer.clock) else {
        return;
    };
    let [rate] = timer.law.parameters.as_mut_slice() else {
        unreachable!("check lets only exponential timers be aggregate")
    };
    let binary = |operator, a: &Expr, b: &Expr| Expr {
        kind: ExprKind::Binary(operator, Box::new(a.clone()), Box::new(b.clone())),
        ty: Type::Real,
    };
    if timer.law.family == Family::ExponentialMean {
        let one = Expr {
            kind: ExprKind::Constant(Value::Real(1.0)),
            ty: Type::Real,
        };
        rate.expr = binary(Operator::Divide, &one, &rate.expr);
        timer.law.family = Family::ExponentialRate;
    }
    for weight in weights.into_iter().flatten() {
        rate.expr = binary(Operator::Multiply, &rate.expr, &weight.expr);
    }
}
