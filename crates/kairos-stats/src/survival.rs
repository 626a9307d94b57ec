//! Durations of which some had not ended when the observation did.

use crate::Moments;

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalPoint {
    /// The duration at which intervals closed.
    pub duration: f64,
    /// How many intervals were still observed just before.
    pub at_risk: u64,
    /// How many closed at it.
    pub closed: u64,
    /// The estimated probability of lasting longer.
    pub survival: f64,
    /// Greenwood's estimate of the variance of `survival`; 0 where the curve has come down to zero.
    pub variance: f64,
}

/// The product-limit estimate of Kaplan and Meier (JASA 53, 1958).
///
/// Closed intervals count as lasting exactly so long, censored ones (still open when observation ended) as
/// lasting longer; of equal durations the closed ones come first. Censoring must not depend on how the interval
/// would have gone on.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    points: Vec<SurvivalPoint>,
    closed: Moments,
    censored: u64,
}

/// Rounding in the product of steps must not hide that a curve has come down to a level.
const LEVEL_TOLERANCE: f64 = 1e-12;

impl KaplanMeier {
    /// Estimates from the durations of closed and of censored intervals, in any order.
    ///
    /// # Panics
    /// If a duration is negative or not finite.
    #[must_use]
    pub fn new(closed: &[f64], censored: &[f64]) -> Self {
        let closed_sorted = sorted(closed);
        let censored_sorted = sorted(censored);
        let points = curve(&closed_sorted, &censored_sorted);
        Self {
            points,
            closed: closed_sorted.into_iter().collect(),
            censored: censored.len() as u64,
        }
    }

    /// The steps of the curve, in ascending durations. Before the first the survival is 1.
    #[must_use]
    pub fn points(&self) -> &[SurvivalPoint] {
        &self.points
    }

    /// Half of the intervals last at most so long; `None` if the curve never comes down to one half.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The shortest duration d with survival(d) ≤ 1 − `p`; `None` if the curve never comes down to it.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let level = 1.0 - p + LEVEL_TOLERANCE;
        self.points
            .iter()
            .find(|point| point.survival <= level)
            .map(|point| point.duration)
    }

    /// The estimated probability of lasting longer than `duration`; NaN where that is NaN.
    #[must_use]
    pub fn survival_at(&self, duration: f64) -> f64 {
        if duration.is_nan() {
            return f64::NAN;
        }
        let steps = self
            .points
            .partition_point(|point| point.duration <= duration);
        steps
            .checked_sub(1)
            .map_or(1.0, |last| self.points[last].survival)
    }

    /// Count, mean and spread of the closed intervals alone. Their mean is too low where many are censored.
    #[must_use]
    pub fn closed(&self) -> &Moments {
        &self.closed
    }

    /// How many intervals were censored.
    #[must_use]
    pub fn censored(&self) -> u64 {
        self.censored
    }
}

fn sorted(durations: &[f64]) -> Vec<f64> {
    assert!(
        durations.iter().all(|d| d.is_finite() && *d >= 0.0),
        "a duration is a finite number, not negative"
    );
    let mut sorted = durations.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn curve(closed: &[f64], censored: &[f64]) -> Vec<SurvivalPoint> {
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut before = 0;
    closed
        .chunk_by(|a, b| a == b)
        .map(|equal| {
            let (duration, ended) = (equal[0], equal.len());
            let at_risk = closed.len() - before + censored.len()
                - censored.partition_point(|&c| c < duration);
            before += ended;
            let (n, d) = (at_risk as f64, ended as f64);
            survival *= (n - d) / n;
            greenwood += d / (n * (n - d));
            let variance = if at_risk == ended {
                0.0
            } else {
                survival * survival * greenwood
            };
            SurvivalPoint {
                duration,
                at_risk: at_risk as u64,
                closed: ended as u64,
                survival,
                variance,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Quantiles, testing::assert_close};
    use proptest::prelude::*;

    /// Remission of leukaemia under 6-mercaptopurine, in weeks (Freireich et al. 1963): the standard example.
    const CLOSED: [f64; 9] = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
    const CENSORED: [f64; 12] = [
        6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
    ];

    #[test]
    fn the_leukaemia_data() {
        let curve = KaplanMeier::new(&CLOSED, &CENSORED);
        // Kalbfleisch and Prentice (2002), table 1.2; standard errors as printed by R's survfit.
        let expected = [
            (6.0, 21, 3, 0.8571, 0.0764),
            (7.0, 17, 1, 0.8067, 0.0869),
            (10.0, 15, 1, 0.7529, 0.0963),
            (13.0, 12, 1, 0.6902, 0.1068),
            (16.0, 11, 1, 0.6275, 0.1141),
            (22.0, 7, 1, 0.5378, 0.1282),
            (23.0, 6, 1, 0.4482, 0.1346),
        ];
        assert_eq!(curve.points().len(), expected.len());
        for (point, (duration, at_risk, closed, survival, error)) in
            curve.points().iter().zip(expected)
        {
            assert_eq!(
                (point.duration, point.at_risk, point.closed),
                (duration, at_risk, closed)
            );
            assert!((point.survival - survival).abs() < 5e-5, "{point:?}");
            assert!((point.variance.sqrt() - error).abs() < 5e-5, "{point:?}");
        }
        assert_eq!(curve.median(), Some(23.0));
        assert_eq!(curve.quantile(0.25), Some(13.0));
        assert_eq!(curve.quantile(0.9), None);
        assert_eq!((curve.closed().count(), curve.censored()), (9, 12));
        assert_close(curve.closed().mean().unwrap(), 109.0 / 9.0, 1e-14);
    }

    #[test]
    fn a_median_that_is_not_reached_is_none() {
        let curve = KaplanMeier::new(&[1.0], &[2.0, 3.0]);
        assert_eq!((curve.median(), curve.closed().mean()), (None, Some(1.0)));
        let nothing = KaplanMeier::new(&[], &[]);
        assert_eq!((nothing.median(), nothing.survival_at(5.0)), (None, 1.0));
    }

    proptest! {
        #[test]
        fn without_censoring_it_is_the_empirical_distribution(
            durations in prop::collection::vec((0u32..30).prop_map(f64::from), 1..60), at in 0.0..30.0f64,
        ) {
            let curve = KaplanMeier::new(&durations, &[]);
            let ecdf = durations.iter().copied().collect::<Quantiles>().ecdf();
            prop_assert!((curve.survival_at(at) - (1.0 - ecdf.fraction_at(at).unwrap())).abs() < 1e-12);
            let mut sorted = durations;
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(curve.median(), Some(sorted[(sorted.len() - 1) / 2]));
            let last = curve.points().last().unwrap();
            prop_assert_eq!((last.survival, last.variance), (0.0, 0.0));
        }

        #[test]
        fn censoring_never_lowers_the_curve(
            closed in prop::collection::vec(0.1..10.0f64, 1..30),
            censored in prop::collection::vec(0.1..10.0f64, 0..30),
            at in 0.0..10.0f64,
        ) {
            let all: Vec<f64> = closed.iter().chain(&censored).copied().collect();
            let (with, without) = (KaplanMeier::new(&closed, &censored), KaplanMeier::new(&all, &[]));
            prop_assert!(with.survival_at(at) >= without.survival_at(at) - 1e-12);
        }
    }
}
