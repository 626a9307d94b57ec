//! The guard against models in which time stands still.

use kairos_model::{model::Model, rule::RuleId};
use kairos_rewrite::error::Fault;

/// Counts firings without time moving on.
#[derive(Clone, Debug)]
pub(super) struct Standstill {
    /// The rule whose firing moved time last: the first at this time. All there is to note where times differ.
    first: Option<RuleId>,
    /// All firings so far that did not move time.
    others: u64,
    /// How many of them there had been when time moved last.
    since: u64,
    /// So many may fire at one time.
    limit: u64,
    /// By rule: the number of its last firing among the others, from 1.
    last: Vec<u64>,
}

impl Standstill {
    /// Of so many firings before the end the rules are named: those of the circle, not those that led to it.
    const NAMED: u64 = 1000;

    pub(super) fn new(model: &Model) -> Self {
        Standstill {
            first: None,
            others: 0,
            since: 0,
            limit: model.run.limits.firings_at_one_time,
            last: vec![0; model.rules.len()],
        }
    }

    /// Notes a firing; whether it is one more than the limit allows without time moving on.
    #[inline]
    pub(super) fn note(&mut self, rule: RuleId, moves_time: bool) -> bool {
        if moves_time {
            self.first = Some(rule);
            self.since = self.others;
        } else {
            self.others += 1;
            self.last[rule.index()] = self.others;
        }
        !moves_time && self.firings() > self.limit
    }

    /// How many there were at this time.
    #[inline]
    fn firings(&self) -> u64 {
        self.others - self.since + u64::from(self.first.is_some())
    }

    /// The fault that this is, with the rules responsible.
    #[cold]
    pub(super) fn fault(&self, model: &Model) -> Fault {
        let firings = self.firings();
        let first = self.first.filter(|_| firings <= Self::NAMED);
        let from = self.since.max(self.others.saturating_sub(Self::NAMED));
        let rules = (0..).map(RuleId).zip(&model.rules).zip(&self.last);
        let fired = rules.filter(|((id, _), last)| **last > from || first == Some(*id));
        let names: Vec<String> = fired
            .map(|((_, rule), _)| format!("`{}`", rule.name))
            .collect();
        Fault::TimeStandsStill {
            firings,
            rules: names.join(", "),
        }
    }
}
