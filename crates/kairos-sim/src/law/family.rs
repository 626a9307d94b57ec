//! The families of real-valued laws: construction, sampling, moments and distribution functions.

use super::column::Column;
use super::error::{LawError, Parameter};
use super::normal::PositiveNormal;
use super::special::{gamma_cdf, normal_cdf};
use super::ziggurat::{standard_exponential, standard_normal};
use crate::draw::KeyedRng;

/// A real-valued law with parameters inside their domain. An empirical law borrows its column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law<'c>(pub(super) Family<'c>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Family<'c> {
    Exponential {
        rate: f64,
    },
    Normal {
        mean: f64,
        sd: f64,
    },
    PositiveNormal(PositiveNormal),
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    Pareto {
        min: f64,
        shape: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    Triangular {
        min: f64,
        mode: f64,
        max: f64,
    },
    /// Each of the values, ascending and at least one, with the same probability, times `scale`.
    Empirical {
        values: &'c [f64],
        scale: f64,
    },
    Deterministic {
        value: f64,
    },
    Never,
}

/// A function that makes the parameters of one law, for their checks.
#[inline]
fn of(law: &'static str) -> impl Fn(&'static str, f64) -> Parameter {
    move |name, value| Parameter { law, name, value }
}

/// Each constructor's error names the parameter outside its domain, and its value. A parameter is finite
/// everywhere.
impl<'c> Law<'c> {
    /// `Exponential(rate)`: a rate of exactly 0 means never.
    ///
    /// # Errors
    /// If `rate < 0`.
    #[inline]
    pub fn exponential(rate: f64) -> Result<Self, LawError> {
        of("Exponential")("rate", rate).not_negative()?;
        Ok(Self(Family::Exponential { rate }))
    }

    /// `Exponential(mean)`.
    ///
    /// # Errors
    /// If `mean ≤ 0`, or so small that its reciprocal overflows.
    #[inline]
    pub fn exponential_mean(mean: f64) -> Result<Self, LawError> {
        let parameter = of("Exponential")("mean", mean);
        let rate = 1.0 / parameter.positive()?;
        parameter.must(rate.is_finite(), "greater than 6e-309")?;
        Ok(Self(Family::Exponential { rate }))
    }

    /// `Normal(mean, sd)`.
    ///
    /// # Errors
    /// If `sd < 0`.
    #[inline]
    pub fn normal(mean: f64, sd: f64) -> Result<Self, LawError> {
        let of = of("Normal");
        of("mean", mean).finite()?;
        of("sd", sd).not_negative()?;
        Ok(Self(Family::Normal { mean, sd }))
    }

    /// `LogNormal(mean, sd)`, by the moments of the value itself: σ² = ln(1 + (sd/mean)²), μ = ln(mean) − σ²/2.
    ///
    /// # Errors
    /// If `mean ≤ 0`, `sd < 0`, or `sd / mean` is beyond about 10¹⁵⁴.
    #[inline]
    pub fn log_normal(mean: f64, sd: f64) -> Result<Self, LawError> {
        let of = of("LogNormal");
        of("mean", mean).positive()?;
        of("sd", sd).not_negative()?;
        let ratio = sd / mean;
        let variance = libm::log1p(ratio * ratio);
        of("sd", sd).must(variance.is_finite(), "less than 1e154 times the mean")?;
        Ok(Self(Family::LogNormal {
            mu: libm::log(mean) - variance / 2.0,
            sigma: variance.sqrt(),
        }))
    }

    /// `LogNormal(mu, sigma)`: the exponential of a normal with these moments.
    ///
    /// # Errors
    /// If `sigma < 0`.
    #[inline]
    pub fn log_normal_of_log(mu: f64, sigma: f64) -> Result<Self, LawError> {
        let of = of("LogNormal");
        of("mu", mu).finite()?;
        of("sigma", sigma).not_negative()?;
        Ok(Self(Family::LogNormal { mu, sigma }))
    }

    /// `Uniform(low, high)`.
    ///
    /// # Errors
    /// If `high < low`.
    #[inline]
    pub fn uniform(low: f64, high: f64) -> Result<Self, LawError> {
        let of = of("Uniform");
        of("low", low).finite()?;
        of("high", high).finite()?;
        of("high", high).must(low <= high, "at least low")?;
        of("high - low", high - low).finite()?;
        Ok(Self(Family::Uniform { low, high }))
    }

    /// `Weibull(shape, scale)`: F(x) = 1 − exp(−(x/scale)^shape).
    ///
    /// # Errors
    /// If a parameter is not greater than 0.
    #[inline]
    pub fn weibull(shape: f64, scale: f64) -> Result<Self, LawError> {
        let of = of("Weibull");
        of("shape", shape).positive()?;
        of("scale", scale).positive()?;
        Ok(Self(Family::Weibull { shape, scale }))
    }

    /// `Weibull(mean, shape)`: scale = mean / Γ(1 + 1/shape).
    ///
    /// # Errors
    /// If a parameter is not greater than 0, or the shape is below about 0.006, where no scale can be computed.
    #[inline]
    pub fn weibull_mean(mean: f64, shape: f64) -> Result<Self, LawError> {
        let of = of("Weibull");
        of("mean", mean).positive()?;
        let scale = mean / libm::tgamma(1.0 + 1.0 / of("shape", shape).positive()?);
        of("shape", shape).must(scale > 0.0, "greater than 0.006")?;
        Ok(Self(Family::Weibull { shape, scale }))
    }

    /// `Pareto(min, shape)`: F(x) = 1 − (min/x)^shape for x ≥ min.
    ///
    /// # Errors
    /// If a parameter is not greater than 0.
    #[inline]
    pub fn pareto(min: f64, shape: f64) -> Result<Self, LawError> {
        let of = of("Pareto");
        of("min", min).positive()?;
        of("shape", shape).positive()?;
        Ok(Self(Family::Pareto { min, shape }))
    }

    /// `Pareto(mean, shape)`: min = mean · (1 − 1/shape).
    ///
    /// # Errors
    /// If `mean ≤ 0`, or `shape ≤ 1`, where there is no mean.
    #[inline]
    pub fn pareto_mean(mean: f64, shape: f64) -> Result<Self, LawError> {
        let of = of("Pareto");
        of("mean", mean).positive()?;
        let holds = shape > 1.0 && shape <= f64::MAX;
        of("shape", shape).must(holds, "finite and greater than 1, to have a mean")?;
        let min = mean * ((shape - 1.0) / shape);
        of("mean", mean).must(min > 0.0, "greater than 3e-308")?;
        Ok(Self(Family::Pareto { min, shape }))
    }

    /// `Gamma(shape, scale)`, with mean shape · scale.
    ///
    /// # Errors
    /// If a parameter is not greater than 0.
    #[inline]
    pub fn gamma(shape: f64, scale: f64) -> Result<Self, LawError> {
        let of = of("Gamma");
        of("shape", shape).positive()?;
        of("scale", scale).positive()?;
        Ok(Self(Family::Gamma { shape, scale }))
    }

    /// `Gamma(mean, sd)`: shape = (mean/sd)², scale = sd²/mean; always the mean where `sd` is 0.
    ///
    /// # Errors
    /// If `mean ≤ 0`, `sd < 0`, or `sd / mean` is beyond about 10¹⁵⁴ or not 0 and below about 10⁻¹⁵⁴.
    #[inline]
    pub fn gamma_moments(mean: f64, sd: f64) -> Result<Self, LawError> {
        let of = of("Gamma");
        of("mean", mean).positive()?;
        if of("sd", sd).not_negative()? == 0.0 {
            return Ok(Self(Family::Deterministic { value: mean }));
        }
        let ratio = mean / sd;
        let (shape, scale) = (ratio * ratio, sd / ratio);
        let can_be_computed = |x: f64| x.is_finite() && x > 0.0;
        of("sd", sd).must(
            can_be_computed(shape) && can_be_computed(scale),
            "0, or between 1e-154 and 1e154 times the mean",
        )?;
        Ok(Self(Family::Gamma { shape, scale }))
    }

    /// `Erlang(k, mean)`: k exponential stages that take `mean` together.
    ///
    /// # Errors
    /// If `k` is not a whole number from 1 on, or `mean ≤ 0`.
    #[inline]
    pub fn erlang_mean(k: f64, mean: f64) -> Result<Self, LawError> {
        stages(k)?;
        let scale = of("Erlang")("mean", mean).positive()? / k;
        of("Erlang")("mean", mean).must(scale > 0.0, "greater than 5e-324 times k")?;
        Ok(Self(Family::Gamma { shape: k, scale }))
    }

    /// `Erlang(k, rate)`: the sum of `k` exponential values of this rate, which is `Gamma(k, 1 / rate)`.
    ///
    /// # Errors
    /// If `k` is not a whole number from 1 on, or `rate ≤ 0`.
    #[inline]
    pub fn erlang(k: f64, rate: f64) -> Result<Self, LawError> {
        stages(k)?;
        let of = of("Erlang");
        let scale = 1.0 / of("rate", rate).positive()?;
        of("rate", rate).must(scale.is_finite(), "greater than 6e-309")?;
        Ok(Self(Family::Gamma { shape: k, scale }))
    }

    /// `Triangular(min, mode, max)`.
    ///
    /// # Errors
    /// If the parameters are not ascending.
    #[inline]
    pub fn triangular(min: f64, mode: f64, max: f64) -> Result<Self, LawError> {
        let of = of("Triangular");
        of("min", min).finite()?;
        of("mode", mode).finite()?;
        of("max", max).finite()?;
        of("mode", mode).must(min <= mode, "at least min")?;
        of("max", max).must(mode <= max, "at least mode")?;
        of("max - min", max - min).finite()?;
        Ok(Self(Family::Triangular { min, mode, max }))
    }

    /// `Empirical(column, scale)`: each value of the column with the same probability, times `scale`.
    ///
    /// # Errors
    /// If `scale ≤ 0`.
    pub fn empirical(column: &'c Column, scale: f64) -> Result<Self, LawError> {
        of("Empirical")("scale", scale).positive()?;
        Ok(Self(Family::Empirical {
            values: column.sorted(),
            scale,
        }))
    }

    /// `Deterministic(value)`.
    ///
    /// # Errors
    /// If `value` is not finite.
    #[inline]
    pub fn deterministic(value: f64) -> Result<Self, LawError> {
        of("Deterministic")("value", value).finite()?;
        Ok(Self(Family::Deterministic { value }))
    }

    /// `Never`: always `+inf`.
    #[must_use]
    pub fn never() -> Self {
        Self(Family::Never)
    }
}

impl Law<'_> {
    /// One value. It can be any real number of the law's support, or `+inf` for "never" and where a law overflows.
    #[inline(always)]
    pub fn draw(&self, rng: &mut KeyedRng) -> f64 {
        match &self.0 {
            Family::PositiveNormal(normal) => normal.draw(rng),
            _ => self.draw_dearly(rng),
        }
    }

    /// A value of a family that few timers have, or whose sampler takes much longer than a call.
    fn draw_dearly(&self, rng: &mut KeyedRng) -> f64 {
        match &self.0 {
            Family::Exponential { rate } => standard_exponential(rng) / rate,
            Family::Normal { mean, sd } => mean + sd * standard_normal(rng),
            Family::PositiveNormal(_) => unreachable!("it is drawn straight"),
            Family::Deterministic { value } => *value,
            Family::LogNormal { mu, sigma } => libm::exp(mu + sigma * standard_normal(rng)),
            Family::Uniform { low, high } => low + (high - low) * rng.uniform(),
            Family::Weibull { shape, scale } => {
                scale * libm::pow(standard_exponential(rng), 1.0 / shape)
            }
            // The logarithm of x/min is exponential.
            Family::Pareto { min, shape } => min * libm::exp(standard_exponential(rng) / shape),
            Family::Gamma { shape, scale } => standard_gamma(*shape, rng) * scale,
            Family::Triangular { min, mode, max } => triangular(*min, *mode, *max, rng.uniform()),
            Family::Empirical { values, scale } => {
                values[rng.below(values.len() as u64) as usize] * scale
            }
            Family::Never => f64::INFINITY,
        }
    }

    /// The rate of an exponential law, by which a running clock is rescaled; `None` for every other family.
    #[inline]
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        match self.0 {
            Family::Exponential { rate } => Some(rate),
            _ => None,
        }
    }

    /// How far being conditioned on positive values moved a normal's mean, relative to the mean before: 0.01 is one
    /// per cent, `+inf` belongs to a mean of 0. It is 0 for every other law.
    #[must_use]
    pub fn truncation_shift(&self) -> f64 {
        match &self.0 {
            Family::PositiveNormal(normal) => normal.shift(),
            _ => 0.0,
        }
    }

    /// The expected value; `+inf` for "never" and where a tail is too heavy to have one.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match &self.0 {
            Family::Exponential { rate } => 1.0 / rate,
            Family::Normal { mean, .. } => *mean,
            Family::PositiveNormal(normal) => normal.mean(),
            Family::LogNormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Family::Uniform { low, high } => low + (high - low) / 2.0,
            Family::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Family::Pareto { shape, .. } if *shape <= 1.0 => f64::INFINITY,
            Family::Pareto { min, shape } => min * (shape / (shape - 1.0)),
            Family::Gamma { shape, scale } => shape * scale,
            Family::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Family::Empirical { values, scale } => scale * mean_of(values),
            Family::Deterministic { value } => *value,
            Family::Never => f64::INFINITY,
        }
    }

    /// The variance; `+inf` for "never" and where a tail is too heavy to have one.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match &self.0 {
            Family::Exponential { rate } => 1.0 / (rate * rate),
            Family::Normal { sd, .. } => sd * sd,
            Family::PositiveNormal(normal) => normal.variance(),
            Family::LogNormal { mu, sigma } => {
                let variance = sigma * sigma;
                libm::expm1(variance) * libm::exp(2.0 * mu + variance)
            }
            Family::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Family::Weibull { shape, scale } => {
                let mean = libm::tgamma(1.0 + 1.0 / shape);
                scale * scale * (libm::tgamma(1.0 + 2.0 / shape) - mean * mean)
            }
            Family::Pareto { shape, .. } if *shape <= 2.0 => f64::INFINITY,
            Family::Pareto { min, shape } => {
                let to_mean = min / (shape - 1.0);
                to_mean * to_mean * (shape / (shape - 2.0))
            }
            Family::Gamma { shape, scale } => shape * scale * scale,
            Family::Triangular { min, mode, max } => {
                let (rise, fall) = (mode - min, max - mode);
                (rise * rise + rise * fall + fall * fall) / 18.0
            }
            Family::Empirical { values, scale } => {
                let mean = mean_of(values);
                let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
                scale * scale * squares / values.len() as f64
            }
            Family::Deterministic { .. } => 0.0,
            Family::Never => f64::INFINITY,
        }
    }

    /// The distribution function: the probability of a value of at most `x`. For a gamma law the work grows with the
    /// root of the shape.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match &self.0 {
            Family::Exponential { rate } => -libm::expm1(-rate * x.max(0.0)),
            Family::Normal { mean, sd } => normal_cdf(x, *mean, *sd),
            Family::PositiveNormal(normal) => normal.cdf(x),
            Family::LogNormal { .. } if x <= 0.0 => 0.0,
            Family::LogNormal { mu, sigma } => normal_cdf(libm::log(x), *mu, *sigma),
            Family::Uniform { low, high } if low < high => {
                ((x - low) / (high - low)).clamp(0.0, 1.0)
            }
            Family::Weibull { shape, scale } => {
                -libm::expm1(-libm::pow(x.max(0.0) / scale, *shape))
            }
            Family::Pareto { min, shape } => -libm::expm1(-shape * libm::log((x / min).max(1.0))),
            Family::Gamma { shape, scale } => gamma_cdf(*shape, x / scale),
            Family::Triangular { min, mode, max } if min < max => {
                triangular_cdf(*min, *mode, *max, x.clamp(*min, *max))
            }
            Family::Empirical { values, scale } => {
                values.partition_point(|value| value * scale <= x) as f64 / values.len() as f64
            }
            Family::Deterministic { value: point }
            | Family::Uniform { low: point, .. }
            | Family::Triangular { min: point, .. } => f64::from(u8::from(x >= *point)),
            Family::Never => 0.0,
        }
    }
}

/// Checks the number of stages of an Erlang law.
#[inline]
fn stages(k: f64) -> Result<f64, LawError> {
    let whole = k.is_finite() && k >= 1.0 && k.floor() == k;
    of("Erlang")("k", k).must(whole, "a whole number, at least 1")
}

/// A gamma value of scale 1 (Marsaglia and Tsang, *A simple method for generating gamma variables*, 2000); a shape
/// below 1 goes through shape + 1 and their section 6.
fn standard_gamma(shape: f64, rng: &mut KeyedRng) -> f64 {
    if shape < 1.0 {
        let value = standard_gamma(shape + 1.0, rng);
        return value * libm::pow(rng.uniform(), 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = standard_normal(rng);
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let u = rng.uniform();
        let squared = x * x;
        if u < 1.0 - 0.0331 * squared * squared
            || libm::log(u) < squared / 2.0 + d * (1.0 - v + libm::log(v))
        {
            return d * v;
        }
    }
}

/// The inverse of the triangular distribution function.
fn triangular(min: f64, mode: f64, max: f64, u: f64) -> f64 {
    let (rise, width) = (mode - min, max - min);
    if u * width < rise {
        min + (u * width * rise).sqrt()
    } else {
        max - ((1.0 - u) * width * (max - mode)).sqrt()
    }
}

/// The triangular distribution function, for `min ≤ x ≤ max` and `min < max`.
fn triangular_cdf(min: f64, mode: f64, max: f64, x: f64) -> f64 {
    let width = max - min;
    if x < mode {
        (x - min) * (x - min) / (width * (mode - min))
    } else if x < max {
        1.0 - (max - x) * (max - x) / (width * (max - mode))
    } else {
        1.0
    }
}

/// The mean of values of which there is at least one.
fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
