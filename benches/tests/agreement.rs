//! Each hand-written twin has the means of its model.
//!
//! For each metric the means of 40 replications of model and twin are compared: they may lie at most 5 standard errors of their difference
//! apart, which Student's t with about 78 degrees of freedom exceeds with probability 3.5·10⁻⁶. With 18 comparisons that is a family-wise
//! level below 10⁻⁴. Random seeds are fixed, so the outcome is the same every time.
#![allow(clippy::unwrap_used)]

use kairos_benches::{
    cases::{self, Case},
    engine,
    twins::Start,
};
use kairos_sim::observe::Wanted;

const REPLICATIONS: u64 = 40;
const STANDARD_ERRORS: f64 = 5.0;

/// How long a replication lasts here: past the warm-up of the model.
fn until(case: &Case) -> f64 {
    match case.name {
        "rewiring" | "rewiring-gsmp" => 8.0,
        "churn" => 80.0,
        _ => case.until,
    }
}

/// By metric, the values of all replications.
type Samples = Vec<(&'static str, Vec<f64>)>;

fn of_twin(start: Start, n: u32, until: f64) -> Samples {
    let mut samples = Samples::new();
    for replication in 0..REPLICATIONS {
        let mut twin = start(n, replication);
        twin.run(until);
        for (i, (name, value)) in twin.metrics().into_iter().enumerate() {
            if replication == 0 {
                samples.push((name, Vec::new()));
            }
            samples[i].1.push(value);
        }
    }
    samples
}

fn of_model(name: &str, metrics: &Samples, n: u32, until: f64) -> Samples {
    let compiled = engine::compile(name, n);
    let mut samples: Samples = metrics.iter().map(|(m, _)| (*m, Vec::new())).collect();
    for replication in 0..REPLICATIONS {
        let run = engine::run(&compiled, replication, until, Wanted::All);
        for (metric, values) in &mut samples {
            values.push(run.metric(metric));
        }
    }
    samples
}

/// Mean, and the variance of the mean.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, squares / (n - 1.0) / n)
}

/// How many standard errors the means lie apart.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let ((a, va), (b, vb)) = (mean(a), mean(b));
    if a == b {
        0.0
    } else {
        (a - b).abs() / (va + vb).sqrt()
    }
}

fn agree(name: &str) {
    const N: u32 = 200;
    let case = Case::named(name).unwrap();
    let mut model = None;
    for (schedule, start) in &case.twins {
        let twin = of_twin(*start, N, until(&case));
        let model = model.get_or_insert_with(|| of_model(name, &twin, N, until(&case)));
        for ((metric, of_twin), (_, of_model)) in twin.iter().zip(&*model) {
            let distance = distance(of_twin, of_model);
            assert!(
                distance <= STANDARD_ERRORS,
                "{name} with {schedule}: {metric} is {} in the twin and {} in the model, {distance:.1} standard errors apart",
                mean(of_twin).0,
                mean(of_model).0,
            );
        }
    }
}

#[test]
fn every_case_but_skype_has_a_twin() {
    for case in cases::all() {
        assert_eq!(case.twins.is_empty(), case.name == "skype");
    }
}

#[test]
fn clock() {
    agree("clock");
}

#[test]
fn name_drop() {
    agree("name-drop");
}

#[test]
fn rewiring() {
    agree("rewiring");
}

#[test]
fn rewiring_gsmp() {
    agree("rewiring-gsmp");
}

#[test]
fn churn() {
    agree("churn");
}

#[test]
fn mutex() {
    agree("mutex");
}

/// Every run of the model on a ring of n makes 5 n − 1 rewrites, and so does the twin.
#[test]
fn mutex_makes_as_many_steps() {
    let case = Case::named("mutex").unwrap();
    let run = engine::run(&engine::compile("mutex", 50), 0, case.until, Wanted::All);
    assert_eq!(run.steps, 249);
    for (_, start) in case.twins {
        let mut twin = start(50, 0);
        twin.run(case.until);
        assert_eq!(twin.steps(), 249);
    }
}

/// The control: the comparison tells 200 clocks from 210.
#[test]
fn a_model_of_another_size_does_not_agree() {
    let case = Case::named("clock").unwrap();
    let twin = of_twin(case.twins[0].1, 210, case.until);
    let model = of_model("clock", &twin, 200, case.until);
    assert!(distance(&twin[0].1, &model[0].1) > STANDARD_ERRORS);
}
