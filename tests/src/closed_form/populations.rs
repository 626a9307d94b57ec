//! Populations whose members come, split, bind and die.

use super::{
    Case,
    Moment::{Mean, Variance},
};

const POPULATION: &str = r#"types: (nodes: { "A": (), "World": () }), rules: {
    "birth": (match: "(a:A)", create: ["(:A)"]),
    "death": (match: "(a:A)", delete: ["a"]),
    "come": (match: "(w:World)", create: ["(:A)"]),
    "batch": (match: "(w:World)", create: ["(:A), (:A), (:A)"]),
    "all": (match: "(w:World)", where: "EXISTS { (:A) }", choose: [Uniform("(a:A)")], delete: ["a"]),
}"#;

/// A population at time `horizon`; rules that have no timer here never fire.
fn population(
    name: &'static str,
    start: usize,
    timers: &[(&str, &str)],
    horizon: f64,
    (mean, variance): (f64, f64),
) -> Case {
    let timer = |rule: &str| {
        let given = timers.iter().find(|t| t.0 == rule).map_or("Never", |t| t.1);
        format!("\"{rule}\": {given},")
    };
    let timers: String = ["birth", "death", "come", "batch", "all"]
        .map(timer)
        .concat();
    Case {
        name,
        rules: POPULATION.to_owned(),
        model: format!(
            r#"start: [Create("(:World)"), Repeat({start}, "(:A)")], timers: {{ {timers} }},
            probes: {{ "alive": Count("(a:A)") }}, horizon: {horizon:?}"#
        ),
        replications: 3000,
        expected: vec![
            ("alive.last", Mean(mean)),
            ("alive.last", Variance { mean, variance }),
        ],
    }
}

pub(super) fn populations() -> Vec<Case> {
    // births 0.3, deaths 0.5 each, 20 at the start, time 2
    let growth = libm::exp(-0.4);
    let birth_death = (20.0 * growth, 20.0 * 0.8 / 0.2 * growth * (1.0 - growth));
    // births 1, deaths 1/2 each, 10 at the start, time 1
    let growing = libm::exp(0.5);
    let supercritical = (10.0 * growing, 10.0 * 3.0 * growing * (growing - 1.0));
    // arrivals 5, deaths 1 each, none at the start, time 1.5: Poisson
    let poisson = 5.0 * (1.0 - libm::exp(-1.5));
    // batches of 3 at rate 2, deaths 1 each, after a long time
    let batches = (6.0, 12.0);
    // a pure death process from 15: binomial
    let left = libm::exp(-0.7);
    let binomial = (15.0 * left, 15.0 * left * (1.0 - left));
    let one = "Exponential(rate: 1.0)";
    vec![
        population(
            "birth and death",
            20,
            &[
                ("birth", "Exponential(rate: 0.3)"),
                ("death", "Exponential(rate: 0.5)"),
            ],
            2.0,
            birth_death,
        ),
        population(
            "immigration and death",
            0,
            &[("come", "Exponential(rate: 5.0)"), ("death", one)],
            1.5,
            (poisson, poisson),
        ),
        population(
            "immigration and death under an aggregate clock",
            0,
            &[
                ("come", "Exponential(rate: 5.0)"),
                ("death", "Exponential(rate: 1.0, clock: Aggregate)"),
            ],
            1.5,
            (poisson, poisson),
        ),
        population(
            "immigration and death under one rescaled clock",
            0,
            &[
                ("come", "Exponential(rate: 5.0)"),
                ("all", r#"Exponential(rate: "COUNT { (:A) }")"#),
            ],
            1.5,
            (poisson, poisson),
        ),
        population(
            "M/M/inf with batches",
            0,
            &[("batch", "Exponential(rate: 2.0)"), ("death", one)],
            10.0,
            batches,
        ),
        population(
            "M/D/inf",
            0,
            &[
                ("come", "Exponential(rate: 5.0)"),
                ("death", "Deterministic(value: 0.8)"),
            ],
            3.0,
            (4.0, 4.0),
        ),
        population(
            "M/U/inf",
            0,
            &[
                ("come", "Exponential(rate: 2.0)"),
                ("death", "Uniform(low: 1.0, high: 3.0)"),
            ],
            5.0,
            (4.0, 4.0),
        ),
        population(
            "births under one aggregate clock, deaths under another",
            10,
            &[
                ("birth", "Exponential(rate: 1.0, clock: Aggregate)"),
                ("death", "Exponential(rate: 0.5, clock: Aggregate)"),
            ],
            1.0,
            supercritical,
        ),
        population(
            "pure death",
            15,
            &[("death", "Exponential(rate: 0.7)")],
            1.0,
            binomial,
        ),
    ]
}

/// Two atoms make one molecule: twelve atoms, rate 0.2 for each unordered pair, time 0.5.
fn dimerisation(name: &'static str, rule: &str, timer: &str, rate_per_pair: f64) -> Case {
    let rates: Vec<f64> = (0..=12)
        .map(|n| rate_per_pair * f64::from(n) * f64::from(n - 1) / 2.0)
        .map(|r: f64| r.max(0.0))
        .collect();
    let p = deaths(&rates, 2, 0.5);
    let mean = (0..=12).zip(&p).map(|(n, p)| f64::from(n) * p).sum::<f64>();
    let variance = (0..=12)
        .zip(&p)
        .map(|(n, p)| (f64::from(n) - mean) * (f64::from(n) - mean) * p)
        .sum::<f64>();
    Case {
        name,
        rules: format!(
            r#"types: (nodes: {{ "A": () }}), rules: {{ "bind": (match: "(a:A), (b:A)", delete: ["a", "b"]{rule}) }}"#
        ),
        model: format!(
            r#"start: [Repeat(12, "(:A)")], timers: {{ "bind": {timer} }}, probes: {{ "free": Count("(a:A)") }}, horizon: 0.5"#
        ),
        replications: 3000,
        expected: vec![
            ("free.last", Mean(mean)),
            ("free.last", Variance { mean, variance }),
        ],
    }
}

pub(super) fn dimerisations() -> Vec<Case> {
    vec![
        dimerisation(
            "dimerisation, one event per pair",
            ", symmetric: true",
            "Exponential(rate: 0.2)",
            0.2,
        ),
        dimerisation(
            "dimerisation, one event per embedding",
            ", symmetric: false",
            "Exponential(rate: 0.2)",
            0.4,
        ),
        dimerisation(
            "dimerisation, aggregate clock per pair",
            ", symmetric: true",
            "Exponential(rate: 0.2, clock: Aggregate)",
            0.2,
        ),
        dimerisation(
            "dimerisation, aggregate clock per embedding",
            ", symmetric: false",
            "Exponential(rate: 0.2, clock: Aggregate)",
            0.4,
        ),
    ]
}

/// The probabilities of a pure death process at a time, by Runge and Kutta's fourth-order rule: `rates[n]` is the rate from
/// state `n` to `n - step`.
fn deaths(rates: &[f64], step: usize, time: f64) -> Vec<f64> {
    const STEPS: u32 = 20_000;
    let slope = |p: &[f64]| -> Vec<f64> {
        let flow = |n: usize| p[n] * rates[n];
        (0..p.len()).map(|n| if n + step < p.len() { flow(n + step) } else { 0.0 } - flow(n)).collect()
    };
    let plus = |p: &[f64], s: &[f64], h: f64| -> Vec<f64> {
        p.iter().zip(s).map(|(p, s)| p + h * s).collect()
    };
    let mut p = vec![0.0; rates.len()];
    p[rates.len() - 1] = 1.0;
    let h = time / f64::from(STEPS);
    for _ in 0..STEPS {
        let a = slope(&p);
        let b = slope(&plus(&p, &a, h / 2.0));
        let c = slope(&plus(&p, &b, h / 2.0));
        let d = slope(&plus(&p, &c, h));
        for n in 0..p.len() {
            p[n] += h / 6.0 * (a[n] + 2.0 * b[n] + 2.0 * c[n] + d[n]);
        }
    }
    p
}

/// Ten molecules bind in pairs, at rate 0.1 for each pair or for each embedding: when the first and the last do.
fn binding(name: &'static str, symmetric: bool, clock: &str) -> Case {
    let share = if symmetric { 0.5 } else { 1.0 };
    // n molecules bind at rate n(n − 1)k, or half of that; the last when 10, 8, 6, 4 and 2 have had their turns
    let wait = |n: u32| 1.0 / (f64::from(n * (n - 1)) * 0.1 * share);
    let last = [10, 8, 6, 4, 2].into_iter().map(wait).sum::<f64>();
    Case {
        name,
        rules: format!(
            r#"types: (nodes: {{ "A": () }}), rules: {{ "bind": (match: "(a:A), (b:A)", symmetric: {symmetric}, delete: ["a", "b"]) }}"#
        ),
        model: format!(
            r#"start: [Repeat(10, "(:A)")], timers: {{ "bind": Exponential(rate: 0.1{clock}) }},
            probes: {{ "bound": Tally(on: "bind", value: "now") }}"#
        ),
        replications: 3000,
        expected: vec![("bound.min", Mean(wait(10))), ("bound.max", Mean(last))],
    }
}

pub(super) fn bindings() -> Vec<Case> {
    let aggregate = ", clock: Aggregate";
    vec![
        binding("pairs bind, one clock for each", true, ""),
        binding("pairs bind, one aggregate clock", true, aggregate),
        binding("embeddings bind, one clock for each", false, ""),
        binding("embeddings bind, one aggregate clock", false, aggregate),
    ]
}
