//! The gallery: every system against a figure that its source or theory gives.
//!
//! A mean of n replications may differ from an exact figure by 6 standard errors: with n ≥ 20 that happens by chance with a probability below
//! 10⁻⁵ for each of the few dozen figures here. The random seeds are fixed, so that what passed once passes again.
#![allow(clippy::unwrap_used)]

mod links;
mod messages;
mod peers;
mod services;
mod theory;

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
    assert!(values.len() >= 20, "too few for the level stated above");
    let (m, se) = (mean(values), standard_error(values));
    assert!((m - exact).abs() <= 6.0 * se, "{m} ± {se} against {exact}");
}
