//! Where the initial transient ends.

/// How much of a series to cut off at its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truncation {
    /// How many observations to drop, a multiple of 5.
    pub dropped: usize,
    /// The mean of the batches that remain.
    pub mean: f64,
}

/// The number of observations in a batch of MSER-5.
const BATCH: usize = 5;
/// The fewest batches that a truncated series may keep: the statistic of fewer is low by chance.
const KEPT: usize = 5;

/// The warm-up by MSER-5 (White, *Simulation* 69, 1997; White, Cobb and Spratt, WSC 2000).
///
/// Means of batches of five observations, equally spaced in time or per event; among the truncations d, that
/// which minimises Σ(Y_i − Ȳ)²/(k − d)² over the k − d batches kept: the squared half-width of the interval of
/// the mean. `None` where the series is shorter than 50 observations, or where the minimum lies in its second
/// half: then it is too short to tell. `None` also where an observation is not finite.
#[must_use]
pub fn mser5(series: &[f64]) -> Option<Truncation> {
    let batches: Vec<f64> = series
        .chunks_exact(BATCH)
        .map(|batch| batch.iter().sum::<f64>() / BATCH as f64)
        .collect();
    if batches.len() < 2 * KEPT || series.iter().any(|x| !x.is_finite()) {
        return None;
    }
    // Backwards by Welford's recurrence, so that every truncation costs one step.
    let (mut mean, mut squares, mut kept) = (0.0, 0.0, 0.0);
    let mut best = (f64::INFINITY, 0, 0.0);
    for (dropped, batch) in batches.iter().enumerate().rev() {
        kept += 1.0;
        let deviation = batch - mean;
        mean += deviation / kept;
        squares += deviation * (batch - mean);
        let statistic = squares / (kept * kept);
        if kept >= KEPT as f64 && statistic <= best.0 {
            best = (statistic, dropped, mean);
        }
    }
    let (_, dropped, mean) = best;
    (2 * dropped <= batches.len()).then_some(Truncation {
        dropped: dropped * BATCH,
        mean,
    })
}

/// Whether a warm-up of `warm_up` observations looks too short: the number of observations after which the series has settled by
/// [`mser5`], if those in between differ from those behind it.
///
/// The minimum of MSER-5 lies anywhere in a series that has nothing to settle, so that alone it would cry wolf. Batches of five are
/// compared: the means before and after must differ by more than four standard errors.
#[must_use]
pub fn settles_later(series: &[f64], warm_up: usize) -> Option<usize> {
    let settled = mser5(series)?.dropped;
    let batches = |part: &[f64]| -> crate::Moments {
        let mut moments = crate::Moments::new();
        for batch in part.chunks_exact(BATCH) {
            moments.push(batch.iter().sum::<f64>() / BATCH as f64);
        }
        moments
    };
    let (before, after) = (
        batches(series.get(warm_up..settled)?),
        batches(&series[settled..]),
    );
    let error = (after.variance()?
        * (1.0 / before.count().max(1) as f64 + 1.0 / after.count() as f64))
        .sqrt();
    ((before.mean()? - after.mean()?).abs() > 4.0 * error).then_some(settled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SplitMix;

    #[test]
    fn a_step_is_cut_where_it_ends() {
        let mut random = SplitMix(1);
        let series: Vec<f64> = (0..1000)
            .map(|i| random.normal() + if i < 200 { 20.0 } else { 0.0 })
            .collect();
        let truncation = mser5(&series).unwrap();
        assert!((200..260).contains(&truncation.dropped), "{truncation:?}");
        assert!(truncation.mean.abs() < 0.2);
    }

    #[test]
    fn a_short_warm_up_is_found_out_and_noise_is_not() {
        let mut random = SplitMix(2);
        let mut series = |step: f64| -> Vec<f64> {
            let noise = (0..1000).map(|_| random.normal());
            let transient = |i: usize| if i < 200 { step } else { 0.0 };
            noise.enumerate().map(|(i, x)| x + transient(i)).collect()
        };
        let falling = series(20.0);
        assert!((200..260).contains(&settles_later(&falling, 50).unwrap()));
        assert_eq!(settles_later(&falling, 300), None);
        let cries = (0..200).filter(|_| settles_later(&series(0.0), 10).is_some());
        assert!(cries.count() <= 2);
        assert_eq!(settles_later(&[1.0; 20], 0), None);
    }

    #[test]
    fn a_constant_series_needs_no_cut() {
        assert_eq!(
            mser5(&[2.0; 100]),
            Some(Truncation {
                dropped: 0,
                mean: 2.0
            })
        );
    }

    #[test]
    fn a_series_that_has_not_settled_says_so() {
        let trend: Vec<f64> = (0..500).map(f64::from).collect();
        assert_eq!(mser5(&trend), None);
        assert_eq!(mser5(&[1.0; 49]), None);
        assert_eq!(mser5(&[f64::NAN; 100]), None);
    }

    #[test]
    fn agrees_with_the_definition() {
        let mut random = SplitMix(2);
        let series: Vec<f64> = (0..300)
            .map(|i| random.normal() + libm::exp(-f64::from(i) / 20.0) * 8.0)
            .collect();
        let batches: Vec<f64> = series
            .chunks(5)
            .map(|b| b.iter().sum::<f64>() / 5.0)
            .collect();
        let statistic = |d: usize| {
            let kept = &batches[d..];
            let mean = kept.iter().sum::<f64>() / kept.len() as f64;
            kept.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>()
                / (kept.len() * kept.len()) as f64
        };
        let best = (0..=batches.len() - 5)
            .min_by(|&a, &b| statistic(a).total_cmp(&statistic(b)))
            .unwrap();
        assert_eq!(mser5(&series).unwrap().dropped, best * 5);
    }
}
