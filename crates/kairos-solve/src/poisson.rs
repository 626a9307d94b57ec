//! Poisson probabilities, without underflow.

/// Probabilities of a Poisson variable around its mean; what lies outside has less than 10⁻¹⁵.
#[derive(Debug)]
pub(crate) struct Poisson {
    first: usize,
    /// Of `first + i`.
    probabilities: Vec<f64>,
    /// Of at most `first + i`.
    up_to: Vec<f64>,
}

impl Poisson {
    /// Weights from the mode outwards, then divided by their sum (B. Fox and P. Glynn, *Computing Poisson probabilities*, 1988).
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the mean is at most 10^8"
    )]
    pub(crate) fn new(mean: f64) -> Self {
        /// So many standard deviations, and so much more for small means.
        const REACH: (f64, f64) = (9.0, 40.0);
        let reach = REACH.0 * mean.sqrt() + REACH.1;
        let mode = mean.floor();
        let (first, last) = ((mode - reach).max(0.0) as usize, (mode + reach) as usize);
        let mode = mode as usize;
        let mut probabilities = vec![0.0; last - first + 1];
        probabilities[mode - first] = 1.0;
        for k in mode..last {
            probabilities[k + 1 - first] = probabilities[k - first] * mean / (k + 1) as f64;
        }
        for k in (first..mode).rev() {
            probabilities[k - first] = probabilities[k + 1 - first] * (k + 1) as f64 / mean;
        }
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|p| *p /= total);
        let up_to = probabilities.iter().scan(0.0, |sum, p| {
            *sum += p;
            Some(*sum)
        });
        Poisson {
            first,
            up_to: up_to.collect(),
            probabilities,
        }
    }

    /// The last value that is told from impossible.
    pub(crate) fn last(&self) -> usize {
        self.first + self.probabilities.len() - 1
    }

    /// Of exactly `k`.
    pub(crate) fn of(&self, k: usize) -> f64 {
        let position = k.checked_sub(self.first);
        position
            .and_then(|p| self.probabilities.get(p))
            .copied()
            .unwrap_or(0.0)
    }

    /// Of at most `k`.
    pub(crate) fn up_to(&self, k: usize) -> f64 {
        match k.checked_sub(self.first) {
            None => 0.0,
            Some(position) => self.up_to.get(position).map_or(1.0, |p| p.min(1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Poisson;

    #[test]
    fn small_means_by_the_formula() {
        for mean in [0.0, 1e-9, 0.3, 2.5, 20.0] {
            let poisson = Poisson::new(mean);
            let mut expected = f64::exp(-mean);
            for k in 0..30 {
                assert!((poisson.of(k) - expected).abs() < 1e-15, "{mean} {k}");
                expected *= mean / (k + 1) as f64;
            }
        }
    }

    #[test]
    fn a_large_mean_has_its_moments() {
        let mean = 1e6;
        let poisson = Poisson::new(mean);
        let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
            (0..=poisson.last())
                .map(|k| of(k as f64) * poisson.of(k))
                .sum()
        };
        assert!((sum(&|_| 1.0) - 1.0).abs() < 1e-12);
        assert!((sum(&|k| k) / mean - 1.0).abs() < 1e-12);
        assert!((sum(&|k| (k - mean).powi(2)) / mean - 1.0).abs() < 1e-9);
        assert!((poisson.up_to(1_000_000) - 0.500_265_961).abs() < 1e-6);
    }
}
