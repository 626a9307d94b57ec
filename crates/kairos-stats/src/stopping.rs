//! How many replications are enough.

use crate::{Confidence, Error, Estimate, Moments};

/// When the interval of every metric is narrow enough.
///
/// A metric is precise when the half-width of its t interval is at most `relative`·|mean|, or at most
/// `or_absolute`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Half-width over |mean|, between 0 and 1.
    pub relative: Option<f64>,
    /// Half-width in the unit of the metric.
    pub or_absolute: Option<f64>,
    /// Confidence of the intervals.
    pub confidence: Confidence,
    /// The fewest replications, 2 or more; every metric must also be defined in that many of them.
    pub at_least: u64,
    /// The most replications.
    pub at_most: u64,
}

impl Precision {
    fn check(self) -> Result<Self, Error> {
        if self.relative.is_none() && self.or_absolute.is_none() {
            return Err(Error::NoPrecision);
        }
        if let Some(relative) = self.relative.filter(|&r| !(r > 0.0 && r < 1.0)) {
            return Err(Error::RelativePrecision(relative));
        }
        if let Some(absolute) = self.or_absolute.filter(|&a| !(a > 0.0 && a.is_finite())) {
            return Err(Error::AbsolutePrecision(absolute));
        }
        if self.at_least < 2 {
            return Err(Error::AtLeast(self.at_least));
        }
        if self.at_most < self.at_least {
            return Err(Error::AtMost {
                at_least: self.at_least,
                at_most: self.at_most,
            });
        }
        Ok(self)
    }

    fn status(&self, moments: &Moments) -> MetricStatus {
        let estimate = Estimate::new(moments, self.confidence);
        let (Some(mean), Some(interval)) = (estimate.mean, estimate.interval) else {
            return MetricStatus::TooFewDefined {
                defined: estimate.count,
            };
        };
        if estimate.count < self.at_least {
            return MetricStatus::TooFewDefined {
                defined: estimate.count,
            };
        }
        let half_width = interval.half_width();
        let relative = self.relative.map_or(0.0, |relative| relative * mean.abs());
        let allowed = relative.max(self.or_absolute.unwrap_or(0.0));
        if half_width <= allowed {
            MetricStatus::Precise
        } else if self.or_absolute.is_none() && interval.contains(0.0) {
            MetricStatus::MeanMayBeZero { half_width }
        } else {
            MetricStatus::TooWide {
                half_width,
                allowed,
            }
        }
    }
}

/// How far one metric is from the precision asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetricStatus {
    /// Narrow enough.
    Precise,
    /// The interval is still too wide.
    TooWide {
        /// The half-width now.
        half_width: f64,
        /// The half-width at which it would be precise, at the present mean.
        allowed: f64,
    },
    /// Only a relative precision was asked for, and the interval holds zero. If the mean is zero, no number of
    /// replications will do: the metric needs an absolute precision.
    MeanMayBeZero {
        /// The half-width now.
        half_width: f64,
    },
    /// Defined in fewer replications than `at_least`.
    TooFewDefined {
        /// In how many.
        defined: u64,
    },
}

/// Why a study stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// All metrics are precise.
    Precise,
    /// The most replications are done, and some metric is not precise: see [`SequentialStop::status`].
    AtMost,
}

/// Watches the metrics of a study, replication by replication in ascending order, and says when to stop.
///
/// The rule is evaluated after every replication, on the ordered prefix alone: it stops at the same number,
/// however many replications were started ahead, and by however many threads. Metrics of scenarios that are
/// compared in pairs go into one row, and stop jointly.
///
/// The intervals are those of a fixed number of replications; stopping when one looks narrow makes them cover a
/// little less often than they say (Law, *Simulation Modeling and Analysis*, 5th ed., 9.4.1), less so the
/// larger `at_least`.
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialStop {
    precision: Precision,
    replications: u64,
    metrics: Vec<Moments>,
}

impl SequentialStop {
    /// A rule for a number of metrics.
    ///
    /// # Errors
    /// The first parameter outside its domain, or no metric.
    pub fn new(precision: Precision, metrics: usize) -> Result<Self, Error> {
        if metrics == 0 {
            return Err(Error::NoMetric);
        }
        Ok(Self {
            precision: precision.check()?,
            replications: 0,
            metrics: vec![Moments::new(); metrics],
        })
    }

    /// Adds the next replication, one value per metric, and says whether it is the last one needed.
    ///
    /// # Panics
    /// If the row does not have one value per metric.
    pub fn push(&mut self, row: &[Option<f64>]) -> Option<Stop> {
        assert_eq!(
            row.len(),
            self.metrics.len(),
            "a row has one value per metric"
        );
        self.replications += 1;
        self.metrics
            .iter_mut()
            .zip(row)
            .for_each(|(moments, &value)| moments.push(value));
        if self.replications < self.precision.at_least {
            None
        } else if self
            .metrics
            .iter()
            .all(|moments| self.precision.status(moments) == MetricStatus::Precise)
        {
            Some(Stop::Precise)
        } else {
            (self.replications >= self.precision.at_most).then_some(Stop::AtMost)
        }
    }

    /// How many replications were added.
    #[must_use]
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// How far each metric is, in the order of the rows.
    pub fn status(&self) -> impl Iterator<Item = MetricStatus> {
        self.metrics
            .iter()
            .map(|moments| self.precision.status(moments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SplitMix;

    fn precision(relative: Option<f64>, or_absolute: Option<f64>) -> Precision {
        Precision {
            relative,
            or_absolute,
            confidence: Confidence::default(),
            at_least: 10,
            at_most: 2000,
        }
    }

    /// Feeds one metric until the rule stops.
    fn run(
        precision: Precision,
        mut next: impl FnMut() -> Option<f64>,
    ) -> (u64, Stop, MetricStatus) {
        let mut rule = SequentialStop::new(precision, 1).unwrap();
        loop {
            if let Some(stop) = rule.push(&[next()]) {
                return (rule.replications(), stop, rule.status().next().unwrap());
            }
        }
    }

    #[test]
    fn bad_parameters_are_refused() {
        let refused = |precision| SequentialStop::new(precision, 1).unwrap_err();
        let good = precision(Some(0.1), None);
        assert_eq!(refused(precision(None, None)), Error::NoPrecision);
        assert_eq!(
            refused(precision(Some(1.0), None)),
            Error::RelativePrecision(1.0)
        );
        assert!(matches!(
            refused(precision(Some(f64::NAN), None)),
            Error::RelativePrecision(_)
        ));
        assert_eq!(
            refused(precision(None, Some(0.0))),
            Error::AbsolutePrecision(0.0)
        );
        assert_eq!(
            refused(Precision {
                at_least: 1,
                ..good
            }),
            Error::AtLeast(1)
        );
        assert_eq!(
            refused(Precision { at_most: 9, ..good }),
            Error::AtMost {
                at_least: 10,
                at_most: 9
            }
        );
        assert_eq!(SequentialStop::new(good, 0), Err(Error::NoMetric));
    }

    #[test]
    fn constants_stop_at_the_minimum_even_at_zero() {
        assert_eq!(
            run(precision(Some(0.01), None), || Some(0.0)),
            (10, Stop::Precise, MetricStatus::Precise)
        );
        assert_eq!(run(precision(Some(0.01), None), || Some(3.0)).0, 10);
    }

    #[test]
    fn stops_at_the_first_precise_prefix() {
        let mut random = SplitMix(3);
        let mut seen = Vec::new();
        let (n, stop, _) = run(precision(Some(0.02), None), || {
            seen.push(10.0 + random.normal());
            seen.last().copied()
        });
        assert_eq!((n, stop), (seen.len() as u64, Stop::Precise));
        let relative = |n: usize| {
            let moments: Moments = seen[..n].iter().copied().collect();
            Estimate::new(&moments, Confidence::default())
                .relative_half_width()
                .unwrap()
        };
        assert!(n > 10 && relative(seen.len()) <= 0.02);
        assert!((10..seen.len()).all(|n| relative(n) > 0.02));
    }

    #[test]
    fn a_mean_of_zero_needs_an_absolute_precision() {
        let alternating = || {
            let mut sign = 1.0;
            move || {
                sign = -sign;
                Some(sign)
            }
        };
        let (n, stop, status) = run(precision(Some(0.1), None), alternating());
        assert_eq!((n, stop), (2000, Stop::AtMost));
        assert!(matches!(status, MetricStatus::MeanMayBeZero { half_width } if half_width > 0.0));
        let (n, stop, _) = run(precision(Some(0.1), Some(0.25)), alternating());
        assert_eq!(stop, Stop::Precise);
        assert!(n < 100, "{n}");
    }

    #[test]
    fn undefined_replications_do_not_count_towards_the_minimum() {
        let mut index = 0;
        let every_other = move || {
            index += 1;
            (index % 2 == 0).then_some(1.0)
        };
        assert_eq!(run(precision(Some(0.1), None), every_other).0, 20);
        let (n, stop, status) = run(precision(Some(0.1), None), || None);
        assert_eq!(
            (n, stop, status),
            (
                2000,
                Stop::AtMost,
                MetricStatus::TooFewDefined { defined: 0 }
            )
        );
    }

    #[test]
    fn metrics_stop_jointly() {
        let mut random = SplitMix(9);
        let mut rule = SequentialStop::new(precision(None, Some(0.2)), 2).unwrap();
        let stop = loop {
            if let Some(stop) = rule.push(&[Some(1.0), Some(random.normal())]) {
                break stop;
            }
            assert!(
                rule.replications() < 10 || rule.status().next() == Some(MetricStatus::Precise)
            );
        };
        assert_eq!(stop, Stop::Precise);
        assert!(
            rule.replications() > 50,
            "the wide metric decides: {}",
            rule.replications()
        );
    }
}
