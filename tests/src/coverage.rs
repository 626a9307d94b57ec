//! How often intervals cover, and how often comparisons of equals reject: measured over thousands of studies.

use std::sync::atomic::AtomicBool;

use kairos::{
    load,
    model::check::Overrides,
    simulate::{Compiled, Scenarios},
    study::{self, Fold, Outcome, Plan, Rule, Sample, Unit},
};
use kairos_model::{probe::MetricRef, source::MemoryFiles};
use kairos_sim::{draw::Randomness, observe::Wanted};
use kairos_stats::Normal;

use crate::{
    section::{Scale, Section},
    two_stage::{self, Stage},
};

/// Studies of the first stage.
const STUDIES: u64 = 2000;

/// Cells come at rate 5 and die at rate 1, none at the start; two scenarios that have the same laws and share no draw.
const RULES: &str = r#"RuleSet(
    types: (nodes: { "Pond": (), "Cell": () }),
    rules: { "come": (match: "(p:Pond)", create: ["(:Cell)"]), "die": (match: "(c:Cell)", delete: ["c"]) },
)"#;

const MODEL: &str = r#"Model(
    rules: "rules.ron",
    start: [Create("(:Pond)")],
    timers: { "come": Exponential(rate: 5.0), "die": Exponential(rate: 1.0) },
    probes: { "cells": Count("(c:Cell)"), "come": Firings("come") },
    horizon: 2.0,
)"#;

const STUDY: &str = r#"Study(
    model: "model.ron",
    scenarios: {
        "one": (),
        "other": (timers: { "come": Exponential(rate: 5.0, stream: "come", key: ["p"]), "die": Exponential(rate: 1.0, stream: "die", key: ["c"]) }),
    },
    metrics: ["cells.last", "cells.mean", "come.count"],
    baseline: "one",
    replications: 25,
)"#;

/// A study that can be run again and again under other random seeds.
struct Setup {
    plan: Plan,
    models: Vec<(Compiled, Vec<MetricRef>)>,
    /// What the metrics come to: Poisson with mean 5(1 − e^{−2}), its average over time, and arrivals.
    exact: [f64; 3],
}

impl Setup {
    fn new(replications: Rule, confidence: f64) -> Self {
        let files = [
            ("rules.ron", RULES),
            ("model.ron", MODEL),
            ("study.ron", STUDY),
        ];
        let files = MemoryFiles(files.map(|(p, t)| (p.to_owned(), t.to_owned())).into());
        let study = load::study(&files, "study.ron", &Overrides::default());
        let study = study.unwrap_or_else(|mistakes| panic!("{mistakes}")).value;
        let metrics = |s: usize| study.metrics.iter().map(|m| m.refs[s].clone()).collect();
        let scenarios = study.scenarios.iter().enumerate();
        let models =
            scenarios.map(|(s, scenario)| (Compiled::new(scenario.model.clone()), metrics(s)));
        let models = models.collect();
        let (plan, _) = Scenarios::new(study);
        let left = libm::exp(-2.0);
        Setup {
            plan: Plan {
                replications,
                confidence,
                ..plan
            },
            models,
            exact: [5.0 * (1.0 - left), 2.5 * (1.0 + left), 10.0],
        }
    }

    /// The estimates of one study.
    fn run(&self, random_seed: u64) -> Fold {
        let replicate = |unit: Unit, halt: &AtomicBool| {
            let (model, metrics) = &self.models[unit.scenario];
            let randomness = Randomness::new(random_seed, unit.replication);
            let run = model.run(randomness, Wanted::Metrics(metrics.clone()), halt);
            let observations = run.expect("the model has no faults").observations;
            Some(Outcome::Sample(Sample {
                metrics: metrics.iter().map(|m| observations.metric(m)).collect(),
                firings: vec![0; self.plan.scenarios[unit.scenario].rules.len()],
                ..Sample::default()
            }))
        };
        let never = AtomicBool::new(false);
        let done = study::estimate(&self.plan, 1, &replicate, &never);
        done.expect("precision and confidence are in their domains")
            .0
    }

    /// How often the intervals of each metric of the first scenario cover what it comes to; replications on average.
    fn coverage(&self, stage: Stage) -> ([f64; 3], f64) {
        let studies = STUDIES * stage.times;
        let (mut covered, mut replications) = ([0_u64; 3], 0);
        for study in 0..studies {
            let fold = self.run(stage.random_seed + study);
            replications += fold.replications();
            for (metric, covered) in covered.iter_mut().enumerate() {
                let interval = fold.estimate(0, metric).interval;
                *covered += u64::from(interval.is_some_and(|i| i.contains(self.exact[metric])));
            }
        }
        (
            covered.map(|c| share(c, studies)),
            share(replications, studies),
        )
    }

    /// How many of so many comparisons of equals reject at 5 %, Holm's adjustment over all metrics.
    fn rejections(&self, stage: Stage) -> (u64, u64) {
        let studies = STUDIES * stage.times;
        let rejects = |study| {
            let differences = self.run(stage.random_seed + study).differences();
            let rejected = |p: Option<f64>| p.is_some_and(|p| p <= 0.05);
            differences.iter().any(|d| rejected(d.p_holm))
        };
        let rejected = (0..studies).filter(|&study| rejects(study)).count() as u64;
        (rejected, studies)
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn share(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

/// Coverage of 95 % intervals, which a band holds in both stages: what lies outside in the first is measured again ten times as long.
fn covers(section: &mut Section, what: &str, setup: &Setup, band: (f64, f64)) -> bool {
    let outside = two_stage::failing(|stage| {
        let (coverage, replications) = setup.coverage(stage);
        let percent = coverage.map(|c| format!("{:.2} %", 100.0 * c));
        section.note(format!(
            "{what}: covered by {} over {} studies of {replications:.1} replications",
            percent.join(", "),
            STUDIES * stage.times
        ));
        let verdict = |c: f64| f64::from(u8::from((band.0..=band.1).contains(&c)));
        coverage.map(verdict).to_vec()
    });
    outside.is_empty()
}

/// Coverage with fixed replications and with sequential stopping, and comparisons under the null.
#[must_use]
pub fn measured(scale: Scale) -> Section {
    let mut section = Section::new("Intervals and comparisons");
    let fixed = Setup::new(Rule::Fixed(25), 0.95);
    let sound = covers(&mut section, "25 replications", &fixed, (0.93, 0.97));
    section.require(sound, || "95 % intervals cover badly".to_owned());
    let relative = scale.pick(0.15, 0.1);
    let precision = Rule::Precision {
        relative,
        or_absolute: None,
        at_least: 20,
        at_most: 5000,
    };
    let sequential = Setup::new(precision, 0.95);
    let what = format!("precision {relative}");
    let sound = covers(&mut section, &what, &sequential, (0.92, 1.0));
    section.require(sound, || "sequential stopping covers badly".to_owned());
    let outside = two_stage::failing(|stage| {
        let (rejected, studies) = fixed.rejections(stage);
        section.note(format!(
            "comparisons of equals: {rejected} of {studies} studies reject any of three metrics at 5 %"
        ));
        vec![too_many(rejected, studies, 0.05)]
    });
    section.require(outside.is_empty(), || {
        "equals are told apart too often".to_owned()
    });
    section
}

/// The control: intervals of 90 % are no intervals of 95 %.
#[must_use]
pub fn controls() -> Section {
    let mut section = Section::new("Intervals that are too narrow");
    let (coverage, _) = Setup::new(Rule::Fixed(25), 0.90).coverage(Stage::ONE);
    section.note(format!("90 % intervals cover {coverage:.4?}"));
    section.require(coverage.iter().all(|&c| c < 0.93), || {
        format!("90 % intervals pass for 95 % ones: {coverage:?}")
    });
    section
}

/// The probability of at least so many successes, by the normal approximation with a correction for continuity.
fn too_many(successes: u64, of: u64, rate: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let (k, n) = (successes as f64, of as f64);
    Normal.survival((k - 0.5 - n * rate) / (n * rate * (1.0 - rate)).sqrt())
}
