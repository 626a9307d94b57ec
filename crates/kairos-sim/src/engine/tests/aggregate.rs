//! Aggregate clocks.

use kairos_model::probe::ProbeId;
use kairos_rewrite::error::Fault;

use super::*;

const TYPES: &str = r#"nodes: { "A": (attributes: { "w": Real(1.0) }), "B": () }"#;

const RULES: &str = r#"
    "pair": (match: "(a:A), (b:B)", set: ["a.w = a.w"]),
    "more": (match: "(b:B)", create: ["(c:B)"]),
    "fewer": (match: "(b:B)", delete: ["b"]),
    "weigh": (match: "(a:A)", set: ["a.w = 3.0"]),
"#;

fn sim(pair: &str) -> Sim {
    let model = format!(
        r#"start: [Repeat(3, "(a:A)"), Repeat(2, "(b:B)")], timers: {{ "pair": {pair}, "more": Deterministic(1000000.0), "fewer": Deterministic(1000000.0), "weigh": Deterministic(1000000.0) }}"#
    );
    Source {
        types: TYPES,
        rules: RULES,
        model: &model,
    }
    .sim()
}

#[test]
fn the_hazard_is_the_rate_times_the_counts() {
    let unit = 6.0
        * time(
            &sim("Exponential(rate: 1.0, clock: Aggregate)"),
            "pair",
            &[],
        );
    let mut sim = sim("Exponential(rate: 0.5, clock: Aggregate)");
    assert_eq!(
        clock(&sim, "pair", &[0, 3]),
        None,
        "matches have no clocks of their own"
    );
    assert!(close(time(&sim, "pair", &[]), unit / (0.5 * 3.0 * 2.0)));
    fire(&mut sim, "more", &[3]);
    assert!(close(time(&sim, "pair", &[]), unit / (0.5 * 3.0 * 3.0)));
    for b in [3, 4, 5] {
        fire(&mut sim, "fewer", &[b]);
    }
    assert_eq!(time(&sim, "pair", &[]), f64::INFINITY);
    assert!(
        sim.next().is_none_or(|(_, time)| time >= 1_000_000.0),
        "no pair is left"
    );
}

#[test]
fn weights_replace_counts() {
    let weighted = r#"Exponential(rate: 1.0, clock: Aggregate, weights: {"a": "a.w"})"#;
    let before = time(&sim(weighted), "pair", &[]);
    let mut sim = sim(weighted);
    fire(&mut sim, "weigh", &[1]);
    assert!(close(time(&sim, "pair", &[]), before * 3.0 / 5.0));
}

#[test]
fn symmetric_pairs_count_once_and_a_pair_of_one_is_thinned() {
    let rules =
        |symmetric: bool| format!(r#""meet": (match: "(a:A), (b:A)", symmetric: {symmetric}),"#);
    let model = r#"start: [Repeat(2, "(a:A)")], timers: { "meet": Exponential(rate: 1.0, clock: Aggregate) }"#;
    let sim = |symmetric| {
        Source {
            types: TYPES,
            rules: &rules(symmetric),
            model,
        }
        .sim()
    };
    assert!(close(
        time(&sim(true), "meet", &[]),
        2.0 * time(&sim(false), "meet", &[])
    ));
    let mut sim = sim(true);
    let steps = 1000_u32;
    (0..steps).for_each(|_| drop(step(&mut sim)));
    let counts = sim.counts();
    assert_eq!(counts.events + counts.thinned, u64::from(steps));
    // Two of four picks are the same node twice; six standard deviations of a binomial of 1000 tries.
    let expected = f64::from(steps) / 2.0;
    assert!(
        (counts.thinned as f64 - expected).abs() < 6.0 * (expected / 2.0).sqrt(),
        "{counts:?}"
    );
}

/// What an automorphism exchanges is stored once.
#[test]
fn components_that_are_exchanged_share_their_matches() {
    let bytes = |symmetric: bool| {
        let source = Source {
            types: TYPES,
            rules: &format!(r#""meet": (match: "(a:A), (b:A)", symmetric: {symmetric}),"#),
            model: r#"start: [Repeat(1000, "(a:A)")], timers: { "meet": Exponential(rate: 1.0, clock: Aggregate) }"#,
        };
        source.sim().memory_bytes()
    };
    assert!(bytes(true) + 8_000 < bytes(false));
}

#[test]
fn a_hazard_is_no_negative_and_no_infinite_number() {
    for weight in ["-3.0", "1.7e308"] {
        let rules = RULES.replace("3.0", weight);
        let source = Source {
            types: TYPES,
            rules: &rules,
            model: r#"start: [Repeat(3, "(a:A)"), Repeat(2, "(b:B)")], timers: {
                "pair": Exponential(rate: 1.0, clock: Aggregate, weights: {"a": "a.w"}),
                "more": Never, "fewer": Never, "weigh": Deterministic(1.0) }"#,
        };
        let mut sim = source.sim();
        let error = (0..100)
            .find_map(|_| sim.step(f64::INFINITY, &mut ()).err())
            .unwrap();
        assert_eq!(error.rule.as_ref().unwrap().1, "pair", "{error}");
    }
}

/// Each component is symmetric by itself, but none can stand for the other.
#[test]
fn components_are_exchanged_by_automorphisms_only() {
    let due = |pairs: u32| {
        let model = format!(
            r#"start: [Create("(a:A)~[:k]~(b:A)"), Repeat({pairs}, "(c:B)~[:l]~(d:B)")], timers: {{ "meet": Exponential(rate: 1.0, clock: Aggregate) }}"#
        );
        let source = Source {
            types: r#"nodes: { "A": (), "B": () }, edges: { "k": (between: ("A", "A")), "l": (between: ("B", "B")) }"#,
            rules: r#""meet": (match: "(a:A)~[k:k]~(b:A), (c:B)~[l:l]~(d:B)", symmetric: true, delete: ["k", "l"]),"#,
            model: &model,
        };
        let mut sim = source.sim();
        let due = time(&sim, "meet", &[]);
        step(&mut sim);
        assert_eq!(sim.matcher().graph().edge_count(), pairs as usize - 1);
        due
    };
    assert!(close(due(3), due(1) / 3.0));
}

/// One clock for all matches and a clock for each have the same law: a Kolmogorov–Smirnov test of the time of the first firing against
/// the exponential of rate 6, at α = 0.001 each (bound 1.95 / √n for n > 35).
#[test]
fn superposition_keeps_the_law() {
    const REPLICATIONS: u64 = 2000;
    let distance = |timer: &str, rate: f64| {
        let model = format!(
            r#"start: [Repeat(3, "(a:A)"), Repeat(2, "(b:B)")], timers: {{ "pair": {timer}, "more": Deterministic(1000000.0), "fewer": Deterministic(1000000.0), "weigh": Deterministic(1000000.0) }}"#
        );
        let program = Source {
            types: TYPES,
            rules: RULES,
            model: &model,
        }
        .program();
        let timers = Timers::new(&program);
        let first = |replication| {
            let randomness = Randomness::new(5, replication);
            let graph = start::build(&program, &randomness).unwrap();
            Sim::new(&program, &timers, randomness, graph)
                .unwrap()
                .next()
                .unwrap()
                .1
        };
        let mut times: Vec<f64> = (0..REPLICATIONS).map(first).collect();
        times.sort_unstable_by(f64::total_cmp);
        let n = times.len() as f64;
        let gap = |(i, t): (usize, &f64)| {
            let cdf = -libm::expm1(-rate * t);
            (cdf - i as f64 / n)
                .abs()
                .max((cdf - (i + 1) as f64 / n).abs())
        };
        times.iter().enumerate().map(gap).fold(0.0, f64::max)
    };
    let bound = 1.95 / (REPLICATIONS as f64).sqrt();
    assert!(distance("Exponential(rate: 1.0)", 6.0) < bound);
    assert!(distance("Exponential(rate: 1.0, clock: Aggregate)", 6.0) < bound);
    assert!(
        distance("Exponential(rate: 1.0, clock: Aggregate)", 7.0) > bound,
        "control: another rate"
    );
}

/// A weight of a match must not be negative, whatever its attributes become. What a probe sums may be.
#[test]
fn weights_are_no_negative_numbers_but_summands_may_be() {
    let sink = |timer: &str| {
        let model = format!(
            r#"start: [Repeat(2, "(a:A)")], timers: {{ "sink": Deterministic(1.0), "go": {timer} }}, probes: {{ "w": Mean("a.w", over: "(a:A)") }}"#
        );
        let rules = r#"
            "sink": (match: "(a:A WHERE a.w > 0.0)", set: ["a.w = 0.0 - 2.0"]),
            "go": (match: "(a:A)"),
        "#;
        let types = TYPES;
        Source {
            types,
            rules,
            model: &model,
        }
        .sim()
    };
    let mut counted = sink("Exponential(rate: 0.0, clock: Aggregate)");
    (0..2).for_each(|_| drop(step(&mut counted)));
    assert_eq!(counted.matcher().reading(ProbeId(0)), Some(-2.0));
    let mut weighted = sink(r#"Exponential(rate: 0.0, clock: Aggregate, weights: {"a": "a.w"})"#);
    let error = weighted.step(f64::INFINITY, &mut ()).unwrap_err();
    assert!(
        matches!(error.fault, Fault::NegativeWeight(w) if w == -2.0),
        "{error}"
    );
}
