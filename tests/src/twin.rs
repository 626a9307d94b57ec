//! Runs a model under the engine and under the reference engine, and compares them step by step.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use kairos_model::{check, model::Model, probe::ProbeId, render, source::MemoryFiles};
use kairos_rewrite::{
    error::RuntimeError,
    incremental::IncrementalMatcher,
    matcher::{Effort, Matcher},
    naive::NaiveMatcher,
    program::Program,
};
use kairos_sim::{
    draw::Randomness,
    engine::{Active, Due, FiringOutcome, Progress, Simulation, Timers},
    schedule::{CalendarSchedule, Schedule, TwinSchedule},
    start,
};

use crate::{gsmp::Laws, random::System};

/// What happened while both agreed: how often each rule was applied, and how the run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// By rule name.
    pub applied: BTreeMap<String, u64>,
    /// Firings without effect.
    pub effectless: u64,
    /// Picks of aggregate clocks that were no match.
    pub thinned: u64,
    /// All steps.
    pub steps: u64,
    /// A stop reason or a run-time error, up to its first comma.
    pub end: String,
    /// Of the trajectory.
    pub fingerprint: u64,
    /// How much the engine searched for matches.
    pub effort: Effort,
}

type Fast = Simulation<IncrementalMatcher, CalendarSchedule>;
type Slow = Simulation<NaiveMatcher, TwinSchedule>;

/// The model of a system; `Err` holds the diagnostics.
///
/// # Errors
/// The rendered mistakes.
pub fn load(system: &System, backwards: bool) -> Result<Model, String> {
    load_files(MemoryFiles(system.files(backwards)))
}

/// The model of a rule set, `rules.ron`, and what it says of that; `Err` holds the diagnostics.
///
/// # Errors
/// The rendered mistakes.
pub fn load_texts(rules: &str, model: &str) -> Result<Model, String> {
    let files = [("rules.ron", rules), ("model.ron", model)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    load_files(MemoryFiles(files.into()))
}

fn load_files(files: MemoryFiles) -> Result<Model, String> {
    let loaded = check::load_model(&files, "model.ron", &check::Overrides::default());
    let mistakes = || render::render(&loaded.sources, &loaded.diagnostics, render::Colour::Never);
    loaded.value.clone().ok_or_else(mistakes)
}

/// Compares engine and reference engine for so many steps.
///
/// # Errors
/// The first difference.
pub fn compare(model: Model, steps: u64, seed: u64) -> Result<Agreement, String> {
    let program = Arc::new(Program::compile(model));
    // A broken invariant is a difference like any other: the system is to be shrunk and shown.
    let compared = AssertUnwindSafe(|| compare_programs(&program, &program, steps, seed));
    catch_unwind(compared).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

/// Compares the engine that runs one program with the reference engine that runs another one: the same, unless a difference is wanted.
///
/// # Errors
/// The first difference.
pub fn compare_programs(
    fast: &Arc<Program>,
    slow: &Arc<Program>,
    steps: u64,
    seed: u64,
) -> Result<Agreement, String> {
    let randomness = Randomness::new(seed, 0);
    let mut agreement = Agreement::default();
    let (fast, slow) = match (
        begin::<Fast>(fast, randomness),
        begin::<Slow>(slow, randomness),
    ) {
        (Ok(fast), Ok(slow)) => (fast, slow),
        (fast, slow) => {
            agreement.end = same_error(fast.err(), slow.err())?;
            return Ok(agreement);
        }
    };
    let laws = Laws::new(&fast.matcher().program().model);
    let mut twins = Twins { fast, slow, laws };
    loop {
        let before = twins.agree().map_err(|d| after(agreement.steps, &d))?;
        if agreement.steps == steps {
            agreement.end = "steps".to_owned();
        } else {
            let step = twins.step(&before, &mut agreement);
            step.map_err(|d| after(agreement.steps, &d))?;
        }
        if !agreement.end.is_empty() {
            agreement.fingerprint = twins.fast.fingerprint();
            agreement.effort = twins.fast.matcher().effort();
            return Ok(agreement);
        }
    }
}

fn after(steps: u64, difference: &str) -> String {
    format!("after step {steps}: {difference}")
}

/// Both engines.
trait Begin: Sized {
    fn begin(program: &Arc<Program>, randomness: Randomness) -> Result<Self, Box<RuntimeError>>;
}

impl<M: Matcher, S: Schedule + Default> Begin for Simulation<M, S> {
    fn begin(program: &Arc<Program>, randomness: Randomness) -> Result<Self, Box<RuntimeError>> {
        let graph = start::build(program, &randomness)?;
        Simulation::new(program, &Timers::new(program), randomness, graph)
    }
}

fn begin<B: Begin>(program: &Arc<Program>, randomness: Randomness) -> Result<B, Box<RuntimeError>> {
    B::begin(program, randomness)
}

struct Twins {
    fast: Fast,
    slow: Slow,
    laws: Laws,
}

impl Twins {
    /// The active events, if both engines are in the same state.
    fn agree(&self) -> Result<Vec<Active>, String> {
        self.fast.check_invariants();
        self.slow.check_invariants();
        let (a, b) = (State::of(&self.fast), State::of(&self.slow));
        if a == b {
            return Ok(a.active);
        }
        Err(format!("\nengine    {a:#?}\nreference {b:#?}"))
    }

    fn step(&mut self, before: &[Active], agreement: &mut Agreement) -> Result<(), String> {
        let program = Arc::clone(self.fast.matcher().program());
        let horizon = program.model.run.horizon.unwrap_or(f64::INFINITY);
        let was = self.fast.time();
        let (fast, slow) = (
            self.fast.step(horizon, &mut ()),
            self.slow.step(horizon, &mut ()),
        );
        let progress = match (fast, slow) {
            (Ok(a), Ok(b)) if a == b => a,
            (Ok(a), Ok(b)) => return Err(format!("engine {a:?}, reference {b:?}")),
            (a, b) => {
                agreement.end = same_error(a.err(), b.err())?;
                return Ok(());
            }
        };
        if self.fast.fingerprint() != self.slow.fingerprint() {
            return Err("the same event with other elements".to_owned());
        }
        match progress {
            Progress::Stopped(reason) => agreement.end = reason.name().to_owned(),
            Progress::Fired {
                rule,
                time,
                outcome,
            } => {
                let after = self.fast.active_events();
                self.laws.check(before, &after, (rule, was, time))?;
                agreement.steps += 1;
                match outcome {
                    FiringOutcome::Applied(_) => {
                        let name = program.model.rule(rule).name.clone();
                        *agreement.applied.entry(name).or_default() += 1;
                    }
                    FiringOutcome::Effectless => agreement.effectless += 1,
                    FiringOutcome::Thinned => agreement.thinned += 1,
                }
            }
        }
        Ok(())
    }
}

/// Both must fail, and for the same rule; which of several faulty conditions is met first is not defined.
fn same_error(
    a: Option<Box<RuntimeError>>,
    b: Option<Box<RuntimeError>>,
) -> Result<String, String> {
    match (a, b) {
        (Some(a), Some(b)) if a.fault == b.fault && a.rule == b.rule => {
            let text = a.fault.to_string();
            let kind = text.split([',', ':']).next().unwrap_or_default();
            Ok(kind
                .split(" of element")
                .next()
                .unwrap_or_default()
                .to_owned())
        }
        (a, b) => Err(format!(
            "engine error {:?}, reference error {:?}",
            a.map(|e| e.to_string()),
            b.map(|e| e.to_string())
        )),
    }
}

/// What must be the same, times and readings bit for bit.
#[derive(Debug)]
struct State {
    time: f64,
    active: Vec<Active>,
    /// For each active event whether what its timer reads was changed by the last application.
    stale: Vec<bool>,
    readings: Vec<Option<f64>>,
    stops: bool,
}

impl State {
    fn of<M: Matcher, S: Schedule + Default>(simulation: &Simulation<M, S>) -> Self {
        let matcher = simulation.matcher();
        let probes = (0..).map(ProbeId).zip(&matcher.program().model.probes);
        let delta = matcher.delta();
        assert!(
            once(&delta.stale) && once(&delta.aggregates) && once(&delta.probes),
            "something is named twice: {delta:?}"
        );
        let active = simulation.active_events();
        let is_stale =
            |a: &Active| matches!(a.due, Due::Event(event) if delta.stale.contains(&event));
        State {
            time: simulation.time(),
            stale: active.iter().map(is_stale).collect(),
            active,
            readings: probes.map(|(id, _)| matcher.reading(id)).collect(),
            stops: matcher.stops(),
        }
    }

    fn bits(&self) -> impl PartialEq {
        let event = |a: &Active| (a.rule, a.matched.clone(), a.time.to_bits(), a.priority);
        let readings = self.readings.iter().map(|r| r.map(f64::to_bits));
        (
            self.time.to_bits(),
            self.active.iter().map(event).collect::<Vec<_>>(),
            &self.stale,
            readings.collect::<Vec<_>>(),
            self.stops,
        )
    }
}

/// Whether no item is in a list twice.
fn once<T: Ord + Copy>(items: &[T]) -> bool {
    items.iter().collect::<BTreeSet<_>>().len() == items.len()
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}
