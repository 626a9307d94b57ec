//! What the tests share: a comparison up to rounding and a tiny generator with a fixed random seed.

/// Asserts that two numbers agree to the relative error given (absolute below 1e-300).
#[track_caller]
pub(crate) fn assert_close(actual: f64, expected: f64, relative: f64) {
    let allowed = relative * expected.abs().max(1e-300);
    assert!(
        (actual - expected).abs() <= allowed,
        "{actual:e} is not {expected:e} to {relative:e}"
    );
}

/// SplitMix64 (Steele, Lea and Flood 2014): for tests alone, never for a simulation.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform on the open interval (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Standard normal, by inversion.
    pub(crate) fn normal(&mut self) -> f64 {
        crate::Normal.quantile(self.uniform())
    }

    /// Exponential with mean 1, by inversion.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }
}
