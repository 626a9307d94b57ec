//! Counts and summaries.

use super::{Observations, Script, Wanted, metrics, program};

const RULES: &str = r#"RuleSet(
    types: (nodes: {"N": (attributes: {"x": Real})}, edges: {}),
    rules: {
        "born": (create: ["(m:N {x: now})"]),
        "dies": (match: "(n:N)", delete: ["n"]),
        "grows": (match: "(n:N)", set: ["n.x += 2.0"]),
    },
)"#;

const MODEL: &str = r#"
    start: [Repeat(2, "(n:N {x: 4.0 * index})")],
    timers: {"born": Never, "dies": Never, "grows": Never},
    probes: {
        "count": Count("(n:N)"),
        "sum": Sum("n.x", over: "(n:N)"),
        "mean": Mean("n.x", over: "(n:N)"),
        "least": Min("n.x", over: "(n:N)"),
        "born": Firings("born"),
    },
    warm_up: 2.0,
"#;

/// The count is 1 on [2, 4), 0 on [4, 6), and 2 on [6, 10); at 10 it falls to 1.
fn script(model: &str, names: &[&str]) -> Observations {
    let program = program(RULES, model);
    let wanted = match names {
        [] => Wanted::All,
        names => metrics(&program, names),
    };
    let mut script = Script::new(&program, wanted);
    script.fire(1.0, "dies", &[0]).fire(4.0, "dies", &[1]);
    script.fire(6.0, "born", &[]).fire(6.0, "born", &[]);
    script.fire(8.0, "grows", &[2]).fire(10.0, "dies", &[3]);
    script.finish(10.0)
}

#[test]
fn averages_weigh_by_time_from_the_warm_up_on() {
    let seen = script(MODEL, &[]);
    assert_eq!(seen.at("count.mean"), Some(1.25));
    assert_eq!(seen.at("count.sd"), Some(0.6875_f64.sqrt()));
    assert_eq!(
        (seen.at("count.min"), seen.at("count.max")),
        (Some(0.0), Some(2.0))
    );
    assert_eq!(seen.at("count.last"), Some(1.0));
    // 4 on [2, 4), 0 on [4, 6), 12 on [6, 8), 14 on [8, 10)
    assert_eq!(seen.at("sum.mean"), Some(7.5));
}

#[test]
fn time_without_a_value_does_not_count() {
    let seen = script(MODEL, &[]);
    // 4 on [2, 4), undefined on [4, 6), 6 on [6, 8), 7 on [8, 10)
    assert_eq!(seen.at("mean.mean"), Some((4.0 + 6.0 + 7.0) / 3.0));
    assert_eq!(
        (seen.at("mean.min"), seen.at("mean.max")),
        (Some(4.0), Some(8.0))
    );
    assert_eq!(seen.at("least.mean"), Some((4.0 + 6.0 + 6.0) / 3.0));
    assert_eq!(seen.at("mean.last"), Some(8.0));
}

#[test]
fn a_run_that_ends_before_the_warm_up_has_no_averages() {
    let program = program(RULES, MODEL);
    let mut script = Script::new(&program, Wanted::All);
    script.fire(1.0, "dies", &[0]);
    let seen = script.finish(1.5);
    assert_eq!(
        (seen.at("count.mean"), seen.at("count.last")),
        (None, Some(1.0))
    );
    assert_eq!(
        (seen.at("born.count"), seen.at("born.rate")),
        (Some(0.0), None)
    );
}

#[test]
fn samples_see_all_events_up_to_their_time() {
    let seen = script(&format!("{MODEL} sample_every: 2.0"), &["born.rate"]);
    assert_eq!(seen.sample_times(), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
    let names: Vec<_> = seen.series_names().collect();
    assert_eq!(names, ["count", "sum", "mean", "least"]);
    let some = |values: [f64; 6]| values.map(Some).to_vec();
    assert_eq!(seen.series()[0], some([2.0, 1.0, 0.0, 2.0, 2.0, 1.0]));
    assert_eq!(seen.series()[1], some([4.0, 4.0, 0.0, 12.0, 14.0, 8.0]));
    let mean = [Some(2.0), Some(4.0), None, Some(6.0), Some(7.0), Some(8.0)];
    assert_eq!(seen.series()[2], mean);
}

#[test]
fn sample_times_are_multiples_without_accumulated_error() {
    let seen = script(&format!("{MODEL} sample_every: 0.1"), &[]);
    assert_eq!(seen.sample_times().len(), 101);
    assert_eq!(seen.sample_times()[70], 0.1 * 70.0);
    assert_eq!(seen.sample_times().last(), Some(&10.0));
}

#[test]
fn what_nobody_asked_for_is_not_there() {
    let seen = script(MODEL, &["count.max"]);
    assert_eq!(
        (seen.at("count.max"), seen.at("sum.mean")),
        (Some(2.0), None)
    );
    let listed: Vec<_> = seen.metrics().into_iter().map(|m| (m.0, m.2)).collect();
    assert_eq!(listed, [("count.max".to_owned(), Some(2.0))]);
    assert!(seen.sample_times().is_empty() && seen.series().is_empty());
}
