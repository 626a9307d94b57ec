//! The reference distributions of intervals and tests: normal, Student's t, chi-square.
//!
//! Relative error of probabilities and quantiles about 1e-13 in the parameter ranges that the tests visit (up
//! to 10⁶ degrees of freedom), on both tails. What is asked about NaN is answered by NaN.

use crate::special::{
    Tails, beta_density_times_xy, gamma_density_times_x, regularised_beta, regularised_gamma,
    solve_positive,
};
use libm::{erfc, exp};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// The standard normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Normal;

impl Normal {
    /// P(Z ≤ z).
    #[must_use]
    pub fn cdf(self, z: f64) -> f64 {
        0.5 * erfc(-z * FRAC_1_SQRT_2)
    }

    /// P(Z > z), accurate far out in the tail.
    #[must_use]
    pub fn survival(self, z: f64) -> f64 {
        self.cdf(-z)
    }

    /// The z with P(Z ≤ z) = `p`; −∞ at 0, +∞ at 1, NaN outside [0, 1].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        symmetric_quantile(p, |z| {
            let density = exp(-0.5 * z * z) / TAU.sqrt();
            let central = libm::erf(z * FRAC_1_SQRT_2);
            (
                Tails {
                    lower: central,
                    upper: 2.0 * self.survival(z),
                },
                2.0 * density,
            )
        })
    }
}

/// Student's t distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    degrees: f64,
}

impl StudentT {
    /// The distribution with a number of degrees of freedom, whole or not.
    ///
    /// # Panics
    /// Unless `degrees` is positive and finite.
    #[must_use]
    pub fn new(degrees: f64) -> Self {
        assert!(
            degrees > 0.0 && degrees.is_finite(),
            "degrees of freedom are positive, not {degrees}"
        );
        Self { degrees }
    }

    /// P(T ≤ t).
    #[must_use]
    pub fn cdf(self, t: f64) -> f64 {
        self.survival(-t)
    }

    /// P(T > t), accurate far out in the tail.
    #[must_use]
    pub fn survival(self, t: f64) -> f64 {
        let Tails {
            lower: central,
            upper: outer,
        } = self.magnitude(t);
        // NaN goes through the second branch, and stays what it is.
        if t > 0.0 {
            0.5 * outer
        } else {
            0.5 + 0.5 * central
        }
    }

    /// P(|T| > |t|), the two-sided p-value of a t statistic.
    #[must_use]
    pub fn two_sided(self, t: f64) -> f64 {
        self.magnitude(t).upper
    }

    /// The t with P(T ≤ t) = `p`; −∞ at 0, +∞ at 1, NaN outside [0, 1].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        symmetric_quantile(p, |t| {
            let (x, y) = self.beta_arguments(t);
            let density = 2.0 * beta_density_times_xy(0.5, 0.5 * self.degrees, x, y) / t;
            (self.magnitude(t), density)
        })
    }

    /// The distribution of |T| at |t|: an incomplete beta function (DLMF 8.17; Abramowitz and Stegun 26.7.1).
    fn magnitude(self, t: f64) -> Tails {
        let (x, y) = self.beta_arguments(t);
        regularised_beta(0.5, 0.5 * self.degrees, x, y)
    }

    /// t²/(ν+t²) and ν/(ν+t²), without overflow of t².
    fn beta_arguments(self, t: f64) -> (f64, f64) {
        let square = t * t / self.degrees;
        let y = 1.0 / (1.0 + square);
        if square < 1.0 {
            (square * y, y)
        } else {
            (1.0 / (1.0 + 1.0 / square), y)
        }
    }
}

/// The quantile of a distribution symmetric about 0, from the tails and the density of its magnitude.
/// Works on the smaller of the central and the outer probability, so that neither loses digits.
fn symmetric_quantile(p: f64, magnitude: impl Fn(f64) -> (Tails, f64)) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let outer = 2.0 * p.min(1.0 - p);
    let central = (2.0 * p - 1.0).abs();
    let size = if outer == 0.0 {
        f64::INFINITY
    } else if central == 0.0 {
        0.0
    } else if central < outer {
        solve_positive(central, central, |x| {
            let (tails, density) = magnitude(x);
            (tails.lower, density)
        })
    } else {
        solve_positive(outer, 1.0, |x| {
            let (tails, density) = magnitude(x);
            (tails.upper, -density)
        })
    };
    if p < 0.5 { -size } else { size }
}

/// The chi-square distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    degrees: f64,
}

impl ChiSquare {
    /// The distribution with a number of degrees of freedom, whole or not.
    ///
    /// # Panics
    /// Unless `degrees` is positive and finite.
    #[must_use]
    pub fn new(degrees: f64) -> Self {
        assert!(
            degrees > 0.0 && degrees.is_finite(),
            "degrees of freedom are positive, not {degrees}"
        );
        Self { degrees }
    }

    /// P(X ≤ x).
    #[must_use]
    pub fn cdf(self, x: f64) -> f64 {
        self.tails(x).lower
    }

    /// P(X > x), accurate far out in the tail.
    #[must_use]
    pub fn survival(self, x: f64) -> f64 {
        self.tails(x).upper
    }

    /// The x with P(X ≤ x) = `p`; 0 at 0, +∞ at 1, NaN outside [0, 1].
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        if p == 0.0 {
            return 0.0;
        }
        if p == 1.0 {
            return f64::INFINITY;
        }
        let density = |x: f64| gamma_density_times_x(0.5 * self.degrees, 0.5 * x) / x;
        if p < 0.5 {
            solve_positive(p, self.degrees, |x| (self.tails(x).lower, density(x)))
        } else {
            solve_positive(1.0 - p, self.degrees, |x| {
                (self.tails(x).upper, -density(x))
            })
        }
    }

    fn tails(self, x: f64) -> Tails {
        regularised_gamma(0.5 * self.degrees, 0.5 * x)
    }
}

#[cfg(test)]
mod tests {
    //! References: tables of Abramowitz and Stegun (26.1, 26.8, 26.10), extended to 17 digits with an
    //! arbitrary-precision evaluation of the defining integrals (40 digits).
    use super::*;
    use crate::testing::assert_close;
    use proptest::prelude::*;

    #[test]
    fn normal_matches_tables() {
        for (z, upper) in [
            (0.5, 0.308_537_538_725_986_9),
            (1.0, 0.158_655_253_931_457_05),
            (3.0, 0.001_349_898_031_630_094_5),
            (8.0, 6.220_960_574_271_784e-16),
            (20.0, 2.753_624_118_606_233_7e-89),
        ] {
            assert_close(Normal.survival(z), upper, 1e-13);
            assert_close(Normal.cdf(z), 1.0 - upper, 1e-15);
        }
        for (p, z) in [
            (0.975, 1.959_963_984_540_054_2),
            (0.9, 1.281_551_565_544_600_5),
            (0.500_001, 2.506_628_274_633_625_4e-6),
            (1e-20, -9.262_340_089_798_408),
        ] {
            // 0.500001 is not a binary fraction: its rounding alone moves the quantile by 1e-10 of itself.
            assert_close(
                Normal.quantile(p),
                z,
                if p == 0.500_001 { 1e-10 } else { 1e-14 },
            );
        }
    }

    #[test]
    fn student_t_matches_tables() {
        for (p, degrees, t) in [
            (0.975, 1.0, 12.706_204_736_174_705),
            (0.975, 2.0, 4.302_652_729_749_464),
            (0.975, 2.5, 3.574_654_842_003_683),
            (0.975, 4.0, 2.776_445_105_197_794_4),
            (0.975, 9.0, 2.262_157_162_798_205_5),
            (0.95, 10.0, 1.812_461_122_811_676_4),
            (0.975, 30.0, 2.042_272_456_301_238),
            (0.995, 100.0, 2.625_890_521_438_018),
            (0.9995, 3.0, 12.923_978_636_687_483),
            (0.975, 1e6, 1.959_966_356_814_107),
            (0.6, 5.0, 0.267_180_865_704_145_1),
        ] {
            assert_close(StudentT::new(degrees).quantile(p), t, 1e-12);
            assert_close(StudentT::new(degrees).quantile(1.0 - p), -t, 1e-12);
        }
        for (t, degrees, upper) in [
            (0.5, 3.0, 0.325_723_982_424_075_5),
            (2.0, 10.0, 0.036_694_017_385_370_18),
            (10.0, 5.0, 8.547_378_787_148_18e-5),
            (40.0, 2.0, 3.122_073_360_923_703_7e-4),
            (1.96, 1e6, 0.024_998_033_792_634_893),
            (1e-8, 4.0, 0.499_999_996_25),
        ] {
            assert_close(StudentT::new(degrees).survival(t), upper, 1e-13);
        }
    }

    #[test]
    fn chi_square_matches_tables() {
        for (x, degrees, lower, upper) in [
            (
                3.841,
                1.0,
                0.949_986_316_236_043_3,
                0.050_013_683_763_956_71,
            ),
            (0.1, 1.0, 0.248_170_365_954_150_7, 0.751_829_634_045_849_3),
            (5.0, 2.0, 0.917_915_001_376_101_2, 0.082_084_998_623_898_8),
            (
                18.307,
                10.0,
                0.949_999_410_908_601_9,
                0.050_000_589_091_398_1,
            ),
            (
                50.0,
                100.0,
                6.953_305_247_616_099e-6,
                0.999_993_046_694_752_4,
            ),
            (
                1010.0,
                1000.0,
                0.593_966_849_052_264,
                0.406_033_150_947_735_96,
            ),
            (100.0, 10.0, 1.0, 5.449_701_982_920_529e-17),
            (0.001, 9.0, 2.668_889_470_644_911e-17, 1.0),
            (1e6, 1e6, 0.500_188_063_196_605_5, 0.499_811_936_803_394_5),
        ] {
            assert_close(ChiSquare::new(degrees).cdf(x), lower, 1e-12);
            assert_close(ChiSquare::new(degrees).survival(x), upper, 1e-12);
        }
        for (p, degrees, x) in [
            (0.95, 1.0, 3.841_458_820_694_126),
            (0.95, 10.0, 18.307_038_053_275_147),
            (0.05, 10.0, 3.940_299_136_119_06),
            (0.99, 100.0, 135.806_723_171_026_8),
            (0.5, 2.0, 1.386_294_361_119_890_6),
            (0.001, 3.0, 0.024_297_585_815_692_733),
            (0.975, 1000.0, 1_089.530_912_774_913_5),
            (0.95, 0.5, 2.420_232_274_889_525_2),
        ] {
            assert_close(ChiSquare::new(degrees).quantile(p), x, 1e-12);
        }
    }

    #[test]
    fn the_ends_of_a_quantile_are_the_ends_of_the_support() {
        assert_eq!(Normal.quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(StudentT::new(3.0).quantile(1.0), f64::INFINITY);
        assert_eq!(StudentT::new(3.0).quantile(0.5), 0.0);
        assert_eq!(ChiSquare::new(3.0).quantile(0.0), 0.0);
        assert!(Normal.quantile(1.5).is_nan() && ChiSquare::new(1.0).quantile(f64::NAN).is_nan());
    }

    #[test]
    fn what_is_no_number_has_no_probability() {
        let (t, chi) = (StudentT::new(4.0), ChiSquare::new(4.0));
        for probability in [
            t.two_sided(f64::NAN),
            t.survival(f64::NAN),
            t.cdf(f64::NAN),
            t.quantile(f64::NAN),
            chi.survival(f64::NAN),
            chi.cdf(f64::NAN),
            Normal.cdf(f64::NAN),
            Normal.survival(f64::NAN),
            Normal.quantile(f64::NAN),
        ] {
            assert!(probability.is_nan(), "{probability}");
        }
        assert_eq!(
            (t.two_sided(f64::INFINITY), chi.survival(f64::INFINITY)),
            (0.0, 0.0)
        );
    }

    proptest! {
        #[test]
        fn quantiles_invert_probabilities(p in 1e-12..1.0f64, degrees in 0.5..500.0f64) {
            let (t, chi) = (StudentT::new(degrees), ChiSquare::new(degrees));
            assert_close(t.cdf(t.quantile(p)), p, 1e-11);
            assert_close(chi.cdf(chi.quantile(p)), p, 1e-11);
            assert_close(Normal.cdf(Normal.quantile(p)), p, 1e-12);
        }
    }
}
