//! Delays that one random word mostly gives.

use super::{clocks::over, timers::Reading};
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

    /// The delay of a draw that was begun, if one word gives it.
    #[inline(always)]
    pub(super) fn delay(&self, Begun { word, .. }: Begun) -> Option<f64> {
        match *self {
            Quick::Normal(ref normal) => normal.delay(word),
            Quick::Exponential { unit, rate } => unit.value(word).map(|unit| over(unit, rate)),
        }
    }
}

/// The half of a draw that hashes: it follows from the causes of a firing alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    /// The name of the firing whose delay is drawn.
    pub(super) name: Name,
    /// The first random word of the draw.
    word: u64,
}

impl Begun {
    /// Where nothing was drawn yet.
    pub(super) const NOTHING: Begun = Begun {
        name: Name::START,
        word: 0,
    };

    #[inline(always)]
    pub(super) fn new(randomness: &Randomness, name: Name) -> Self {
        let word = randomness.rng(name, Place::DELAY).word();
        Begun { name, word }
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
            let delays =
                (0..1000).filter_map(|name| quick.delay(Begun::new(&randomness, Name(name))));
            assert!(delays.count() > 950, "{reading:?}");
        }
        assert!(Quick::of(&law(uniform.unwrap())).is_none());
    }
}
