//! The normal conditioned on being positive.

use super::special::NormalTail;
use super::ziggurat::{standard_exponential, standard_normal};
use crate::draw::KeyedRng;

/// A normal conditioned on being positive: truncated at 0, not clamped. `sd > 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PositiveNormal {
    pub(super) mean: f64,
    pub(super) sd: f64,
    /// Whether plain rejection would need too many draws.
    pub(super) far: bool,
}

impl PositiveNormal {
    /// Up to this bound, in standard deviations, plain rejection needs fewer draws than the exponential one
    /// (Robert, *Simulation of truncated normal variables*, Statistics and Computing 5, 1995).
    const PLAIN_UP_TO: f64 = 0.45;

    pub(super) fn new(mean: f64, sd: f64) -> Self {
        let far = -mean / sd > Self::PLAIN_UP_TO;
        PositiveNormal { mean, sd, far }
    }

    /// The standard normal value above which the normal is positive.
    fn bound(&self) -> f64 {
        -self.mean / self.sd
    }

    #[inline(always)]
    pub(super) fn draw(&self, rng: &mut KeyedRng) -> f64 {
        if self.far {
            return self.draw_far(rng);
        }
        let value = self.mean + self.sd * standard_normal(rng);
        if value > 0.0 {
            return value;
        }
        self.redraw(rng)
    }

    /// Plain rejection, after a value that was rejected.
    #[cold]
    fn redraw(&self, rng: &mut KeyedRng) -> f64 {
        let mut values = std::iter::repeat_with(|| self.mean + self.sd * standard_normal(rng));
        values
            .find(|&value| value > 0.0)
            .expect("the iterator has no end")
    }

    /// Robert's rejection from an exponential of rate λ = (a + √(a² + 4))/2 that starts at the bound a. It is
    /// written for the excess t over the bound, with λ − a = 1/λ, so that nothing cancels however far out the
    /// bound is.
    #[cold]
    fn draw_far(&self, rng: &mut KeyedRng) -> f64 {
        let bound = self.bound();
        let rate = bound / 2.0 + libm::hypot(bound / 2.0, 1.0);
        loop {
            let excess = standard_exponential(rng) / rate;
            let off = excess - 1.0 / rate;
            if 2.0 * standard_exponential(rng) >= off * off {
                return self.sd * excess;
            }
        }
    }

    pub(super) fn mean(&self) -> f64 {
        let tail = NormalTail::above(self.bound());
        if self.mean < 0.0 {
            return self.sd * tail.excess;
        }
        // The excess, less the bound that it contains, is what truncation added.
        self.mean + self.sd * (tail.excess + self.bound())
    }

    pub(super) fn variance(&self) -> f64 {
        self.sd * self.sd * NormalTail::above(self.bound()).variance
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        1.0 - NormalTail::above(self.bound()).exceeds_by(x / self.sd)
    }

    /// The move of the mean by truncation, relative to the mean before.
    pub(super) fn shift(&self) -> f64 {
        /// So many standard deviations above 0 the move is below 10⁻¹⁸.
        const FAR: f64 = 9.0;
        let bound = self.bound();
        if bound < -FAR {
            return 0.0;
        }
        (NormalTail::above(bound).excess + bound) / bound.abs()
    }
}
