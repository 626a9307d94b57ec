//! Firings, tallies, and what is derived from them.

use expect_test::expect;

use super::{FiringOutcome, Observations, Observed, Script, Wanted, metrics, program};

/// A queue whose server picks a customer.
const RULES: &str = r#"RuleSet(
    types: (
        nodes: {"Queue": (), "Customer": (attributes: {"came": Real, "number": Int(0)})},
        edges: {"waits": (from: "Customer", to: "Queue")},
    ),
    rules: {
        "arrive": (match: "(q:Queue)", create: ["(c:Customer {came: now})-[:waits]->(q)"]),
        "serve": (match: "(q:Queue)", choose: [Min("id(c)", of: "(c:Customer)-[:waits]->(q)")], delete: ["c"]),
    },
)"#;

const MODEL: &str = r#"
    start: [Create("(q:Queue)")],
    timers: {"arrive": Never, "serve": Never},
    probes: {
        "arrived": Firings("arrive"),
        "served": Firings("serve"),
        "stay": Tally(on: "serve", value: "now - c.came"),
        "long": Tally(on: "serve", value: "now - c.came", when: "now - c.came > 1.5"),
        "left": Tally(on: "serve", value: "COUNT { (:Customer) }"),
        "inverse": Tally(on: "serve", value: "1.0 / (now - c.came)"),
        "never": Tally(on: "serve", value: "now", when: "c.number > 0"),
        "twice": Derived("share * 2.0"),
        "share": Derived("long.count / stay.count"),
        "nothing": Derived("never.mean + 1.0"),
        "no_share": Derived("1.0 / never.count"),
        "root": Derived("CASE WHEN stay.max > 3.0 THEN sqrt(stay.max) ELSE 0.0 END"),
    },
    warm_up: 2.0,
"#;

/// Customers 1, 3, 5 and 7 (edges 2, 4, 6, 8) come at 0, 1, 2 and 3 and leave at 1.5, 2.5, 6 and 4; the first before the warm-up is over.
fn script(names: &[&str]) -> Observations {
    let program = program(RULES, MODEL);
    let wanted = match names {
        [] => Wanted::All,
        names => metrics(&program, names),
    };
    let mut script = Script::new(&program, wanted);
    script.fire(0.0, "arrive", &[0]).fire(1.0, "arrive", &[0]);
    script.fire(1.5, "serve", &[0, 1, 2]);
    script.idle(1.5, "serve", FiringOutcome::Effectless);
    script.fire(2.0, "arrive", &[0]);
    script.fire(2.5, "serve", &[0, 3, 4]);
    script.fire(3.0, "arrive", &[0]);
    script
        .fire(4.0, "serve", &[0, 7, 8])
        .fire(6.0, "serve", &[0, 5, 6]);
    script.idle(6.0, "serve", FiringOutcome::Effectless);
    script.idle(7.0, "serve", FiringOutcome::Thinned);
    script.finish(10.0)
}

#[test]
fn firings_count_from_the_warm_up_on() {
    let seen = script(&[]);
    // one of them at the very end of the warm-up
    assert_eq!(
        (seen.at("arrived.count"), seen.at("arrived.rate")),
        (Some(2.0), Some(0.25))
    );
    assert_eq!(
        (seen.at("served.count"), seen.at("served.rate")),
        (Some(3.0), Some(0.375))
    );
    assert_eq!(
        (seen.at("served.effectless"), seen.at("served.thinned")),
        (Some(1.0), Some(1.0))
    );
    let serve = seen.program.model.rule_named("serve").unwrap();
    let whole = seen.firings(serve);
    assert_eq!((whole.events, whole.effectless, whole.thinned), (4, 2, 1));
}

#[test]
fn tallies_read_the_graph_before_the_application() {
    let seen = script(&[]);
    // 1.5, 1 and 4; the chosen customer is deleted by the firing
    assert_eq!(
        (seen.at("stay.count"), seen.at("stay.sum")),
        (Some(3.0), Some(6.5))
    );
    assert_eq!(
        (seen.at("stay.min"), seen.at("stay.max")),
        (Some(1.0), Some(4.0))
    );
    assert_eq!(
        (seen.at("stay.p50"), seen.at("stay.p75")),
        (Some(1.5), Some(2.75))
    );
    // the customer itself is counted: 2, 2 and 1
    assert_eq!(seen.at("left.sum"), Some(5.0));
}

#[test]
fn a_tally_counts_where_its_condition_holds() {
    let seen = script(&[]);
    assert_eq!(
        (seen.at("long.count"), seen.at("long.mean")),
        (Some(1.0), Some(4.0))
    );
    assert_eq!(seen.at("long.sd"), None);
    assert_eq!(
        (seen.at("never.count"), seen.at("never.sum")),
        (Some(0.0), Some(0.0))
    );
    assert_eq!((seen.at("never.mean"), seen.at("never.p95")), (None, None));
}

#[test]
fn histograms_come_from_tallies() {
    let seen = script(&["stay"]);
    let Observed::Tally(tally) = seen.probe_named("stay") else {
        panic!("a tally")
    };
    assert_eq!(tally.ecdf().histogram(3).unwrap().counts(), [2, 0, 1]);
    assert!(tally.quantiles().is_exact());
}

#[test]
fn derived_probes_are_computed_at_the_end() {
    let seen = script(&[]);
    assert_eq!(
        (seen.at("share"), seen.at("twice")),
        (Some(1.0 / 3.0), Some(2.0 / 3.0))
    );
    assert_eq!(seen.at("root"), Some(2.0));
}

#[test]
fn derived_probes_are_undefined_with_an_operand_or_by_a_fault() {
    let seen = script(&[]);
    assert_eq!((seen.at("nothing"), seen.at("no_share")), (None, None));
}

#[test]
fn what_a_derived_metric_needs_is_observed() {
    let seen = script(&["twice"]);
    assert_eq!(seen.at("twice"), Some(2.0 / 3.0));
    assert_eq!(
        (seen.at("stay.count"), seen.at("left.count")),
        (Some(3.0), None)
    );
    assert_eq!(seen.metrics().len(), 1);
}

#[test]
fn a_fault_in_a_tally_names_its_expression() {
    let fault = |names: &[&str], arrives: f64| {
        let program = program(RULES, MODEL);
        let mut script = Script::new(&program, metrics(&program, names));
        script.fire(arrives, "arrive", &[0]);
        script.try_fire(arrives, "serve", &[0, 1, 2]).err()
    };
    let error = fault(&["inverse"], 5.0).unwrap();
    assert_eq!(error.expression.as_deref(), Some("1.0 / (now - c.came)"));
    assert_eq!(fault(&["stay"], 5.0), None, "nobody asked for it");
    assert_eq!(fault(&["inverse"], 1.0), None, "before the warm-up is over");
}

#[test]
fn long_chains_of_derived_probes_need_no_stack() {
    const LENGTH: usize = 3000;
    let link = |i: usize| format!("\"d{i}\": Derived(\"d{} + 1.0\"), ", i + 1);
    let chain: String = (0..LENGTH).map(link).collect();
    let model = MODEL.replace(
        "probes: {",
        &format!("probes: {{ {chain} \"d{LENGTH}\": Derived(\"served.count\"), "),
    );
    let program = program(RULES, &model);
    let mut script = Script::new(&program, metrics(&program, &["d0"]));
    script
        .fire(3.0, "arrive", &[0])
        .fire(4.0, "serve", &[0, 1, 2]);
    assert_eq!(script.finish(5.0).at("d0"), Some(LENGTH as f64 + 1.0));
}

#[test]
fn all_metrics_have_names() {
    let lines: String = script(&[])
        .metrics()
        .into_iter()
        .filter(|(name, ..)| {
            ["arrived", "stay", "share"].contains(&name.split('.').next().unwrap())
        })
        .map(|(name, _, value)| format!("{name} {value:?}\n"))
        .collect();
    expect![[r#"
        arrived.count Some(2.0)
        arrived.rate Some(0.25)
        arrived.effectless Some(0.0)
        arrived.thinned Some(0.0)
        stay.mean Some(2.1666666666666665)
        stay.count Some(3.0)
        stay.sum Some(6.5)
        stay.sd Some(1.6072751268321592)
        stay.min Some(1.0)
        stay.max Some(4.0)
        stay.p50 Some(1.5)
        stay.p90 Some(3.5)
        stay.p95 Some(3.75)
        stay.p99 Some(3.95)
        share.value Some(0.3333333333333333)
    "#]]
    .assert_eq(&lines);
}
