//! The guard against models in which time stands still.

use kairos_model::{model::Model, rule::RuleId};
use kairos_rewrite::error::Fault;

/// Counts firings without time moving on.
#[derive(Clone, Debug)]
pub(super) struct Standstill {
    /// All firings so far.
    firings: u64,
    /// How many there had been when time moved last.
    since: u64,
    /// So many may fire at one time.
    limit: u64,
    /// By rule: the number of its last firing, from 1.
    last: Vec<u64>,
}

impl Standstill {
    /// Of so many firings before the end the rules are named: those of the circle, not those that led to it.
    const NAMED: u64 = 1000;

    pub(super) fn new(model: &Model) -> Self {
        Standstill {
            firings: 0,
            since: 0,
            limit: model.run.limits.firings_at_one_time,
            last: vec![0; model.rules.len()],
        }
    }

    #[inline]
    pub(super) fn time_moved(&mut self) {
        self.since = self.firings;
    }

    /// Notes a firing; whether it is one more than the limit allows without time moving on.
    #[inline]
    pub(super) fn note(&mut self, rule: RuleId) -> bool {
        self.firings += 1;
        self.last[rule.index()] = self.firings;
        self.firings - self.since > self.limit
    }

    /// The fault that this is, with the rules responsible.
    #[cold]
    pub(super) fn fault(&self, model: &Model) -> Fault {
        let from = self.since.max(self.firings.saturating_sub(Self::NAMED));
        let fired = model
            .rules
            .iter()
            .zip(&self.last)
            .filter(|(_, last)| **last > from);
        let names: Vec<String> = fired.map(|(rule, _)| format!("`{}`", rule.name)).collect();
        Fault::TimeStandsStill {
            firings: self.firings - self.since,
            rules: names.join(", "),
        }
    }
}
