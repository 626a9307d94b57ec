//! Domains of the parameters of laws.

use super::law::LawUse;
use crate::timer::Family;

/// Parameters that are outside their domains, and what is asked of them. Values that are not known yet are not judged.
pub(super) fn violations(
    purpose: LawUse,
    family: Family,
    values: &[Option<f64>],
) -> Vec<(usize, &'static str)> {
    use Family as F;
    let at = |i: usize| values.get(i).copied().flatten();
    let fails = |i: usize, holds: fn(f64) -> bool| at(i).is_some_and(|v| !holds(v));
    let disordered = |i: usize, j: usize| at(i).zip(at(j)).is_some_and(|(a, b)| a > b);
    let positive: fn(f64) -> bool = |v| v > 0.0;
    let not_negative: fn(f64) -> bool = |v| v >= 0.0;
    let timer = purpose == LawUse::Timer;
    let rules: &[(usize, bool, &'static str)] = &match family {
        F::ExponentialRate => [
            (0, fails(0, not_negative), "a rate must not be negative"),
            NONE,
            NONE,
        ],
        F::ExponentialMean => [
            (0, fails(0, positive), "a mean delay must be positive"),
            NONE,
            NONE,
        ],
        F::Normal => [
            (
                1,
                fails(1, not_negative),
                "a standard deviation must not be negative",
            ),
            (
                0,
                timer && at(1) == Some(0.0) && fails(0, positive),
                "a delay without spread must be positive",
            ),
            NONE,
        ],
        F::LogNormalMoments | F::GammaMoments => [
            (0, fails(0, positive), POSITIVE_MEAN),
            (
                1,
                fails(1, not_negative),
                "a standard deviation must not be negative",
            ),
            NONE,
        ],
        F::LogNormal => [
            (1, fails(1, not_negative), "sigma must not be negative"),
            NONE,
            NONE,
        ],
        F::Uniform => [
            (
                0,
                timer && fails(0, not_negative),
                "a delay must not be negative",
            ),
            (1, disordered(0, 1), "`high` must not be below `low`"),
            (1, timer && fails(1, positive), "a delay must be positive"),
        ],
        F::Weibull | F::Gamma => [
            (0, fails(0, positive), "a shape must be positive"),
            (1, fails(1, positive), "a scale must be positive"),
            NONE,
        ],
        F::WeibullMean => [
            (0, fails(0, positive), POSITIVE_MEAN),
            (1, fails(1, positive), "a shape must be positive"),
            NONE,
        ],
        F::Pareto => [
            (0, fails(0, positive), "the least value must be positive"),
            (1, fails(1, positive), "a shape must be positive"),
            NONE,
        ],
        F::ParetoMean => [
            (0, fails(0, positive), POSITIVE_MEAN),
            (
                1,
                fails(1, |shape| shape > 1.0),
                "a Pareto law has a mean only if its shape is greater than 1",
            ),
            NONE,
        ],
        F::Erlang | F::ErlangMean => [
            (
                0,
                fails(0, |k| k >= 1.0),
                "an Erlang law must have at least one stage",
            ),
            match family {
                F::ErlangMean => (1, fails(1, positive), POSITIVE_MEAN),
                _ => (1, fails(1, positive), "a rate must be positive here"),
            },
            NONE,
        ],
        F::Triangular => [
            (
                0,
                timer && fails(0, not_negative),
                "a delay must not be negative",
            ),
            (1, disordered(0, 1), "`mode` must not be below `min`"),
            (
                2,
                disordered(1, 2) || disordered(0, 2),
                "`max` must not be below `mode` and `min`",
            ),
        ],
        F::Empirical { .. } => [
            (
                0,
                timer && fails(0, positive),
                "the scale of a delay must be positive",
            ),
            NONE,
            NONE,
        ],
        F::Deterministic => [
            (
                0,
                timer && fails(0, positive),
                "a delay must be positive (for none at all write `Immediate`)",
            ),
            NONE,
            NONE,
        ],
        F::Immediate => [
            (1, fails(1, positive), "a weight must be positive"),
            NONE,
            NONE,
        ],
        F::Bernoulli => [
            (
                0,
                fails(0, |p| (0.0..=1.0).contains(&p)),
                "a probability must be between 0 and 1",
            ),
            NONE,
            NONE,
        ],
        F::UniformInt => [
            (1, disordered(0, 1), "`high` must not be below `low`"),
            NONE,
            NONE,
        ],
        F::Never => [NONE, NONE, NONE],
    };
    let broken = rules.iter().filter(|rule| rule.1);
    broken.map(|&(index, _, why)| (index, why)).collect()
}

const NONE: (usize, bool, &str) = (0, false, "");

const POSITIVE_MEAN: &str = "the mean of positive values must be positive";

/// The mean of a normal conditioned on being positive: mean + sd·λ with λ = φ(mean/sd) / Φ(mean/sd)
/// (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, section 10.1). `None` where Φ is too small to compute.
pub(super) fn truncated_mean(mean: f64, sd: f64) -> Option<f64> {
    if sd <= 0.0 {
        return Some(mean);
    }
    let z = mean / sd;
    let density = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
    let above = 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2);
    Some(mean + sd * density / above).filter(|m| m.is_finite())
}

#[cfg(test)]
mod tests {
    use super::truncated_mean;

    #[test]
    fn truncated_means_of_standard_cases() {
        // φ(1)/Φ(1) = 0.241971/0.841345, φ(0)/Φ(0) = √(2/π)
        assert!((truncated_mean(1.0, 1.0).unwrap() - 1.287_600).abs() < 1e-6);
        assert!((truncated_mean(0.0, 1.0).unwrap() - 0.797_885).abs() < 1e-6);
        assert!((truncated_mean(3.0, 1.0).unwrap() - 3.0).abs() < 0.01 * 3.0);
        assert_eq!(truncated_mean(-1e9, 1.0), None);
    }
}
