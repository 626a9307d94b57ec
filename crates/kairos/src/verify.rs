//! The engine that runs against the one that is easiest to believe, step by step.

use std::sync::atomic::{AtomicBool, Ordering};

use kairos_rewrite::{error::RuntimeError, matcher::Matcher, program::Program};
use kairos_sim::{
    engine::{Active, Firing, FiringOutcome, Observer, Progress, Simulation, StopReason},
    schedule::Schedule,
};

use crate::trace::{Line, line};

/// What a comparison found.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every step, every active event and every reading was the same.
    Agree {
        /// So many steps were made.
        steps: u64,
        /// Why there were no more.
        reason: StopReason,
    },
    /// Both ended with the same fault of the model.
    Fault {
        /// After so many steps.
        steps: u64,
        /// The fault.
        error: Box<RuntimeError>,
    },
    /// They differ.
    Differ(Difference),
}

/// The first difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// After so many steps that agreed.
    pub steps: u64,
    /// What the engine that runs did.
    pub fast: String,
    /// What the reference engine did.
    pub reference: String,
    /// Active events of the reference that the engine does not have: rule, match and time.
    pub missing: Vec<String>,
    /// Active events that only the engine has.
    pub extra: Vec<String>,
}

/// Keeps what the last step did.
#[derive(Default)]
struct Last(Option<Line<String>>);

impl<M: Matcher> Observer<M> for Last {
    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        self.0 = Some(line(matcher, firing, outcome).owned());
    }
}

/// A step, or why there was none.
#[derive(Debug, PartialEq)]
enum Did {
    Step(Line<String>),
    Stop(StopReason),
    Fail(Box<RuntimeError>),
}

fn step<M: Matcher, S: Schedule + Default>(simulation: &mut Simulation<M, S>, horizon: f64) -> Did {
    let mut last = Last::default();
    match simulation.step(horizon, &mut last) {
        Err(error) => Did::Fail(error),
        Ok(Progress::Stopped(reason)) => Did::Stop(reason),
        Ok(Progress::Fired { .. }) => Did::Step(last.0.expect("a firing is observed")),
    }
}

/// Makes up to `steps` steps with both engines, and compares what they do, their active events and the readings of all probes. Ends
/// early, between two steps, where `interrupt` is set.
///
/// # Example
/// ```
/// use kairos::{load, simulate::Compiled, verify::{Verdict, compare}};
/// use kairos::model::{check::Overrides, source::MemoryFiles};
/// use kairos::sim::draw::Randomness;
/// # let rules = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["a"]) })"#;
/// # let model = r#"Model(rules: "rules.ron", start: [Repeat(9, "(:Atom)")], timers: { "decay": Exponential(rate: 0.5) }, horizon: 1.0)"#;
/// # let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
/// let compiled = Compiled::new(load::model(&files, "model.ron", &Overrides::default())?.value);
/// let randomness = Randomness::new(42, 0);
/// let (mut fast, mut reference) = (compiled.start(randomness)?, compiled.start_reference(randomness)?);
/// let verdict = compare(&mut fast, &mut reference, (f64::INFINITY, 5), &false.into());
/// assert!(matches!(verdict, Verdict::Agree { steps: 5, .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare<A, S, B, T>(
    fast: &mut Simulation<A, S>,
    reference: &mut Simulation<B, T>,
    (horizon, steps): (f64, u64),
    interrupt: &AtomicBool,
) -> Verdict
where
    A: Matcher,
    S: Schedule + Default,
    B: Matcher,
    T: Schedule + Default,
{
    let program = std::sync::Arc::clone(fast.matcher().program());
    for made in 0..=steps {
        if let Some(difference) = states(&program, fast, reference, made) {
            return Verdict::Differ(difference);
        }
        if made == steps {
            break;
        }
        if interrupt.load(Ordering::Relaxed) {
            return Verdict::Agree {
                steps: made,
                reason: StopReason::Interrupted,
            };
        }
        match (step(fast, horizon), step(reference, horizon)) {
            (Did::Step(a), Did::Step(b)) if a == b => {}
            (Did::Stop(a), Did::Stop(b)) if a == b => {
                return Verdict::Agree {
                    steps: made,
                    reason: a,
                };
            }
            (Did::Fail(a), Did::Fail(b)) if a == b => {
                return Verdict::Fault {
                    steps: made,
                    error: a,
                };
            }
            (a, b) => {
                return Verdict::Differ(Difference {
                    steps: made,
                    fast: describe(&a),
                    reference: describe(&b),
                    missing: Vec::new(),
                    extra: Vec::new(),
                });
            }
        }
    }
    Verdict::Agree {
        steps,
        reason: StopReason::Steps,
    }
}

/// Differences of active events and readings after a step.
fn states<A, S, B, T>(
    program: &Program,
    fast: &Simulation<A, S>,
    reference: &Simulation<B, T>,
    steps: u64,
) -> Option<Difference>
where
    A: Matcher,
    S: Schedule + Default,
    B: Matcher,
    T: Schedule + Default,
{
    let (have, want) = (events(program, fast), events(program, reference));
    let only_in = |here: &[String], there: &[String]| {
        let only = here.iter().filter(|event| !there.contains(event));
        only.cloned().collect::<Vec<_>>()
    };
    if have != want {
        return Some(Difference {
            steps,
            fast: format!("{} active events", have.len()),
            reference: format!("{} active events", want.len()),
            missing: only_in(&want, &have),
            extra: only_in(&have, &want),
        });
    }
    for (probe, id) in program.model.probes.iter().zip(0..) {
        let id = kairos_model::probe::ProbeId(id);
        let (a, b) = (fast.matcher().reading(id), reference.matcher().reading(id));
        if a.map(f64::to_bits) != b.map(f64::to_bits) {
            return Some(Difference {
                steps,
                fast: format!("probe `{}` reads {a:?}", probe.name),
                reference: format!("probe `{}` reads {b:?}", probe.name),
                missing: Vec::new(),
                extra: Vec::new(),
            });
        }
    }
    None
}

fn events<M: Matcher, S: Schedule + Default>(
    program: &Program,
    simulation: &Simulation<M, S>,
) -> Vec<String> {
    let describe = |event: &Active| {
        let rule = &program.model.rule(event.rule).name;
        let matched: Vec<String> = event.matched.iter().map(u64::to_string).collect();
        let priority = event
            .priority
            .map_or_else(String::new, |p| format!(", priority {p}"));
        // All digits: a difference in the last bit is a difference.
        format!(
            "{rule} ({}) at {:?}{priority}",
            matched.join(", "),
            event.time
        )
    };
    simulation.active_events().iter().map(describe).collect()
}

fn describe(did: &Did) -> String {
    match did {
        Did::Stop(reason) => format!("stopped: {reason}"),
        Did::Fail(error) => format!("failed: {error}"),
        Did::Step(line) => format!(
            "{} ({}) at {:?}, {}: chosen {:?}, created {:?}, deleted {:?}",
            line.rule,
            line.matched
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            line.time,
            line.outcome,
            line.chosen,
            line.created,
            line.deleted
        ),
    }
}
