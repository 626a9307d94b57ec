//! Counts in bins of equal width.

use crate::Error;

/// A histogram over fixed bins of equal width; what lies outside is counted apart.
///
/// A bin holds its lower edge, and the last one its upper edge too.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    low: f64,
    high: f64,
    below: u64,
    above: u64,
    undefined: u64,
    counts: Vec<u64>,
}

impl Histogram {
    /// An empty histogram between two limits.
    ///
    /// # Errors
    /// [`Error::HistogramLimits`] unless the limits are ascending, and finite together with their difference;
    /// [`Error::NoBin`] without a bin.
    pub fn new(low: f64, high: f64, bins: usize) -> Result<Self, Error> {
        if !(low < high && (high - low).is_finite()) {
            return Err(Error::HistogramLimits { low, high });
        }
        if bins == 0 {
            return Err(Error::NoBin);
        }
        Ok(Self {
            low,
            high,
            below: 0,
            above: 0,
            undefined: 0,
            counts: vec![0; bins],
        })
    }

    /// A histogram with the same bins, empty.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            below: 0,
            above: 0,
            undefined: 0,
            counts: vec![0; self.counts.len()],
            ..*self
        }
    }

    /// Counts one value; `None` and numbers that are not finite are counted as undefined.
    pub fn push(&mut self, value: impl Into<Option<f64>>) {
        match value.into().filter(|x| x.is_finite()) {
            Some(value) => self.add(value, 1),
            None => self.undefined += 1,
        }
    }

    /// Counts a finite value several times.
    pub(crate) fn add(&mut self, value: f64, count: u64) {
        if value < self.low {
            self.below += count;
        } else if value > self.high {
            self.above += count;
        } else {
            let bin = self.bin(value);
            self.counts[bin] += count;
        }
    }

    /// The bin of a value inside the limits. The division may land one bin off; the edges, as published, decide.
    fn bin(&self, value: f64) -> usize {
        let last = self.counts.len() - 1;
        let share = (value - self.low) / (self.high - self.low);
        let mut bin = ((share * self.counts.len() as f64) as usize).min(last);
        while bin > 0 && value < self.edge(bin) {
            bin -= 1;
        }
        while bin < last && value >= self.edge(bin + 1) {
            bin += 1;
        }
        bin
    }

    /// Adds the counts of `other`.
    ///
    /// # Panics
    /// If the two do not have the same limits and the same number of bins.
    pub fn merge(&mut self, other: &Self) {
        let shape = |h: &Self| (h.low, h.high, h.counts.len());
        assert_eq!(
            shape(self),
            shape(other),
            "parts of one histogram share their bins"
        );
        self.below += other.below;
        self.above += other.above;
        self.undefined += other.undefined;
        self.counts
            .iter_mut()
            .zip(&other.counts)
            .for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The lower edge of a bin; with the number of bins, the upper limit.
    #[must_use]
    pub fn edge(&self, bin: usize) -> f64 {
        if bin == self.counts.len() {
            return self.high;
        }
        self.low + (self.high - self.low) * (bin as f64 / self.counts.len() as f64)
    }

    /// The counts of the bins, in ascending order.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many values were below the lower limit.
    #[must_use]
    pub fn below(&self) -> u64 {
        self.below
    }

    /// How many values were above the upper limit.
    #[must_use]
    pub fn above(&self) -> u64 {
        self.above
    }

    /// How many values were undefined, and excluded.
    #[must_use]
    pub fn undefined(&self) -> u64 {
        self.undefined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_limits_are_refused() {
        for (low, high) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (f64::MIN, f64::MAX),
        ] {
            assert!(matches!(
                Histogram::new(low, high, 3),
                Err(Error::HistogramLimits { .. })
            ));
        }
        assert_eq!(Histogram::new(0.0, 1.0, 0), Err(Error::NoBin));
    }

    #[test]
    fn edges_belong_to_the_bin_above_and_the_last_to_the_last() {
        let mut histogram = Histogram::new(0.0, 0.3, 3).unwrap();
        [0.0, 0.1, 0.2, 0.3, -0.1, 0.4]
            .into_iter()
            .for_each(|x| histogram.push(x));
        histogram.push(f64::NAN);
        assert_eq!(histogram.counts(), [1, 1, 2]);
        assert_eq!(
            (histogram.below(), histogram.above(), histogram.undefined()),
            (1, 1, 1)
        );
    }

    proptest! {
        #[test]
        fn every_value_lies_between_the_edges_of_its_bin(
            low in -1e3..1e3f64, width in 1e-3..1e3f64, bins in 1usize..50, share in 0.0..=1.0f64,
        ) {
            let mut histogram = Histogram::new(low, low + width, bins).unwrap();
            let value = (low + width * share).min(low + width);
            histogram.push(value);
            let bin = histogram.counts().iter().position(|&count| count == 1).unwrap();
            prop_assert!(histogram.edge(bin) <= value && value <= histogram.edge(bin + 1));
        }

        #[test]
        fn merging_equals_the_whole(
            values in prop::collection::vec(-1.0..2.0f64, 0..50), cut in any::<prop::sample::Index>(),
        ) {
            let collect = |values: &[f64]| {
                let mut histogram = Histogram::new(0.0, 1.0, 7).unwrap();
                values.iter().for_each(|&x| histogram.push(x));
                histogram
            };
            let (left, right) = values.split_at(cut.index(values.len() + 1));
            let mut merged = collect(left);
            merged.merge(&collect(right));
            prop_assert_eq!(merged, collect(&values));
        }
    }
}
