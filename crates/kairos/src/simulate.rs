//! Replications of models: programs compiled once, run as often as a study wants.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kairos_model::{
    model::{Model, Parameter, ParameterValue},
    probe::{MetricRef, ProbeKind},
    study::Study,
    types::{TypeGraph, Value},
};
use kairos_rewrite::{
    error::Outcome as Fallible, incremental::IncrementalMatcher, matcher::Matcher,
    naive::NaiveMatcher, program::Program,
};
use kairos_sim::{
    draw::Randomness,
    engine::{self, StopReason, Timers},
    observe::{Collector, Observations, Wanted},
    schedule::{CalendarSchedule, Schedule, TwinSchedule},
};

use crate::{
    study::{Outcome, Plan, PlannedScenario, Replicate, Sample, Unit},
    trajectory::{self, Bounds, End},
};

/// The engine that runs: incremental matches, and a calendar for a schedule.
pub type Simulation = engine::Simulation<IncrementalMatcher, CalendarSchedule>;

/// The engine that is easiest to believe: all matches looked up again after every step, and a ready-made priority queue.
pub type Reference = engine::Simulation<NaiveMatcher, TwinSchedule>;

/// A model compiled for running: immutable, shared by all threads and replications.
#[derive(Clone, Debug)]
pub struct Compiled {
    program: Arc<Program>,
    timers: Arc<Timers>,
}

impl Compiled {
    /// Compiles a model.
    #[must_use]
    pub fn new(model: Model) -> Self {
        let program = Arc::new(Program::compile(model));
        Compiled {
            timers: Timers::new(&program),
            program,
        }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.program.model
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// A replication at time 0, on the engine that runs.
    ///
    /// # Errors
    /// A fault in the start graph, a guard or the parameter of a timer; a limit.
    pub fn start(&self, randomness: Randomness) -> Fallible<Simulation> {
        self.engine(randomness)
    }

    /// The same replication on the reference engine.
    ///
    /// # Errors
    /// The same ones.
    pub fn start_reference(&self, randomness: Randomness) -> Fallible<Reference> {
        self.engine(randomness)
    }

    fn engine<M: Matcher, S: Schedule + Default>(
        &self,
        randomness: Randomness,
    ) -> Fallible<engine::Simulation<M, S>> {
        let graph = kairos_sim::start::build(&self.program, &randomness)?;
        engine::Simulation::new(&self.program, &self.timers, randomness, graph)
    }

    /// Runs a replication to its end, or until the flag is set.
    ///
    /// # Errors
    /// A fault of the model: division by zero in an expression, say.
    pub fn run(
        &self,
        randomness: Randomness,
        wanted: Wanted,
        halt: &AtomicBool,
    ) -> Fallible<Finished> {
        self.finish(self.start(randomness)?, wanted, halt)
    }

    /// Runs a replication that has been started.
    fn finish(
        &self,
        mut simulation: Simulation,
        wanted: Wanted,
        halt: &AtomicBool,
    ) -> Fallible<Finished> {
        let mut collector = Collector::new(&self.program, wanted);
        let bounds = Bounds::of(self.model(), halt);
        let end = trajectory::run(&mut simulation, bounds, &mut collector)?;
        Ok(Finished {
            end,
            observations: collector.finish(end.time),
            simulation,
        })
    }
}

/// A replication that was run to its end.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What was observed.
    pub observations: Observations,
    /// The state at the end.
    pub simulation: Simulation,
}

/// The scenarios of a study, each compiled once.
#[derive(Debug)]
pub struct Scenarios {
    models: Vec<Compiled>,
    metrics: Vec<Vec<MetricRef>>,
    random_seed: u64,
}

impl Scenarios {
    /// Compiles the models of a study, and says what is to be done with them.
    #[must_use]
    pub fn new(study: Study) -> (Plan, Self) {
        let first = study.scenarios.first().map(|s| &s.model);
        let plan = Plan {
            scenarios: study.scenarios.iter().map(planned).collect(),
            metrics: study.metrics.iter().map(|m| m.name.clone()).collect(),
            series: first.map_or_else(Vec::new, series),
            baseline: study.baseline,
            replications: study.replications.into(),
            confidence: study.confidence,
            random_seed: study.seed,
            time_unit: first.map_or_else(String::new, |m| m.run.time_unit.clone()),
        };
        let of_scenario = |s: usize| study.metrics.iter().map(|m| m.refs[s].clone()).collect();
        let scenarios = Scenarios {
            metrics: (0..study.scenarios.len()).map(of_scenario).collect(),
            random_seed: study.seed,
            models: study
                .scenarios
                .into_iter()
                .map(|s| Compiled::new(s.model))
                .collect(),
        };
        (plan, scenarios)
    }

    fn sample(
        &self,
        scenario: usize,
        randomness: Randomness,
        halt: &AtomicBool,
    ) -> Fallible<(StopReason, Sample)> {
        let metrics = &self.metrics[scenario];
        let wanted = Wanted::Metrics(metrics.clone());
        let model = &self.models[scenario];
        let simulation = model.start(randomness)?.without_fingerprint();
        let run = model.finish(simulation, wanted, halt)?;
        let values = metrics.iter().map(|m| run.observations.metric(m));
        let sample = Sample {
            metrics: values.collect(),
            series: run.observations.series().to_vec(),
            events: run.simulation.counts().events,
            stop_reason: run.end.reason.name().to_owned(),
        };
        Ok((run.end.reason, sample))
    }
}

impl Replicate for Scenarios {
    fn replicate(&self, unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
        if halt.load(Ordering::Relaxed) {
            return None;
        }
        let randomness = Randomness::new(self.random_seed, unit.replication);
        match self.sample(unit.scenario, randomness, halt) {
            Err(error) => Some(Outcome::Failed(error.to_string())),
            Ok((StopReason::Interrupted, _)) => None,
            Ok((reason, sample)) if reason.is_sample() => Some(Outcome::Sample(sample)),
            Ok((reason, _)) => Some(Outcome::Failed(reason.to_string())),
        }
    }
}

/// The probes that have a series: those that can be read at any time.
fn series(model: &Model) -> Vec<String> {
    let sampled =
        |kind: &ProbeKind| matches!(kind, ProbeKind::Count(_) | ProbeKind::Summary { .. });
    let names = model.probes.iter().filter(|probe| sampled(&probe.kind));
    match model.run.sample_every {
        Some(_) => names.map(|probe| probe.name.clone()).collect(),
        None => Vec::new(),
    }
}

fn planned(scenario: &kairos_model::study::Scenario) -> PlannedScenario {
    let model = &scenario.model;
    PlannedScenario {
        name: scenario.name.clone(),
        group: scenario.group.clone(),
        point: scenario.point.clone(),
        parameters: model
            .parameters
            .iter()
            .map(|p| written(&model.types, p))
            .collect(),
        sample_every: model.run.sample_every,
        horizon: model.run.horizon,
        warm_up: model.run.warm_up,
    }
}

/// A parameter's name and its value, with all its digits.
fn written(types: &TypeGraph, parameter: &Parameter) -> (String, String) {
    let value = match &parameter.value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::Value(Value::Int(i)) => i.to_string(),
        ParameterValue::Value(Value::Real(r)) => format!("{r:?}"),
        ParameterValue::Value(Value::Bool(b)) => b.to_string(),
        ParameterValue::Value(Value::Enumerator(id, position)) => {
            let enumeration = &types.enumerations[id.index()];
            format!(
                "{}.{}",
                enumeration.name,
                enumeration.values[usize::from(*position)]
            )
        }
    };
    (parameter.name.clone(), value)
}
