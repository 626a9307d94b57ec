//! Clients with redundant links.

use crate::{agrees, column, observe};

fn factorial(n: i32) -> f64 {
    (1..=n).map(f64::from).product()
}

/// The share of time in which none of a client's links is alive. Each link is alive for `stay`, then dead and not noticed for `blind` on
/// average, then missing until the client, which looks for one at a time, has found another after `search`: a closed network of queues,
/// two with as many servers as links and one with one, whose states have product form.
fn disconnected(links: i32, stay: f64, blind: f64, search: f64) -> f64 {
    let weight = |alive: i32, dead: i32| {
        stay.powi(alive) / factorial(alive) * blind.powi(dead) / factorial(dead)
            * search.powi(links - alive - dead)
    };
    let given = |alive: i32| {
        (0..=links - alive)
            .map(|dead| weight(alive, dead))
            .sum::<f64>()
    };
    given(0) / (0..=links).map(given).sum::<f64>()
}

#[test]
fn redundant_links_keep_clients_connected_as_far_as_queues_say() {
    for links in 1..=3 {
        let number = links.to_string();
        let rows = observe(
            "gallery/redundancy",
            &[("links", &number)],
            20,
            ["share.value"],
        );
        // Half of the super-nodes crash, which goes unnoticed for 30 s on average.
        agrees(&column(&rows, 0), disconnected(links, 600.0, 15.0, 30.0));
    }
}
