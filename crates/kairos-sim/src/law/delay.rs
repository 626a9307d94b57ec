//! Laws that a timer may have.

use super::error::{LawError, Parameter};
use super::family::{Family, Law};
use super::normal::PositiveNormal;
use crate::draw::KeyedRng;

/// How often a draw of 0 is repeated before it is taken for granted that the law lies below all positive numbers.
const REDRAWS: usize = 999;

/// The law of a delay: all its mass is above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelayLaw<'c>(Law<'c>);

impl<'c> DelayLaw<'c> {
    /// The law as a timer has it: a normal is conditioned on being positive (and is deterministic where `sd` is
    /// 0), zeros of an empirical column are left out.
    ///
    /// # Errors
    /// If the law can be negative (other than a normal), or is always 0.
    #[inline]
    pub fn new(law: Law<'c>) -> Result<Self, LawError> {
        let of = |law, name, value| Parameter { law, name, value };
        let family = match law.0 {
            Family::Normal { mean, sd: 0.0 } => {
                of("Normal", "mean", mean).must(mean > 0.0, "greater than 0, as sd is 0")?;
                Family::Deterministic { value: mean }
            }
            Family::Normal { mean, sd } => Family::PositiveNormal(PositiveNormal::new(mean, sd)),
            Family::Uniform { low, high } => {
                of("Uniform", "low", low).not_negative()?;
                of("Uniform", "high", high).positive()?;
                law.0
            }
            Family::Triangular { min, max, .. } => {
                of("Triangular", "min", min).not_negative()?;
                of("Triangular", "max", max).positive()?;
                law.0
            }
            Family::Deterministic { value } => {
                of("Deterministic", "value", value).positive()?;
                law.0
            }
            Family::Empirical { values, scale } => {
                let (least, most) = (values[0], values[values.len() - 1]);
                of("Empirical", "the smallest value of the column", least).not_negative()?;
                of("Empirical", "the greatest value of the column", most).positive()?;
                let zeros = values.partition_point(|&value| value <= 0.0);
                Family::Empirical {
                    values: &values[zeros..],
                    scale,
                }
            }
            family => family,
        };
        Ok(Self(Law(family)))
    }

    /// One delay: greater than 0, and `+inf` for "never".
    ///
    /// A draw of exactly 0, as rounding can make it, is redrawn from the same generator. A law so close to 0 that no
    /// redrawing helps (a `LogNormal` with `mu` = −1000) gives the smallest normal number, about 2·10⁻³⁰⁸.
    #[inline(always)]
    pub fn delay(&self, rng: &mut KeyedRng) -> f64 {
        let delay = self.0.draw(rng);
        if delay > 0.0 {
            return delay;
        }
        self.redraw(rng)
    }

    /// After a delay of 0.
    #[cold]
    fn redraw(&self, rng: &mut KeyedRng) -> f64 {
        let delays = std::iter::repeat_with(|| self.0.draw(rng)).take(REDRAWS);
        let mut positive = delays.filter(|&delay| delay > 0.0);
        positive.next().unwrap_or(f64::MIN_POSITIVE)
    }

    /// For a normal that was conditioned on being positive: its mean before, in standard deviations, and the law.
    /// The truncation shift falls as that ratio rises.
    #[inline]
    #[must_use]
    pub fn truncated(&self) -> Option<(f64, DelayLaw<'static>)> {
        match self.0.0 {
            Family::PositiveNormal(normal) => {
                let law = DelayLaw(Law(Family::PositiveNormal(normal)));
                Some((normal.mean / normal.sd, law))
            }
            _ => None,
        }
    }

    /// The law of the delay itself, for its mean, variance, distribution function, rate and truncation shift.
    #[must_use]
    pub fn law(&self) -> &Law<'c> {
        &self.0
    }
}
