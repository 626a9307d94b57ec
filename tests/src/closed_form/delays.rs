//! Moments of delays.

use super::{Case, Moment::Mean, integral};

/// Delays of a law, one after another: mean, and mean square.
fn delays(name: &'static str, law: &str, mean: f64, mean_square: f64) -> Case {
    Case {
        name,
        rules: r#"types: (nodes: { "Clock": (attributes: { "last": Real(0.0) }) }), rules: {
            "tick": (match: "(c:Clock)", set: ["c.last = now"]),
        }"#
        .to_owned(),
        model: format!(
            r#"tables: {{ "t": Csv("table.csv") }}, start: [Create("(:Clock)")], timers: {{ "tick": {law} }},
            probes: {{ "delay": Tally(on: "tick", value: "now - c.last"), "square": Tally(on: "tick", value: "(now - c.last) * (now - c.last)") }},
            limits: {{ "steps": 2000 }}"#
        ),
        replications: 100,
        expected: vec![
            ("delay.mean", Mean(mean)),
            ("square.mean", Mean(mean_square)),
        ],
    }
}

/// Mean and mean square of a normal conditioned on being positive.
fn truncated(mean: f64, sd: f64) -> (f64, f64) {
    let density = |x: f64| libm::exp(-0.5 * ((x - mean) / sd) * ((x - mean) / sd));
    let moment = |k: i32| integral(|x| x.powi(k) * density(x), 0.0, mean.abs() + 12.0 * sd);
    (moment(1) / moment(0), moment(2) / moment(0))
}

pub(super) fn laws() -> Vec<Case> {
    let normal = |name, mean: f64, sd: f64| {
        let (m, s) = truncated(mean, sd);
        delays(name, &format!("Normal(mean: {mean:?}, sd: {sd:?})"), m, s)
    };
    vec![
        normal("truncated normal", 1.0, 1.0),
        normal("truncated normal, mean 0", 0.0, 0.5),
        normal("truncated normal, far in the tail", -1.0, 0.5),
        normal("normal", 1.0, 0.05),
        delays(
            "triangular",
            "Triangular(min: 0.0, mode: 1.0, max: 2.0)",
            1.0,
            1.0 + 1.0 / 6.0,
        ),
        delays(
            "empirical",
            "Empirical(table: \"t\", column: \"m\")",
            1.0,
            1.25,
        ),
    ]
}
