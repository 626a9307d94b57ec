//! Systems that have a theory of their own.

use crate::{agrees, column, mean, observe};

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
