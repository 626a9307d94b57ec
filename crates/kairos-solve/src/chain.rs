//! The chain: states in which time passes, and rates.

use kairos_model::rule::RuleId;

use crate::moves::Counters;

/// A continuous-time Markov chain over the graphs of a model, with what its probes read and count.
#[derive(Clone, Debug)]
pub struct Chain {
    /// By state: the states that it is left for, ascending, and the rates.
    pub(crate) rows: Vec<Vec<(usize, f64)>>,
    /// By state: what its counters gain in a unit of time, on average.
    pub(crate) gains: Vec<Vec<f64>>,
    /// By state and probe, as [`kairos_rewrite::matcher::Matcher::reading`].
    pub(crate) readings: Vec<Vec<Option<f64>>>,
    /// Probabilities of the states at time 0, ascending, those of 0 left out.
    pub(crate) initial: Vec<(usize, f64)>,
    /// What immediate events count at time 0.
    pub(crate) at_once: Vec<f64>,
    /// States that were left in no time.
    pub(crate) vanished: usize,
    pub(crate) counters: Counters,
}

impl Chain {
    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.rows.len()
    }

    /// Number of pairs of states between which there is a rate.
    #[must_use]
    pub fn transitions(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Graphs in which no time passes, which are no states.
    #[must_use]
    pub fn vanished(&self) -> usize {
        self.vanished
    }

    /// At which rate a state is left.
    pub(crate) fn exit(&self, state: usize) -> f64 {
        self.rows[state].iter().map(|(_, rate)| rate).sum()
    }

    /// How often a rule is applied in a unit of time in a state.
    #[must_use]
    pub fn frequency(&self, state: usize, rule: RuleId) -> f64 {
        self.gains[state][Counters::applied(rule)]
    }

    /// The distribution at time 0, by state.
    pub(crate) fn start(&self) -> Vec<f64> {
        let mut distribution = vec![0.0; self.states()];
        for &(state, probability) in &self.initial {
            distribution[state] = probability;
        }
        distribution
    }
}

/// Probabilities of the states.
#[derive(Clone, Debug)]
pub struct Solution {
    /// At the end, or in the long run.
    pub(crate) last: Vec<f64>,
    /// On average over the time that is observed.
    pub(crate) average: Vec<f64>,
    /// How long is observed: `None` in the long run.
    pub(crate) observed: Option<f64>,
    /// Whether time 0 is observed.
    pub(crate) from_start: bool,
    /// How many classes of states, once entered, are never left; only in the long run.
    pub(crate) classes: usize,
}

impl Solution {
    /// The probability of each state at the end, or in the long run.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.last
    }

    /// In the long run, how many classes of states are never left once they are entered; which one it is, differs between runs.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }
}
