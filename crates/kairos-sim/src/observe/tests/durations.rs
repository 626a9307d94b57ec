//! Durations, closed and censored.

use super::{Observations, Observed, Script, Wanted, program};

const RULES: &str = r#"RuleSet(
    types: (
        nodes: {"Client": (), "Server": ()},
        edges: {"link": (from: "Client", to: "Server")},
    ),
    rules: {
        "join": (create: ["(c:Client)"]),
        "drop": (match: "(c:Client)"),
        "serve": (match: "(s:Server)", choose: [Uniform("(d:Client)")]),
        "leave": (match: "(c:Client)", delete: ["c"]),
        "link": (match: "(c:Client), (s:Server)", create: ["(c)-[l:link]->(s)"]),
        "cut": (match: "(:Client)-[l:link]->(:Server)", delete: ["l"]),
        "close": (match: "(s:Server)", delete: ["s"]),
        "move": (
            match: "(c:Client), (s:Server)", choose: [Uniform("(t:Server)")],
            delete: ["s"], create: ["(c)-[l:link]->(t)"],
        ),
    },
)"#;

/// The server is 0, the clients are 1, 2 and 3.
const MODEL: &str = r#"
    start: [Create("(s:Server)"), Repeat(3, "(c:Client)")],
    timers: {"join": Never, "drop": Never, "serve": Never, "leave": Never, "link": Never, "cut": Never, "close": Never, "move": Never},
    probes: {
        "waited": Between(from: "drop", to: "serve", same: ("c", "d")),
        "between_drops": Between(from: "drop", to: "drop", same: "c"),
        "stayed": Between(from: "join", to: "leave", same: "c"),
        "linked": Between(from: "link", to: "cut", same: "l"),
        "moved": Between(from: "move", to: "cut", same: "l"),
        "last_words": Between(from: "leave", to: "drop", same: "c"),
    },
    warm_up: 2.0,
"#;

fn run(end: f64, write: impl FnOnce(&mut Script)) -> Observations {
    let program = program(RULES, MODEL);
    let mut script = Script::new(&program, Wanted::All);
    write(&mut script);
    script.finish(end)
}

/// Closed and censored intervals, and the median.
fn summary(seen: &Observations, probe: &str) -> (Option<f64>, Option<f64>, Option<f64>) {
    let at = |statistic: &str| seen.at(&format!("{probe}.{statistic}"));
    (at("count"), at("censored"), at("median"))
}

#[test]
fn an_interval_lasts_from_the_first_opening_to_the_next_closing() {
    let seen = run(20.0, |script| {
        script.fire(3.0, "drop", &[1]).fire(4.0, "drop", &[1]);
        // closing without an open interval is nothing
        script
            .fire(5.0, "serve", &[0, 2])
            .fire(7.0, "serve", &[0, 1]);
        script
            .fire(8.0, "serve", &[0, 1])
            .fire(9.0, "drop", &[1])
            .fire(11.0, "serve", &[0, 1]);
    });
    assert_eq!(summary(&seen, "waited"), (Some(2.0), Some(0.0), Some(2.0)));
    let at = |statistic: &str| seen.at(&format!("waited.{statistic}")).unwrap();
    assert_eq!(
        (at("mean"), at("min"), at("max"), at("sd")),
        (3.0, 2.0, 4.0, 2.0_f64.sqrt())
    );
}

#[test]
fn what_is_open_at_the_end_is_censored() {
    let seen = run(20.0, |script| {
        script
            .fire(3.0, "drop", &[1])
            .fire(3.0, "drop", &[2])
            .fire(3.0, "drop", &[3]);
        script.fire(5.0, "serve", &[0, 1]);
    });
    // one of three closed: the curve comes down to two thirds only
    assert_eq!(summary(&seen, "waited"), (Some(1.0), Some(2.0), None));
    assert_eq!(
        (
            seen.at("waited.mean"),
            seen.at("waited.p30"),
            seen.at("waited.p90")
        ),
        (Some(2.0), Some(2.0), None)
    );
}

#[test]
fn an_interval_whose_element_is_deleted_is_censored_then() {
    let seen = run(20.0, |script| {
        script.fire(3.0, "drop", &[1]).fire(3.0, "drop", &[2]);
        script.fire(5.0, "leave", &[1]).fire(6.0, "serve", &[0, 2]);
    });
    // 1 was no longer at risk when 2 was served
    let Observed::Durations(waited) = seen.probe_named("waited") else {
        panic!("durations")
    };
    let point = waited.points()[0];
    assert_eq!(
        (point.duration, point.at_risk, point.survival),
        (3.0, 1, 0.0)
    );
    assert_eq!(summary(&seen, "waited"), (Some(1.0), Some(1.0), Some(3.0)));
}

#[test]
fn intervals_that_began_in_the_warm_up_do_not_count() {
    let seen = run(20.0, |script| {
        script
            .fire(1.0, "drop", &[1])
            .fire(1.0, "drop", &[2])
            .fire(1.0, "drop", &[3]);
        // still the interval of time 1
        script.fire(3.0, "drop", &[1]).fire(5.0, "serve", &[0, 1]);
        script.fire(5.0, "leave", &[2]);
    });
    assert_eq!(summary(&seen, "waited"), (Some(0.0), Some(0.0), None));
    let seen = run(20.0, |script| {
        script.fire(2.0, "drop", &[1]).fire(5.0, "serve", &[0, 1]);
    });
    assert_eq!(
        summary(&seen, "waited"),
        (Some(1.0), Some(0.0), Some(3.0)),
        "at its very end"
    );
}

#[test]
fn one_rule_can_be_both_ends() {
    let seen = run(20.0, |script| {
        script
            .fire(3.0, "drop", &[1])
            .fire(4.0, "drop", &[1])
            .fire(4.5, "drop", &[2])
            .fire(8.0, "drop", &[1]);
    });
    assert_eq!(
        summary(&seen, "between_drops"),
        (Some(2.0), Some(2.0), Some(4.0))
    );
    assert_eq!(seen.at("between_drops.mean"), Some(2.5));
}

#[test]
fn created_elements_begin_with_their_creation() {
    let seen = run(20.0, |script| {
        script
            .fire(3.0, "join", &[])
            .fire(4.0, "join", &[])
            .fire(6.0, "leave", &[4]);
        // there since the start: never joined
        script.fire(7.0, "leave", &[1]);
    });
    // the other is open for 16
    assert_eq!(summary(&seen, "stayed"), (Some(1.0), Some(1.0), Some(3.0)));
}

#[test]
fn edges_have_durations_of_their_own() {
    let seen = run(20.0, |script| {
        script
            .fire(3.0, "link", &[1, 0])
            .fire(4.0, "link", &[1, 0])
            .fire(4.0, "link", &[2, 0]);
        script.fire(7.0, "cut", &[1, 4, 0]);
        // takes the edge of 2 with it
        script.fire(9.0, "leave", &[2]);
    });
    let Observed::Durations(linked) = seen.probe_named("linked") else {
        panic!("durations")
    };
    assert_eq!(summary(&seen, "linked"), (Some(1.0), Some(2.0), None));
    assert_eq!(seen.at("linked.mean"), Some(4.0));
    assert_eq!(linked.points()[0].at_risk, 3);
}

#[test]
fn an_element_that_the_opening_deletes_is_censored_at_once() {
    let seen = run(20.0, |script| {
        script.fire(3.0, "leave", &[1]);
    });
    assert_eq!(summary(&seen, "last_words"), (Some(0.0), Some(1.0), None));
}

#[test]
fn firings_without_effect_neither_open_nor_close() {
    let seen = run(20.0, |script| {
        script
            .fire(3.0, "drop", &[1])
            .idle(4.0, "serve", super::FiringOutcome::Effectless);
    });
    assert_eq!(summary(&seen, "waited"), (Some(0.0), Some(1.0), None));
}

#[test]
fn an_edge_that_was_not_created_has_no_interval() {
    let seen = run(20.0, |script| {
        // to the server that it deletes
        script.fire(3.0, "move", &[1, 0, 0]);
    });
    assert_eq!(summary(&seen, "moved"), (Some(0.0), Some(0.0), None));
}
