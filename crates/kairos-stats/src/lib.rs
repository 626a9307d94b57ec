//! Estimators, intervals, quantiles, comparisons and stopping rules: what a study makes of its numbers.
//!
//! # Invariants
//!
//! - **A number that is not finite is undefined.** Whatever takes observations one by one counts `None`, NaN and ±∞
//!   as undefined and excludes them: no estimate is NaN because one replication had nothing to observe. What needs
//!   a whole series has no answer where an observation is undefined. Times and durations are always finite.
//! - **No answer where there is none.** A mean of nothing, a variance of one value, a median that the curve never
//!   reached are `None`, not zero.
//! - **Bounded memory.** The accumulators ([`Moments`], [`Quantiles`], [`Histogram`], [`TimeAverage`], [`Pairs`],
//!   [`Ranking`], [`SequentialStop`], [`Jitter`]) do not grow with the number of observations.
//! - **Deterministic.** The same numbers in the same order give the same bits on every platform: logarithms and
//!   exponentials come from `libm`, nothing is iterated in hash order. [`Quantiles`] and [`Histogram`] do not even
//!   depend on the order; [`Moments`] does in its last bits, so that parts are merged in the order of replications.
//! - **Probabilities are checked once.** A [`Confidence`] lies between 0 and 1.
//!
//! # Example
//!
//! Two scenarios that share their draws, one replication undefined in the second:
//!
//! ```
//! use kairos_stats::{Confidence, Pairs};
//!
//! let mut pairs = Pairs::new();
//! for (baseline, scenario) in [(4.1, Some(3.9)), (5.0, Some(4.7)), (4.4, None), (4.6, Some(4.4))] {
//!     pairs.push(baseline, scenario);
//! }
//! let comparison = pairs.compare(Confidence::default());
//! let interval = comparison.difference.interval.expect("three complete pairs");
//! assert_eq!((comparison.difference.count, comparison.difference.undefined), (3, 1));
//! assert!(interval.high < 0.0, "the scenario is faster");
//! assert!(comparison.variance_reduction > Some(100.0));
//! ```
//!
//! # What it never knows
//!
//! Graphs, rules, simulated time, files, threads, the simulator's random numbers, and how anything is written down.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod batch_means;
mod distributions;
mod e_model;
mod ecdf;
mod error;
mod estimate;
mod goodness_of_fit;
mod histogram;
mod jitter;
mod moments;
mod paired;
mod quantiles;
mod ranking;
mod sketch;
mod special;
mod stopping;
mod survival;
mod time_average;
mod warm_up;

#[cfg(test)]
mod testing;

pub use batch_means::{BatchMeans, SerialCorrelation};
pub use distributions::{ChiSquare, Normal, StudentT};
pub use e_model::{Codec, Echo, Rating};
pub use ecdf::{Ecdf, EcdfPoint};
pub use error::Error;
pub use estimate::{Confidence, Estimate, Interval};
pub use goodness_of_fit::{
    TestResult, chi_square_test, kolmogorov_smirnov_p_value, kolmogorov_smirnov_test,
};
pub use histogram::Histogram;
pub use jitter::Jitter;
pub use moments::Moments;
pub use paired::{Comparison, Pairs, holm};
pub use quantiles::Quantiles;
pub use ranking::{Goal, Ranked, Ranking};
pub use stopping::{MetricStatus, Precision, SequentialStop, Stop};
pub use survival::{KaplanMeier, SurvivalPoint};
pub use time_average::{TimeAverage, TimeSummary};
pub use warm_up::{Truncation, mser5, settles_later};
