//! The gallery: every system against a figure that its source or theory gives.
//!
//! A mean of n replications may differ from an exact figure by 6 standard errors: with n ≥ 20 that happens by chance with a probability below
//! 10⁻⁵ for each of the dozen figures here. The random seeds are fixed, so that what passed once passes again.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::AtomicBool;

use kairos::{
    load,
    model::{check::Overrides, render::Colour, source::DiskFiles},
    sim::{draw::Randomness, observe::Wanted},
    simulate::Compiled,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models");

/// Values of the metrics, one row for each replication; undefined ones are NaN.
fn observe<const N: usize>(
    model: &str,
    parameters: &[(&str, &str)],
    replications: u64,
    metrics: [&str; N],
) -> Vec<[f64; N]> {
    let parameters = parameters
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    let path = format!("{ROOT}/{model}.ron");
    let model = load::model(&DiskFiles, &path, &Overrides { parameters })
        .unwrap_or_else(|m| panic!("{}", m.render(Colour::Never)));
    let compiled = Compiled::new(model.value);
    let never = AtomicBool::new(false);
    let one = |replication| {
        let run = compiled
            .run(Randomness::new(2026, replication), Wanted::All, &never)
            .unwrap();
        let all = run.observations.metrics();
        let value = |name: &str| {
            let found = all.iter().find(|(metric, _, _)| metric == name);
            found
                .unwrap_or_else(|| panic!("{name}"))
                .2
                .unwrap_or(f64::NAN)
        };
        metrics.map(value)
    };
    (0..replications).map(one).collect()
}

fn column<const N: usize>(rows: &[[f64; N]], metric: usize) -> Vec<f64> {
    rows.iter()
        .map(|row| row[metric])
        .filter(|x| !x.is_nan())
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_error(values: &[f64]) -> f64 {
    let (n, m) = (values.len() as f64, mean(values));
    (values.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt()
}

#[track_caller]
fn agrees(values: &[f64], exact: f64) {
    let (m, se) = (mean(values), standard_error(values));
    assert!((m - exact).abs() <= 6.0 * se, "{m} ± {se} against {exact}");
}

#[test]
fn a_network_of_queues_has_jacksons_means() {
    let rows = observe(
        "gallery/network",
        &[],
        24,
        ["first.mean", "second.mean", "stay.mean"],
    );
    agrees(&column(&rows, 0), 1.0);
    agrees(&column(&rows, 1), 3.0);
    // Little: 4 customers, 0.3 a second.
    agrees(&column(&rows, 2), 4.0 / 0.3);
}

#[test]
fn an_epidemic_is_large_above_the_threshold_only_and_as_large_as_percolation_says() {
    let above = observe(
        "gallery/epidemic",
        &[("infectivity", "1")],
        40,
        ["size.value"],
    );
    // s = 1 - exp(-5 s / 2)
    let exact = (0..200).fold(0.9, |s: f64, _| 1.0 - (-2.5 * s).exp());
    let sizes = column(&above, 0);
    assert!(sizes.len() > 20);
    agrees(&sizes, exact);
    let below = observe(
        "gallery/epidemic",
        &[("infectivity", "0.15")],
        40,
        ["large.value"],
    );
    assert_eq!(column(&below, 0).iter().sum::<f64>(), 0.0);
}

#[test]
fn the_token_excludes_and_keeps_nobody_waiting() {
    let rows = observe(
        "gallery/token-ring",
        &[("think", "5")],
        5,
        [
            "critical.max",
            "waiting.max",
            "waiting.censored",
            "granted.count",
        ],
    );
    for [critical, longest, open, granted] in rows {
        assert_eq!(critical, 1.0);
        // Once round: twenty times work and a hop at most.
        assert!(longest <= 20.0 * 0.51 + 1e-9, "{longest}");
        assert!(open <= 20.0 && granted > 1000.0);
    }
}

#[test]
fn predators_and_prey_swing_with_the_period_of_the_linear_theory() {
    let rows = observe("gallery/predators", &[], 20, ["period.mean", "prey.mean"]);
    let period = mean(&column(&rows, 0));
    let linear = 2.0 * std::f64::consts::PI;
    assert!((linear..1.3 * linear).contains(&period), "{period}");
    let prey = mean(&column(&rows, 1));
    assert!((475.0..525.0).contains(&prey), "{prey}");
}

#[test]
fn preferential_attachment_has_its_degrees() {
    let rows = observe(
        "gallery/attachment",
        &[],
        20,
        [
            "share_1.value",
            "share_2.value",
            "share_3.value",
            "exponent.value",
        ],
    );
    agrees(&column(&rows, 0), 2.0 / 3.0);
    agrees(&column(&rows, 1), 1.0 / 6.0);
    agrees(&column(&rows, 2), 1.0 / 15.0);
    // P(degree ≥ k) = 2 / (k (k + 1)) exactly, so that between 10 and 20 the exponent seems a little below 3.
    let exact = 1.0 + (420.0_f64 / 110.0).log2();
    agrees(&column(&rows, 3), exact);
}

#[test]
fn queries_need_as_many_messages_as_the_ring_says() {
    let messages = |keys: &str, levels: &str| {
        column(
            &observe(
                "gallery/hash-lookup",
                &[("keys", keys), ("levels", levels)],
                24,
                ["messages.mean"],
            ),
            0,
        )
    };
    agrees(&messages("64", "1"), 63.0 * 62.0 / 128.0);
    agrees(&messages("64", "6"), 3.0 - 6.0 / 64.0);
    agrees(&messages("256", "8"), 4.0 - 8.0 / 256.0);
}

#[test]
fn the_example_ring_closes_when_peer_5_departs() {
    let metrics = [
        "next_of_4_is_5.last",
        "next_of_4_is_8.last",
        "second_of_4_is_10.last",
        "second_of_3_is_8.last",
        "peers.last",
    ];
    for row in observe("gallery/hash-example", &[], 10, metrics) {
        assert_eq!(row, [0.0, 1.0, 1.0, 1.0, 7.0]);
    }
}

#[test]
fn churn_makes_look_ups_fail() {
    let failures = |stay: &str| {
        mean(&column(
            &observe(
                "gallery/hash-churn",
                &[("stay", stay)],
                4,
                ["failures.value"],
            ),
            0,
        ))
    };
    let (slow, fast) = (failures("3600"), failures("300"));
    assert!(slow < 0.06 && (0.2..0.5).contains(&fast), "{slow} {fast}");
}

#[test]
fn a_swarm_keeps_near_its_bound() {
    let rows = observe(
        "gallery/swarm",
        &[("peers", "30")],
        4,
        ["finish.max", "swarm_bound.value", "server_bound.value"],
    );
    for [last, bound, server] in rows {
        assert!(
            last >= bound && last <= 1.2 * bound,
            "{last} h, bound {bound} h"
        );
        assert!(last < server / 3.0);
    }
}

#[test]
fn a_search_asks_about_eight_super_nodes_and_takes_longer_behind_a_nat() {
    let rows = observe(
        "gallery/overlay",
        &[],
        4,
        ["contacts.mean", "time_public.mean", "time_nat.mean"],
    );
    // One in eight knows; whoever was asked is not asked again, which makes it a little less than eight: 201 / 26.
    agrees(&column(&rows, 0), 201.0 / 26.0);
    assert!(mean(&column(&rows, 2)) > 1.3 * mean(&column(&rows, 1)));
}

#[test]
fn name_drop_makes_hubs() {
    let rows = observe(
        "gallery/name-drop",
        &[("nodes", "300")],
        3,
        ["hub.last", "degree.last", "connections.count"],
    );
    for [hub, degree, connections] in rows {
        assert_eq!(degree, 2.0 * connections / 300.0);
        assert!(hub > 2.0 * degree, "{hub} {degree}");
    }
}

#[test]
fn need_decides_best_who_becomes_a_super_node() {
    let satisfied = |clients: &str| {
        column(
            &observe(
                "gallery/promotion",
                &[("clients", clients)],
                3,
                ["satisfied.value"],
            ),
            0,
        )
    };
    assert!(mean(&satisfied("200")) > 0.98);
    // More clients bring more super-nodes, and these leave less bandwidth to clients.
    assert!(mean(&satisfied("1000")) < 0.5);
}
