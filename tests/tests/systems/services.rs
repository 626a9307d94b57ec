//! Services that move, and objects that are replicated.

use crate::{agrees, column, mean, observe};

/// Packets of each client that are lost, and the service's longest silence in seconds, one row for each replication.
fn migration(live: &str, forward: &str) -> Vec<[f64; 3]> {
    let parameters = [("live", live), ("forward", forward), ("jitter", "1e-9")];
    let metrics = ["lost.value", "interruption.last", "useless.value"];
    observe("gallery/migration", &parameters, 24, metrics)
}

#[test]
fn a_service_that_moves_loses_what_is_said_until_its_clients_know() {
    let (interval, latency) = (0.02, 0.03);
    for (live, pause) in [("false", 2.0), ("true", 0.0)] {
        // Silent are the pause, and the ways of the last change, of the notice and of the first packet that follows it.
        let silent = pause + 3.0 * latency;
        let rows = migration(live, "false");
        agrees(&column(&rows, 0), silent / interval);
        agrees(&column(&rows, 1), silent + interval);
        assert!(column(&rows, 2).iter().all(|late| *late == 0.0));
    }
}

#[test]
fn what_comes_late_is_forwarded_and_in_time_only_if_the_service_served_on() {
    let stopped = migration("false", "true");
    let live = migration("true", "true");
    for (rows, pause) in [(&stopped, 2.0), (&live, 0.0)] {
        assert!(column(rows, 0).iter().all(|lost| *lost == 0.0));
        // The last change and the first packet that is sent on take a way each; the last packet before came half an interval earlier.
        agrees(&column(rows, 1), pause + 2.0 * 0.03 + 0.01);
    }
    assert!(mean(&column(&stopped, 2)) > 90.0);
    assert_eq!(mean(&column(&live, 2)), 0.0);
}

/// No object moves and none is replicated.
const STILL: [(&str, &str); 4] = [
    ("full", "1e9"),
    ("long", "1000000000"),
    ("popular", "1e9"),
    ("crowd", "1"),
];

#[test]
fn peers_with_an_object_each_are_queues_with_its_share() {
    let own = [STILL.as_slice(), &[("objects", "20"), ("rate", "20")]].concat();
    let rows = observe("gallery/popular", &own, 24, ["response.mean"]);
    let whole: f64 = (1..=20).map(|k| 1.0 / f64::from(k)).sum();
    // Each is an M/M/1 queue with service rate 10 and its object's share of 20 requests a second.
    let response = |k: i32| {
        let share = 1.0 / f64::from(k) / whole;
        share / (10.0 - 20.0 * share)
    };
    agrees(&column(&rows, 0), (1..=20).map(response).sum());
}

#[test]
fn copies_everywhere_share_the_load_equally() {
    let all = [STILL.as_slice(), &[("objects", "20"), ("copies", "20")]].concat();
    let rows = observe("gallery/popular", &all, 24, ["response.mean"]);
    agrees(&column(&rows, 0), 1.0 / (10.0 - 5.0));
}

#[test]
fn copies_and_moves_together_keep_peers_from_overload() {
    let response = |others: &[(&str, &str)]| {
        let parameters = [&[("long", "1000000000")], others].concat();
        let rows = observe("gallery/popular", &parameters, 4, ["response.mean"]);
        mean(&column(&rows, 0))
    };
    let (no_moves, no_copies) = (("full", "1e9"), ("popular", "1e9"));
    assert!(response(&[no_moves, no_copies]) > 20.0);
    assert!(response(&[no_copies]) > 20.0);
    assert!(response(&[]) < 1.0);
}
