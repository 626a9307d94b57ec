//! Delays as one random word mostly gives them, with all at hand that this takes: what needs more words is left to the law itself.

use super::{
    delay::DelayLaw,
    family::Family,
    normal::PositiveNormal,
    ziggurat::{EXPONENTIAL, NORMAL, Ziggurat, open, signed},
};

/// A normal conditioned on being positive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneWordNormal {
    mean: f64,
    sd: f64,
    ziggurat: &'static Ziggurat,
}

impl OneWordNormal {
    /// `None` for any other law, and where most words would be rejected.
    pub(crate) fn of(law: &DelayLaw<'_>) -> Option<Self> {
        let Family::PositiveNormal(PositiveNormal { mean, sd, far }) = law.law().0 else {
            return None;
        };
        let ziggurat = &*NORMAL;
        (!far).then_some(OneWordNormal { mean, sd, ziggurat })
    }

    /// The delay of a generator whose first word this is, if no other counts.
    #[inline(always)]
    pub(crate) fn delay(&self, word: u64) -> Option<f64> {
        let (x, is_under) = self.ziggurat.point(word, signed);
        let delay = self.mean + self.sd * x;
        (is_under && delay > 0.0).then_some(delay)
    }
}

/// The exponential of rate 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneWordExponential(&'static Ziggurat);

impl OneWordExponential {
    pub(crate) fn new() -> Self {
        OneWordExponential(&EXPONENTIAL)
    }

    /// The value of a generator whose first word this is, if no other counts.
    #[inline(always)]
    pub(crate) fn value(self, word: u64) -> Option<f64> {
        let (x, is_under) = self.0.point(word, open);
        is_under.then_some(x)
    }
}
