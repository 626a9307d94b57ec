//! Immediate events, and time that stands still.

use kairos_rewrite::error::Fault;

use super::*;

const TYPES: &str = r#"nodes: { "A": (attributes: { "n": Int(0), "w": Real(1.0) }) }"#;

fn source<'a>(rules: &'a str, model: &'a str) -> Source<'a> {
    Source {
        types: TYPES,
        rules,
        model,
    }
}

#[test]
fn the_highest_priority_fires_first_and_before_time_moves() {
    let rules = r#"
        "low": (match: "(a:A)", where: "a.n < 4", set: ["a.n += 1"]),
        "high": (match: "(a:A)", where: "a.n = 2", set: ["a.n += 1"]),
        "timed": (match: "(a:A)", set: []),
    "#;
    let model = r#"start: [Create("(a:A)")], timers: { "low": Immediate(priority: 1, weight: 1.0), "high": Immediate(priority: 2, weight: 1.0), "timed": Deterministic(1.0) }"#;
    let mut sim = source(rules, model).sim();
    let fired: Vec<String> = (0..5).map(|_| step(&mut sim)).collect();
    assert_eq!(fired, ["low", "low", "high", "low", "timed"]);
    assert_eq!(sim.time(), 1.0);
}

#[test]
fn a_weight_of_zero_fires_never_and_hides_nothing() {
    let rules = r#"
        "barred": (match: "(a:A)", set: ["a.n += 100"]),
        "open": (match: "(a:A)", where: "a.n < 1", set: ["a.n += 1"]),
        "timed": (match: "(a:A)", set: []),
    "#;
    let model = r#"start: [Create("(a:A)")], timers: { "barred": Immediate(priority: 9, weight: "a.w - 1.0"), "open": Immediate(priority: 1, weight: 1.0), "timed": Deterministic(1.0) }"#;
    let mut sim = source(rules, model).sim();
    assert_eq!([step(&mut sim), step(&mut sim)], ["open", "timed"]);
}

#[test]
fn age_memory_of_an_immediate_event_keeps_nothing_and_loses_nothing() {
    let rules = r#"
        "now": (match: "(a:A)", where: "a.n % 2 = 1", set: ["a.n += 1"]),
        "skip": (match: "(a:A)", where: "a.n = 1", set: ["a.n += 1"]),
        "timed": (match: "(a:A)", where: "a.n % 2 = 0", set: ["a.n += 1"]),
    "#;
    let model = r#"start: [Create("(a:A)")], timers: { "now": Immediate(priority: 1, weight: 1.0, memory: Age), "skip": Immediate(priority: 2, weight: 1.0), "timed": Deterministic(1.0) }"#;
    let mut sim = source(rules, model).sim();
    let fired: Vec<String> = (0..4).map(|_| step(&mut sim)).collect();
    assert_eq!(fired, ["timed", "skip", "timed", "now"]);
}

/// Weights 1, 2 and 5 give shares 1/8, 2/8 and 5/8: a χ² test at α = 0.001 with 2 degrees of freedom.
#[test]
fn one_priority_is_a_choice_by_weight() {
    const REPLICATIONS: u64 = 4000;
    const CRITICAL: f64 = 13.816;
    let rules = r#"
        "one": (match: "(a:A)", where: "a.n = 0", set: ["a.n = 1"]),
        "two": (match: "(a:A)", where: "a.n = 0", set: ["a.n = 2"]),
        "five": (match: "(a:A)", where: "a.n = 0", set: ["a.n = 5"]),
        "heavier": (match: "(a:A)", where: "a.w < 2.0", set: ["a.w = 5.0"]),
    "#;
    // `five` has weight 1 until the first firing, of a higher priority, gives it 5 while the race is on.
    let model = r#"start: [Create("(a:A)")], timers: { "one": Immediate(priority: 1, weight: 1.0), "two": Immediate(priority: 1, weight: 2.0),
        "five": Immediate(priority: 1, weight: "a.w"), "heavier": Immediate(priority: 2, weight: 1.0) }"#;
    let program = source(rules, model).program();
    let timers = Timers::new(&program);
    let chi_square = |shares: [f64; 3]| {
        let mut counts = [0.0; 3];
        for replication in 0..REPLICATIONS {
            let randomness = Randomness::new(11, replication);
            let graph = start::build(&program, &randomness).unwrap();
            let mut sim = Sim::new(&program, &timers, randomness, graph).unwrap();
            assert_eq!(step(&mut sim), "heavier");
            let rule = step(&mut sim);
            counts[["one", "two", "five"]
                .iter()
                .position(|r| *r == rule)
                .unwrap()] += 1.0;
        }
        let expected = shares.map(|s| s * REPLICATIONS as f64);
        counts
            .iter()
            .zip(expected)
            .map(|(n, e)| (n - e) * (n - e) / e)
            .sum::<f64>()
    };
    assert!(chi_square([1.0 / 8.0, 2.0 / 8.0, 5.0 / 8.0]) < CRITICAL);
    assert!(
        chi_square([1.0 / 4.0, 2.0 / 4.0, 1.0 / 4.0]) > CRITICAL,
        "control: the weights at activation"
    );
}

#[test]
fn a_standstill_names_the_rules_of_the_circle() {
    let rules = r#"
        "once": (match: "(a:A)", where: "a.n = 0", set: ["a.n = 1"]),
        "there": (match: "(a:A)", where: "a.n = 1", set: ["a.n = 2"]),
        "back": (match: "(a:A)", where: "a.n = 2", set: ["a.n = 1"]),
    "#;
    let model = r#"start: [Create("(a:A)")], timers: { "once": Immediate(priority: 0, weight: 1.0), "there": Immediate(priority: 0, weight: 1.0), "back": Immediate(priority: 0, weight: 1.0) },
        limits: (firings_at_one_time: 5000)"#;
    let mut sim = source(rules, model).sim();
    let error = (0..6000)
        .find_map(|_| sim.step(f64::INFINITY, &mut ()).err())
        .unwrap();
    let rules = String::from("`back`, `there`");
    assert_eq!(
        error.fault,
        Fault::TimeStandsStill {
            firings: 5001,
            rules
        }
    );
}

#[test]
fn delays_too_short_for_the_time_are_a_standstill() {
    let rules = r#""tick": (match: "(a:A)", set: ["a.n += 1", "a.w = 0.000000000001"]),"#;
    let model = r#"start: [Create("(a:A {w: 1000000.0})")], timers: { "tick": Deterministic("a.w") }, limits: (firings_at_one_time: 100)"#;
    let mut sim = source(rules, model).sim();
    assert_eq!(step(&mut sim), "tick");
    let error = (0..200)
        .find_map(|_| sim.step(f64::INFINITY, &mut ()).err())
        .unwrap();
    assert!(
        matches!(error.fault, Fault::TimeStandsStill { firings: 101, .. }),
        "{error}"
    );
    assert_eq!(error.time, 1e6);
}

#[test]
fn a_priority_that_changes_is_read_again() {
    let source = Source {
        types: r#"nodes: { "A": (attributes: { "n": Int(0), "p": Int(1) }) }"#,
        rules: r#"
            "raise": (match: "(a:A)", where: "a.n = 0", set: ["a.n = 1", "a.p = 10"]),
            "raised": (match: "(a:A)", where: "a.n < 2", set: ["a.n = 2"]),
            "between": (match: "(a:A)", where: "a.n = 1", set: ["a.n = 3"]),
        "#,
        model: r#"start: [Create("(a:A)")], timers: {
            "raise": Immediate(priority: 5), "raised": Immediate(priority: "a.p"), "between": Immediate(priority: 7),
        }"#,
    };
    let mut sim = source.sim();
    assert_eq!([step(&mut sim), step(&mut sim)], ["raise", "raised"]);
}
