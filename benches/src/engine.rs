//! Models on the engine that runs.

use std::{sync::atomic::AtomicBool, time::Duration};

use kairos::{
    load,
    model::{check::Overrides, model::Model, render::Colour, source::DiskFiles},
    rewrite::{
        incremental::IncrementalMatcher,
        matcher::{Effort, Matcher},
    },
    simulate::{Compiled, Simulation},
    trajectory::{self, Bounds},
};
use kairos_sim::{
    draw::Randomness,
    engine::Observer,
    observe::{Collector, Wanted},
};

use crate::cpu::Stopwatch;

/// The random seed of all replications.
const RANDOM_SEED: u64 = 20_260_101;

/// What a replication took and gave.
#[derive(Clone, Debug)]
pub struct Replication {
    /// Time on the processor for the start graph, its matches and its clocks.
    pub setup: Duration,
    /// Time on the processor for the steps, probes included.
    pub stepping: Duration,
    /// Steps, those without effect included.
    pub steps: u64,
    /// The effort of the steps; that of the start does not count.
    pub effort: Effort,
    /// What the probes give.
    pub metrics: Vec<(String, Option<f64>)>,
}

impl Replication {
    /// What a probe gives.
    ///
    /// # Panics
    /// If there is no such metric, or it is undefined.
    #[must_use]
    pub fn metric(&self, name: &str) -> f64 {
        let metric = self.metrics.iter().find(|(known, _)| known == name);
        metric
            .and_then(|(_, value)| *value)
            .unwrap_or_else(|| panic!("the model gives no {name}"))
    }
}

/// A file among the models that are shipped.
#[must_use]
pub fn path(file: &str) -> String {
    format!("{}/../models/{file}.ron", env!("CARGO_MANIFEST_DIR"))
}

/// A shipped model, checked, with some parameters of its own.
///
/// # Panics
/// If the model has mistakes.
#[must_use]
pub fn model(file: &str, parameters: &[(&str, u32)]) -> Model {
    let written = |(name, value): &(&str, u32)| ((*name).to_owned(), value.to_string());
    let overrides = Overrides {
        parameters: parameters.iter().map(written).collect(),
    };
    let checked = load::model(&DiskFiles, &path(file), &overrides)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(Colour::Never)));
    checked.value
}

/// A model of `models/bench`, compiled for a size.
///
/// # Panics
/// If the model has mistakes.
#[must_use]
pub fn compile(name: &str, n: u32) -> Compiled {
    Compiled::new(model(&format!("bench/{name}"), &[("n", n)]))
}

/// The randomness of a replication.
#[must_use]
pub fn randomness(replication: u64) -> Randomness {
    Randomness::new(RANDOM_SEED, replication)
}

/// A replication at time 0, as studies run it: without a fingerprint.
///
/// # Panics
/// If the model fails.
#[must_use]
pub fn start(compiled: &Compiled, replication: u64) -> Simulation {
    compiled
        .start(randomness(replication))
        .unwrap_or_else(|error| panic!("{error}"))
        .without_fingerprint()
}

/// Runs a simulation up to a time, or the model's end if that comes first.
///
/// # Panics
/// If the model fails.
pub fn advance(
    simulation: &mut Simulation,
    model: &Model,
    until: f64,
    observer: &mut impl Observer<IncrementalMatcher>,
) -> trajectory::End {
    let never = AtomicBool::new(false);
    let bounds = Bounds {
        horizon: until,
        ..Bounds::of(model, &never)
    };
    trajectory::run(simulation, bounds, observer).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a replication up to a time, and observes what is wanted.
///
/// # Panics
/// If the model fails.
#[must_use]
pub fn run(compiled: &Compiled, replication: u64, until: f64, wanted: Wanted) -> Replication {
    let watch = Stopwatch::start();
    let mut simulation = start(compiled, replication);
    let mut collector = Collector::new(compiled.program(), wanted);
    let setup = watch.read();
    let found = simulation.matcher().effort();
    let watch = Stopwatch::start();
    let end = advance(&mut simulation, compiled.model(), until, &mut collector);
    let stepping = watch.read();
    let effort = simulation.matcher().effort();
    let metrics = collector.finish(end.time).metrics();
    Replication {
        setup,
        stepping,
        steps: simulation.counts().steps(),
        effort: Effort {
            search_steps: effort.search_steps - found.search_steps,
            index_steps: effort.index_steps - found.index_steps,
        },
        metrics: metrics
            .into_iter()
            .map(|(name, _, value)| (name, value))
            .collect(),
    }
}
