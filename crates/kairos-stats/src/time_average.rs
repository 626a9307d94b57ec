//! Averages over time of a value that changes in steps.

/// Integrates a right-continuous step function from the end of the warm-up on.
///
/// A value holds from the time at which it is set until the next one. Values set at the same time replace each
/// other: the function only ever has the last of them. Time before the first value, and time with an undefined
/// value, is excluded and measured apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeAverage {
    /// From when on time is neither warm-up nor yet integrated.
    since: f64,
    last_set: f64,
    current: Option<f64>,
    /// West's weighted form of Welford's recurrence (CACM 22, 1979): weight, mean, weighted sum of squares.
    duration: f64,
    mean: f64,
    squares: f64,
    range: (f64, f64),
    undefined: f64,
}

/// What a [`TimeAverage`] has seen; durations in the unit of its times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeSummary {
    /// The integral over time divided by the time: the time-weighted mean.
    pub mean: f64,
    /// The lowest value that was held for a positive time, or at the end.
    pub min: f64,
    /// The highest value that was held for a positive time, or at the end.
    pub max: f64,
    /// The time-weighted mean of squared deviations (divisor: the time).
    pub variance: f64,
    /// For how long the value was defined.
    pub duration: f64,
    /// For how long it was undefined, and excluded.
    pub undefined: f64,
}

impl TimeAverage {
    /// Starts with no value; what happens before `warm_up` counts only through the value that it leaves behind.
    ///
    /// # Panics
    /// If `warm_up` is not finite.
    #[must_use]
    pub fn new(warm_up: f64) -> Self {
        assert!(
            warm_up.is_finite(),
            "a warm-up ends at a finite time, not at {warm_up}"
        );
        Self {
            since: warm_up,
            last_set: f64::NEG_INFINITY,
            current: None,
            duration: 0.0,
            mean: 0.0,
            squares: 0.0,
            range: (f64::INFINITY, f64::NEG_INFINITY),
            undefined: 0.0,
        }
    }

    /// The function has `value` from `time` on; `None` and numbers that are not finite are undefined.
    ///
    /// # Panics
    /// If `time` is NaN or before the last one: time does not run backwards.
    #[inline]
    pub fn set(&mut self, time: f64, value: impl Into<Option<f64>>) {
        self.integrate(time);
        self.last_set = time;
        self.current = value.into().filter(|x| x.is_finite());
    }

    /// The averages up to `end`; `None` if no defined value was held for a positive time. Reading changes nothing.
    ///
    /// # Panics
    /// If `end` is NaN or before the last value was set.
    #[must_use]
    pub fn summary(&self, end: f64) -> Option<TimeSummary> {
        let mut whole = *self;
        whole.integrate(end);
        // The interval is closed: what the last event left behind belongs to it.
        if let Some(last) = whole.current {
            whole.reach(last);
        }
        (whole.duration > 0.0).then_some(TimeSummary {
            mean: whole.mean,
            min: whole.range.0,
            max: whole.range.1,
            variance: whole.squares / whole.duration,
            duration: whole.duration,
            undefined: whole.undefined,
        })
    }

    #[inline]
    fn reach(&mut self, value: f64) {
        // No value is NaN, which `min` and `max` would ask first.
        if value < self.range.0 {
            self.range.0 = value;
        }
        if value > self.range.1 {
            self.range.1 = value;
        }
    }

    #[inline]
    fn integrate(&mut self, until: f64) {
        assert!(
            until >= self.last_set,
            "time runs from {} back to {until}",
            self.last_set
        );
        let held = until - self.since;
        if held <= 0.0 {
            return;
        }
        self.since = until;
        let Some(value) = self.current else {
            self.undefined += held;
            return;
        };
        self.reach(value);
        self.duration += held;
        let deviation = value - self.mean;
        self.mean += deviation * (held / self.duration);
        self.squares += held * deviation * (value - self.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn a_value_holds_until_the_next() {
        let mut average = TimeAverage::new(0.0);
        average.set(0.0, 1.0);
        average.set(3.0, 5.0);
        let summary = average.summary(4.0).unwrap();
        assert_eq!((summary.mean, summary.min, summary.max), (2.0, 1.0, 5.0));
        assert_eq!((summary.variance, summary.duration), (3.0, 4.0));
        assert_eq!(
            average.summary(7.0).unwrap().mean,
            23.0 / 7.0,
            "reading at 4 disturbed nothing"
        );
    }

    #[test]
    fn warm_up_leaves_only_its_last_value() {
        let mut average = TimeAverage::new(10.0);
        average.set(0.0, 1000.0);
        average.set(9.0, 2.0);
        assert_eq!(average.summary(10.0), None);
        average.set(12.0, 4.0);
        let summary = average.summary(14.0).unwrap();
        assert_eq!(
            (summary.mean, summary.min, summary.max, summary.duration),
            (3.0, 2.0, 4.0, 4.0)
        );
    }

    #[test]
    fn values_of_no_duration_leave_no_trace() {
        let mut average = TimeAverage::new(0.0);
        average.set(0.0, 1.0);
        average.set(1.0, 99.0);
        average.set(1.0, 1.0);
        let summary = average.summary(2.0).unwrap();
        assert_eq!((summary.max, summary.variance), (1.0, 0.0));
    }

    #[test]
    fn the_last_value_belongs_to_the_range() {
        let mut average = TimeAverage::new(1.0);
        average.set(0.0, 1.0);
        average.set(2.0, 3.0);
        let summary = average.summary(2.0).unwrap();
        assert_eq!((summary.min, summary.max, summary.mean), (1.0, 3.0, 1.0));
        // Reading changes nothing: what is replaced at the same time is forgotten.
        average.set(2.0, 2.0);
        assert_eq!(average.summary(4.0).unwrap().max, 2.0);
        average.set(4.0, 0.5);
        assert_eq!(average.summary(4.0).unwrap().min, 0.5);
    }

    #[test]
    fn undefined_time_is_measured_apart() {
        let mut average = TimeAverage::new(0.0);
        average.set(1.0, 2.0);
        average.set(2.0, None);
        average.set(5.0, 4.0);
        let summary = average.summary(6.0).unwrap();
        assert_eq!(
            (summary.mean, summary.duration, summary.undefined),
            (3.0, 2.0, 4.0)
        );
    }

    proptest! {
        #[test]
        fn agrees_with_the_integral(steps in prop::collection::vec((0.01..5.0f64, -10.0..10.0f64), 1..50)) {
            let (mut average, mut now) = (TimeAverage::new(0.0), 0.0);
            for &(held, value) in &steps {
                average.set(now, value);
                now += held;
            }
            let summary = average.summary(now).unwrap();
            let mean = steps.iter().map(|(held, value)| held * value).sum::<f64>() / now;
            let variance = steps.iter().map(|(held, value)| held * (value - mean) * (value - mean)).sum::<f64>() / now;
            prop_assert!((summary.mean - mean).abs() < 1e-11);
            prop_assert!((summary.variance - variance).abs() < 1e-9);
            assert_close(summary.duration, now, 1e-12);
        }
    }
}
