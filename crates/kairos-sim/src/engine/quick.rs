//! Delays that one random word mostly gives.

use super::{clocks::Delay, timers::Reading};
use crate::{
    draw::{Name, Place, Randomness},
    law::{OneWordExponential, OneWordNormal},
};

/// The law of all delays of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quick {
    Normal(OneWordNormal),
    Exponential { unit: OneWordExponential, rate: f64 },
}

impl Quick {
    /// `None` for laws that always take more.
    pub(super) fn of(reading: &Reading<'_>) -> Option<Self> {
        match *reading {
            Reading::Law(ref law) => OneWordNormal::of(law).map(Quick::Normal),
            Reading::Exponential(rate) => {
                let unit = OneWordExponential::new();
                Some(Quick::Exponential { unit, rate })
            }
            Reading::Immediate { .. } => None,
        }
    }

    /// The delay of a firing, if one word gives it.
    #[inline(always)]
    pub(super) fn delay(&self, randomness: &Randomness, name: Name) -> Option<Delay> {
        let word = randomness.rng(name, Place::DELAY).word();
        match *self {
            Quick::Normal(ref normal) => normal.delay(word).map(Delay::After),
            Quick::Exponential { unit, rate } => {
                let unit = unit.value(word)?;
                Some(Delay::Exponential { unit, rate })
            }
        }
    }
}
