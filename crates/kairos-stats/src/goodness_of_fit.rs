//! Does a sample follow a distribution? Kolmogorov–Smirnov and chi-square.

use crate::{ChiSquare, Error};
use libm::exp;
use std::f64::consts::{PI, TAU};

/// A test statistic with its p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// The statistic: D, or X².
    pub statistic: f64,
    /// The probability of a statistic at least as large if the hypothesis holds.
    pub p_value: f64,
}

/// The Kolmogorov–Smirnov test of a sample against a continuous distribution that was not fitted to it.
/// `None` for an empty sample, or where a value is not finite or has no probability.
#[must_use]
pub fn kolmogorov_smirnov_test(sample: &[f64], cdf: impl Fn(f64) -> f64) -> Option<TestResult> {
    if sample.is_empty() || sample.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let statistic = sorted
        .iter()
        .enumerate()
        .fold(0.0, |largest: f64, (i, &x)| {
            let probability = cdf(x);
            let distance = ((i + 1) as f64 / n - probability).max(probability - i as f64 / n);
            // Not `max`, which would pass over NaN.
            if largest.is_nan() || distance <= largest {
                largest
            } else {
                distance
            }
        });
    (!statistic.is_nan()).then(|| TestResult {
        statistic,
        p_value: kolmogorov_smirnov_p_value(sorted.len(), statistic),
    })
}

/// Up to this sample size the distribution of D is evaluated exactly.
const EXACT_SIZE: usize = 140;

/// P(D_n ≥ d) for the two-sided Kolmogorov–Smirnov statistic of n ≥ 1 values.
///
/// For n ≤ 140 exact, by the matrix power of Marsaglia, Tsang and Wang (J. Stat. Softw. 8, 2003), to 1e-12
/// absolute; beyond, Kolmogorov's limit with Vrbik's small-sample correction (Pioneer J. Theor. Appl. Stat. 15,
/// 2018), to 2e-4 absolute. Where n·d² > 18 the p-value is below 5e-16, and the bound 2·exp(−2·n·d²) is
/// returned. NaN for a `d` that is NaN.
///
/// # Panics
/// If `n` is 0.
#[must_use]
pub fn kolmogorov_smirnov_p_value(n: usize, d: f64) -> f64 {
    assert!(n > 0, "an empty sample has no statistic");
    let size = n as f64;
    if d.is_nan() {
        f64::NAN
    } else if d <= 0.5 / size {
        1.0
    } else if d >= 1.0 {
        0.0
    } else if size * d * d > 18.0 {
        2.0 * exp(-2.0 * size * d * d)
    } else if n <= EXACT_SIZE {
        (1.0 - exact_cdf(n, d)).clamp(0.0, 1.0)
    } else {
        let z = d * size.sqrt();
        limiting_survival(z + 1.0 / (6.0 * size.sqrt()) + (z - 1.0) / (4.0 * size))
    }
}

/// P(D_n < d): the middle element of the n-th power of a matrix of side 2·⌊nd⌋ + 1, times n!/nⁿ.
fn exact_cdf(n: usize, d: f64) -> f64 {
    let scaled = n as f64 * d;
    let k = scaled as usize + 1;
    let side = 2 * k - 1;
    let power = matrix_power(&step_matrix(side, k as f64 - scaled), side, n);
    (1..=n).fold(power[(k - 1) * side + k - 1], |value, i| {
        value * i as f64 / n as f64
    })
}

/// The matrix H of the paper, row by row.
fn step_matrix(side: usize, h: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; side * side];
    for row in 0..side {
        for column in 0..=(row + 1).min(side - 1) {
            matrix[row * side + column] = 1.0;
        }
    }
    let mut power = 1.0;
    for i in 0..side {
        power *= h;
        matrix[i * side] -= power;
        matrix[(side - 1) * side + (side - 1 - i)] -= power;
    }
    let overlap = (2.0 * h - 1.0).max(0.0);
    matrix[(side - 1) * side] += (0..side).fold(1.0, |product, _| product * overlap);
    for row in 0..side {
        for column in 0..=row {
            let factorial = (1..=row - column + 1).fold(1.0, |product, i| product * i as f64);
            matrix[row * side + column] /= factorial;
        }
    }
    matrix
}

fn matrix_power(matrix: &[f64], side: usize, exponent: usize) -> Vec<f64> {
    if exponent == 1 {
        return matrix.to_vec();
    }
    let half = matrix_power(matrix, side, exponent / 2);
    let square = product(&half, &half, side);
    if exponent.is_multiple_of(2) {
        square
    } else {
        product(&square, matrix, side)
    }
}

fn product(a: &[f64], b: &[f64], side: usize) -> Vec<f64> {
    let mut result = vec![0.0; side * side];
    for (row, target) in a.chunks_exact(side).zip(result.chunks_exact_mut(side)) {
        for (factor, other) in row.iter().zip(b.chunks_exact(side)) {
            target
                .iter_mut()
                .zip(other)
                .for_each(|(sum, x)| *sum += factor * x);
        }
    }
    result
}

/// Kolmogorov's limit of P(√n·D ≥ x), by whichever of its two series converges fast.
fn limiting_survival(x: f64) -> f64 {
    if x < 1.0 {
        let terms = (1..=5)
            .map(|j| exp(-f64::from(2 * j - 1) * f64::from(2 * j - 1) * PI * PI / (8.0 * x * x)));
        (1.0 - TAU.sqrt() / x * terms.sum::<f64>()).clamp(0.0, 1.0)
    } else {
        let term = |j: i32| exp(-2.0 * f64::from(j) * f64::from(j) * x * x);
        2.0 * (term(1) - term(2) + term(3) - term(4))
    }
}

/// Pearson's chi-square test of observed against expected counts.
///
/// `fitted` is how many parameters were estimated from the same data; degrees of freedom: categories − 1 −
/// fitted. The p-value is that of the limit distribution: join categories until each expects about 5.
///
/// # Errors
/// Where the lengths differ, an expected count is not positive and finite, or no degree of freedom is left.
pub fn chi_square_test(
    observed: &[u64],
    expected: &[f64],
    fitted: usize,
) -> Result<TestResult, Error> {
    if observed.len() != expected.len() {
        return Err(Error::CountLengths {
            observed: observed.len(),
            expected: expected.len(),
        });
    }
    if let Some(&bad) = expected.iter().find(|&&e| !(e > 0.0 && e.is_finite())) {
        return Err(Error::ExpectedCount(bad));
    }
    let categories = observed.len();
    if categories < fitted + 2 {
        return Err(Error::NoDegreeOfFreedom { categories, fitted });
    }
    let deviation = |(&o, &e): (&u64, &f64)| (o as f64 - e) * (o as f64 - e) / e;
    let statistic: f64 = observed.iter().zip(expected).map(deviation).sum();
    let degrees = (categories - 1 - fitted) as f64;
    Ok(TestResult {
        statistic,
        p_value: ChiSquare::new(degrees).survival(statistic),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SplitMix, assert_close};

    #[test]
    fn what_is_no_number_passes_no_test() {
        for n in [10, 1000] {
            assert!(kolmogorov_smirnov_p_value(n, f64::NAN).is_nan());
        }
        let nowhere = |x: f64| if x > 0.5 { f64::NAN } else { x };
        assert_eq!(kolmogorov_smirnov_test(&[0.2, 0.8, 0.3], nowhere), None);
        assert!(kolmogorov_smirnov_test(&[0.2, 0.4, 0.3], nowhere).is_some());
    }

    #[test]
    fn exact_p_values_match_published_ones() {
        // Marsaglia, Tsang and Wang (2003), the example of their introduction: Pr(D_10 < 0.274).
        assert_close(
            1.0 - kolmogorov_smirnov_p_value(10, 0.274),
            0.628_479_615_456_504_3,
            1e-12,
        );
        // Miller (JASA 51, 1956): the 5 % point for n = 10 is 0.40925.
        assert!((kolmogorov_smirnov_p_value(10, 0.409_25) - 0.05).abs() < 5e-6);
        // Recomputed with SciPy 1.17, `kstwo.sf`.
        for (n, d, p) in [
            (1, 0.7, 0.6),
            (5, 0.4, 0.308_8),
            (20, 0.2, 0.352_720_173_623_415),
            (100, 0.08, 0.518_219_364_548_067_2),
            (140, 0.1, 0.113_536_572_900_909_46),
        ] {
            assert_close(kolmogorov_smirnov_p_value(n, d), p, 1e-11);
        }
    }

    #[test]
    fn approximate_p_values_are_as_near_as_stated() {
        for (n, d, p) in [
            (200, 0.05, 0.680_262_549_587),
            (1000, 0.03, 0.322_690_214_391),
            (100_000, 0.004, 0.081_301_489_202),
        ] {
            assert!(
                (kolmogorov_smirnov_p_value(n, d) - p).abs() < 2e-4,
                "{n} {d}"
            );
        }
    }

    #[test]
    fn the_ends_of_the_statistic() {
        assert_eq!(kolmogorov_smirnov_p_value(10, 0.05), 1.0);
        assert_eq!(kolmogorov_smirnov_p_value(10, 1.0), 0.0);
        assert!(kolmogorov_smirnov_p_value(140, 0.36) < 1e-15);
        assert_eq!(kolmogorov_smirnov_test(&[], |x| x), None);
        assert_eq!(kolmogorov_smirnov_test(&[0.5, f64::NAN], |x| x), None);
    }

    /// 100 exponential samples of 50, fixed random seed: their p-values are uniform, which the test itself
    /// checks at α = 1e-3. The control tests against a mean 20 % too long, and must be rejected.
    #[test]
    fn p_values_are_uniform_under_the_hypothesis() {
        let mut random = SplitMix(8);
        let samples: Vec<Vec<f64>> = (0..100)
            .map(|_| (0..50).map(|_| random.exponential()).collect())
            .collect();
        let p_of_p = |mean: f64| {
            let p_value = |s: &Vec<f64>| {
                kolmogorov_smirnov_test(s, |x| 1.0 - exp(-x / mean))
                    .unwrap()
                    .p_value
            };
            let p_values: Vec<f64> = samples.iter().map(p_value).collect();
            kolmogorov_smirnov_test(&p_values, |p| p).unwrap().p_value
        };
        assert!(p_of_p(1.0) > 1e-3, "{}", p_of_p(1.0));
        assert!(p_of_p(1.2) < 1e-3, "the control passed: {}", p_of_p(1.2));
    }

    #[test]
    fn chi_square_of_mendels_peas() {
        // Mendel (1866): 315, 108, 101, 32 against 9:3:3:1; X² = 0.470, p = 0.925 with 3 degrees of freedom.
        let expected = [9.0, 3.0, 3.0, 1.0].map(|share| share * 556.0 / 16.0);
        let result = chi_square_test(&[315, 108, 101, 32], &expected, 0).unwrap();
        assert_close(result.statistic, 0.470_024, 1e-5);
        assert_close(result.p_value, 0.925_426, 1e-5);
    }

    #[test]
    fn chi_square_refuses_what_it_cannot_test() {
        assert_eq!(
            chi_square_test(&[1], &[1.0, 2.0], 0),
            Err(Error::CountLengths {
                observed: 1,
                expected: 2
            })
        );
        assert_eq!(
            chi_square_test(&[1, 2], &[1.0, 0.0], 0),
            Err(Error::ExpectedCount(0.0))
        );
        assert_eq!(
            chi_square_test(&[1, 2], &[1.0, 2.0], 1),
            Err(Error::NoDegreeOfFreedom {
                categories: 2,
                fitted: 1
            })
        );
    }
}
