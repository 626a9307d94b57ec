//! Incomplete beta and gamma functions, and the inversion of tail probabilities.
//!
//! The prefactors x^a·y^b / B(a, b) and x^a·e^−x / Γ(a+1) are evaluated by Loader's saddle-point expansion
//! ("Fast and accurate computation of binomial probabilities", 2000), so that large parameters cost no digits;
//! the rest are the continued fractions DLMF 8.17.22 and 8.9.2 (by Lentz's method as modified by Thompson and
//! Barnett) and the series DLMF 8.7.1.

use libm::{exp, lgamma, log};
use std::f64::consts::TAU;

/// A probability and its complement, each computed so as to keep its own relative accuracy where it is small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tails {
    /// P(X ≤ x).
    pub(crate) lower: f64,
    /// P(X > x).
    pub(crate) upper: f64,
}

impl Tails {
    /// Of an argument that is no number.
    const UNDEFINED: Self = Self {
        lower: f64::NAN,
        upper: f64::NAN,
    };

    fn from_lower(lower: f64) -> Self {
        // Not `min`, which would make 1 of NaN.
        let lower = if lower > 1.0 { 1.0 } else { lower };
        Self {
            lower,
            upper: 1.0 - lower,
        }
    }

    fn swapped(self) -> Self {
        Self {
            lower: self.upper,
            upper: self.lower,
        }
    }
}

/// The regularised incomplete beta function I_x(a, b) and 1 − I_x(a, b), for a, b > 0.
/// `y` is 1 − x, given apart because the caller may know it more precisely.
pub(crate) fn regularised_beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x.is_nan() || y.is_nan() {
        Tails::UNDEFINED
    } else if x <= 0.0 {
        Tails::from_lower(0.0)
    } else if y <= 0.0 {
        Tails::from_lower(0.0).swapped()
    } else if x * (a + b + 2.0) <= a + 1.0 {
        Tails::from_lower(beta_density_times_xy(a, b, x, y) * beta_fraction(a, b, x, y))
    } else {
        Tails::from_lower(beta_density_times_xy(b, a, y, x) * beta_fraction(b, a, y, x)).swapped()
    }
}

/// x^a·y^b / B(a, b).
pub(crate) fn beta_density_times_xy(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    exp(exponent) * (a * b / (TAU * n)).sqrt()
}

/// The even part of DLMF 8.17.22 in the form of Didonato and Morris (TOMS 18, 1992, algorithm 708, `BFRAC`),
/// which reads 1 − x as `y` throughout: nothing cancels where x is close to 1.
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let lambda = a * y - b * x;
    let mut fraction = Lentz::new(a / (a + 1.0) * (lambda + 1.0));
    for n in 1..100_000 {
        let n = f64::from(n);
        let middle = a + 2.0 * n - 1.0;
        let numerator = (a + n - 1.0) / middle * ((a + b + n - 1.0) / middle) * n * (b - n) * x * x;
        let denominator = n
            + n * (b - n) * x / middle
            + (a + n) / (middle + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        if fraction.add(numerator, denominator) {
            break;
        }
    }
    1.0 / fraction.value
}

/// The regularised incomplete gamma functions P(a, x) and Q(a, x), for a > 0 and x ≥ 0.
pub(crate) fn regularised_gamma(a: f64, x: f64) -> Tails {
    if x.is_nan() {
        Tails::UNDEFINED
    } else if x <= 0.0 {
        Tails::from_lower(0.0)
    } else if x == f64::INFINITY {
        Tails::from_lower(0.0).swapped()
    } else if x < a + 1.0 {
        Tails::from_lower(gamma_density_times_x(a, x) / a * gamma_series(a, x))
    } else {
        Tails::from_lower(gamma_density_times_x(a, x) * gamma_fraction(a, x)).swapped()
    }
}

/// x^a·e^−x / Γ(a).
pub(crate) fn gamma_density_times_x(a: f64, x: f64) -> f64 {
    exp(-stirling_error(a) - deviance(a, x)) * (a / TAU).sqrt()
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > sum * f64::EPSILON / 4.0 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut fraction = Lentz::new(x + 1.0 - a);
    for n in 1..100_000 {
        let n = f64::from(n);
        if fraction.add(n * (a - n), x + 1.0 - a + 2.0 * n) {
            break;
        }
    }
    1.0 / fraction.value
}

/// A continued fraction b₀ + a₁/(b₁ + a₂/(b₂ + …)), evaluated from the front.
struct Lentz {
    value: f64,
    c: f64,
    d: f64,
}

impl Lentz {
    const TINY: f64 = 1e-300;

    fn new(first: f64) -> Self {
        let value = if first == 0.0 { Self::TINY } else { first };
        Self {
            value,
            c: value,
            d: 0.0,
        }
    }

    /// Appends one level; says whether the value has settled.
    fn add(&mut self, numerator: f64, denominator: f64) -> bool {
        let away_from_zero = |x: f64| if x.abs() < Self::TINY { Self::TINY } else { x };
        self.d = 1.0 / away_from_zero(denominator + numerator * self.d);
        self.c = away_from_zero(denominator + numerator / self.c);
        let factor = self.c * self.d;
        self.value *= factor;
        (factor - 1.0).abs() <= f64::EPSILON
    }
}

/// ln Γ(n+1) − ln(√(2πn)·(n/e)^n): what Stirling's formula leaves out, for n > 0.
fn stirling_error(n: f64) -> f64 {
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;
    if n < 16.0 {
        lgamma(n + 1.0) - (n + 0.5) * log(n) + n - HALF_LN_TAU
    } else {
        let r = 1.0 / (n * n);
        (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / n
    }
}

/// x·ln(x/m) + m − x without cancellation where x ≈ m (Loader's `bd0`).
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * log(x / m) - difference;
    }
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    for odd in (3..1000).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The x > 0 at which a positive monotone function takes the value `target`.
///
/// `function` gives value and slope. Newton's method on the logarithm of the value, inside a bracket that every
/// evaluation narrows; a step that would leave the bracket is replaced by doubling, halving or bisection.
pub(crate) fn solve_positive(target: f64, start: f64, function: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut x = start;
    for _ in 0..2000 {
        let (value, slope) = function(x);
        if value == target {
            return x;
        }
        if (value < target) == (slope > 0.0) {
            low = x;
        } else {
            high = x;
        }
        let newton = x - log(value / target) * value / slope;
        let next = if low < newton && newton < high {
            newton
        } else if high == f64::INFINITY {
            2.0 * x
        } else if low == 0.0 {
            0.5 * x
        } else {
            0.5 * (low + high)
        };
        if (next - x).abs() <= f64::EPSILON * x || next == 0.0 || next == f64::INFINITY {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;

    #[test]
    fn beta_matches_closed_forms() {
        for x in [1e-9, 0.1, 0.5, 0.77, 0.999] {
            let y = 1.0 - x;
            assert_close(regularised_beta(1.0, 1.0, x, y).lower, x, 1e-14);
            assert_close(regularised_beta(3.0, 1.0, x, y).lower, x * x * x, 1e-13);
            assert_close(regularised_beta(1.0, 4.0, x, y).upper, y * y * y * y, 1e-13);
        }
    }

    #[test]
    fn gamma_matches_the_exponential() {
        for x in [1e-12, 0.3, 1.0, 5.0, 300.0] {
            let tails = regularised_gamma(1.0, x);
            assert_close(tails.upper, exp(-x), 1e-13);
            assert_close(tails.lower, -libm::expm1(-x), 1e-13);
        }
    }

    #[test]
    fn stirling_error_is_continuous_where_its_forms_meet() {
        let direct = |n: f64| lgamma(n + 1.0) - (n + 0.5) * log(n) + n - 0.5 * log(TAU);
        assert!((stirling_error(16.0) - direct(16.0)).abs() < 1e-14);
    }

    #[test]
    fn solving_survives_a_start_far_away() {
        assert_close(
            solve_positive(1e-30, 1e6, |x| (exp(-x), -exp(-x))),
            69.077_552_789_821_37,
            1e-14,
        );
        assert_close(
            solve_positive(8.0, 1e-9, |x| (x * x * x, 3.0 * x * x)),
            2.0,
            1e-15,
        );
    }
}
