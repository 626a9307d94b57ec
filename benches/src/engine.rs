//! The models of `models/bench` on the engine that runs.

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use kairos::{
    load,
    model::{check::Overrides, render::Colour, source::DiskFiles},
    rewrite::matcher::{Effort, Matcher},
    simulate::Compiled,
    trajectory::{self, Bounds},
};
use kairos_sim::{
    draw::Randomness,
    observe::{Collector, Wanted},
};

/// What a replication took and gave.
#[derive(Clone, Debug)]
pub struct Replication {
    /// How long the start graph, its matches and its clocks took.
    pub setup: Duration,
    /// How long the steps took, probes included.
    pub wall: Duration,
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

/// A model of `models/bench`, compiled for a size.
///
/// # Panics
/// If the model has mistakes.
#[must_use]
pub fn compile(name: &str, n: u32) -> Compiled {
    let path = format!("{}/../models/bench/{name}.ron", env!("CARGO_MANIFEST_DIR"));
    let overrides = Overrides {
        parameters: vec![("n".to_owned(), n.to_string())],
    };
    let checked = load::model(&DiskFiles, &path, &overrides)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(Colour::Never)));
    Compiled::new(checked.value)
}

/// Runs a replication up to a time.
///
/// # Panics
/// If the model fails.
#[must_use]
pub fn run(compiled: &Compiled, replication: u64, until: f64) -> Replication {
    const RANDOM_SEED: u64 = 20_260_101;
    let before = Instant::now();
    let mut simulation = compiled
        .start(Randomness::new(RANDOM_SEED, replication))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut collector = Collector::new(compiled.program(), Wanted::All);
    let setup = before.elapsed();
    let found = simulation.matcher().effort();
    let never = AtomicBool::new(false);
    let bounds = Bounds {
        horizon: until,
        ..Bounds::of(compiled.model(), &never)
    };
    let end = trajectory::run(&mut simulation, bounds, &mut collector)
        .unwrap_or_else(|error| panic!("{error}"));
    let effort = simulation.matcher().effort();
    let metrics = collector.finish(end.time).metrics();
    Replication {
        setup,
        wall: end.wall,
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
