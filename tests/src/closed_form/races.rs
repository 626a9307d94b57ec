//! Clocks that race, choices by weight, order statistics.

use super::{
    Case,
    Moment::{Mean, Variance},
    integral,
};

/// Two clocks of different laws race once; how often the exponential one wins.
pub(super) fn race() -> Case {
    // normal with mean 1 and standard deviation 0.8, conditioned on being positive
    let density = |x: f64| libm::exp(-0.5 * ((x - 1.0) / 0.8) * ((x - 1.0) / 0.8));
    let mass = integral(density, 0.0, 9.0);
    let wins = integral(|x| density(x) * (1.0 - libm::exp(-0.7 * x)), 0.0, 9.0) / mass;
    Case {
        name: "race of an exponential against a normal timer",
        rules: r#"types: (nodes: { "A": (), "Fast": () }), rules: {
            "exponential": (match: "(a:A)", delete: ["a"], create: ["(:Fast)"]),
            "normal": (match: "(a:A)", delete: ["a"]),
        }"#
        .to_owned(),
        model: r#"start: [Repeat(50, "(:A)")], timers: { "exponential": Exponential(rate: 0.7), "normal": Normal(mean: 1.0, sd: 0.8) },
            probes: { "won": Count("(:Fast)") }, horizon: 100.0"#
            .to_owned(),
        replications: 800,
        expected: vec![("won.last", Mean(50.0 * wins)), ("won.last", Variance { mean: 50.0 * wins, variance: 50.0 * wins * (1.0 - wins) })],
    }
}

/// Two clocks race once in each replication.
pub(super) fn single_race() -> Case {
    // 1 − E e^{−X} for a normal X with mean 1/2 and standard deviation 2/5, conditioned on being positive
    let below = |x: f64| kairos_stats::Normal.cdf(x);
    let (mean, sd): (f64, f64) = (0.5, 0.4);
    let transform =
        libm::exp(-mean + sd * sd / 2.0) * below((mean - sd * sd) / sd) / below(mean / sd);
    Case {
        name: "a single race of an exponential against a normal timer",
        rules: r#"types: (nodes: { "A": () }), rules: {
            "exponential": (match: "(a:A)", delete: ["a"]),
            "normal": (match: "(a:A)", delete: ["a"]),
        }"#
        .to_owned(),
        model: r#"start: [Create("(a:A)")],
            timers: { "exponential": Exponential(rate: 1.0), "normal": Normal(mean: 0.5, sd: 0.4) },
            probes: { "first": Firings("exponential") }, horizon: 100.0"#
            .to_owned(),
        replications: 5000,
        expected: vec![("first.count", Mean(1.0 - transform))],
    }
}

fn order_statistics_of(name: &'static str, law: &str, expected: &[(&'static str, f64)]) -> Case {
    Case {
        name,
        rules: r#"types: (nodes: { "A": () }), rules: { "go": (match: "(a:A)", delete: ["a"]) }"#
            .to_owned(),
        model: format!(
            r#"start: [Repeat(9, "(:A)")], timers: {{ "go": {law} }}, probes: {{ "when": Tally(on: "go", value: "now") }}"#
        ),
        replications: 3000,
        expected: expected
            .iter()
            .map(|&(metric, mean)| (metric, Mean(mean)))
            .collect(),
    }
}

/// The first, the middle and the last of nine clocks.
pub(super) fn order_statistics() -> Vec<Case> {
    let harmonic = |from: u32| (from..=9).map(|k| 1.0 / f64::from(k)).sum::<f64>();
    vec![
        order_statistics_of(
            "order statistics of nine uniform clocks",
            "Uniform(low: 0.0, high: 1.0)",
            &[("when.min", 0.1), ("when.p50", 0.5), ("when.max", 0.9)],
        ),
        order_statistics_of(
            "order statistics of nine exponential clocks",
            "Exponential(mean: 1.0)",
            &[
                ("when.min", harmonic(9)),
                ("when.p50", harmonic(5)),
                ("when.max", harmonic(1)),
            ],
        ),
    ]
}

/// 101 durations of which about a fifth are still open at the end: the median of Kaplan and Meier is the 51st, the open ones counted.
pub(super) fn open_intervals() -> Case {
    let median = 10.0 * (51..=101).map(|k| 1.0 / f64::from(k)).sum::<f64>();
    Case {
        name: "durations of which some stay open",
        rules: r#"types: (nodes: { "A": (attributes: { "on": Bool(false) }) }), rules: {
            "begin": (match: "(a:A)", where: "NOT a.on", set: ["a.on = TRUE"]),
            "end": (match: "(a:A)", where: "a.on", delete: ["a"]),
        }"#
        .to_owned(),
        model: r#"start: [Repeat(101, "(:A)")], timers: { "begin": Immediate(priority: 1, weight: 1.0), "end": Exponential(mean: 10.0) },
            probes: { "stay": Between(from: "begin", to: "end", same: "a") }, horizon: 16.0"#
            .to_owned(),
        replications: 500,
        expected: vec![("stay.median", Mean(median)), ("stay.censored", Mean(101.0 * libm::exp(-1.6)))],
    }
}

/// A coin is tossed at rate 10 for a unit of time: thinned Poisson processes by the weights 5, 2 and 1.
pub(super) fn immediate_weights() -> Case {
    Case {
        name: "immediate events by weight",
        rules: r#"types: (nodes: { "Coin": (), "Air": () }), rules: {
            "toss": (match: "(c:Coin)", create: ["(:Air)"]),
            "heads": (match: "(a:Air)", delete: ["a"]),
            "tails": (match: "(a:Air)", delete: ["a"]),
            "edge": (match: "(a:Air)", delete: ["a"]),
        }"#
        .to_owned(),
        model: r#"start: [Create("(:Coin)")],
            timers: { "toss": Exponential(rate: 10.0), "heads": Immediate(priority: 1, weight: 5.0),
                "tails": Immediate(priority: 1, weight: 2.0), "edge": Immediate(priority: 1, weight: 1.0) },
            probes: { "heads": Firings("heads"), "edge": Firings("edge") }, horizon: 1.0"#
            .to_owned(),
        replications: 3000,
        expected: vec![
            ("heads.count", Mean(6.25)),
            ("heads.count", Variance { mean: 6.25, variance: 6.25 }),
            ("edge.count", Mean(1.25)),
        ],
    }
}

/// Thirty draws from three balls by weight.
fn urn(name: &'static str, weight: &str, expected: Vec<(&'static str, super::Moment)>) -> Case {
    Case {
        name,
        rules: format!(
            r#"types: (nodes: {{ "Urn": (), "Ball": (attributes: {{ "kind": Int, "drawn": Int(0) }}) }}), rules: {{
                "draw": (match: "(u:Urn)", choose: [Weighted("{weight}", of: "(b:Ball)")], set: ["b.drawn += 1"]),
            }}"#
        ),
        model: r#"start: [Create("(:Urn)"), Repeat(3, "(b:Ball {kind: index + 1})")], timers: { "draw": Deterministic(1.0) },
            probes: { "third": Sum("b.drawn * 1.0", over: "(b:Ball WHERE b.kind = 3)") }, horizon: 30.5"#
            .to_owned(),
        replications: 3000,
        expected,
    }
}

/// A binomial number of draws, and Pólya's urn: beta-binomial with parameters 1 and 2, variance n · 1/3 · 2/3 · (3 + n)/(3 + 1).
pub(super) fn urns() -> Vec<Case> {
    let both = |mean, variance| {
        vec![
            ("third.last", Mean(mean)),
            ("third.last", Variance { mean, variance }),
        ]
    };
    vec![
        urn(
            "choices by constant weights",
            "b.kind * 1.0",
            both(15.0, 7.5),
        ),
        urn(
            "Pólya's urn",
            "b.drawn + 1.0",
            both(10.0, 30.0 * 2.0 / 9.0 * 33.0 / 4.0),
        ),
    ]
}
