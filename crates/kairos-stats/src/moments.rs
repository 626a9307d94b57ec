//! Count, mean, variance, minimum and maximum in one pass.

/// Running moments of a stream of numbers, in constant memory.
///
/// Welford's recurrence (Technometrics 4, 1962) for the mean and the sum of squared deviations; parts are merged by
/// the formula of Chan, Golub and LeVeque (1979). Both are stable where the mean is large against the deviation.
/// Merging agrees with one pass up to rounding: merge in a fixed order where bits matter.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    count: u64,
    undefined: u64,
    mean: f64,
    squares: f64,
    /// Lowest and highest value, meaningful once `count > 0`.
    range: (f64, f64),
}

impl Moments {
    /// No observation yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one observation; `None` and numbers that are not finite are counted as undefined.
    pub fn push(&mut self, value: impl Into<Option<f64>>) {
        let Some(value) = value.into().filter(|x| x.is_finite()) else {
            self.undefined += 1;
            return;
        };
        let (low, high) = if self.count == 0 {
            (value, value)
        } else {
            self.range
        };
        self.range = (low.min(value), high.max(value));
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
    }

    /// Adds everything that `other` has seen.
    pub fn merge(&mut self, other: &Self) {
        let undefined = self.undefined + other.undefined;
        if self.count == 0 {
            *self = *other;
        } else if other.count > 0 {
            let (a, b) = (self.count as f64, other.count as f64);
            let shift = other.mean - self.mean;
            self.mean += shift * (b / (a + b));
            self.squares += other.squares + shift * shift * (a * b / (a + b));
            self.range = (
                self.range.0.min(other.range.0),
                self.range.1.max(other.range.1),
            );
            self.count += other.count;
        }
        self.undefined = undefined;
    }

    /// How many defined observations there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many observations were undefined, and excluded.
    #[must_use]
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// The arithmetic mean; `None` without observations.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The unbiased sample variance (divisor n − 1); `None` for fewer than two observations.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The sample standard deviation; `None` for fewer than two observations.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The standard error of the mean, s/√n; `None` for fewer than two observations.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.variance()
            .map(|variance| (variance / self.count as f64).sqrt())
    }

    /// The lowest observation.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.range.0)
    }

    /// The highest observation.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.range.1)
    }
}

impl<T: Into<Option<f64>>> FromIterator<T> for Moments {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut moments = Self::new();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_mean_and_one_has_no_variance() {
        let mut moments = Moments::new();
        assert_eq!(
            (moments.mean(), moments.min(), moments.variance()),
            (None, None, None)
        );
        moments.push(-3.0);
        assert_eq!(
            (moments.mean(), moments.max(), moments.variance()),
            (Some(-3.0), Some(-3.0), None)
        );
    }

    #[test]
    fn undefined_values_are_counted_and_excluded() {
        let moments: Moments = [
            Some(1.0),
            None,
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(3.0),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            (moments.count(), moments.undefined(), moments.mean()),
            (2, 3, Some(2.0))
        );
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let moments: Moments = [4.0, 7.0, 13.0, 16.0]
            .map(|x| x + 1e9)
            .into_iter()
            .collect();
        assert_eq!(moments.variance(), Some(30.0));
    }

    proptest! {
        #[test]
        fn merging_equals_the_whole(
            values in prop::collection::vec(prop::option::weighted(0.9, -1e6..1e6f64), 0..200),
            cut in any::<prop::sample::Index>(),
        ) {
            let whole: Moments = values.iter().copied().collect();
            let (left, right) = values.split_at(cut.index(values.len() + 1));
            let mut merged: Moments = left.iter().copied().collect();
            merged.merge(&right.iter().copied().collect());
            prop_assert_eq!((merged.count, merged.undefined), (whole.count, whole.undefined));
            prop_assert_eq!((merged.min(), merged.max()), (whole.min(), whole.max()));
            if let (Some(a), Some(b)) = (merged.variance(), whole.variance()) {
                assert_close(a, b, 1e-9);
                prop_assert!((merged.mean - whole.mean).abs() <= 1e-9 * whole.sd().unwrap());
            }
        }

        #[test]
        fn agrees_with_the_two_pass_formula(values in prop::collection::vec(-1e3..1e3f64, 2..100)) {
            let moments: Moments = values.iter().copied().collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
            assert_close(moments.variance().unwrap(), squares / (values.len() - 1) as f64, 1e-10);
        }
    }
}
