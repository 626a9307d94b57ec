//! Replications of models: programs compiled once, run as often as a study wants.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kairos_model::{
    model::{Model, Parameter, ParameterValue},
    probe::{MetricRef, Probe, ProbeId, Statistic},
    rule::RuleId,
    study::{Study, WarmUpSearch},
    timer::Family,
    types::{TypeGraph, Value},
};
use kairos_rewrite::{
    error::Outcome as Fallible, incremental::IncrementalMatcher, matcher::Matcher,
    naive::NaiveMatcher, program::Program,
};
use kairos_sim::{
    draw::Randomness,
    engine::{self, StopReason, Timers},
    observe::{Collector, Observations, Wanted, Windows},
    schedule::{CalendarSchedule, Schedule, TwinSchedule},
};

use crate::{
    study::{
        self, Best, Outcome, Pilot, Plan, PlannedMetric, PlannedRule, PlannedScenario,
        PlannedSeries, Replicate, Rule, Sample, Unit,
    },
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
        let collector = Collector::new(&self.program, wanted);
        let simulation = self.start(randomness)?;
        let (end, collector, simulation) = self.watch(simulation, collector, halt)?;
        Ok(Finished {
            end,
            observations: collector.finish(end.time),
            simulation,
        })
    }

    fn watch(
        &self,
        mut simulation: Simulation,
        mut collector: Collector,
        halt: &AtomicBool,
    ) -> Fallible<(End, Collector, Simulation)> {
        let bounds = Bounds::of(self.model(), halt);
        let end = trajectory::run(&mut simulation, bounds, &mut collector)?;
        Ok((end, collector, simulation))
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
    windows: Vec<Windows>,
    random_seed: u64,
}

impl Scenarios {
    /// Compiles the models of a study, and says what is to be done with them.
    #[must_use]
    pub fn new(study: Study) -> (Plan, Self) {
        let first = study.scenarios.first().map(|s| &s.model);
        let plan = Plan {
            scenarios: study.scenarios.iter().map(planned).collect(),
            metrics: study.metrics.iter().map(planned_metric).collect(),
            series: first.map_or_else(Vec::new, series),
            baseline: study.baseline,
            replications: study.replications.into(),
            pilot: study.warm_up.as_ref().zip(first).map(pilot),
            confidence: study.confidence,
            random_seed: study.seed,
            time_unit: first.map_or_else(String::new, |m| m.run.time_unit.clone()),
        };
        let of_scenario = |s: usize| study.metrics.iter().map(|m| m.refs[s].clone()).collect();
        let scenarios = Scenarios {
            metrics: (0..study.scenarios.len()).map(of_scenario).collect(),
            windows: windows(&plan),
            random_seed: study.seed,
            models: study
                .scenarios
                .into_iter()
                .map(|s| Compiled::new(s.model))
                .collect(),
        };
        (plan, scenarios)
    }

    /// The models, scenario by scenario.
    #[must_use]
    pub fn models(&self) -> Vec<&Model> {
        self.models.iter().map(Compiled::model).collect()
    }

    /// Finds the warm-up of a plan that has a pilot, and cuts it off from now on. What it was found to be is put into the plan.
    /// False where the user interrupted.
    ///
    /// # Errors
    /// As [`study::warm_up`].
    pub fn settle(
        &mut self,
        plan: &mut Plan,
        jobs: usize,
        interrupt: &AtomicBool,
    ) -> crate::error::Result<bool> {
        let Some(pilot) = &plan.pilot else {
            return Ok(true);
        };
        let Some(warm_up) = study::warm_up(plan, pilot, jobs, self, interrupt)? else {
            return Ok(false);
        };
        for scenario in &mut plan.scenarios {
            scenario.warm_up = warm_up;
        }
        self.windows = windows(plan);
        Ok(true)
    }

    fn run(
        &self,
        scenario: usize,
        randomness: Randomness,
        halt: &AtomicBool,
    ) -> Fallible<Option<Outcome>> {
        let (model, metrics) = (&self.models[scenario], &self.metrics[scenario]);
        let (wanted, windows) = (Wanted::Metrics(metrics.clone()), self.windows[scenario]);
        let collector = Collector::in_windows(&model.program, wanted, windows);
        let simulation = model.start(randomness)?.without_fingerprint();
        let (end, collector, simulation) = model.watch(simulation, collector, halt)?;
        if end.reason == StopReason::Interrupted {
            return Ok(None);
        }
        if !end.reason.is_sample() {
            return Ok(Some(Outcome::Failed(end.reason.to_string())));
        }
        let seen = collector.finish_windows(end.time);
        let whole = windows.are_over(seen.len(), end.time);
        if !whole {
            let why = "the run ended before all its batches were over";
            return Ok(Some(Outcome::Failed(why.to_owned())));
        }
        let values = |o: &Observations| metrics.iter().map(|m| o.metric(m)).collect::<Vec<_>>();
        let sample = Sample {
            metrics: seen.iter().flat_map(values).collect(),
            series: seen
                .last()
                .map_or_else(Vec::new, |last| last.series().to_vec()),
            events: simulation.counts().events,
            firings: firings(model, &seen),
            truncation: truncation(&simulation, model.model()),
            stop_reason: end.reason.name().to_owned(),
        };
        Ok(Some(Outcome::Sample(sample)))
    }
}

impl Replicate for Scenarios {
    fn replicate(&self, unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
        if halt.load(Ordering::Relaxed) {
            return None;
        }
        let randomness = Randomness::new(self.random_seed, unit.replication);
        self.run(unit.scenario, randomness, halt)
            .unwrap_or_else(|error| Some(Outcome::Failed(error.to_string())))
    }
}

/// How often each rule was applied, in the whole run.
fn firings(model: &Compiled, seen: &[Observations]) -> Vec<u64> {
    let rules = (0..).map(RuleId).zip(&model.model().rules);
    let last = seen.last();
    rules
        .map(|(id, _)| last.map_or(0, |last| last.firings(id).events))
        .collect()
}

/// By the name of the rule, how far truncation moved the mean of its normal delays at worst, relative to the mean.
#[must_use]
pub fn truncation(simulation: &Simulation, model: &Model) -> BTreeMap<String, f64> {
    let shifts = simulation.truncation_shifts().into_iter();
    shifts
        .map(|(rule, shift)| (model.rule(rule).name.clone(), shift))
        .collect()
}

/// The time in which each scenario is observed.
fn windows(plan: &Plan) -> Vec<Windows> {
    let of = |s: &PlannedScenario| match (plan.replications, s.horizon) {
        (Rule::BatchMeans(n), Some(horizon)) => Windows::batches(s.warm_up, horizon, n),
        _ => Windows::from(s.warm_up),
    };
    plan.scenarios.iter().map(of).collect()
}

/// A pilot for a warm-up that is to be found in the series of a model.
fn pilot((search, model): (&WarmUpSearch, &Model)) -> Pilot {
    let ids = (0..).map(ProbeId).zip(&model.probes);
    let series = ids.filter(|(_, probe)| probe.kind.has_series());
    let wanted = |(position, (id, _)): (usize, (ProbeId, &Probe))| {
        search.probes.contains(&id).then_some(position)
    };
    Pilot {
        replications: search.pilots,
        series: series.enumerate().filter_map(wanted).collect(),
    }
}

/// The probes that have a series: those that can be read at any time.
fn series(model: &Model) -> Vec<PlannedSeries> {
    let probes = model.probes.iter().filter(|probe| probe.kind.has_series());
    let planned = |probe: &Probe| PlannedSeries {
        name: probe.name.clone(),
        unit: probe.unit_of(Statistic::Last, &model.run.time_unit),
    };
    match model.run.sample_every {
        Some(_) => probes.map(planned).collect(),
        None => Vec::new(),
    }
}

fn planned_metric(metric: &kairos_model::study::Metric) -> PlannedMetric {
    PlannedMetric {
        name: metric.name.clone(),
        unit: metric.unit.clone(),
        best: metric.best.map(Best::from),
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
        settings: scenario.settings.clone(),
        sample_every: model.run.sample_every,
        horizon: model.run.horizon,
        warm_up: model.run.warm_up,
        rules: model
            .rules
            .iter()
            .zip(&model.timers)
            .map(|(rule, timer)| PlannedRule {
                name: rule.name.clone(),
                on: timer.law.family != Family::Never,
            })
            .collect(),
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
