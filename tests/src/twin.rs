//! Runs a model under the engine and under the reference engine, and compares them step by step.

use std::{collections::BTreeMap, sync::Arc};

use kairos_model::{check, model::Model, probe::ProbeId, render, source::MemoryFiles};
use kairos_rewrite::{
    error::RuntimeError, incremental::IncrementalMatcher, matcher::Matcher, naive::NaiveMatcher,
    program::Program,
};
use kairos_sim::{
    draw::Randomness,
    engine::{FiringOutcome, Progress, Simulation, Timers},
    schedule::{CalendarSchedule, Schedule, TwinSchedule},
    start,
};

use crate::random::System;

/// What happened while both agreed: how often each rule was applied, and how the run ended.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    /// By rule name.
    pub applied: BTreeMap<String, u64>,
    /// Firings without effect.
    pub effectless: u64,
    /// Picks of aggregate clocks that were no match.
    pub thinned: u64,
    /// All steps.
    pub steps: u64,
    /// A stop reason or a run-time error.
    pub end: String,
    /// The hash of the trajectory.
    pub fingerprint: u64,
}

/// The model of a system; `Err` holds the diagnostics.
///
/// # Errors
/// The rendered mistakes.
pub fn load(system: &System, backwards: bool) -> Result<Model, String> {
    let files = MemoryFiles(
        [
            ("rules.ron".to_owned(), system.rule_set(backwards)),
            ("model.ron".to_owned(), system.model()),
            ("t.csv".to_owned(), System::TABLE.to_owned()),
        ]
        .into(),
    );
    let loaded = check::load_model(&files, "model.ron", &check::Overrides::default());
    loaded
        .value
        .ok_or_else(|| render::render(&loaded.sources, &loaded.diagnostics, render::Colour::Never))
}

/// Compares engine and reference engine for so many steps.
///
/// # Errors
/// The first difference.
pub fn compare(model: Model, steps: u64, seed: u64) -> Result<Agreement, String> {
    let program = Arc::new(Program::compile(model));
    let timers = Timers::new(&program);
    let randomness = Randomness::new(seed, 0);
    let mut agreement = Agreement::default();
    let graph = match start::build(&program, &randomness) {
        Ok(graph) => graph,
        Err(error) => {
            agreement.end = error.to_string();
            return Ok(agreement);
        }
    };
    let fast = Simulation::<IncrementalMatcher, CalendarSchedule>::new(
        &program,
        &timers,
        randomness,
        graph.clone(),
    );
    let slow = Simulation::<NaiveMatcher, TwinSchedule>::new(&program, &timers, randomness, graph);
    let (mut fast, mut slow) = match (fast, slow) {
        (Ok(fast), Ok(slow)) => (fast, slow),
        (fast, slow) => return same_error(fast.err(), slow.err(), agreement),
    };
    loop {
        let (a, b) = (state(&fast), state(&slow));
        if a != b {
            return Err(format!(
                "after step {}:\nengine    {a:#?}\nreference {b:#?}",
                agreement.steps
            ));
        }
        fast.check_invariants();
        slow.check_invariants();
        if agreement.steps == steps {
            agreement.end = "steps".to_owned();
            break;
        }
        let horizon = program.model.run.horizon.unwrap_or(f64::INFINITY);
        match (fast.step(horizon, &mut ()), slow.step(horizon, &mut ())) {
            (Ok(a), Ok(b)) if a == b => match a {
                Progress::Fired { rule, outcome, .. } => {
                    agreement.steps += 1;
                    match outcome {
                        FiringOutcome::Applied(_) => {
                            *agreement
                                .applied
                                .entry(program.model.rule(rule).name.clone())
                                .or_default() += 1;
                        }
                        FiringOutcome::Effectless => agreement.effectless += 1,
                        FiringOutcome::Thinned => agreement.thinned += 1,
                    }
                }
                Progress::Stopped(reason) => {
                    agreement.end = reason.name().to_owned();
                    break;
                }
            },
            (Ok(a), Ok(b)) => {
                return Err(format!(
                    "step {}: engine {a:?}, reference {b:?}",
                    agreement.steps
                ));
            }
            (a, b) => return same_error(a.err(), b.err(), agreement),
        }
        if fast.fingerprint() != slow.fingerprint() {
            return Err(format!(
                "step {}: the same event with other elements",
                agreement.steps
            ));
        }
    }
    agreement.fingerprint = fast.fingerprint();
    Ok(agreement)
}

/// Both must fail, and for the same rule; which of several conditions is met first is not defined.
fn same_error(
    a: Option<Box<RuntimeError>>,
    b: Option<Box<RuntimeError>>,
    mut agreement: Agreement,
) -> Result<Agreement, String> {
    match (a, b) {
        (Some(a), Some(b)) if a.fault == b.fault && a.rule == b.rule => {
            agreement.end = a.to_string();
            Ok(agreement)
        }
        (a, b) => Err(format!(
            "step {}: engine error {:?}, reference error {:?}",
            agreement.steps,
            a.map(|e| e.to_string()),
            b.map(|e| e.to_string())
        )),
    }
}

type State = (
    u64,
    Vec<(String, Vec<u64>, u64, Option<i64>)>,
    Vec<Option<u64>>,
    bool,
);

/// Time, active events with their times, readings of probes.
fn state<M: Matcher, S: Schedule + Default>(simulation: &Simulation<M, S>) -> State {
    let model = &simulation.matcher().program().model;
    let active = simulation.active_events().into_iter();
    let active = active
        .map(|a| {
            (
                model.rule(a.rule).name.clone(),
                a.matched,
                a.time.to_bits(),
                a.priority,
            )
        })
        .collect();
    let probes = (0..).map(ProbeId).zip(&model.probes);
    let readings = probes
        .map(|(id, _)| simulation.matcher().reading(id).map(f64::to_bits))
        .collect();
    (
        simulation.time().to_bits(),
        active,
        readings,
        simulation.matcher().stops(),
    )
}
