//! Checked studies: which scenarios are compared, by which metrics, how often.

use crate::{
    model::Model,
    probe::{MetricRef, ProbeId},
    source::Span,
};

/// A study: scenarios with one model each.
#[derive(Clone, Debug)]
pub struct Study {
    /// Scenarios, in the order of the text, the points of `vary` after one another.
    pub scenarios: Vec<Scenario>,
    /// Metrics that are compared; every scenario's model has them.
    pub metrics: Vec<Metric>,
    /// The scenario that the others are compared with.
    pub baseline: usize,
    /// How many replications.
    pub replications: Replications,
    /// The random seed.
    pub seed: u64,
    /// Confidence of intervals, as 0.95.
    pub confidence: f64,
    /// How the warm-up is to be found, where the study does not give one; the models' own then counts for nothing.
    pub warm_up: Option<WarmUpSearch>,
}

/// A warm-up that is found by MSER-5, from the series of probes averaged over pilot replications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmUpSearch {
    /// Counts and summaries, in the order of the model.
    pub probes: Vec<ProbeId>,
    /// How many pilot replications of each scenario.
    pub pilots: u64,
}

/// A scenario: a name and the model that it stands for.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name in the text, with the point of `vary` behind it: `random, clients = 200`.
    pub name: String,
    /// The name in the text alone.
    pub group: String,
    /// The point of `vary`: names and values as written.
    pub point: Vec<(String, String)>,
    /// What the study changes in any scenario besides parameters, as written: timers, rules, start and horizon. All scenarios have the same names.
    pub settings: Vec<(String, String)>,
    /// The model.
    pub model: Model,
    /// Where its name stands.
    pub span: Span,
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// As written: `latency.mean`.
    pub name: String,
    /// What it stands for, in each scenario.
    pub refs: Vec<MetricRef>,
    /// Its unit; empty for plain numbers.
    pub unit: String,
    /// Which value is the best, if the scenarios are to be ranked by it.
    pub best: Option<Best>,
}

/// Which value of a metric is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    /// The least.
    Least,
    /// The greatest.
    Most,
}

/// How many replications each scenario gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Replications {
    /// A number.
    Fixed(u64),
    /// Until every metric's interval is narrow enough.
    Precision {
        /// Half-width relative to the mean.
        relative: f64,
        /// Half-width in the metric's own unit that is narrow enough whatever the mean.
        or_absolute: Option<f64>,
        /// At least so many.
        at_least: u64,
        /// At most so many.
        at_most: u64,
    },
    /// One run, its time after the warm-up cut into so many batches; every model has a horizon, and none a condition to stop.
    BatchMeans {
        /// How many.
        batches: u64,
    },
}
