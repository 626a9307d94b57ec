//! Standard normal values, and the normal conditioned on being positive.

use std::sync::LazyLock;

use super::family::standard_exponential;
use super::special::NormalTail;
use crate::draw::KeyedRng;

/// Where the ziggurat's tail begins, for 256 boxes.
const TAIL: f64 = 3.654_152_885_361_009;

/// The boxes of the ziggurat under exp(−x²/2): `edge[i]` is the right edge of box i, `height[i]` the curve there. Box 0
/// is the lowest, its edge that of a rectangle with the area of the box and the tail.
struct Ziggurat {
    edge: [f64; 257],
    height: [f64; 257],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

/// exp(−x²/2), the normal density but for its constant.
fn curve(x: f64) -> f64 {
    libm::exp(-x * x / 2.0)
}

impl Ziggurat {
    fn new() -> Self {
        let beyond =
            (std::f64::consts::PI / 2.0).sqrt() * libm::erfc(TAIL / std::f64::consts::SQRT_2);
        let area = TAIL * curve(TAIL) + beyond;
        let mut edge = [0.0; 257];
        edge[0] = area / curve(TAIL);
        edge[1] = TAIL;
        for i in 2..256 {
            let top: f64 = curve(edge[i - 1]) + area / edge[i - 1];
            edge[i] = (-2.0 * libm::log(top)).sqrt();
        }
        Self {
            edge,
            height: edge.map(curve),
        }
    }
}

/// A standard normal value: the ziggurat method in the variant ZIGNOR (J. A. Doornik, *An improved ziggurat method to
/// generate normal random samples*, 2005). One word in 98.8 % of the draws.
#[inline]
pub(super) fn standard_normal(rng: &mut KeyedRng) -> f64 {
    let ziggurat = &*ZIGGURAT;
    loop {
        let word = rng.word();
        // The low 8 bits pick the box, the high 52 a place from −1 (included) to 1.
        let i = (word & 0xff) as usize;
        let u = (word >> 12) as f64 * (2.0 / (1u64 << 52) as f64) - 1.0;
        let x = u * ziggurat.edge[i];
        if x.abs() < ziggurat.edge[i + 1] {
            return x;
        }
        if let Some(x) = ziggurat.outside(i, u, x, rng) {
            return x;
        }
    }
}

impl Ziggurat {
    /// The draw fell outside the part of box `i` that lies wholly under the curve.
    #[cold]
    fn outside(&self, i: usize, u: f64, x: f64, rng: &mut KeyedRng) -> Option<f64> {
        if i == 0 {
            return Some(normal_tail(rng).copysign(u));
        }
        let height = self.height[i + 1] + (self.height[i] - self.height[i + 1]) * rng.uniform();
        (height < curve(x)).then_some(x)
    }
}

/// A standard normal value beyond [`TAIL`] (G. Marsaglia, *Generating a variable from the tail of the normal
/// distribution*, 1964).
fn normal_tail(rng: &mut KeyedRng) -> f64 {
    loop {
        let x = standard_exponential(rng) / TAIL;
        let y = standard_exponential(rng);
        if 2.0 * y >= x * x {
            return TAIL + x;
        }
    }
}

/// A normal conditioned on being positive: truncated at 0, not clamped. `sd > 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PositiveNormal {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

impl PositiveNormal {
    /// Up to this bound, in standard deviations, plain rejection needs fewer draws than the exponential one
    /// (Robert, *Simulation of truncated normal variables*, Statistics and Computing 5, 1995).
    const PLAIN_UP_TO: f64 = 0.45;

    /// The standard normal value above which the normal is positive.
    fn bound(&self) -> f64 {
        -self.mean / self.sd
    }

    #[inline]
    pub(super) fn draw(&self, rng: &mut KeyedRng) -> f64 {
        if self.bound() > Self::PLAIN_UP_TO {
            return self.draw_far(rng);
        }
        loop {
            let value = self.mean + self.sd * standard_normal(rng);
            if value > 0.0 {
                return value;
            }
        }
    }

    /// Robert's rejection from an exponential of rate λ = (a + √(a² + 4))/2 that starts at the bound a. It is written for
    /// the excess t over the bound, with λ − a = 1/λ, so that nothing cancels however far out the bound is.
    fn draw_far(&self, rng: &mut KeyedRng) -> f64 {
        let bound = self.bound();
        let rate = bound / 2.0 + libm::hypot(bound / 2.0, 1.0);
        loop {
            let excess = standard_exponential(rng) / rate;
            let off = excess - 1.0 / rate;
            if 2.0 * standard_exponential(rng) >= off * off {
                return self.sd * excess;
            }
        }
    }

    pub(super) fn mean(&self) -> f64 {
        let tail = NormalTail::above(self.bound());
        if self.mean < 0.0 {
            return self.sd * tail.excess;
        }
        // The excess, less the bound that it contains, is what truncation added.
        self.mean + self.sd * (tail.excess + self.bound())
    }

    pub(super) fn variance(&self) -> f64 {
        self.sd * self.sd * NormalTail::above(self.bound()).variance
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        1.0 - NormalTail::above(self.bound()).exceeds_by(x / self.sd)
    }

    /// The move of the mean by truncation, relative to the mean before.
    pub(super) fn shift(&self) -> f64 {
        let bound = self.bound();
        (NormalTail::above(bound).excess + bound) / bound.abs()
    }
}
