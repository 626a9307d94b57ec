//! Values at the firings of a rule.

use std::sync::OnceLock;

use kairos_model::{expr::Formula, types::Value};
use kairos_rewrite::{
    error::Outcome,
    matcher::{Firing, Matcher},
};
use kairos_stats::{Ecdf, Moments, Quantiles};

/// The values of a tally probe after warm-up, weighted by event.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    sum: f64,
    moments: Moments,
    quantiles: Quantiles,
    /// Sorted once, and only where a quantile is asked for.
    ecdf: OnceLock<Ecdf>,
}

impl Tally {
    pub(super) fn push(&mut self, value: f64) {
        self.sum += value;
        self.moments.push(value);
        self.quantiles.push(value);
    }

    /// The sum; 0 without values, infinite where it exceeds a double.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Count, mean and spread.
    #[must_use]
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The values for quantiles, which can be merged with those of other replications.
    #[must_use]
    pub fn quantiles(&self) -> &Quantiles {
        &self.quantiles
    }

    /// The empirical distribution: quantiles and histograms are read from it.
    #[must_use]
    pub fn ecdf(&self) -> &Ecdf {
        self.ecdf.get_or_init(|| self.quantiles.ecdf())
    }
}

/// The value of a tally at a firing; `None` where its condition does not hold.
pub(super) fn value<M: Matcher>(
    matcher: &M,
    firing: &Firing<'_>,
    value: &Formula,
    when: Option<&Formula>,
) -> Outcome<Option<f64>> {
    if let Some(when) = when
        && matcher.value(when, firing.bound, firing.now)? != Value::Bool(true)
    {
        return Ok(None);
    }
    match matcher.value(value, firing.bound, firing.now)? {
        Value::Real(value) => Ok(Some(value)),
        other => unreachable!("check gives tallies real values, not {other:?}"),
    }
}
