//! Voice quality in expressions: the E-model of ITU-T G.107, as [`kairos_stats`] has it.

use kairos_stats::{Codec, Echo, Rating};

/// `rating(delay_ms, loss, impairment, robustness)`: the transmission rating factor R of a call without echo.
///
/// `delay_ms` is the one-way delay from mouth to ear in milliseconds, `loss` the ratio of packets lost at random, `impairment` and
/// `robustness` are the codec's Ie and Bpl of G.113, appendix I. NaN where a delay is negative, a ratio not in [0, 1], Ie not in
/// [0, 95], or Bpl not positive.
#[must_use]
pub fn rating(delay_ms: f64, loss: f64, impairment: f64, robustness: f64) -> f64 {
    let codec = Codec {
        impairment,
        loss_robustness: robustness,
    };
    Rating::new(delay_ms, loss, codec, Echo::Cancelled).map_or(f64::NAN, Rating::value)
}

/// `mos(r)`: the mean opinion score, from 1 to 4.5, of a rating (G.107, annex B). NaN where the rating is not finite.
#[must_use]
pub fn mos(rating: f64) -> f64 {
    Rating::from_value(rating).map_or(f64::NAN, Rating::mos)
}
