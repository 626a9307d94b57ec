//! Counts in logarithmic buckets: the multiset of a long tally, each value known to a relative error.

use libm::{cosh, exp, log};
use std::collections::BTreeMap;

/// Width of a bucket in ln |x|. A bucket's representative is then within tanh(0.001) < 0.001 of every value in it.
const LOG_WIDTH: f64 = 0.002;

/// A mergeable sketch after Masson, Rim and Lee, "DDSketch" (VLDB 2019), without collapsing.
///
/// Its state is a function of the multiset of values alone, so that neither order nor partition matters.
/// Six powers of ten take up to 6,908 buckets; the whole range of a double bounds them at 727,000 for each sign.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LogSketch {
    negative: BTreeMap<i32, u64>,
    zero: u64,
    positive: BTreeMap<i32, u64>,
}

impl LogSketch {
    /// Adds one finite value.
    pub(crate) fn push(&mut self, value: f64) {
        if value > 0.0 {
            *self.positive.entry(bucket(value)).or_default() += 1;
        } else if value < 0.0 {
            *self.negative.entry(bucket(-value)).or_default() += 1;
        } else {
            self.zero += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.negative, &other.negative),
            (&mut self.positive, &other.positive),
        ];
        for (mine, theirs) in pairs {
            for (&bucket, &count) in theirs {
                *mine.entry(bucket).or_default() += count;
            }
        }
        self.zero += other.zero;
    }

    /// Representatives in ascending order, with how many values each stands for.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let negative = self
            .negative
            .iter()
            .rev()
            .map(|(&bucket, &count)| (-representative(bucket), count));
        let zero = (self.zero > 0).then_some((0.0, self.zero));
        let positive = self
            .positive
            .iter()
            .map(|(&bucket, &count)| (representative(bucket), count));
        negative.chain(zero).chain(positive)
    }
}

/// Bucket i holds the magnitudes in (e^((i−1)·w), e^(i·w)], w the width; |i| stays below 380,000.
fn bucket(magnitude: f64) -> i32 {
    (log(magnitude) / LOG_WIDTH).ceil() as i32
}

/// The magnitude with the smallest worst relative error over a bucket: the harmonic mean of its ends.
fn representative(bucket: i32) -> f64 {
    exp(LOG_WIDTH * (f64::from(bucket) - 0.5)) / cosh(0.5 * LOG_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantiles::SKETCH_ERROR;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_representative_is_within_the_stated_error(exponent in -300.0..300.0f64) {
            let value = libm::exp10(exponent);
            let stands_for = representative(bucket(value));
            prop_assert!((stands_for - value).abs() <= SKETCH_ERROR * value);
        }
    }

    #[test]
    fn the_extremes_of_a_double_have_a_bucket() {
        let mut sketch = LogSketch::default();
        [f64::MAX, f64::MIN_POSITIVE, 5e-324, -5e-324, 0.0, -0.0]
            .into_iter()
            .for_each(|x| sketch.push(x));
        let counts: Vec<u64> = sketch.counts().map(|(_, count)| count).collect();
        assert_eq!(counts, [1, 2, 1, 1, 1]);
        assert!(sketch.counts().is_sorted_by(|a, b| a.0 < b.0));
    }
}
