//! `Study(…)`: what is compared.

use super::{Entries, NumberOrText, StartSpec, Text, TimerSpec};
use crate::source::{FileId, Span, Spanned};

/// `Study(…)`: one file.
#[derive(Clone, Debug)]
pub struct StudySpec {
    /// The file.
    pub file: FileId,
    /// The model, relative to this file.
    pub model: Text,
    /// What all scenarios change; where one of them says something else, that counts.
    pub common: ChangesSpec,
    /// Scenarios.
    pub scenarios: Entries<ChangesSpec>,
    /// Parameters that are varied.
    pub vary: Option<VarySpec>,
    /// Conditions on the points of `vary`: expressions over parameters.
    pub constraints: Vec<Text>,
    /// Metrics.
    pub metrics: Vec<Text>,
    /// The scenario that the others are compared with (the first if absent).
    pub baseline: Option<Text>,
    /// By metric, which value is the best: `Least` or `Most`.
    pub best: Entries<Spanned<String>>,
    /// Overrides the model's.
    pub warm_up: Option<WarmUpSpec>,
    /// How many replications.
    pub replications: Spanned<ReplicationsSpec>,
    /// Confidence of intervals (0.95 if absent).
    pub confidence: Option<Spanned<f64>>,
    /// The random seed.
    pub seed: Option<Spanned<u64>>,
    /// Names of entries that are declared but had a mistake and were left out: nothing further is said about them.
    pub unreadable: Vec<Text>,
}

/// What a study or one of its scenarios changes in the model.
#[derive(Clone, Debug, Default)]
pub struct ChangesSpec {
    /// Parameters.
    pub parameters: Entries<NumberOrText>,
    /// Another rule set, relative to the study's file.
    pub rules: Option<Text>,
    /// Timers of some rules.
    pub timers: Entries<TimerSpec>,
    /// Another start graph.
    pub start: Option<Spanned<Vec<StartSpec>>>,
    /// Another horizon.
    pub horizon: Option<NumberOrText>,
}

/// `{ "clients": [100, 200] }` is a grid; `Zip({…})`, `List([{…}, …])`.
#[derive(Clone, Debug)]
pub enum VarySpec {
    /// Every combination.
    Grid(Entries<Vec<NumberOrText>>),
    /// The first values together, then the second ones, …
    Zip(Entries<Vec<NumberOrText>>),
    /// Points one by one.
    List(Vec<Entries<NumberOrText>>),
}

/// `600.0`, or `Mser5(of: ["queue"], pilots: 10)`.
#[derive(Clone, Debug)]
pub enum WarmUpSpec {
    /// A number or an expression.
    Given(NumberOrText),
    /// Found by MSER-5.
    Mser5 {
        /// The probes whose series are looked at (all that have one if absent).
        of: Option<Vec<Text>>,
        /// How many replications are looked at.
        pilots: Option<Spanned<i64>>,
        /// The whole.
        span: Span,
    },
}

/// `20` or `Precision(relative: 0.02, or_absolute: 0.0005, confidence: 0.95, at_least: 10, at_most: 2000)`.
#[derive(Clone, Debug)]
pub enum ReplicationsSpec {
    /// A number.
    Fixed(i64),
    /// Until every interval is narrow enough.
    Precision {
        /// Relative half-width.
        relative: Spanned<f64>,
        /// Absolute half-width that is narrow enough.
        or_absolute: Option<Spanned<f64>>,
        /// Confidence.
        confidence: Option<Spanned<f64>>,
        /// At least so many.
        at_least: Option<Spanned<i64>>,
        /// At most so many.
        at_most: Option<Spanned<i64>>,
    },
    /// `BatchMeans(batches: 30)`: one long run, cut into pieces.
    BatchMeans {
        /// How many.
        batches: Option<Spanned<i64>>,
    },
}
