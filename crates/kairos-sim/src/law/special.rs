//! Special functions behind the distribution functions.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Where the continued fraction of the normal tail takes over from `erfc`.
const FAR: f64 = 3.0;

/// The distribution function of a normal; a step where `sd` is 0.
pub(super) fn normal_cdf(x: f64, mean: f64, sd: f64) -> f64 {
    if sd == 0.0 {
        return f64::from(u8::from(x >= mean));
    }
    upper_tail(-(x - mean) / sd)
}

/// The probability that a standard normal exceeds `z`.
fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// A standard normal conditioned on exceeding `bound`.
pub(super) struct NormalTail {
    bound: f64,
    /// Mills' ratio: the tail's probability over the density at the bound.
    mills: f64,
    /// The mean minus the bound.
    pub(super) excess: f64,
    /// The variance.
    pub(super) variance: f64,
}

impl NormalTail {
    /// Near the middle by `erfc`; far out, where its differences cancel, by the continued fraction
    /// 1/R(a) = a + 1/(a + 2/(a + 3/(a + …))) (Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.2.14),
    /// of which the excess is all after the first `a`.
    pub(super) fn above(bound: f64) -> Self {
        if bound > FAR {
            let after = (2..=100)
                .rev()
                .fold(0.0, |rest, k| f64::from(k) / (bound + rest));
            let excess = 1.0 / (bound + after);
            let mills = 1.0 / (bound + excess);
            return Self {
                bound,
                mills,
                excess,
                variance: excess * (after - excess),
            };
        }
        let density = libm::exp(-bound * bound / 2.0) / TAU.sqrt();
        let hazard = density / upper_tail(bound);
        let excess = hazard - bound;
        Self {
            bound,
            mills: 1.0 / hazard,
            excess,
            variance: 1.0 - hazard * excess,
        }
    }

    /// The probability of exceeding the bound by more than `step ≥ 0`.
    pub(super) fn exceeds_by(&self, step: f64) -> f64 {
        if self.bound > FAR {
            let further = Self::above(self.bound + step).mills;
            return libm::exp(-step * (self.bound + step / 2.0)) * further / self.mills;
        }
        upper_tail(self.bound + step) / upper_tail(self.bound)
    }
}

/// The distribution function of a gamma law of scale 1, P(shape, x): by its series below shape + 1, by the continued
/// fraction of its complement above (*NIST Handbook of Mathematical Functions*, 8.11.4 and 8.9.2).
pub(super) fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x.is_infinite() {
        return 1.0;
    }
    let factor = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        factor * gamma_series(shape, x)
    } else {
        1.0 - factor * gamma_fraction(shape, x)
    }
}

/// Σ xⁿ / (shape (shape + 1) … (shape + n)), to the last bit that counts.
fn gamma_series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    let mut n = 1.0;
    while term > sum * f64::EPSILON / 2.0 {
        term *= x / (shape + n);
        sum += term;
        n += 1.0;
    }
    sum
}

/// 1/(x+1−s − 1·(1−s)/(x+3−s − 2·(2−s)/(x+5−s − …))) for `x ≥ s + 1`, by Lentz's method as Thompson and Barnett
/// modified it: no denominator can be 0 there.
fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let mut c = f64::MAX;
    let mut d = 1.0 / b;
    let mut value = d;
    let mut n = 1.0;
    let mut factor = f64::INFINITY;
    while (factor - 1.0).abs() > 2.0 * f64::EPSILON {
        let a = -n * (n - shape);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        factor = c * d;
        value *= factor;
        n += 1.0;
    }
    value
}
