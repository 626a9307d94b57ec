//! Choices at firing.

use kairos_rewrite::error::Fault;

use super::*;

const TYPES: &str = r#"nodes: { "C": (), "S": (attributes: { "w": Real, "got": Int(0) }) }, edges: { "knows": (from: "C", to: "S") }"#;

fn source<'a>(choose: &'a str, rules: &'a mut String) -> Source<'a> {
    *rules = format!(
        r#""pick": (match: "(c:C)", {choose} set: ["s.got += 1"]), "gone": (match: "(s:S)", delete: ["s"]),"#
    );
    Source {
        types: TYPES,
        rules,
        model: r#"start: [Create("(c:C)"), Repeat(4, "(c)-[:knows]->(s:S {w: index % 3})")], timers: { "pick": Exponential(rate: 1.0), "gone": Deterministic(1000000.0) }"#,
    }
}

/// How often each of the four was picked, by number.
fn picks(sim: &Sim) -> Vec<u64> {
    let graph = sim.matcher().graph();
    let mut nodes: Vec<_> = graph
        .nodes()
        .filter(|&n| graph.node_type(n).index() == 1)
        .collect();
    nodes.sort_by_key(|&n| graph.node_number(n));
    nodes.into_iter().map(|n| graph.node_word(n, 1)).collect()
}

fn after(steps: usize, choose: &str) -> Vec<u64> {
    let mut rules = String::new();
    let mut sim = source(choose, &mut rules).sim();
    (0..steps).for_each(|_| drop(step(&mut sim)));
    picks(&sim)
}

/// χ² at α = 0.001: 16.27 with 3 degrees of freedom, 13.82 with 2, 10.83 with 1.
fn fits(counts: &[u64], shares: &[f64], critical: f64) -> bool {
    let n = counts.iter().sum::<u64>() as f64;
    let terms = counts.iter().zip(shares).filter(|(_, s)| **s > 0.0);
    let impossible = counts.iter().zip(shares).any(|(n, s)| *s == 0.0 && *n > 0);
    !impossible
        && terms
            .map(|(&k, s)| (k as f64 - n * s).powi(2) / (n * s))
            .sum::<f64>()
            < critical
}

#[test]
fn uniform_picks_alike_from_a_pool_of_edges_of_nodes_and_from_a_search() {
    for choose in [
        r#"choose: [Uniform("(c)-[:knows]->(s:S)")],"#,
        r#"choose: [Uniform("(s:S)")],"#,
        r#"choose: [Uniform("(c)-[:knows]->(s:S), (d:C)-[:knows]->(s)")],"#,
    ] {
        let counts = after(2000, choose);
        if choose.contains("(d:C)") {
            assert_eq!(
                counts.iter().sum::<u64>(),
                0,
                "the two edges would have to be one"
            );
            continue;
        }
        assert!(fits(&counts, &[0.25; 4], 16.27), "{choose}: {counts:?}");
        assert!(
            !fits(&counts, &[0.3, 0.3, 0.2, 0.2], 16.27),
            "control: {choose}: {counts:?}"
        );
    }
}

#[test]
fn a_condition_across_is_tried_sixteen_times_and_then_looked_for() {
    // Only one of four passes, and the condition reads the match, so that the pool holds all four.
    let counts = after(
        500,
        r#"choose: [Uniform("(c)-[:knows]->(s:S WHERE id(s) = id(c) + 3)")],"#,
    );
    assert_eq!(counts.iter().sum::<u64>(), 500);
    assert_eq!(counts.iter().filter(|&&n| n > 0).count(), 1, "{counts:?}");
}

#[test]
fn the_best_is_picked_and_ties_alike() {
    let counts = after(1000, r#"choose: [Min("s.w", of: "(c)-[:knows]->(s:S)")],"#);
    assert!(fits(&counts, &[0.5, 0.0, 0.0, 0.5], 10.83), "{counts:?}");
    let counts = after(100, r#"choose: [Max("s.w", of: "(c)-[:knows]->(s:S)")],"#);
    assert_eq!(counts, [0, 0, 100, 0]);
}

#[test]
fn weights_are_shares() {
    let counts = after(
        2000,
        r#"choose: [Weighted("s.w", of: "(c)-[:knows]->(s:S)")],"#,
    );
    assert!(
        fits(&counts, &[0.0, 1.0 / 3.0, 2.0 / 3.0, 0.0], 10.83),
        "{counts:?}"
    );
    // The same with a weight that reads the match, which no index can hold.
    let counts = after(
        2000,
        r#"choose: [Weighted("s.w * (id(c) + 1)", of: "(c)-[:knows]->(s:S)")],"#,
    );
    assert!(
        fits(&counts, &[0.0, 1.0 / 3.0, 2.0 / 3.0, 0.0], 10.83),
        "{counts:?}"
    );
}

#[test]
fn without_an_extension_the_firing_has_no_effect_and_the_clock_goes_on() {
    let mut rules = String::new();
    let mut sim = source(
        r#"choose: [Uniform("(c)-[:knows]->(s:S)")], then_where: "s.w > 5.0","#,
        &mut rules,
    )
    .sim();
    let before = sim.fingerprint();
    assert_eq!(fire(&mut sim, "pick", &[0]), FiringOutcome::Effectless);
    assert_ne!(sim.fingerprint(), before, "a step without effect is a step");
    let counts = sim.counts();
    assert_eq!(
        (counts.events, counts.effectless, counts.thinned),
        (0, 1, 0)
    );
    let first = time(&sim, "pick", &[0]);
    assert_eq!(fire(&mut sim, "pick", &[0]), FiringOutcome::Effectless);
    assert_ne!(time(&sim, "pick", &[0]), first, "it draws afresh");
    assert_eq!(picks(&sim), [0; 4]);
}

/// What is kept of the candidates does not change as time goes by.
#[test]
fn a_condition_on_candidate_and_time_is_asked_at_the_pick() {
    for choose in [
        r#"choose: [Uniform("(s:S WHERE 100.0 * s.w <= now)")],"#,
        r#"choose: [Uniform("(c)-[:knows]->(s:S WHERE 100.0 * s.w <= now)")],"#,
        r#"choose: [Weighted("1.0 + s.w", of: "(s:S WHERE 100.0 * s.w <= now)")],"#,
    ] {
        let early = after(50, choose);
        assert_eq!((early[1], early[2]), (0, 0), "{choose}");
        assert!(early[0] > 0 && early[3] > 0, "{choose}");
        let late = after(1000, choose);
        assert!(late.iter().all(|&picks| picks > 50), "{choose}: {late:?}");
    }
    let best = after(
        1000,
        r#"choose: [Max("s.w", of: "(s:S WHERE 100.0 * s.w <= now)")],"#,
    );
    assert!(best[1] > 50 && best[2] > best[1], "{best:?}");
}

/// A weight that reads the match is computed for every candidate at the pick.
#[test]
fn weights_around_the_match_are_zero_or_more() {
    let types = r#"nodes: { "C": (attributes: { "f": Real(1.0) }), "S": (attributes: { "w": Real, "got": Int(0) }) }, edges: { "knows": (from: "C", to: "S") }"#;
    let sim = |factor: f64| {
        let model = format!(
            r#"start: [Create("(c:C {{f: {factor:?}}})"), Repeat(4, "(c)-[:knows]->(s:S {{w: index % 3}})")], timers: {{ "pick": Exponential(rate: 1.0) }}"#
        );
        let source = Source {
            types,
            rules: r#""pick": (match: "(c:C)", choose: [Weighted("c.f * s.w", of: "(c)-[:knows]->(s:S)")], set: ["s.got += 1"]),"#,
            model: &model,
        };
        source.sim()
    };
    let mut fine = sim(2.0);
    (0..300).for_each(|_| drop(step(&mut fine)));
    assert!(fits(
        &picks(&fine),
        &[0.0, 1.0 / 3.0, 2.0 / 3.0, 0.0],
        10.83
    ));
    let error = sim(-1.0).step(f64::INFINITY, &mut ()).unwrap_err();
    assert!(matches!(error.fault, Fault::NegativeWeight(_)), "{error}");
    assert_eq!(error.expression.as_deref(), Some("c.f * s.w"));
}

/// The nodes of a choice differ from each other, but may be those of the match.
#[test]
fn a_loop_leads_to_a_candidate() {
    let source = Source {
        types: r#"nodes: { "C": (attributes: { "on": Bool(true), "w": Real(2.0), "got": Int(0) }) }, edges: { "knows": (from: "C", to: "C") }"#,
        rules: r#"
            "any": (match: "(c:C)", choose: [Uniform("(c)-[:knows]->(s:C WHERE s.on)")], set: ["s.got += 1"]),
            "best": (match: "(c:C)", choose: [Max("s.w", of: "(c)-[:knows]->(s:C)")], set: ["s.got += 1"]),
        "#,
        model: r#"start: [Create("(c:C)-[:knows]->(c)")], timers: { "any": Exponential(rate: 1.0), "best": Exponential(rate: 1.0) }"#,
    };
    let mut sim = source.sim();
    for rule in ["any", "best"] {
        let outcome = fire(&mut sim, rule, &[0]);
        assert!(matches!(outcome, FiringOutcome::Applied(_)), "{rule}");
    }
}
