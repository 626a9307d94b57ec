//! The laws of `draw(…)` whose values are integers and truth values. No timer has them.

use super::error::{LawError, Parameter};
use crate::draw::KeyedRng;

/// Every integer from `low` to `high`, both included, with the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniformInt {
    low: i64,
    high: i64,
}

impl UniformInt {
    /// # Errors
    /// If `low > high`.
    pub fn new(low: i64, high: i64) -> Result<Self, LawError> {
        let parameter = Parameter {
            law: "UniformInt",
            name: "high",
            value: high as f64,
        };
        parameter.must(low <= high, "at least low")?;
        Ok(Self { low, high })
    }

    /// One value, without bias.
    #[inline]
    pub fn draw(&self, rng: &mut KeyedRng) -> i64 {
        let last = self.high.wrapping_sub(self.low) as u64;
        let steps = match last.checked_add(1) {
            Some(count) => rng.below(count),
            None => rng.word(),
        };
        self.low.wrapping_add(steps as i64)
    }
}

/// True with probability `p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bernoulli {
    p: f64,
}

impl Bernoulli {
    /// # Errors
    /// If `p` is not a probability.
    pub fn new(p: f64) -> Result<Self, LawError> {
        let parameter = Parameter {
            law: "Bernoulli",
            name: "p",
            value: p,
        };
        parameter.must((0.0..=1.0).contains(&p), "from 0 to 1")?;
        Ok(Self { p })
    }

    /// One value, from one word; 0 is never true and 1 always.
    #[inline]
    pub fn draw(&self, rng: &mut KeyedRng) -> bool {
        rng.uniform() < self.p
    }
}
