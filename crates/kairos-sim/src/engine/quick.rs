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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{DelayLaw, Law};

    /// What a delay is, the tests of the laws say; this, that it is not left to them.
    #[test]
    fn one_word_is_mostly_enough() {
        let law = |law: Law<'static>| Reading::Law(DelayLaw::new(law).unwrap());
        let (normal, uniform) = (Law::normal(3.0, 0.5), Law::uniform(0.0, 1.0));
        let randomness = Randomness::new(1, 0);
        for reading in [law(normal.unwrap()), Reading::Exponential(2.0)] {
            let quick = Quick::of(&reading).expect("a law of one word");
            let delays = (0..1000).filter_map(|name| quick.delay(&randomness, Name(name)));
            assert!(delays.count() > 950, "{reading:?}");
        }
        assert!(Quick::of(&law(uniform.unwrap())).is_none());
    }
}
