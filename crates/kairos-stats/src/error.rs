//! What a caller may have got wrong.

use thiserror::Error;

/// A parameter outside its domain. The messages are fit for users: they name the value and the domain.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum Error {
    /// A confidence level that is not strictly between 0 and 1.
    #[error("a confidence level lies strictly between 0 and 1, not at {0}")]
    Confidence(f64),
    /// Neither a relative nor an absolute precision was given.
    #[error("a precision needs `relative`, `or_absolute` or both")]
    NoPrecision,
    /// A relative precision that is not strictly between 0 and 1.
    #[error("a relative precision lies strictly between 0 and 1, not at {0}")]
    RelativePrecision(f64),
    /// An absolute precision that is not a positive finite number.
    #[error("an absolute precision is a positive number, not {0}")]
    AbsolutePrecision(f64),
    /// Fewer replications than an interval needs.
    #[error("`at_least` is 2 or more, since one replication has no interval; not {0}")]
    AtLeast(u64),
    /// A maximum below the minimum.
    #[error("`at_most` ({at_most}) is below `at_least` ({at_least})")]
    AtMost {
        /// The minimum number of replications.
        at_least: u64,
        /// The maximum number of replications.
        at_most: u64,
    },
    /// A stopping rule without a metric to watch.
    #[error("a stopping rule needs at least one metric")]
    NoMetric,
    /// Histogram limits that are not finite and ascending.
    #[error("a histogram needs finite limits in ascending order, not {low} and {high}")]
    HistogramLimits {
        /// The lower limit given.
        low: f64,
        /// The upper limit given.
        high: f64,
    },
    /// A histogram without bins.
    #[error("a histogram needs at least one bin")]
    NoBin,
    /// Observed and expected counts of different length.
    #[error("{observed} observed counts cannot be compared with {expected} expected ones")]
    CountLengths {
        /// The number of observed counts.
        observed: usize,
        /// The number of expected counts.
        expected: usize,
    },
    /// An expected count that is not a positive finite number.
    #[error("an expected count is a positive number, not {0}")]
    ExpectedCount(f64),
    /// A chi-square test with no degree of freedom left.
    #[error("{categories} categories and {fitted} fitted parameters leave no degree of freedom")]
    NoDegreeOfFreedom {
        /// The number of categories.
        categories: usize,
        /// The number of parameters fitted to the same data.
        fitted: usize,
    },
}
