//! What SEMANTICS demands of every step of a GSMP, checked on the lists of active events before and after it.
//!
//! Engine and reference engine share their clocks, so that a comparison of the two says nothing of them; this does.

use std::collections::{BTreeMap, BTreeSet};

use kairos_model::{
    expr::ExprKind,
    model::Model,
    rule::RuleId,
    timer::{ClockMode, Family, Memory},
};
use kairos_sim::engine::Active;

/// Rules whose events keep their times come what may: no parameter reads the graph.
#[derive(Clone, Debug)]
pub struct Laws {
    steady: BTreeSet<RuleId>,
    aggregate: BTreeSet<RuleId>,
    /// With age memory nothing may remain of a delay, where the event was disabled when it was due.
    ageing: BTreeSet<RuleId>,
}

type Events<'a> = BTreeMap<(RuleId, &'a [u64]), &'a Active>;

impl Laws {
    /// The laws of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let (mut steady, mut aggregate, mut ageing) =
            <(BTreeSet<_>, BTreeSet<_>, BTreeSet<_>)>::default();
        for (id, timer) in (0..).map(RuleId).zip(&model.timers) {
            let mut reads = false;
            for parameter in &timer.law.parameters {
                parameter.expr.walk(&mut |e| {
                    reads |= matches!(
                        e.kind,
                        ExprKind::Attribute { .. } | ExprKind::Exists(_) | ExprKind::Count(_)
                    );
                });
            }
            if timer.memory == Memory::Age {
                ageing.insert(id);
            }
            if matches!(timer.clock, ClockMode::Aggregate { .. }) {
                aggregate.insert(id);
            } else if !reads && timer.law.family != Family::Immediate {
                steady.insert(id);
            }
        }
        Laws {
            steady,
            aggregate,
            ageing,
        }
    }

    /// Checks a step of `rule` at `time`, made at time `was`.
    ///
    /// # Errors
    /// Which law was broken, and by which event.
    pub fn check(
        &self,
        before: &[Active],
        after: &[Active],
        (rule, was, time): (RuleId, f64, f64),
    ) -> Result<(), String> {
        first_is_due(before, rule, was, time)?;
        let events = |list| self.events(list);
        let (old, new) = (events(before), events(after));
        for (key, active) in &new {
            let may_be_due =
                active.priority.is_some() || self.ageing.contains(&key.0) && active.time >= time;
            let fresh = active.time > time || may_be_due;
            match old.get(key) {
                // one of those that were due: it has fired, or is next in a tie
                Some(then) if then.time.to_bits() == time.to_bits() && then.priority.is_none() => {}
                Some(then)
                    if self.steady.contains(&key.0)
                        && then.time.to_bits() != active.time.to_bits() =>
                {
                    return Err(format!(
                        "{key:?} was due at {} and is now due at {}, though nothing that it reads has changed",
                        then.time, active.time
                    ));
                }
                None if !fresh => {
                    return Err(format!(
                        "{key:?} became active at {time} with a delay that is not positive: {}",
                        active.time
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn events<'a>(&self, list: &'a [Active]) -> Events<'a> {
        let per_match = list.iter().filter(|a| !self.aggregate.contains(&a.rule));
        per_match.map(|a| ((a.rule, &a.matched[..]), a)).collect()
    }
}

/// The step is that of the earliest event, an immediate one of the highest priority before all others.
fn first_is_due(before: &[Active], rule: RuleId, was: f64, time: f64) -> Result<(), String> {
    let urgent = before
        .iter()
        .filter(|a| a.time.is_finite())
        .filter_map(|a| a.priority)
        .max();
    match urgent {
        Some(priority) => {
            let eligible = before
                .iter()
                .any(|a| a.rule == rule && a.priority == Some(priority));
            if eligible && time.to_bits() == was.to_bits() {
                return Ok(());
            }
            Err(format!(
                "an immediate event of priority {priority} is active, and {rule:?} fired at {time}"
            ))
        }
        None => {
            let earliest = before
                .iter()
                .filter(|a| a.priority.is_none())
                .map(|a| a.time)
                .fold(f64::INFINITY, f64::min);
            let is_due = before
                .iter()
                .any(|a| a.rule == rule && a.time.to_bits() == time.to_bits());
            if is_due && time.to_bits() == earliest.to_bits() {
                return Ok(());
            }
            Err(format!(
                "{rule:?} fired at {time}, the earliest event was due at {earliest}"
            ))
        }
    }
}
