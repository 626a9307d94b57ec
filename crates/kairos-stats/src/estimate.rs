//! A mean with its confidence interval.

use crate::{Error, Moments, StudentT};

/// A confidence level, strictly between 0 and 1: 0.95 is the default.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Checks a level.
    ///
    /// # Errors
    /// [`Error::Confidence`] unless 0 < `level` < 1.
    pub fn new(level: f64) -> Result<Self, Error> {
        if level > 0.0 && level < 1.0 {
            Ok(Self(level))
        } else {
            Err(Error::Confidence(level))
        }
    }

    /// The level, for instance 0.95.
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// The probability outside, for instance 0.05.
    #[must_use]
    pub fn error(self) -> f64 {
        1.0 - self.0
    }

    /// The factor of the standard error in a two-sided t interval from `count` ≥ 2 values.
    pub(crate) fn t_factor(self, count: u64) -> f64 {
        StudentT::new((count - 1) as f64).quantile(0.5 + 0.5 * self.0)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self(0.95)
    }
}

/// A closed interval, its ends in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, never below `low`.
    pub high: f64,
}

impl Interval {
    /// Half the length.
    #[must_use]
    pub fn half_width(self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// Whether a value lies inside, the ends included.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// What a sample says about the mean that it was drawn from.
///
/// The interval is Student's: mean ± t·s/√n with n − 1 degrees of freedom. It covers the mean with the stated
/// confidence for independent normal values, and nearly so for independent values of moderate skewness once n is
/// some tens. Equal values give an interval of width 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How many values were defined, and used.
    pub count: u64,
    /// How many were undefined, and excluded.
    pub undefined: u64,
    /// The mean; `None` if no value was defined.
    pub mean: Option<f64>,
    /// The sample standard deviation; `None` for fewer than two values.
    pub sd: Option<f64>,
    /// The t interval of the mean; `None` for fewer than two values.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// The estimate from accumulated moments.
    #[must_use]
    pub fn new(moments: &Moments, confidence: Confidence) -> Self {
        let interval = moments
            .mean()
            .zip(moments.standard_error())
            .map(|(mean, error)| {
                let half_width = confidence.t_factor(moments.count()) * error;
                Interval {
                    low: mean - half_width,
                    high: mean + half_width,
                }
            });
        Self {
            count: moments.count(),
            undefined: moments.undefined(),
            mean: moments.mean(),
            sd: moments.sd(),
            interval,
        }
    }

    /// Half-width of the interval over |mean|; `None` without an interval or at a mean of exactly zero.
    #[must_use]
    pub fn relative_half_width(&self) -> Option<f64> {
        let mean = self.mean.filter(|&mean| mean != 0.0)?;
        Some(self.interval?.half_width() / mean.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SplitMix, assert_close};

    fn estimate(values: &[Option<f64>]) -> Estimate {
        Estimate::new(&values.iter().copied().collect(), Confidence::default())
    }

    #[test]
    fn confidence_is_checked() {
        for level in [0.0, 1.0, -1.0, 95.0, f64::NAN] {
            assert!(
                matches!(Confidence::new(level), Err(Error::Confidence(_))),
                "{level}"
            );
        }
        assert_eq!(Confidence::new(0.9).unwrap().level(), 0.9);
    }

    #[test]
    fn few_values_give_no_interval() {
        assert_eq!((estimate(&[]).mean, estimate(&[]).interval), (None, None));
        let one = estimate(&[Some(2.0), None]);
        assert_eq!(
            (one.count, one.undefined, one.mean, one.sd, one.interval),
            (1, 1, Some(2.0), None, None)
        );
    }

    #[test]
    fn equal_values_give_an_interval_of_width_zero() {
        let equal = estimate(&[Some(0.1); 7]);
        assert_eq!(
            equal.interval,
            Some(Interval {
                low: 0.1,
                high: 0.1
            })
        );
        assert_eq!(equal.relative_half_width(), Some(0.0));
        assert_eq!(estimate(&[Some(0.0); 7]).relative_half_width(), None);
    }

    #[test]
    fn students_sleep_data() {
        // Student (1908), drug B, extra hours of sleep: mean 2.33, s = 2.002249, n = 10.
        let sleep = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4].map(Some);
        let interval = estimate(&sleep).interval.unwrap();
        assert_close(interval.low, 0.897_677_5, 1e-6);
        assert_close(interval.high, 3.762_322_5, 1e-6);
    }

    /// Coverage of the 95 % interval for n = 5, over 20,000 normal samples with a fixed random seed. The number
    /// of misses is binomial; the test rejects at |z| > 3.89, α = 1e-4. The control uses the normal factor 1.96
    /// in place of t, covers 87.8 % only, and must be rejected.
    #[test]
    fn the_t_interval_covers_as_often_as_it_says() {
        let mut random = SplitMix(20_260_101);
        let (samples, mut misses, mut control) = (20_000_u32, 0_u32, 0_u32);
        for _ in 0..samples {
            let moments: Moments = (0..5).map(|_| 3.0 + 2.0 * random.normal()).collect();
            let interval = Estimate::new(&moments, Confidence::default())
                .interval
                .unwrap();
            misses += u32::from(!interval.contains(3.0));
            let too_narrow = 1.96 * moments.standard_error().unwrap();
            control += u32::from((moments.mean().unwrap() - 3.0).abs() > too_narrow);
        }
        let n = f64::from(samples);
        let z = |misses: u32| (f64::from(misses) - 0.05 * n) / (n * 0.05 * 0.95).sqrt();
        assert!(z(misses).abs() < 3.89, "{misses} of {samples} missed");
        assert!(
            z(control) > 3.89,
            "the control passed: {control} of {samples} missed"
        );
    }
}
