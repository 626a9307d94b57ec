//! Quantiles of a tally in bounded memory.

use crate::{Ecdf, sketch::LogSketch};

/// The relative error of every order statistic, once a tally is too long to be kept.
pub(crate) const SKETCH_ERROR: f64 = 0.001;

/// Collects a tally for its quantiles, its empirical distribution and its histogram.
///
/// Up to [`Quantiles::EXACT_LIMIT`] values are kept as they are, and all answers are exact. Beyond, they are
/// counted in logarithmic buckets: every order statistic then has a relative error of at most
/// [`Quantiles::RELATIVE_ERROR`] (so has a quantile, unless it is interpolated between a negative and a
/// positive value); zeros, minimum and maximum stay exact.
///
/// The answers are a function of the multiset of values: bit for bit the same for any order, and for any way of
/// cutting the tally into parts that are merged.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantiles {
    count: u64,
    undefined: u64,
    min: f64,
    max: f64,
    exact_limit: usize,
    values: Store,
}

#[derive(Debug, Clone, PartialEq)]
enum Store {
    Exact(Vec<f64>),
    Sketch(LogSketch),
}

impl Quantiles {
    /// How many values are kept exactly: 2¹⁶.
    pub const EXACT_LIMIT: usize = 1 << 16;

    /// The relative error of an order statistic beyond [`Self::EXACT_LIMIT`]: 0.1 %.
    pub const RELATIVE_ERROR: f64 = SKETCH_ERROR;

    /// An empty tally.
    #[must_use]
    pub fn new() -> Self {
        Self::with_exact_limit(Self::EXACT_LIMIT)
    }

    /// An empty tally that keeps at most `limit` values exactly.
    #[must_use]
    pub fn with_exact_limit(limit: usize) -> Self {
        Self {
            count: 0,
            undefined: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            exact_limit: limit,
            values: Store::Exact(Vec::new()),
        }
    }

    /// Adds one value; `None` and numbers that are not finite are counted as undefined.
    pub fn push(&mut self, value: impl Into<Option<f64>>) {
        let Some(value) = value.into().filter(|x| x.is_finite()) else {
            self.undefined += 1;
            return;
        };
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        match &mut self.values {
            Store::Exact(values) => values.push(value),
            Store::Sketch(sketch) => sketch.push(value),
        }
        self.respect_limit();
    }

    /// Adds everything that `other` has seen.
    ///
    /// # Panics
    /// If the two keep a different number of values exactly.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(
            self.exact_limit, other.exact_limit,
            "parts of one tally share their limit"
        );
        self.count += other.count;
        self.undefined += other.undefined;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        match (&mut self.values, &other.values) {
            (Store::Exact(mine), Store::Exact(theirs)) => mine.extend_from_slice(theirs),
            (Store::Sketch(mine), Store::Sketch(theirs)) => mine.merge(theirs),
            (Store::Sketch(mine), Store::Exact(theirs)) => {
                theirs.iter().for_each(|&x| mine.push(x))
            }
            (Store::Exact(mine), Store::Sketch(theirs)) => {
                let mut sketch = theirs.clone();
                mine.iter().for_each(|&x| sketch.push(x));
                self.values = Store::Sketch(sketch);
            }
        }
        self.respect_limit();
    }

    /// A sketch exactly when there are more values than the limit: what makes the answers independent of the order.
    fn respect_limit(&mut self) {
        if let Store::Exact(values) = &self.values
            && values.len() > self.exact_limit
        {
            let mut sketch = LogSketch::default();
            values.iter().for_each(|&x| sketch.push(x));
            self.values = Store::Sketch(sketch);
        }
    }

    /// How many defined values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many values were undefined, and excluded.
    #[must_use]
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// Whether all values are still kept, and every answer is exact.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.values, Store::Exact(_))
    }

    /// The empirical distribution so far, from which quantiles are read. Sorts once: read all quantiles from one.
    #[must_use]
    pub fn ecdf(&self) -> Ecdf {
        match &self.values {
            Store::Exact(values) => {
                let mut sorted = values.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                Ecdf::from_ascending(sorted.into_iter().map(|value| (value, 1)))
            }
            Store::Sketch(sketch) => {
                // The ends are known exactly; clamping keeps the order.
                Ecdf::from_ascending(
                    sketch
                        .counts()
                        .map(|(value, count)| (value.clamp(self.min, self.max), count)),
                )
                .with_ends(self.min, self.max)
            }
        }
    }
}

impl Default for Quantiles {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Into<Option<f64>>> FromIterator<T> for Quantiles {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut quantiles = Self::new();
        values.into_iter().for_each(|value| quantiles.push(value));
        quantiles
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SplitMix;
    use proptest::prelude::*;

    /// Type 7 by the book: sort, then interpolate at (n − 1)·p.
    fn by_sorting(values: &[f64], p: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() - 1) as f64 * p;
        let (below, above) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
        below + (above - below) * (rank - rank.floor())
    }

    fn collect(values: &[f64], limit: usize) -> Quantiles {
        let mut quantiles = Quantiles::with_exact_limit(limit);
        values.iter().for_each(|&x| quantiles.push(x));
        quantiles
    }

    #[test]
    fn nothing_has_no_quantile() {
        let mut quantiles = Quantiles::new();
        quantiles.push(f64::NAN);
        assert_eq!(
            (quantiles.ecdf().quantile(0.5), quantiles.undefined()),
            (None, 1)
        );
    }

    #[test]
    fn the_limit_is_where_exactness_ends() {
        let mut quantiles = collect(&[1.0, 2.0, 3.0], 3);
        assert!(quantiles.is_exact());
        quantiles.push(4.0);
        assert!(!quantiles.is_exact());
        let ecdf = quantiles.ecdf();
        assert_eq!(
            (ecdf.quantile(0.0), ecdf.quantile(1.0)),
            (Some(1.0), Some(4.0))
        );
        assert_ne!(ecdf.quantile(1.0 / 3.0), Some(2.0));
    }

    #[test]
    fn a_long_tally_has_the_stated_error() {
        let mut random = SplitMix(7);
        let values: Vec<f64> = (0..200_000)
            .map(|_| libm::exp(3.0 * random.normal()))
            .collect();
        let quantiles: Quantiles = values.iter().copied().collect();
        assert!(!quantiles.is_exact());
        let ecdf = quantiles.ecdf();
        for p in [0.0, 1e-5, 0.01, 0.5, 0.9, 0.99, 0.99999, 1.0] {
            let (exact, sketched) = (by_sorting(&values, p), ecdf.quantile(p).unwrap());
            assert!(
                (sketched - exact).abs() <= Quantiles::RELATIVE_ERROR * exact,
                "{p}: {sketched} for {exact}"
            );
        }
    }

    proptest! {
        #[test]
        fn exact_quantiles_equal_those_by_sorting(
            values in prop::collection::vec(-100.0..100.0f64, 1..60), p in 0.0..=1.0f64,
        ) {
            prop_assert_eq!(collect(&values, 60).ecdf().quantile(p), Some(by_sorting(&values, p)));
        }

        #[test]
        fn sketched_quantiles_are_near_those_by_sorting(
            values in prop::collection::vec(prop_oneof![-1e6..-1e-6, Just(0.0), 1e-6..1e6f64], 1..60),
            p in 0.0..=1.0f64,
        ) {
            let exact = by_sorting(&values, p);
            let sketched = collect(&values, 0).ecdf().quantile(p).unwrap();
            // Between a negative and a positive value the error is relative to the larger of the two.
            let scale = values.iter().fold(0.0, |scale: f64, x| scale.max(x.abs()));
            let rank = (values.len() - 1) as f64 * p;
            let one_sign = by_sorting(&values, 0.0) >= 0.0 || by_sorting(&values, 1.0) <= 0.0 || rank.fract() == 0.0;
            let allowed = Quantiles::RELATIVE_ERROR * if one_sign { exact.abs() } else { scale };
            prop_assert!((sketched - exact).abs() <= allowed + 1e-12, "{} for {}", sketched, exact);
        }

        #[test]
        fn merging_equals_the_whole_in_any_order(
            values in prop::collection::vec(-1e3..1e3f64, 0..40),
            limit in 0usize..40,
            cut in any::<prop::sample::Index>(),
        ) {
            let (left, right) = values.split_at(cut.index(values.len() + 1));
            let mut forwards = collect(left, limit);
            forwards.merge(&collect(right, limit));
            let mut backwards = collect(right, limit);
            backwards.merge(&collect(left, limit));
            let whole = collect(&values, limit);
            prop_assert_eq!(whole.is_exact(), values.len() <= limit);
            prop_assert_eq!(forwards.ecdf(), whole.ecdf());
            prop_assert_eq!(backwards.ecdf(), whole.ecdf());
        }
    }
}
