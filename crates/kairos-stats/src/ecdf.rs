//! The empirical distribution of a tally, ready to be read.

use crate::Histogram;

/// One point of an empirical distribution function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EcdfPoint {
    /// A value of the tally.
    pub value: f64,
    /// The share of the tally that is at most `value`.
    pub fraction: f64,
}

/// An empirical distribution function, from [`Quantiles::ecdf`](crate::Quantiles::ecdf).
#[derive(Debug, Clone, PartialEq)]
pub struct Ecdf {
    /// Distinct values, ascending, each with how many of the tally are at most that.
    steps: Vec<(f64, u64)>,
}

impl Ecdf {
    /// From values in ascending order, each with how often it occurs; equal neighbours become one step.
    pub(crate) fn from_ascending(counts: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let mut steps: Vec<(f64, u64)> = Vec::new();
        let mut cumulative = 0;
        for (value, count) in counts {
            cumulative += count;
            match steps.last_mut() {
                Some(last) if last.0 == value => last.1 = cumulative,
                _ => steps.push((value, cumulative)),
            }
        }
        Self { steps }
    }

    /// Makes the first and the last order statistic exact: one value of each end bucket moves to the end itself.
    pub(crate) fn with_ends(self, min: f64, max: f64) -> Self {
        let counts = self.counts().collect::<Vec<_>>();
        let inner = counts.iter().enumerate().map(|(i, &(value, count))| {
            let ends = u64::from(i == 0) + u64::from(i + 1 == counts.len());
            (value, count.saturating_sub(ends))
        });
        let total = self.count();
        let all = [(min, total.min(1))]
            .into_iter()
            .chain(inner)
            .chain([(max, total.saturating_sub(1).min(1))]);
        Self::from_ascending(all.filter(|&(_, count)| count > 0))
    }

    /// How many values the tally has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.steps.last().map_or(0, |&(_, cumulative)| cumulative)
    }

    /// The `p`-quantile by linear interpolation at rank (n − 1)·p: type 7 of Hyndman and Fan (1996), the
    /// default of R and NumPy. `None` for an empty tally or a `p` outside [0, 1].
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if self.count() == 0 || !(0.0..=1.0).contains(&p) {
            return None;
        }
        let rank = (self.count() - 1) as f64 * p;
        let below = self.order_statistic(rank.floor() as u64);
        let above = self.order_statistic(rank.ceil() as u64);
        Some(below + (above - below) * (rank - rank.floor()))
    }

    /// The value at a rank, counted from 0.
    fn order_statistic(&self, rank: u64) -> f64 {
        let step = self
            .steps
            .partition_point(|&(_, cumulative)| cumulative <= rank);
        self.steps[step].0
    }

    /// The share of the tally that is at most `value`; `None` for an empty tally, or a value that is NaN.
    #[must_use]
    pub fn fraction_at(&self, value: f64) -> Option<f64> {
        let steps = self.steps.partition_point(|&(x, _)| x <= value);
        let below = steps.checked_sub(1).map_or(0, |last| self.steps[last].1);
        (self.count() > 0 && !value.is_nan()).then(|| below as f64 / self.count() as f64)
    }

    /// The distribution function for drawing: ascending points, at most `limit` of them, evenly spread over the
    /// ranks, the lowest and the highest value included (so `limit` counts as 2 if it is less).
    #[must_use]
    pub fn points(&self, limit: usize) -> Vec<EcdfPoint> {
        let count = self.count();
        let point = |&(value, cumulative): &(f64, u64)| EcdfPoint {
            value,
            fraction: cumulative as f64 / count as f64,
        };
        if self.steps.len() <= limit.max(2) {
            return self.steps.iter().map(point).collect();
        }
        let gaps = limit.max(2) as u128 - 1;
        let rank = |i: u128| (i * u128::from(count - 1) / gaps) as u64;
        let mut chosen: Vec<usize> = (0..=gaps)
            .map(|i| {
                self.steps
                    .partition_point(|&(_, cumulative)| cumulative <= rank(i))
            })
            .collect();
        chosen.dedup();
        chosen
            .into_iter()
            .map(|step| point(&self.steps[step]))
            .collect()
    }

    /// A histogram with `bins` equal bins between the lowest and the highest value (half a unit to either side of
    /// them where they are equal). `None` for an empty tally, no bins, or a range too wide for a double.
    #[must_use]
    pub fn histogram(&self, bins: usize) -> Option<Histogram> {
        let (low, high) = (self.steps.first()?.0, self.steps.last()?.0);
        let margin = if low == high {
            (low.abs() * 1e-6).max(0.5)
        } else {
            0.0
        };
        let empty = Histogram::new(low - margin, high + margin, bins).ok()?;
        Some(self.counted_in(&empty))
    }

    /// The width of bins that shows a distribution best: 2·IQR·n^(−1/3), by Freedman and Diaconis (1981). `None` where it is not positive.
    #[must_use]
    pub fn bin_width(&self) -> Option<f64> {
        let range = self.quantile(0.75)? - self.quantile(0.25)?;
        let width = 2.0 * range / libm::cbrt(self.count() as f64);
        (width > 0.0).then_some(width)
    }

    /// The values of this distribution, counted in the bins of another histogram.
    #[must_use]
    pub fn counted_in(&self, bins: &Histogram) -> Histogram {
        let mut histogram = bins.emptied();
        self.counts()
            .for_each(|(value, count)| histogram.add(value, count));
        histogram
    }

    fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let before = [0].into_iter().chain(self.steps.iter().map(|step| step.1));
        self.steps
            .iter()
            .zip(before)
            .map(|(&(value, cumulative), before)| (value, cumulative - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quantiles;

    fn ecdf(values: &[f64]) -> Ecdf {
        values.iter().copied().collect::<Quantiles>().ecdf()
    }

    #[test]
    fn quantiles_interpolate_as_r_does() {
        // R: quantile(c(1, 2, 4, 8, 16), c(.1, .25, .5, .9), type = 7)
        let ecdf = ecdf(&[16.0, 1.0, 4.0, 2.0, 8.0]);
        let at = |p| ecdf.quantile(p).unwrap();
        assert_eq!([at(0.1), at(0.25), at(0.5), at(0.9)], [1.4, 2.0, 4.0, 12.8]);
        assert_eq!((ecdf.quantile(1.1), ecdf.quantile(f64::NAN)), (None, None));
    }

    #[test]
    fn bins_follow_freedman_and_diaconis() {
        // IQR 4.5, 8 values: 2 · 4.5 / 2.
        let even = ecdf(&[0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(
            even.quantile(0.75).unwrap() - even.quantile(0.25).unwrap(),
            4.5
        );
        assert_eq!(even.bin_width(), Some(4.5));
        assert_eq!(
            (ecdf(&[1.0, 1.0]).bin_width(), ecdf(&[]).bin_width()),
            (None, None)
        );
        let bins = even.histogram(4).unwrap();
        let counted = ecdf(&[-1.0, 0.5, 2.0, 8.0, 9.0]).counted_in(&bins);
        assert_eq!(counted.counts(), [1, 1, 0, 1]);
        assert_eq!((counted.below(), counted.above()), (1, 1));
        assert_eq!(counted.edge(4), 8.0);
    }

    #[test]
    fn ties_are_one_step() {
        let ecdf = ecdf(&[2.0, 1.0, 2.0, 2.0]);
        let points = [
            EcdfPoint {
                value: 1.0,
                fraction: 0.25,
            },
            EcdfPoint {
                value: 2.0,
                fraction: 1.0,
            },
        ];
        assert_eq!(ecdf.points(10), points);
        assert_eq!(
            [0.0, 1.0, 1.5, 2.0].map(|x| ecdf.fraction_at(x).unwrap()),
            [0.0, 0.25, 0.25, 1.0]
        );
    }

    #[test]
    fn few_points_still_show_both_ends() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        let points = ecdf(&values).points(11);
        assert_eq!(points.len(), 11);
        assert_eq!(
            (points[0].value, points[10].value, points[10].fraction),
            (0.0, 999.0, 1.0)
        );
        assert_eq!(ecdf(&values).points(0).len(), 2);
    }

    #[test]
    fn exact_ends_keep_the_count() {
        let coarse = |counts: &[(f64, u64)]| Ecdf::from_ascending(counts.iter().copied());
        assert_eq!(
            coarse(&[(5.0, 4)]).with_ends(4.0, 6.0).steps,
            [(4.0, 1), (5.0, 3), (6.0, 4)]
        );
        assert_eq!(coarse(&[(5.0, 1)]).with_ends(5.0, 5.0).steps, [(5.0, 1)]);
        assert_eq!(
            coarse(&[(1.0, 2), (5.0, 1)]).with_ends(0.9, 5.1).steps,
            [(0.9, 1), (1.0, 2), (5.1, 3)]
        );
    }

    #[test]
    fn a_histogram_of_one_value_has_it_in_the_middle() {
        let histogram = ecdf(&[3.0, 3.0]).histogram(3).unwrap();
        assert_eq!(histogram.counts(), [0, 2, 0]);
        assert!(ecdf(&[]).histogram(3).is_none());
    }
}
