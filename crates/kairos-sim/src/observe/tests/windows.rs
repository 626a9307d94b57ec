//! One run observed in several windows.

use super::{Collector, FiringOutcome, Observations, Script, Wanted, program};
use crate::observe::Windows;

const RULES: &str = r#"RuleSet(
    types: (nodes: {"Hub": (), "Client": ()}),
    rules: {
        "join": (match: "(h:Hub)", create: ["(c:Client)"]),
        "leave": (match: "(c:Client)", delete: ["c"]),
        "note": (match: "(h:Hub)"),
    },
)"#;

const MODEL: &str = r#"
    start: [Create("(h:Hub)")],
    timers: {"join": Never, "leave": Never, "note": Never},
    probes: {
        "clients": Count("(c:Client)"),
        "noted": Firings("note"),
        "when": Tally(on: "note", value: "now"),
        "stayed": Between(from: "join", to: "leave", same: "c"),
        "twice": Derived("2.0 * noted.rate"),
    },
    sample_every: 1.0,
"#;

const NAMES: [&str; 9] = [
    "clients.mean",
    "clients.last",
    "noted.count",
    "noted.effectless",
    "when.mean",
    "twice",
    "stayed.mean",
    "stayed.count",
    "stayed.censored",
];

/// Clients 1, 2 and 3 join at 1, 3 and 5, and leave at 4, never and 6; notes at 2, 5 and 9.
fn run(windows: Windows, end: f64) -> Vec<Observations> {
    let program = program(RULES, MODEL);
    let collector = Collector::in_windows(&program, Wanted::All, windows);
    let mut script = Script::watched_by(collector, &program);
    script.fire(1.0, "join", &[0]).fire(2.0, "note", &[0]);
    script.fire(3.0, "join", &[0]).fire(4.0, "leave", &[1]);
    script.fire(5.0, "join", &[0]).fire(5.0, "note", &[0]);
    script.fire(6.0, "leave", &[3]);
    script.idle(7.0, "note", FiringOutcome::Effectless);
    script.fire(9.0, "note", &[0]);
    script.collector.finish_windows(end)
}

fn seen(observations: &Observations) -> [Option<f64>; 9] {
    NAMES.map(|name| observations.at(name))
}

#[test]
fn each_window_sees_what_happens_in_it() {
    let windows = run(Windows::batches(1.0, 10.0, 3), 10.0);
    let seen: Vec<_> = windows.iter().map(seen).collect();
    // From 1 to 4: one client, two from 3 on. What happens at 4 belongs to the next window, and so does the interval that ends then.
    let third = 1.0 / 3.0;
    assert_eq!(
        seen[0],
        [4.0 * third, 2.0, 1.0, 0.0, 2.0, 2.0 * third]
            .map(Some)
            .into_iter()
            .chain([None, Some(0.0), Some(0.0)])
            .collect::<Vec<_>>()
            .as_slice()
    );
    // From 4 to 7: one client, two from 5 to 6. The stay of the first lasted 3, that of the third 1.
    assert_eq!(
        seen[1],
        [4.0 * third, 1.0, 1.0, 0.0, 5.0, 2.0 * third, 2.0, 2.0, 0.0].map(Some)
    );
    // From 7 to 10: the second client is still there at the end.
    assert_eq!(
        seen[2],
        [
            Some(1.0),
            Some(1.0),
            Some(1.0),
            Some(1.0),
            Some(9.0),
            Some(2.0 * third),
            None,
            Some(0.0),
            Some(1.0)
        ]
    );
    assert_eq!(windows[0].sample_times().len(), 0);
    assert_eq!(windows[2].sample_times().len(), 11);
}

#[test]
fn windows_that_nothing_happens_in_are_there_and_those_behind_the_end_are_not() {
    let windows = run(Windows::batches(0.0, 40.0, 4), 40.0);
    let notes: Vec<_> = windows.iter().map(|w| w.at("noted.count")).collect();
    assert_eq!(notes, [3.0, 0.0, 0.0, 0.0].map(Some));
    assert_eq!(windows[3].at("clients.mean"), Some(1.0));
    assert_eq!(run(Windows::batches(0.0, 40.0, 4), 20.0).len(), 2);
    assert_eq!(run(Windows::batches(0.0, 40.0, 4), 21.0).len(), 3);
}

#[test]
fn one_window_is_the_run_after_its_warm_up() {
    let [whole] = run(Windows::from(4.0), 10.0).try_into().unwrap();
    let [batch] = run(Windows::batches(4.0, 10.0, 1), 10.0)
        .try_into()
        .unwrap();
    assert_eq!(seen(&whole), seen(&batch));
    // The only interval that began after the warm-up and ended is that of the third client.
    assert_eq!(whole.at("stayed.mean"), Some(1.0));
    assert_eq!(whole.at("noted.rate"), Some(2.0 / 6.0));
}
