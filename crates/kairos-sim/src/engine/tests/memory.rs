//! Age memory.

use super::*;

const TYPES: &str = r#"nodes: { "A": (attributes: { "on": Bool(true), "mean": Real(10.0) }), "B": () }, edges: { "e": (from: "A", to: "B") }"#;

const RULES: &str = r#"
    "work": (match: "(a:A)-[x:e]->(b:B)", where: "a.on", set: ["a.mean = a.mean"]),
    "off": (match: "(a:A)", where: "a.on", set: ["a.on = FALSE"]),
    "on": (match: "(a:A)", where: "NOT a.on", set: ["a.on = TRUE"]),
    "slow": (match: "(a:A)", set: ["a.mean = 1000.0"]),
    "cut": (match: "(a:A)-[x:e]->(b:B)", delete: ["x"]),
    "join": (match: "(a:A), (b:B)", create: ["(a)-[x:e]->(b)"]),
    "clock": (match: "(b:B)", set: []),
"#;

fn sim(work: &str) -> Sim {
    let model = format!(
        r#"start: [Create("(a:A)-[x:e]->(b:B)")], timers: {{ "work": {work}, "off": Deterministic(1000000.0), "on": Deterministic(1000000.0), "slow": Deterministic(1000000.0), "cut": Deterministic(1000000.0), "join": Deterministic(1000000.0), "clock": Deterministic(3.0) }}"#
    );
    let types = TYPES;
    Source {
        types,
        rules: RULES,
        model: &model,
    }
    .sim()
}

/// The match of `work`: a, x, b in the order of the text.
fn matched(sim: &Sim) -> Vec<u64> {
    let work = sim.matcher().program().model.rule_named("work").unwrap();
    sim.active_events()
        .into_iter()
        .find(|a| a.rule == work)
        .unwrap()
        .matched
}

fn b(sim: &Sim) -> u64 {
    let clock = sim.matcher().program().model.rule_named("clock").unwrap();
    sim.active_events()
        .into_iter()
        .find(|a| a.rule == clock)
        .unwrap()
        .matched[0]
}

#[test]
fn what_remains_of_a_delay_is_kept_while_the_event_is_disabled() {
    let mut sim = sim(r#"Normal(mean: "a.mean", sd: 1.0, memory: Age)"#);
    let (matched, b) = (matched(&sim), b(&sim));
    let due = time(&sim, "work", &matched);
    fire_when_due(&mut sim, "clock", &[b]);
    assert_eq!(sim.time(), 3.0);
    fire(&mut sim, "off", &[0]);
    fire(&mut sim, "slow", &[0]);
    fire_when_due(&mut sim, "clock", &[b]);
    fire(&mut sim, "on", &[0]);
    let now = sim.time();
    assert_eq!(now, 6.0);
    assert_eq!(
        time(&sim, "work", &matched),
        now + (due - 3.0),
        "parameters are not read again"
    );
}

#[test]
fn an_exponential_delay_goes_on_at_the_rate_that_it_has_now() {
    let mut sim = sim(r#"Exponential(mean: "a.mean", memory: Age)"#);
    let (matched, b) = (matched(&sim), b(&sim));
    let due = time(&sim, "work", &matched);
    fire(&mut sim, "off", &[0]);
    fire(&mut sim, "slow", &[0]);
    fire_when_due(&mut sim, "clock", &[b]);
    fire(&mut sim, "on", &[0]);
    let remains = time(&sim, "work", &matched) - sim.time();
    let expected = due * (1000.0 / 10.0);
    assert!((remains / expected - 1.0).abs() < 1e-12, "{remains} remain");
}

#[test]
fn firing_forgets() {
    let mut sim = sim("Normal(mean: 10.0, sd: 1.0, memory: Age)");
    let matched = matched(&sim);
    let first = time(&sim, "work", &matched);
    fire_when_due(&mut sim, "work", &matched);
    let second = time(&sim, "work", &matched) - sim.time();
    assert!(second > 0.0);
    assert_ne!(second, first);
    fire(&mut sim, "off", &[0]);
    fire(&mut sim, "on", &[0]);
    assert!(
        close(time(&sim, "work", &matched) - sim.time(), second),
        "kept once more"
    );
}

#[test]
fn a_deleted_element_takes_its_delays_along() {
    let mut sim = sim("Normal(mean: 10.0, sd: 1.0, memory: Age)");
    let old = matched(&sim);
    let before = time(&sim, "work", &old);
    fire(&mut sim, "cut", &old);
    let b = b(&sim);
    fire(&mut sim, "join", &[0, b]);
    let new = matched(&sim);
    assert_ne!(new, old, "numbers are never used again");
    assert_ne!(time(&sim, "work", &new), before);
}

#[test]
fn an_exponential_event_of_rate_zero_is_kept_with_its_work() {
    let mut sim =
        sim(r#"Exponential(rate: "CASE WHEN a.mean > 100.0 THEN 0.0 ELSE 0.1 END", memory: Age)"#);
    let matched = matched(&sim);
    fire(&mut sim, "slow", &[0]);
    assert_eq!(time(&sim, "work", &matched), f64::INFINITY);
    fire(&mut sim, "off", &[0]);
    fire(&mut sim, "on", &[0]);
    assert_eq!(time(&sim, "work", &matched), f64::INFINITY);
}

#[test]
fn age_memory_holds_nothing_of_elements_that_are_gone() {
    let rules = r#"
        "come": (match: "(b:B)", create: ["(a:A {on: FALSE})-[x:e]->(b)"]),
        "work": (match: "(a:A)-[x:e]->(b:B)", where: "a.on", set: ["a.on = FALSE"]),
        "on": (match: "(a:A)", where: "NOT a.on", set: ["a.on = TRUE"]),
        "off": (match: "(a:A)", where: "a.on", set: ["a.on = FALSE"]),
        "go": (match: "(a:A)", delete: ["a"]),
    "#;
    let model = r#"start: [Create("(b:B)")], timers: { "come": Exponential(rate: 5.0), "work": Normal(mean: 5.0, sd: 1.0, memory: Age),
        "on": Exponential(rate: 3.0), "off": Exponential(rate: 3.0), "go": Exponential(rate: 0.5) }"#;
    let types = TYPES;
    let mut sim = Source {
        types,
        rules,
        model,
    }
    .sim();
    let mut most = 0;
    for _ in 0..20_000 {
        step(&mut sim);
        most = most.max(sim.matcher().graph().edge_count());
    }
    // Every event listed matches an edge that is there: about ten of the thousands that came.
    let listed = sim.clockwork.ages.len();
    assert!(0 < listed && listed <= most, "{listed} of {most}");
}

#[test]
fn what_is_kept_goes_with_a_matched_element() {
    let mut sim = sim(r#"Normal(mean: "a.mean", sd: 1.0, memory: Age)"#);
    assert_eq!(sim.clockwork.ages.memory_bytes(), 0);
    let matched = matched(&sim);
    fire(&mut sim, "off", &[0]);
    assert_eq!(sim.clockwork.ages.len(), 1);
    // room for three or four events and as many elements
    let bytes = sim.clockwork.ages.memory_bytes();
    assert!((200..=400).contains(&bytes), "{bytes}");
    fire(&mut sim, "cut", &matched);
    assert_eq!(sim.clockwork.ages.len(), 0);
}
