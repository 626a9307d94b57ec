//! Groups, failure detectors and remote calls over lossy links.

use crate::{agrees, column, mean, observe};

/// Deliveries before the sender's earlier message, before a message that the sender knew, and in another order than elsewhere.
fn violations(orders: &[(&str, &str)]) -> [f64; 3] {
    let parameters = [&[("loss", "0.2")], orders].concat();
    let metrics = ["overtaken.sum", "unexplained.sum", "swapped.sum"];
    let rows = observe("gallery/multicast", &parameters, 3, metrics);
    [0, 1, 2].map(|metric| column(&rows, metric).iter().sum())
}

#[test]
fn an_order_is_violated_exactly_where_it_is_not_promised() {
    let (fifo, causal, total) = (("fifo", "true"), ("causal", "true"), ("total", "true"));
    for (orders, kept) in [
        (vec![], [false, false, false]),
        (vec![fifo], [true, false, false]),
        (vec![causal], [true, true, false]),
        (vec![total], [false, false, true]),
        (vec![total, causal], [true, true, true]),
    ] {
        assert_eq!(
            violations(&orders).map(|count| count == 0.0),
            kept,
            "{orders:?}"
        );
    }
}

#[test]
fn messages_overtake_as_often_as_losses_say() {
    let parameters = [("loss", "0.3"), ("jitter", "1e-9")];
    let rows = observe("gallery/multicast", &parameters, 24, ["overtaken.mean"]);
    // Both are lost a geometric number of times, 0.2 s each; the later one is sent after an exponential time with mean 2 s.
    let (loss, wait): (f64, f64) = (0.3, (-0.2_f64 / 2.0).exp());
    let overtaken =
        (1.0 - loss) / (1.0 + loss) * (loss / (1.0 - loss) - loss * wait / (1.0 - loss * wait));
    agrees(&column(&rows, 0), overtaken);
}

#[test]
fn a_crash_is_noticed_after_the_timeout_less_the_age_of_the_last_heartbeat() {
    let (loss, timeout, latency) = (0.3_f64, 2.5, 0.05);
    let parameters = [
        ("loss", "0.3"),
        ("timeout", "2.5"),
        ("jitter", "1e-9"),
        ("grace", "100"),
        ("duration", "1500"),
    ];
    let rows = observe("gallery/membership", &parameters, 20, ["detection.mean"]);
    // The last heartbeat that came is k + u seconds old with probability (1 - loss) loss^k, u uniform; it is younger than the lease,
    // or the member was under suspicion before it crashed.
    let lease = timeout + latency;
    let (mut weight, mut age) = (0.0, 0.0);
    for lost in 0..3 {
        let reach = (lease - f64::from(lost)).min(1.0);
        let likely = (1.0 - loss) * loss.powi(lost) * reach;
        weight += likely;
        age += likely * (f64::from(lost) + reach / 2.0);
    }
    agrees(&column(&rows, 0), lease - age / weight);
}

#[test]
fn the_living_are_suspected_as_often_as_heartbeats_are_lost_in_a_row() {
    let parameters = [
        ("loss", "0.3"),
        ("timeout", "2.5"),
        ("jitter", "1e-9"),
        ("grace", "1e6"),
        ("stay", "1e9"),
        ("duration", "1500"),
    ];
    let rows = observe("gallery/membership", &parameters, 20, ["mistakes.value"]);
    // One comes, two do not.
    agrees(&column(&rows, 0), 3600.0 * 0.7 * 0.3_f64.powi(2));
}

#[test]
fn calls_are_executed_as_often_as_their_semantics_says() {
    let executions = |tries: &str, filter: &str| {
        let parameters = [("loss", "0.3"), ("tries", tries), ("filter", filter)];
        column(
            &observe("gallery/calls", &parameters, 24, ["executions.mean"]),
            0,
        )
    };
    let (loss, both) = (0.3_f64, 0.49_f64);
    agrees(&executions("1", "false"), 1.0 - loss);
    let tried = (1.0 - (1.0 - both).powi(5)) / both;
    agrees(&executions("5", "false"), (1.0 - loss) * tried);
    agrees(&executions("5", "true"), 1.0 - loss.powi(5));
    assert!(mean(&executions("20", "false")) > 1.4);
}
