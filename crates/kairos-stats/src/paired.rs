//! Comparison of two scenarios whose replications share their draws.

use crate::{Confidence, Estimate, Moments, StudentT};

/// Accumulates pairs: one replication of a baseline and of the scenario that is compared with it.
///
/// Only pairs in which both values are defined are used; the others are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pairs {
    difference: Moments,
    baseline: Moments,
    scenario: Moments,
}

/// What the pairs say about scenario − baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The mean difference with its paired t interval; `undefined` counts the pairs excluded.
    pub difference: Estimate,
    /// Two-sided p-value of the paired t test of "no difference". With differences that are all equal it is 0, or 1
    /// if they are all zero. `None` for fewer than two pairs.
    pub p_value: Option<f64>,
    /// What pairing gained: (s²_baseline + s²_scenario) / s²_difference, the variance of the difference between
    /// independent runs over that of the pairs. Above 1, common random numbers helped. `None` for fewer than two
    /// pairs, or where all differences are equal.
    pub variance_reduction: Option<f64>,
}

impl Pairs {
    /// No pair yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one pair; it is excluded if either value is `None` or not finite.
    pub fn push(&mut self, baseline: impl Into<Option<f64>>, scenario: impl Into<Option<f64>>) {
        let defined = |value: Option<f64>| value.filter(|x| x.is_finite());
        match defined(baseline.into()).zip(defined(scenario.into())) {
            Some((baseline, scenario)) => {
                self.difference.push(scenario - baseline);
                self.baseline.push(baseline);
                self.scenario.push(scenario);
            }
            None => self.difference.push(None),
        }
    }

    /// Adds the pairs of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.difference.merge(&other.difference);
        self.baseline.merge(&other.baseline);
        self.scenario.merge(&other.scenario);
    }

    /// The moments of the differences scenario − baseline.
    #[must_use]
    pub fn difference(&self) -> &Moments {
        &self.difference
    }

    /// Interval, p-value and variance reduction of the pairs so far.
    #[must_use]
    pub fn compare(&self, confidence: Confidence) -> Comparison {
        let variance_reduction = match (
            self.baseline.variance(),
            self.scenario.variance(),
            self.difference.variance(),
        ) {
            (Some(a), Some(b), Some(paired)) if paired > 0.0 => Some((a + b) / paired),
            _ => None,
        };
        Comparison {
            difference: Estimate::new(&self.difference, confidence),
            p_value: paired_t_test(&self.difference),
            variance_reduction,
        }
    }
}

fn paired_t_test(difference: &Moments) -> Option<f64> {
    let (mean, error) = difference.mean().zip(difference.standard_error())?;
    if mean == 0.0 {
        return Some(1.0);
    }
    if error == 0.0 {
        return Some(0.0);
    }
    Some(StudentT::new((difference.count() - 1) as f64).two_sided(mean / error))
}

/// Holm's step-down adjustment (Scand. J. Statist. 6, 1979) of the p-values of one family of tests.
///
/// Rejecting where the adjusted value is at most α keeps the probability of any false rejection at or below α,
/// whatever the dependence between the tests. A test without p-value, or with NaN for one, has none afterwards,
/// and does not count in the family.
#[must_use]
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut family: Vec<(f64, usize)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(test, p)| Some((p.filter(|p| !p.is_nan())?, test)))
        .collect();
    family.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut adjusted = vec![None; p_values.len()];
    let mut highest = 0.0;
    for (rank, &(p, test)) in family.iter().enumerate() {
        highest = f64::max(highest, (p * (family.len() - rank) as f64).min(1.0));
        adjusted[test] = Some(highest);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SplitMix, assert_close};

    fn pairs(values: &[(f64, f64)]) -> Pairs {
        let mut pairs = Pairs::new();
        values.iter().for_each(|&(a, b)| pairs.push(a, b));
        pairs
    }

    #[test]
    fn students_sleep_data() {
        // Student (1908): drug A against B; published t = 4.06 with 9 degrees of freedom, p = 0.00283 (R: t.test).
        let a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let sleep: Vec<(f64, f64)> = a.into_iter().zip(b).collect();
        let comparison = pairs(&sleep).compare(Confidence::default());
        assert_close(comparison.p_value.unwrap(), 0.002_832_89, 1e-5);
        assert_close(comparison.difference.mean.unwrap(), 1.58, 1e-12);
        let interval = comparison.difference.interval.unwrap();
        assert_close(interval.low, 0.700_114_2, 1e-6);
        assert_close(interval.high, 2.459_885_8, 1e-6);
        // Var(a) = 3.200556, Var(b) = 4.009, Var(b − a) = 1.512889.
        assert_close(
            comparison.variance_reduction.unwrap(),
            (3.200_556 + 4.009) / 1.512_889,
            1e-6,
        );
    }

    #[test]
    fn incomplete_pairs_are_counted_and_excluded_as_pairs() {
        let mut pairs = pairs(&[(1.0, 2.0), (2.0, 4.0)]);
        pairs.push(None, 100.0);
        pairs.push(-100.0, f64::NAN);
        let comparison = pairs.compare(Confidence::default());
        assert_eq!(
            (comparison.difference.count, comparison.difference.undefined),
            (2, 2)
        );
        assert_eq!(comparison.difference.mean, Some(1.5));
        assert_eq!(comparison.variance_reduction, Some((0.5 + 2.0) / 0.5));
    }

    #[test]
    fn degenerate_pairs_have_clear_answers() {
        let compare = |values: &[(f64, f64)]| {
            let comparison = pairs(values).compare(Confidence::default());
            (comparison.p_value, comparison.variance_reduction)
        };
        assert_eq!(compare(&[]), (None, None));
        assert_eq!(compare(&[(1.0, 2.0)]), (None, None));
        assert_eq!(compare(&[(1.0, 1.0), (2.0, 2.0)]), (Some(1.0), None));
        assert_eq!(compare(&[(1.0, 2.0), (2.0, 3.0)]), (Some(0.0), None));
    }

    #[test]
    fn shared_draws_reduce_the_variance_and_independent_ones_do_not() {
        let mut random = SplitMix(11);
        let (mut shared, mut independent) = (Pairs::new(), Pairs::new());
        for _ in 0..2000 {
            let (common, own, other) = (random.normal(), random.normal(), random.normal());
            shared.push(common, common + 0.1 * own);
            independent.push(own, other);
        }
        let factor = |pairs: Pairs| {
            pairs
                .compare(Confidence::default())
                .variance_reduction
                .unwrap()
        };
        assert!(
            factor(shared) > 150.0,
            "about 201 in theory, {}",
            factor(shared)
        );
        assert!(
            (factor(independent) - 1.0).abs() < 0.1,
            "{}",
            factor(independent)
        );
    }

    #[test]
    fn holm_adjusts_from_the_smallest_up() {
        // R: p.adjust(c(0.01, 0.02, 0.03, 0.005), "holm")
        let adjusted = holm(&[Some(0.01), None, Some(0.02), Some(0.03), Some(0.005)]);
        for (actual, expected) in
            adjusted
                .iter()
                .zip([Some(0.03), None, Some(0.04), Some(0.04), Some(0.02)])
        {
            assert_eq!(actual.is_some(), expected.is_some());
            if let (&Some(actual), Some(expected)) = (actual, expected) {
                assert_close(actual, expected, 1e-15);
            }
        }
        assert_eq!(holm(&[Some(0.6), Some(0.9)]), [Some(1.0), Some(1.0)]);
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[Some(f64::NAN), Some(0.02)]), [None, Some(0.02)]);
    }
}
