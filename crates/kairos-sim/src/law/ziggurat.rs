//! Standard normal and exponential values by the ziggurat method (Marsaglia and Tsang, *The ziggurat method for
//! generating random variables*, 2000), with 256 boxes: mostly one word, one table and no logarithm.

use std::f64::consts::{FRAC_PI_2, SQRT_2};
use std::sync::LazyLock;

use crate::draw::KeyedRng;
pub(super) use crate::draw::open_fraction as open;

/// Where the tail begins for which 256 boxes under exp(−x²/2) have equal areas (J. A. Doornik, *An improved
/// ziggurat method to generate normal random samples*, 2005).
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;

/// The same under exp(−x) (Marsaglia and Tsang).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;

pub(super) static NORMAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let beyond = FRAC_PI_2.sqrt() * libm::erfc(NORMAL_TAIL / SQRT_2);
    Ziggurat::new(NORMAL_TAIL, beyond, bell, |y| (-2.0 * libm::log(y)).sqrt())
});

pub(super) static EXPONENTIAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let beyond = libm::exp(-EXPONENTIAL_TAIL);
    Ziggurat::new(EXPONENTIAL_TAIL, beyond, decay, |y| -libm::log(y))
});

/// exp(−x²/2), the normal density but for its constant.
fn bell(x: f64) -> f64 {
    libm::exp(-x * x / 2.0)
}

/// exp(−x), the exponential density.
fn decay(x: f64) -> f64 {
    libm::exp(-x)
}

/// Boxes of equal area that cover a falling curve: `edge[i]` is the right edge of box i, `height[i]` the curve
/// there. Box 0 is the lowest; its edge is that of a rectangle with the area of the box and the tail.
#[derive(Debug)]
pub(super) struct Ziggurat {
    edge: [f64; 257],
    height: [f64; 257],
}

impl Ziggurat {
    /// `tail` is where the tail begins, `beyond` its area; `curve` is 1 at 0.
    fn new(tail: f64, beyond: f64, curve: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let area = tail * curve(tail) + beyond;
        let mut edge = [0.0; 257];
        edge[0] = area / curve(tail);
        edge[1] = tail;
        for i in 2..256 {
            edge[i] = inverse(curve(edge[i - 1]) + area / edge[i - 1]);
        }
        Self {
            edge,
            height: edge.map(curve),
        }
    }

    /// The point of a word in the box that it picks, and whether it surely lies under the curve.
    #[inline(always)]
    pub(super) fn point(&self, word: u64, fraction: impl Fn(u64) -> f64) -> (f64, bool) {
        let i = box_of(word);
        let x = fraction(word) * self.edge[i];
        (x, x.abs() < self.edge[i + 1])
    }

    /// Whether a point above `x`, at a uniform height in box `i`, lies under the curve, which is `y` at `x`.
    fn under(&self, i: usize, y: f64, rng: &mut KeyedRng) -> bool {
        self.height[i + 1] + (self.height[i] - self.height[i + 1]) * rng.uniform() < y
    }
}

/// The box that the low 8 bits of a word pick.
#[inline]
fn box_of(word: u64) -> usize {
    (word & 0xff) as usize
}

/// The high 52 bits of a word as a multiple of 2⁻⁵¹ in [−1, 1): written behind the exponent of the numbers from 2 to 4.
#[inline]
pub(super) fn signed(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 2_f64.to_bits()) - 3.0
}

/// A standard normal value, in Doornik's variant ZIGNOR. One word is enough in 98.5 % of the draws.
#[inline(always)]
pub(super) fn standard_normal(rng: &mut KeyedRng) -> f64 {
    let word = rng.word();
    let (x, is_under) = NORMAL.point(word, signed);
    if is_under {
        return x;
    }
    normal_from(word, rng)
}

/// The standard normal value that a word begins.
#[cold]
fn normal_from(mut word: u64, rng: &mut KeyedRng) -> f64 {
    loop {
        let (x, is_under) = NORMAL.point(word, signed);
        if is_under {
            return x;
        }
        let i = box_of(word);
        if i == 0 {
            return normal_tail(rng).copysign(signed(word));
        }
        if NORMAL.under(i, bell(x), rng) {
            return x;
        }
        word = rng.word();
    }
}

/// An exponential value of rate 1, greater than 0. One word is enough in 97.8 % of the draws.
#[inline(always)]
pub(crate) fn standard_exponential(rng: &mut KeyedRng) -> f64 {
    let word = rng.word();
    let (x, is_under) = EXPONENTIAL.point(word, open);
    if is_under {
        return x;
    }
    exponential_from(word, rng)
}

/// The exponential value of rate 1 that a word begins.
#[cold]
fn exponential_from(mut word: u64, rng: &mut KeyedRng) -> f64 {
    loop {
        let (x, is_under) = EXPONENTIAL.point(word, open);
        if is_under {
            return x;
        }
        let i = box_of(word);
        if i == 0 {
            return EXPONENTIAL_TAIL - libm::log(rng.uniform());
        }
        if EXPONENTIAL.under(i, decay(x), rng) {
            return x;
        }
        word = rng.word();
    }
}

/// A standard normal value beyond [`NORMAL_TAIL`] (G. Marsaglia, *Generating a variable from the tail of the normal
/// distribution*, 1964).
#[cold]
fn normal_tail(rng: &mut KeyedRng) -> f64 {
    loop {
        let x = -libm::log(rng.uniform()) / NORMAL_TAIL;
        let y = -libm::log(rng.uniform());
        if 2.0 * y >= x * x {
            return NORMAL_TAIL + x;
        }
    }
}
