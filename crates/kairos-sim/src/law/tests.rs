//! Pinned samples, Kolmogorov–Smirnov tests, moments, and the domains of the parameters.

use expect_test::expect;
use rand_distr::Distribution;

use super::one_word::{OneWordExponential, OneWordNormal};
use super::ziggurat::{standard_exponential, standard_normal};
use super::{Bernoulli, Column, DelayLaw, Law, LawError, UniformInt};
use crate::draw::{KeyedRng, Name, Place, Randomness};

/// The generator of the `i`-th sample of a test.
fn rng(test: u64, i: u64) -> KeyedRng {
    Randomness::new(20_260_101, test).rng(Name(i), Place::DELAY)
}

fn delay(law: Result<Law<'_>, LawError>) -> DelayLaw<'_> {
    DelayLaw::new(law.unwrap()).unwrap()
}

fn column() -> Column {
    Column::new(&[3.0, 0.0, 1.5, 2.0, 1.5]).unwrap()
}

/// Every continuous family, with parameters in each region that has a sampler or a formula of its own.
fn continuous() -> Vec<(&'static str, DelayLaw<'static>)> {
    vec![
        ("exponential", delay(Law::exponential(2.5))),
        ("exponential mean", delay(Law::exponential_mean(0.01))),
        ("normal", delay(Law::normal(1.0, 0.1))),
        ("normal near 0", delay(Law::normal(0.5, 1.0))),
        ("normal below 0", delay(Law::normal(-0.3, 1.0))),
        ("normal far below 0", delay(Law::normal(-4.0, 1.0))),
        (
            "normal extremely far below 0",
            delay(Law::normal(-1e9, 3.0)),
        ),
        ("log-normal", delay(Law::log_normal(0.2, 0.05))),
        (
            "log-normal of log",
            delay(Law::log_normal_of_log(-1.0, 1.5)),
        ),
        ("uniform", delay(Law::uniform(0.0, 3.0))),
        ("weibull", delay(Law::weibull(1.7, 2.0))),
        ("weibull, heavy", delay(Law::weibull(0.6, 2.0))),
        ("weibull mean", delay(Law::weibull_mean(2.0, 0.8))),
        ("gamma", delay(Law::gamma(4.5, 0.5))),
        ("gamma, small shape", delay(Law::gamma(0.3, 2.0))),
        ("gamma moments", delay(Law::gamma_moments(0.5, 0.25))),
        ("erlang", delay(Law::erlang(3.0, 2.0))),
        ("erlang mean", delay(Law::erlang_mean(3.0, 1.5))),
        ("triangular", delay(Law::triangular(1.0, 1.5, 4.0))),
        ("pareto", delay(Law::pareto(0.5, 9.0))),
        ("pareto, heavy", delay(Law::pareto(0.5, 0.8))),
        ("pareto mean", delay(Law::pareto_mean(2.0, 12.0))),
    ]
}

#[test]
fn samples_are_pinned() {
    let mut laws = continuous();
    let column = column();
    laws.push(("empirical", delay(Law::empirical(&column, 0.5))));
    laws.push(("deterministic", delay(Law::deterministic(0.25))));
    laws.push(("never", delay(Ok(Law::never()))));
    let mut pinned = String::new();
    for (name, law) in laws {
        let [first, second] = [1, 2].map(|i| law.delay(&mut rng(0, i)));
        let bits = [first, second].map(f64::to_bits);
        pinned += &format!(
            "{:016x} {:016x} {name}: {first:.4e} {second:.4e}\n",
            bits[0], bits[1]
        );
    }
    let plain = Law::normal(-1.0, 2.0).unwrap().draw(&mut rng(0, 1));
    pinned += &format!("{:016x} plain normal: {plain:.4e}\n", plain.to_bits());
    let host = UniformInt::new(0, 98).unwrap();
    pinned += &format!(
        "uniform integers: {:?}\n",
        [1, 2, 3].map(|i| host.draw(&mut rng(0, i)))
    );
    let coin = Bernoulli::new(0.5).unwrap();
    pinned += &format!(
        "bernoulli: {:?}\n",
        [1, 2, 3].map(|i| coin.draw(&mut rng(0, i)))
    );
    expect![[r#"
        3fe0922009179302 3fd756cf95742a1a exponential: 5.1784e-1 3.6467e-1
        3f8a836674f284cf 3f82abd9445cee7c exponential mean: 1.2946e-2 9.1168e-3
        3ff020a6d682d96d 3fedde4c12a01f40 normal: 1.0080e0 9.3339e-1
        3fe28d08c238fc85 3fe3d77e648bed7d normal near 0: 5.7972e-1 6.2006e-1
        3ff37a1d54160c0d 3fdf68376e3d336f normal below 0: 1.2173e0 4.9074e-1
        3fd38f264638f488 3fcb8c4ebe8dc600 normal far below 0: 3.0561e-1 2.1522e-1
        3e490564fc7c9a08 3e419ed4c7596536 normal extremely far below 0: 1.1651e-8 8.2052e-9
        3fc953f34e1981a6 3fc51424a95bdbd0 log-normal: 1.9787e-1 1.6468e-1
        3fda88e8e57e35e5 3fc15629e0f71351 log-normal of log: 4.1461e-1 1.3544e-1
        3ff8fce9f3764eb6 3ff024e4be895e26 uniform: 1.5617e0 1.0090e0
        40029fd4bd4880b7 3ffe4e577a2541c6 weibull: 2.3280e0 1.8941e0
        40089aacbbfebd35 3ffb6e0bc00098cc weibull, heavy: 3.0755e0 1.7144e0
        4003803e62c25af3 3ff9292926275e30 weibull mean: 2.4376e0 1.5725e0
        400153785eddd159 3ff798800d25d581 gamma: 2.1658e0 1.4747e0
        3f933d1f5f8fd4de 3fddbcd5947f8114 gamma, small shape: 1.8788e-2 4.6465e-1
        3fde924ece9bb395 3fd444332bb7d578 gamma moments: 4.7768e-1 3.1666e-1
        3ff6644b8a157898 3feb856b6680dffc erlang: 1.3995e0 8.6004e-1
        3ff6644b8a157898 3feb856b6680dffc erlang mean: 1.3995e0 8.6004e-1
        4000d48ce998a197 3ffc4db683d15db2 triangular: 2.1038e0 1.7690e0
        3fe279aa924b03ec 3fe1b4a91a3c73c2 pareto: 5.7735e-1 5.5330e-1
        40042d470f6267c2 3ff901174adc5458 pareto, heavy: 2.5221e0 1.5628e0
        4000566348116325 3fffa6137cccb2e0 pareto mean: 2.0422e0 1.9780e0
        3ff0000000000000 3fe8000000000000 empirical: 1.0000e0 7.5000e-1
        3fd0000000000000 3fd0000000000000 deterministic: 2.5000e-1 2.5000e-1
        7ff0000000000000 7ff0000000000000 never: inf inf
        bfeae5ee7b8e06f7 plain normal: -8.4057e-1
        uniform integers: [51, 33, 71]
        bernoulli: [false, true, false]
    "#]]
    .assert_eq(&pinned);
}

/// The greatest distance between the distribution function of samples and `cdf`.
fn distance(mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    let n = samples.len() as f64;
    let off = |(i, &x): (usize, &f64)| {
        let f = cdf(x);
        (f - i as f64 / n).max((i as f64 + 1.0) / n - f)
    };
    samples.iter().enumerate().map(off).fold(0.0, f64::max)
}

const SAMPLES: u64 = 100_000;

/// The distance that n samples of the law exceed with probability α at most, √(ln(2/α)/2n) (Massart 1990). It
/// holds for every n; α = 10⁻⁵ for each law here, so below 2·10⁻⁴ for all of them.
fn bound() -> f64 {
    (libm::log(2.0 / 1e-5) / (2.0 * SAMPLES as f64)).sqrt()
}

fn samples(test: u64, law: &DelayLaw<'_>) -> Vec<f64> {
    (0..SAMPLES).map(|i| law.delay(&mut rng(test, i))).collect()
}

#[test]
fn samples_follow_their_distribution_functions() {
    for (test, (name, law)) in continuous().into_iter().enumerate() {
        let distance = distance(samples(test as u64, &law), |x| law.law().cdf(x));
        assert!(distance < bound(), "{name}: {distance}");
    }
}

#[test]
fn the_distance_finds_a_wrong_law() {
    let (law, wrong) = (delay(Law::exponential(1.0)), delay(Law::exponential(1.04)));
    assert!(distance(samples(1, &law), |x| wrong.law().cdf(x)) > bound());
    // Clamped instead of truncated: a lump at 0.
    let (plain, truncated) = (Law::normal(2.0, 1.0).unwrap(), delay(Law::normal(2.0, 1.0)));
    let clamped = (0..SAMPLES)
        .map(|i| plain.draw(&mut rng(2, i)).max(0.0))
        .collect();
    assert!(distance(clamped, |x| truncated.law().cdf(x)) > bound());
}

#[test]
fn means_and_variances_agree_with_samples() {
    // Laws with a fourth moment small enough for the normal approximation: 34 scores, α = 10⁻⁶ each.
    for (test, (name, law)) in continuous().into_iter().enumerate() {
        if ["log-normal of log", "weibull, heavy", "pareto, heavy"].contains(&name) {
            continue;
        }
        let samples = samples(100 + test as u64, &law);
        let n = SAMPLES as f64;
        let (mean, variance) = (law.law().mean(), law.law().variance());
        let sampled_mean = samples.iter().sum::<f64>() / n;
        let squares: Vec<f64> = samples.iter().map(|x| (x - mean) * (x - mean)).collect();
        let sampled_variance = squares.iter().sum::<f64>() / n;
        let fourth = squares.iter().map(|square| square * square).sum::<f64>() / n;
        let mean_score = (sampled_mean - mean) / (variance / n).sqrt();
        let variance_score =
            (sampled_variance - variance) / ((fourth - variance * variance) / n).sqrt();
        assert!(
            mean_score.abs() < 4.9,
            "{name}: mean {sampled_mean}, not {mean}"
        );
        assert!(
            variance_score.abs() < 4.9,
            "{name}: variance {sampled_variance}, not {variance}"
        );
    }
}

#[track_caller]
fn close(value: f64, expected: f64) {
    assert!(
        (value / expected - 1.0).abs() < 1e-12,
        "{value}, not {expected}"
    );
}

#[test]
fn moments_of_known_laws() {
    close(delay(Law::log_normal(0.2, 0.05)).law().mean(), 0.2);
    close(delay(Law::log_normal(0.2, 0.05)).law().variance(), 0.0025);
    close(
        delay(Law::weibull(2.0, 1.0)).law().mean(),
        std::f64::consts::PI.sqrt() / 2.0,
    );
    close(delay(Law::erlang(4.0, 2.0)).law().variance(), 1.0);
    for (law, mean, variance) in [
        (Law::gamma_moments(0.2, 0.05), 0.2, 0.0025),
        (Law::gamma_moments(3.0, 12.0), 3.0, 144.0),
        (Law::gamma_moments(0.1, 1e-9), 0.1, 1e-18),
        (Law::erlang_mean(4.0, 2.0), 2.0, 1.0),
        // mean²/(shape·(shape − 2))
        (Law::pareto_mean(2.0, 3.0), 2.0, 4.0 / 3.0),
        (Law::pareto(1.5, 3.0), 2.25, 2.25 * 2.25 / 3.0),
        // Shape 1 is the exponential, shape 2 Rayleigh's law, of variance (4/π − 1)·mean².
        (Law::weibull_mean(3.0, 1.0), 3.0, 9.0),
        (
            Law::weibull_mean(3.0, 2.0),
            3.0,
            9.0 * (4.0 / std::f64::consts::PI - 1.0),
        ),
    ] {
        close(delay(law).law().mean(), mean);
        close(delay(law).law().variance(), variance);
    }
    let heavy = delay(Law::pareto_mean(2.0, 1.5));
    close(heavy.law().mean(), 2.0);
    assert_eq!(heavy.law().variance(), f64::INFINITY);
    assert_eq!(Law::pareto(1.0, 1.0).unwrap().mean(), f64::INFINITY);
    let always = delay(Law::gamma_moments(0.2, 0.0));
    assert_eq!(always.delay(&mut rng(0, 1)), 0.2);
    // Zeros are no delays: 1.5, 1.5, 2, 3 remain.
    close(delay(Law::empirical(&column(), 0.5)).law().mean(), 1.0);
    close(
        delay(Law::empirical(&column(), 0.5)).law().variance(),
        0.375 / 4.0,
    );
    close(Law::empirical(&column(), 0.5).unwrap().mean(), 0.8);
}

#[test]
fn truncated_normals_have_the_moments_of_the_formulas() {
    // Half-normal: mean √(2/π), variance 1 − 2/π.
    let half = delay(Law::normal(0.0, 1.0));
    close(half.law().mean(), std::f64::consts::FRAC_2_PI.sqrt());
    close(half.law().variance(), 1.0 - std::f64::consts::FRAC_2_PI);
    assert_eq!(half.law().truncation_shift(), f64::INFINITY);
    // The formula by erfc meets the continued fraction where they change over.
    let (near, far) = (
        delay(Law::normal(-3.0, 1.0)),
        delay(Law::normal(-3.0 - 1e-13, 1.0)),
    );
    close(near.law().mean(), far.law().mean());
    assert!((near.law().variance() / far.law().variance() - 1.0).abs() < 1e-11);
    assert!((near.law().cdf(0.4) - far.law().cdf(0.4)).abs() < 1e-12);
    // Far out the law becomes exponential with rate |mean| / sd².
    let extreme = delay(Law::normal(-1e9, 10.0));
    close(extreme.law().mean(), 1e-7);
    close(extreme.law().variance(), 1e-14);
    close(extreme.law().cdf(1e-7), 1.0 - libm::exp(-1.0));
    // Ten standard deviations above 0, truncation moves nothing.
    assert!(delay(Law::normal(1.0, 0.1)).law().truncation_shift() < 1e-20);
    let shift = delay(Law::normal(2.0, 1.0)).law().truncation_shift();
    close(shift, delay(Law::normal(2.0, 1.0)).law().mean() / 2.0 - 1.0);
    assert!((0.027..0.028).contains(&shift), "{shift}");
}

#[test]
fn the_ziggurats_agree_with_those_of_rand_distr() {
    // The same methods with printed tables: differences are those of rounding in the tables and in logarithms.
    for i in 0..1_000_000 {
        let own = [
            standard_normal(&mut rng(3, i)),
            standard_exponential(&mut rng(3, i)),
        ];
        let normal: f64 = rand_distr::StandardNormal.sample(&mut rng(3, i));
        let exponential: f64 = rand_distr::Exp1.sample(&mut rng(3, i));
        for (own, other) in own.into_iter().zip([normal, exponential]) {
            assert!((own - other).abs() < 1e-10, "{own} and {other} at {i}");
        }
    }
}

#[test]
fn one_word_mostly_gives_what_the_law_gives() {
    const DRAWS: u64 = 100_000;
    // Of a normal near 0 some values are rejected.
    for (mean, sd, most) in [(1.0, 0.1, 0.98), (1.0, 1.0, 0.8), (-0.4, 1.0, 0.3)] {
        let law = delay(Law::normal(mean, sd));
        let normal = OneWordNormal::of(&law).unwrap();
        let exponential = OneWordExponential::new();
        let (mut normals, mut exponentials) = (0, 0);
        for i in 0..DRAWS {
            let word = rng(5, i).word();
            if let Some(value) = normal.delay(word) {
                assert_eq!(value.to_bits(), law.delay(&mut rng(5, i)).to_bits());
                normals += 1;
            }
            if let Some(value) = exponential.value(word) {
                let whole = standard_exponential(&mut rng(5, i));
                assert_eq!(value.to_bits(), whole.to_bits());
                exponentials += 1;
            }
        }
        assert!(f64::from(normals) > most * DRAWS as f64, "{normals}");
        let most = 0.97 * DRAWS as f64;
        assert!(f64::from(exponentials) > most, "{exponentials}");
    }
    // Where plain rejection takes too long, and for other laws, there is no such way.
    assert!(OneWordNormal::of(&delay(Law::normal(-3.0, 1.0))).is_none());
    assert!(OneWordNormal::of(&delay(Law::uniform(0.0, 1.0))).is_none());
}

#[test]
fn gamma_distribution_functions_are_those_of_closed_forms() {
    for x in [0.01, 0.5, 1.0, 1.9, 2.1, 3.0, 7.0, 30.0, 100.0] {
        let half = Law::gamma(0.5, 1.0).unwrap();
        close(half.cdf(x), libm::erf(f64::sqrt(x)));
        let erlang = Law::erlang(3.0, 1.0).unwrap();
        let closed = 1.0 - libm::exp(-x) * (1.0 + x + x * x / 2.0);
        assert!((erlang.cdf(x) - closed).abs() < 1e-14, "{x}");
    }
}

#[test]
fn delays_are_positive_whatever_rounding_does() {
    let tiny = [
        delay(Law::log_normal_of_log(-1000.0, 1.0)),
        delay(Law::uniform(0.0, 5e-324)),
        delay(Law::gamma(1e-6, 1e-300)),
        delay(Law::weibull(1e-4, 1.0)),
        delay(Law::normal(-1e300, 1e-300)),
        delay(Law::exponential(f64::MAX)),
    ];
    for law in tiny {
        for i in 0..20 {
            assert!(law.delay(&mut rng(4, i)) > 0.0, "{law:?}");
        }
    }
    // Zeros of a column are no delays; as a draw they are values like any other.
    let column = column();
    let empirical = Law::empirical(&column, 1.0).unwrap();
    assert!((0..100).any(|i| empirical.draw(&mut rng(5, i)) == 0.0));
    let delays = delay(Ok(empirical));
    assert!((0..100).all(|i| delays.delay(&mut rng(5, i)) >= 1.5));
}

#[test]
fn never_and_deterministic_draw_nothing() {
    let zero = delay(Law::exponential(0.0));
    assert_eq!(zero.delay(&mut rng(6, 1)), f64::INFINITY);
    assert_eq!(zero.law().rate(), Some(0.0));
    assert_eq!(delay(Ok(Law::never())).delay(&mut rng(6, 1)), f64::INFINITY);
    assert_eq!(delay(Law::normal(0.5, 0.0)).delay(&mut rng(6, 1)), 0.5);
}

#[test]
fn exponential_delays_scale_with_the_rate() {
    let (slow, fast) = (delay(Law::exponential(0.5)), delay(Law::exponential(2.0)));
    assert_eq!(slow.delay(&mut rng(7, 1)), 4.0 * fast.delay(&mut rng(7, 1)));
}

#[test]
fn discrete_laws_are_even() {
    let host = UniformInt::new(-3, 5).unwrap();
    let mut counts = [0.0; 9];
    for i in 0..90_000 {
        counts[(host.draw(&mut rng(8, i)) + 3) as usize] += 1.0;
    }
    let chi: f64 = counts
        .iter()
        .map(|count: &f64| (count - 1e4) * (count - 1e4) / 1e4)
        .sum();
    // The quantile of χ² with 8 degrees of freedom for α = 10⁻⁴.
    assert!(chi < 31.83, "{counts:?}");
    let all = UniformInt::new(i64::MIN, i64::MAX).unwrap();
    assert!((0..100).any(|i| all.draw(&mut rng(8, i)) < 0));
    assert_eq!(UniformInt::new(4, 4).unwrap().draw(&mut rng(8, 0)), 4);
    let coin = Bernoulli::new(0.3).unwrap();
    let heads = (0..90_000).filter(|&i| coin.draw(&mut rng(9, i))).count() as f64;
    // 3.89 standard deviations of √(90000 · 0.3 · 0.7): α = 10⁻⁴.
    assert!((heads - 27_000.0).abs() < 3.89 * 137.5, "{heads}");
    let certain = [0.0, 1.0].map(|p| Bernoulli::new(p).unwrap());
    assert!((0..1000).all(|i| !certain[0].draw(&mut rng(9, i)) && certain[1].draw(&mut rng(9, i))));
}

#[test]
fn parameters_outside_their_domain_are_named() {
    #[track_caller]
    fn check(law: Result<Law<'_>, LawError>, message: &str) {
        let error = law.and_then(DelayLaw::new).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    check(
        Law::exponential(-1.0),
        "Exponential: rate is -1, but must be finite and at least 0",
    );
    check(
        Law::exponential(nan),
        "Exponential: rate is NaN, but must be finite and at least 0",
    );
    check(
        Law::exponential_mean(0.0),
        "Exponential: mean is 0, but must be finite and greater than 0",
    );
    check(
        Law::normal(inf, 1.0),
        "Normal: mean is inf, but must be a finite number",
    );
    check(
        Law::normal(1.0, -0.5),
        "Normal: sd is -0.5, but must be finite and at least 0",
    );
    check(
        Law::normal(-2.0, 0.0),
        "Normal: mean is -2, but must be greater than 0, as sd is 0",
    );
    check(
        Law::log_normal(0.0, 1.0),
        "LogNormal: mean is 0, but must be finite and greater than 0",
    );
    check(
        Law::log_normal_of_log(0.0, nan),
        "LogNormal: sigma is NaN, but must be finite and at least 0",
    );
    check(
        Law::uniform(2.0, 1.0),
        "Uniform: high is 1, but must be at least low",
    );
    check(
        Law::uniform(-2.0, 1.0),
        "Uniform: low is -2, but must be finite and at least 0",
    );
    check(
        Law::uniform(0.0, 0.0),
        "Uniform: high is 0, but must be finite and greater than 0",
    );
    check(
        Law::weibull(0.0, 1.0),
        "Weibull: shape is 0, but must be finite and greater than 0",
    );
    check(
        Law::gamma(1.0, -1.0),
        "Gamma: scale is -1, but must be finite and greater than 0",
    );
    check(
        Law::erlang(2.5, 1.0),
        "Erlang: k is 2.5, but must be a whole number, at least 1",
    );
    check(
        Law::weibull_mean(1.0, 0.001),
        "Weibull: shape is 0.001, but must be greater than 0.006",
    );
    check(
        Law::gamma_moments(1.0, -1.0),
        "Gamma: sd is -1, but must be finite and at least 0",
    );
    check(
        Law::gamma_moments(1e200, 1.0),
        "Gamma: sd is 1, but must be 0, or between 1e-154 and 1e154 times the mean",
    );
    check(
        Law::gamma_moments(1.0, 1e-200),
        "Gamma: sd is 1e-200, but must be 0, or between 1e-154 and 1e154 times the mean",
    );
    check(
        Law::pareto_mean(1.0, 1.0),
        "Pareto: shape is 1, but must be finite and greater than 1, to have a mean",
    );
    check(
        Law::pareto(0.0, 2.0),
        "Pareto: min is 0, but must be finite and greater than 0",
    );
    check(
        Law::erlang_mean(3.0, 0.0),
        "Erlang: mean is 0, but must be finite and greater than 0",
    );
    check(
        Law::triangular(1.0, 0.5, 2.0),
        "Triangular: mode is 0.5, but must be at least min",
    );
    check(
        Law::triangular(-1.0, 0.5, 2.0),
        "Triangular: min is -1, but must be finite and at least 0",
    );
    check(
        Law::empirical(&column(), 0.0),
        "Empirical: scale is 0, but must be finite and greater than 0",
    );
    check(
        Law::deterministic(0.0),
        "Deterministic: value is 0, but must be finite and greater than 0",
    );
    assert_eq!(UniformInt::new(2, 1).unwrap_err().parameter, "high");
    assert_eq!(Bernoulli::new(1.5).unwrap_err().value, 1.5);
    assert_eq!(Column::new(&[]).unwrap_err().value, 0.0);
    assert!(Column::new(&[1.0, nan]).unwrap_err().value.is_nan());
    let negative = Column::new(&[-1.0, 1.0]).unwrap();
    let negative = Law::empirical(&negative, 1.0);
    check(
        negative,
        "Empirical: the smallest value of the column is -1, but must be finite and at least 0",
    );
}
