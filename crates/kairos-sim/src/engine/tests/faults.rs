//! Run-time errors say where.

use kairos_rewrite::error::{Fault, Limited};

use super::*;

const TYPES: &str = r#"nodes: { "A": (attributes: { "x": Real(1.0), "n": Int(1) }) }"#;

const RULES: &str = r#"
    "tick": (match: "(it:A)", set: ["it.n = it.n"]),
    "spoil": (match: "(a:A)", set: ["a.x = 0.0 - 1.0", "a.n = 0"]),
    "grow": (match: "(a:A)", create: ["(b:A)"]),
"#;

fn error_of(tick: &str, limits: &str) -> Box<RuntimeError> {
    let model = format!(
        r#"start: [Create("(a:A)")], timers: {{ "tick": {tick}, "spoil": Deterministic(2.5), "grow": Deterministic(100.0) }}{limits}"#
    );
    let source = Source {
        types: TYPES,
        rules: RULES,
        model: &model,
    };
    let mut sim = match source.replication(0) {
        Ok(sim) => sim,
        Err(error) => return error,
    };
    (0..10_000)
        .find_map(|_| sim.step(f64::INFINITY, &mut ()).err())
        .unwrap()
}

#[test]
fn a_parameter_outside_its_domain_is_named_with_rule_match_value_and_time() {
    let error = error_of(r#"Exponential(rate: "it.x")"#, "");
    let domain = |f: &Fault| {
        matches!(
            f,
            Fault::Domain {
                law: "Exponential",
                parameter: "rate",
                value: -1.0,
                ..
            }
        )
    };
    assert!(domain(&error.fault), "{error}");
    assert_eq!(error.rule.as_ref().unwrap().1, "tick");
    assert_eq!(error.matched, [(String::from("it"), 0)]);
    assert_eq!(error.expression.as_deref(), Some("it.x"));
    assert_eq!(error.time, 2.5);
}

#[test]
fn so_is_a_weight() {
    let error = error_of(r#"Immediate(priority: 0, weight: "it.x - 3.0")"#, "");
    assert!(
        matches!(
            error.fault,
            Fault::Domain {
                law: "Immediate",
                parameter: "weight",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.expression.as_deref(), Some("it.x - 3.0"));
    assert_eq!(error.time, 0.0);
}

#[test]
fn a_fault_while_reading_again_says_whose_timer_it_was() {
    let error = error_of(r#"Exponential(rate: "1.0 / it.n")"#, "");
    assert_eq!(error.fault, Fault::DivisionByZero);
    assert_eq!(
        error.rule.as_ref().unwrap().1,
        "tick",
        "not the rule that fired"
    );
    assert_eq!(error.matched, [(String::from("it"), 0)]);
    assert_eq!(error.time, 2.5);
}

#[test]
fn a_fault_in_an_effect_names_the_match() {
    let source = Source {
        types: r#"nodes: { "A": (attributes: { "n": Int(0) }) }, edges: { "e": (from: "A", to: "A") }"#,
        rules: r#""split": (match: "(a:A)-[l:e]->(:A)", set: ["a.n = 6 % a.n"]),"#,
        model: r#"start: [Create("(:A), (a:A)-[:e]->(b:A)")], timers: { "split": Deterministic(2.0) }"#,
    };
    let error = source.sim().step(f64::INFINITY, &mut ()).unwrap_err();
    assert_eq!(error.fault, Fault::DivisionByZero);
    assert_eq!(error.rule.as_ref().unwrap().1, "split");
    let names = error
        .matched
        .iter()
        .map(|(n, number)| (n.as_str(), *number));
    assert_eq!(names.collect::<Vec<_>>(), [("a", 1), ("l", 3), ("_", 2)]);
    assert_eq!(error.expression.as_deref(), Some("6 % a.n"));
    assert_eq!(error.time, 2.0);
}

#[test]
fn too_many_active_events_or_elements_end_the_run() {
    let error = error_of("Exponential(rate: 1.0)", ", limits: (active_events: 5)");
    let limit = Fault::Limit {
        what: Limited::ActiveEvents,
        count: 6,
        limit: 5,
    };
    assert_eq!(error.fault, limit);
    assert_eq!(
        error.rule.as_ref().unwrap().1,
        "grow",
        "the first by name of those that are active most often"
    );
    let error = error_of("Exponential(rate: 1.0)", ", limits: (elements: 1)");
    assert_eq!(error.rule.as_ref().unwrap().1, "grow", "the one that fired");
    assert!(
        matches!(
            error.fault,
            Fault::Limit {
                count: 2,
                limit: 1,
                ..
            }
        ),
        "{error}"
    );
}

/// Within a step some events come before others go.
#[test]
fn the_limit_of_active_events_holds_between_steps() {
    let source = Source {
        types: r#"nodes: { "A": (attributes: { "on": Bool(false) }) }"#,
        rules: r#""wait": (match: "(a:A WHERE a.on)"),
            "pass": (match: "(a:A WHERE a.on)", choose: [Uniform("(b:A WHERE NOT b.on)")], set: ["b.on = TRUE", "a.on = FALSE"]),"#,
        model: r#"start: [Create("(:A {on: TRUE}), (:A)")],
            timers: { "wait": Never, "pass": Deterministic(1.0) }, limits: (active_events: 1)"#,
    };
    let mut sim = source.sim();
    for _ in 0..4 {
        sim.step(f64::INFINITY, &mut ()).expect("one event at most");
    }
}

/// Of a symmetric rule each match is found twice.
#[test]
fn as_many_matches_as_active_events_are_found_of_a_symmetric_rule() {
    let pairs = |limit: u32| {
        let model = format!(
            r#"start: [Repeat(400, "(a:A)")], timers: {{ "pair": Deterministic(1.0) }}, limits: (active_events: {limit})"#
        );
        let source = Source {
            types: TYPES,
            rules: r#""pair": (match: "(a:A), (b:A)", symmetric: true),"#,
            model: &model,
        };
        source.replication(0).map(|sim| sim.active_count())
    };
    assert_eq!(pairs(79_800).unwrap(), 79_800);
    let limit = Fault::Limit {
        what: Limited::ActiveEvents,
        count: 79_800,
        limit: 79_799,
    };
    assert_eq!(pairs(79_799).unwrap_err().fault, limit);
}

#[test]
fn aggregate_clocks_count_as_active_events() {
    let source = Source {
        types: TYPES,
        rules: r#""each": (match: "(a:A)"), "pair": (match: "(a:A), (b:A)"), "some": (match: "(a:A)"),"#,
        model: r#"start: [Repeat(3, "(a:A)")], timers: { "each": Exponential(rate: 1.0), "pair": Exponential(rate: 1.0),
            "some": Exponential(rate: 1.0, clock: Aggregate) }, limits: (active_events: 9)"#,
    };
    let error = source.replication(0).unwrap_err();
    let limit = Fault::Limit {
        what: Limited::ActiveEvents,
        count: 10,
        limit: 9,
    };
    assert_eq!(error.fault, limit);
    assert_eq!(error.rule.as_ref().unwrap().1, "pair", "the most active");
}

#[test]
fn truncation_is_reported_at_its_worst() {
    let model = r#"start: [Create("(a:A)"), Create("(b:A {x: 2.0})")], timers: { "tick": Normal(mean: "it.x", sd: 1.0), "spoil": Deterministic(1000000.0), "grow": Normal(mean: 100.0, sd: 1.0) }"#;
    let sim = Source {
        types: TYPES,
        rules: RULES,
        model,
    }
    .sim();
    let shifts = sim.truncation_shifts();
    let tick = sim.matcher().program().model.rule_named("tick").unwrap();
    let (rule, shift) = shifts[0];
    assert_eq!(
        (rule, shifts.len()),
        (tick, 1),
        "a shift of nothing is not reported"
    );
    // φ(1) / Φ(1): the mean of a normal of mean 1 and sd 1 above 0, less 1.
    assert!((shift - 0.287_599_970_939_178).abs() < 1e-12, "{shift}");
}

/// All pairs of 3000 nodes, nine millions, under a limit: what there was too much of, how many, and the limit.
fn too_many_pairs(limits: &str) -> (Limited, u64, u64) {
    let model = format!(
        r#"start: [Repeat(3000, "(a:A)")], timers: {{ "pair": Exponential(rate: 1.0) }}, limits: ({limits})"#
    );
    let source = Source {
        types: TYPES,
        rules: r#""pair": (match: "(a:A), (b:A)", set: ["a.n += 1"]),"#,
        model: &model,
    };
    let error = source.replication(0).unwrap_err();
    assert_eq!(error.rule.as_ref().unwrap().1, "pair");
    match error.fault {
        Fault::Limit { what, count, limit } => (what, count, limit),
        fault => panic!("{fault}"),
    }
}

#[test]
fn matches_that_would_not_fit_in_memory_are_counted_and_not_stored() {
    let (what, count, limit) = too_many_pairs("memory_bytes: 10000000");
    assert_eq!(what, Limited::MatchesInMemory);
    // a match needs its row twice, of 8 to 40 bytes, and 96 bytes for its clock
    assert!((50_000..90_000).contains(&limit), "{limit}");
    assert!(limit < count && count < limit + 40_000, "{count}");
}

#[test]
fn more_matches_than_there_may_be_active_events_are_not_stored_either() {
    let (what, count, limit) = too_many_pairs("active_events: 100000");
    assert_eq!((what, limit), (Limited::ActiveEvents, 100_000));
    assert!(limit < count && count < limit + 40_000, "{count}");
}

/// A search looks at the memory now and then, and goes on where there is enough.
#[test]
fn as_many_matches_as_fit_are_all_found() {
    let source = Source {
        types: TYPES,
        rules: r#""pair": (match: "(a:A), (b:A)", set: ["a.n += 1"]),"#,
        model: r#"start: [Repeat(300, "(a:A)")], timers: { "pair": Exponential(rate: 1.0) }"#,
    };
    assert_eq!(source.sim().active_events().len(), 300 * 299);
}

#[test]
fn only_runs_that_the_model_ends_are_samples() {
    use crate::engine::StopReason::*;
    assert!(
        [Horizon, Steps, Condition, Deadlock]
            .iter()
            .all(|r| r.is_sample())
    );
    assert!(
        ![WallTime, Memory, Interrupted]
            .iter()
            .any(|r| r.is_sample())
    );
}

/// A weight that cannot fail is taken over as soon as it changes, but whether a match stays is known only at the end of the step.
#[test]
fn a_negative_weight_is_a_fault_of_a_match_that_stays() {
    let error = |spoil: &str| {
        let rules = format!(
            r#""take": (match: "(a:A WHERE a.n > 0)", set: ["a.n = a.n"]), "spoil": (match: "(a:A)", set: {spoil}),"#
        );
        let source = Source {
            types: TYPES,
            rules: &rules,
            model: r#"start: [Create("(a:A)")], timers: { "take": Exponential(rate: 1.0, clock: Aggregate, weights: { "a": "a.x" }), "spoil": Deterministic(2.5) }"#,
        };
        let mut sim = source.sim();
        while sim.time() < 2.5 {
            if let Err(error) = sim.step(3.0, &mut ()) {
                return Some((error.fault, error.time));
            }
        }
        None
    };
    let negative = Some((Fault::NegativeWeight(-1.0), 2.5));
    assert_eq!(error(r#"["a.x = 0.0 - 1.0"]"#), negative);
    assert_eq!(error(r#"["a.x = 0.0 - 1.0", "a.n = 2"]"#), negative);
    assert_eq!(error(r#"["a.x = 0.0 - 1.0", "a.n = 0"]"#), None);
}
