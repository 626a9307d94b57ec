//! What the engine knows of each rule's timer, compiled once per program.

use std::sync::Arc;

use kairos_model::{
    expr::Var,
    rule::RuleId,
    timer::{ClockMode, Family, Memory, OnChange},
};
use kairos_rewrite::program::Program;

use crate::{
    draw::{RuleKey, StreamKey},
    law::{DelayLaw, Law},
    value::{Columns, law},
};

/// How a rule's events are scheduled.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A delay of this law, the same for every match.
    Constant(DelayLaw<'static>),
    /// A delay of a law whose parameters are read at each match.
    PerMatch,
    /// Before time moves on.
    Immediate,
}

/// A rule's timer.
#[derive(Clone, Debug)]
pub(super) struct Timer {
    pub(super) key: RuleKey,
    pub(super) kind: Kind,
    pub(super) family: Family,
    pub(super) on_change: OnChange,
    pub(super) memory: Memory,
    /// For an aggregate clock its place among the aggregate clocks.
    pub(super) aggregate: Option<u32>,
    pub(super) stream: Option<(StreamKey, Vec<Var>)>,
}

/// The timers of all rules.
#[derive(Debug)]
pub struct Timers {
    pub(super) timers: Vec<Timer>,
    /// Rules with an aggregate clock.
    pub(super) aggregates: Vec<RuleId>,
    pub(super) columns: Columns,
}

impl Timers {
    /// Compiles the timers of a program's model.
    #[must_use]
    pub fn new(program: &Program) -> Arc<Self> {
        let model = &program.model;
        let mut aggregates = Vec::new();
        let mut timers = Vec::new();
        for (id, (rule, timer)) in (0..).map(RuleId).zip(model.rules.iter().zip(&model.timers)) {
            let aggregate = matches!(timer.clock, ClockMode::Aggregate { .. }).then(|| {
                aggregates.push(id);
                u32::try_from(aggregates.len() - 1).expect("fewer than 2^16 rules")
            });
            timers.push(Timer {
                key: RuleKey::of(&rule.name),
                kind: kind(program, id),
                family: timer.law.family,
                on_change: timer.on_change,
                memory: timer.memory,
                aggregate,
                stream: timer
                    .stream
                    .as_ref()
                    .map(|s| (StreamKey::of(&s.name), s.key.clone())),
            });
        }
        Arc::new(Timers {
            timers,
            aggregates,
            columns: Columns::new(model),
        })
    }

    pub(super) fn of(&self, rule: RuleId) -> &Timer {
        &self.timers[rule.index()]
    }
}

/// A law whose parameters are constants is made once. One outside its domain is left for the first match, so that the error can name it.
fn kind(program: &Program, rule: RuleId) -> Kind {
    let timer = &program.model.timers[rule.index()];
    let shared = match timer.law.family {
        Family::Immediate => return Kind::Immediate,
        Family::Empirical { .. } => None,
        family => {
            let constants: Option<Vec<f64>> = timer
                .law
                .parameters
                .iter()
                .map(|p| program.constant(p))
                .collect();
            let none = Columns::default();
            constants.and_then(|p| constant_law(family, &p, &none))
        }
    };
    shared.map_or(Kind::PerMatch, Kind::Constant)
}

fn constant_law(family: Family, parameters: &[f64], none: &Columns) -> Option<DelayLaw<'static>> {
    let law: Law<'_> = law(family, parameters, none).ok()?;
    DelayLaw::new(law.without_column()?).ok()
}
