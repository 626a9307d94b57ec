//! The GSMP engine: a graph transformation system whose events race.
//!
//! [`Simulation::step`] is the whole loop: next event → choose → apply (graph delta) → match delta → cancel lost, schedule found → observers.

use std::sync::Arc;

use kairos_model::rule::RuleId;
use kairos_rewrite::{
    binding::Binding,
    error::{Fault, Limited, Outcome, RuntimeError},
    graph::HostGraph,
    matcher::{Event, Matched, Matcher},
    program::Program,
};

mod ages;
mod ahead;
mod cause;
mod choose;
mod clocks;
mod clockwork;
mod elements;
mod explore;
mod fault;
mod fingerprint;
mod observer;
mod quick;
mod standstill;
mod stop;
#[cfg(test)]
mod tests;
mod timers;
mod truncation;

pub use explore::Active;
pub use fingerprint::Fingerprint;
pub use observer::{Firing, FiringOutcome, Observer};
pub use stop::StopReason;
pub use timers::Timers;

use ahead::Ahead;
use cause::FiringCause;
use choose::{At, Chooser};
use clockwork::Clockwork;
use elements::Element;
use fault::located;
use standstill::Standstill;

use crate::{
    draw::{Name, Randomness},
    schedule::{Schedule, Slot as Clock},
};

/// One replication: graph, matches, clocks, time.
///
/// Generic over the matcher and the schedule, so that the trusted twins of both run under the same engine.
///
/// ```
/// use std::sync::Arc;
/// use kairos_model::{check::{load_model, Overrides}, source::MemoryFiles};
/// use kairos_rewrite::{incremental::IncrementalMatcher, program::Program};
/// use kairos_sim::{draw::Randomness, engine::{Progress, Simulation, Timers}, schedule::HeapSchedule, start};
///
/// let rules = r#"RuleSet(
///     types: (nodes: { "Queue": (attributes: { "length": Int(0) }) }),
///     rules: {
///         "arrive": (match: "(q:Queue)", set: ["q.length += 1"]),
///         "serve": (match: "(q:Queue)", where: "q.length > 0", set: ["q.length -= 1"]),
///     },
/// )"#;
/// let model = r#"Model(
///     rules: "queue.ron",
///     start: [Create("(q:Queue)")],
///     timers: { "arrive": Exponential(rate: 0.5), "serve": Exponential(rate: 1.0) },
/// )"#;
/// let files = [("queue.ron", rules), ("model.ron", model)].map(|(path, text)| (path.into(), text.into()));
/// let loaded = load_model(&MemoryFiles(files.into()), "model.ron", &Overrides::default());
///
/// let program = Arc::new(Program::compile(loaded.value.expect("a model without mistakes")));
/// let randomness = Randomness::new(42, 0);
/// let graph = start::build(&program, &randomness)?;
/// let mut simulation: Simulation<IncrementalMatcher, HeapSchedule> =
///     Simulation::new(&program, &Timers::new(&program), randomness, graph)?;
/// assert_eq!(simulation.active_count(), 1, "nobody waits yet");
/// while let Progress::Fired { .. } = simulation.step(1000.0, &mut ())? {}
/// assert!(simulation.time() <= 1000.0);
/// # Ok::<(), Box<kairos_rewrite::error::RuntimeError>>(())
/// ```
#[derive(Debug)]
pub struct Simulation<M, S> {
    program: Arc<Program>,
    timers: Arc<Timers>,
    randomness: Randomness,
    matcher: M,
    clockwork: Clockwork<S>,
    now: f64,
    counts: Counts,
    /// Where anybody wants it.
    fingerprint: Option<Fingerprint>,
    standstill: Standstill,
    /// The match that fires, and what is chosen.
    bound: Binding,
    chooser: Chooser,
    ahead: Ahead,
}

/// How many steps were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Firings that were applied.
    pub events: u64,
    /// Firings without effect, because a choice had no extension or failed its conditions.
    pub effectless: u64,
    /// Picks of aggregate clocks that were no match.
    pub thinned: u64,
}

impl Counts {
    /// All steps.
    #[must_use]
    pub fn steps(self) -> u64 {
        self.events + self.effectless + self.thinned
    }

    /// Counts one more.
    #[inline]
    pub(crate) fn count(&mut self, outcome: &FiringOutcome) {
        match outcome {
            FiringOutcome::Applied(_) => self.events += 1,
            FiringOutcome::Effectless => self.effectless += 1,
            FiringOutcome::Thinned => self.thinned += 1,
        }
    }
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    /// An event.
    Event(Event),
    /// The aggregate clock of a rule.
    Aggregate(RuleId),
}

impl Due {
    /// Its rule.
    #[inline]
    #[must_use]
    pub fn rule(self) -> RuleId {
        match self {
            Due::Event(event) => event.rule,
            Due::Aggregate(rule) => rule,
        }
    }
}

/// What a call of [`Simulation::step`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// A firing.
    Fired {
        /// The rule.
        rule: RuleId,
        /// When.
        time: f64,
        /// What came of it.
        outcome: FiringOutcome,
    },
    /// Nothing: the run is over.
    Stopped(StopReason),
}

impl<M: Matcher, S: Schedule + Default> Simulation<M, S> {
    /// A replication of a program, at time 0, over a start graph.
    ///
    /// # Errors
    /// A fault in a guard or in the parameter of a timer, or a limit.
    pub fn new(
        program: &Arc<Program>,
        timers: &Arc<Timers>,
        randomness: Randomness,
        graph: HostGraph,
    ) -> Outcome<Self> {
        let mut simulation = Simulation {
            program: Arc::clone(program),
            timers: Arc::clone(timers),
            randomness,
            matcher: M::start(program, graph)?,
            clockwork: Clockwork::new(program, Arc::clone(timers), randomness),
            now: 0.0,
            counts: Counts::default(),
            fingerprint: Some(Fingerprint::default()),
            standstill: Standstill::new(&program.model),
            bound: Binding::default(),
            chooser: Chooser::default(),
            ahead: Ahead::default(),
        };
        simulation.clockwork.begin(&simulation.matcher)?;
        simulation.respect_limits(None)?;
        Ok(simulation)
    }

    /// What fires next, and when.
    #[inline]
    #[must_use]
    pub fn next(&self) -> Option<(Due, f64)> {
        let (slot, time) = self.next_clock()?;
        Some((self.clockwork.due_in(slot), time))
    }

    /// Which clock runs out next, and when.
    #[inline]
    fn next_clock(&self) -> Option<(Clock, f64)> {
        let (slot, due) = self.clockwork.clocks.next()?;
        // What became overdue while another event was fired by name fires at once.
        let is_ahead = due.priority.is_none() && due.time > self.now;
        let time = if is_ahead { due.time } else { self.now };
        Some((slot, time))
    }

    /// Makes one step, unless nothing is due up to `horizon` or the stop condition holds.
    ///
    /// # Errors
    /// A fault of the model; the simulation is useless afterwards.
    #[inline]
    pub fn step<O: Observer<M>>(&mut self, horizon: f64, observer: &mut O) -> Outcome<Progress> {
        if self.matcher.stops() {
            return Ok(Progress::Stopped(StopReason::Condition));
        }
        match self.next_clock() {
            None => Ok(Progress::Stopped(StopReason::Deadlock)),
            Some((_, time)) if time > horizon => Ok(Progress::Stopped(StopReason::Horizon)),
            Some((slot, time)) => self.fire_at(slot, time, observer),
        }
    }

    /// Fires an active event now, whatever its clock says: for tests and for exploring.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn fire<O: Observer<M>>(&mut self, due: Due, observer: &mut O) -> Outcome<Progress> {
        self.fire_at(self.clockwork.slot(due), self.now, observer)
    }

    /// Fires an active event when its clock runs out, before any other that is due until then; an immediate event, and one that is
    /// never due, now.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn fire_when_due<O: Observer<M>>(
        &mut self,
        due: Due,
        observer: &mut O,
    ) -> Outcome<Progress> {
        let slot = self.clockwork.slot(due);
        let clock = self.clockwork.clocks.due(slot);
        let timed = clock.filter(|clock| clock.priority.is_none() && clock.time.is_finite());
        let time = timed.map_or(self.now, |clock| clock.time.max(self.now));
        self.fire_at(slot, time, observer)
    }

    #[inline(always)]
    fn fire_at<O: Observer<M>>(
        &mut self,
        slot: Clock,
        time: f64,
        observer: &mut O,
    ) -> Outcome<Progress> {
        self.look_ahead(slot);
        let moves_time = self.move_time(time);
        let taken = self.take(slot);
        let Taken { rule, name, .. } = taken;
        let prepared = self.prepare(taken, moves_time);
        let prepared = prepared.map_err(|error| self.at_match(error, rule))?;
        let firing = Firing {
            step: self.counts.steps(),
            time: self.now,
            rule,
            name,
            bound: &self.bound,
        };
        let outcome = match prepared {
            Some(without) => without,
            None => {
                let mut cause = FiringCause {
                    randomness: &self.randomness,
                    columns: &self.timers.columns,
                    name,
                };
                let applied = apply(&mut self.matcher, &mut cause, &firing, observer);
                applied.map_err(|error| self.at_match(error, rule))?
            }
        };
        if let Some(before) = self.fingerprint {
            self.fingerprint = Some(self.record(before, rule, outcome.clone()));
        }
        let (applied, grown) = match &outcome {
            FiringOutcome::Applied(created) => (true, !created.is_empty()),
            FiringOutcome::Effectless | FiringOutcome::Thinned => (false, false),
        };
        let changes = applied && self.clockwork.has_to_follow(&self.matcher);
        if changes {
            self.clockwork.begin_found(&self.matcher, name);
        }
        self.prefetch_lost();
        observer.after(&self.matcher, &firing, &outcome);
        if changes {
            self.clockwork.follow(&self.matcher, slot, name, self.now)?;
        } else {
            let (bound, now) = (&self.bound, self.now);
            self.clockwork
                .restart(&self.matcher, (slot, rule), bound, name, now)?;
        }
        if changes || grown {
            self.respect_limits(Some(rule))?;
        }
        self.counts.count(&outcome);
        // Every step would cost debug builds the square of what they do.
        if cfg!(debug_assertions) && self.counts.steps().is_power_of_two() {
            self.check_invariants();
        }
        Ok(Progress::Fired {
            rule,
            time,
            outcome,
        })
    }

    /// Whether time is later now than it was.
    #[inline]
    fn move_time(&mut self, time: f64) -> bool {
        debug_assert!(time >= self.now, "time never goes back");
        let moves = time > self.now;
        if moves {
            self.now = time;
            self.matcher.set_time(time);
            self.clockwork.clocks.time_moved();
        }
        moves
    }

    /// Binds what is due to its match.
    #[inline]
    fn take(&mut self, slot: Clock) -> Taken {
        let (due, name) = self.clockwork.fire(slot);
        let rule = due.rule();
        let timer = self.timers.of(rule);
        self.bound.reach(timer.variables);
        let (matched, picks) = match due {
            Due::Event(event) => {
                let matched = match self.matcher.matched(event) {
                    Matched::One(slot) => self.bound.set_first(&[slot]),
                    several => self.bound.set_first(&several),
                };
                (matched, timer.chooses.then_some(Picks::Choices))
            }
            Due::Aggregate(_) => (0, Some(Picks::Components)),
        };
        self.bound.unbind(matched..timer.variables);
        Taken { rule, name, picks }
    }

    /// Picks what is to be picked; what comes of the firing where the rule is not applied.
    #[inline(always)]
    fn prepare(&mut self, taken: Taken, moves_time: bool) -> Outcome<Option<FiringOutcome>> {
        let Taken { rule, name, picks } = taken;
        if self.standstill.note(rule, moves_time) {
            let fault = self.standstill.fault(&self.program.model);
            return Err(Box::new(RuntimeError::new(fault, self.now)));
        }
        match picks {
            None => Ok(None),
            Some(picks) => self.pick(rule, name, picks),
        }
    }

    /// Picks the match of an aggregate clock, and what a rule chooses; what comes of the firing where there is none.
    #[inline]
    fn pick(&mut self, rule: RuleId, name: Name, picks: Picks) -> Outcome<Option<FiringOutcome>> {
        if picks == Picks::Components {
            self.clockwork.foresee_picks(&self.matcher, rule, name);
            if !self.pick_components(rule, name)? {
                return Ok(Some(FiringOutcome::Thinned));
            }
        }
        let at = At {
            randomness: &self.randomness,
            name,
            rule,
            now: self.now,
        };
        let chosen =
            !self.timers.of(rule).chooses || self.chooser.choose(&self.matcher, at, &self.bound)?;
        Ok((!chosen).then_some(FiringOutcome::Effectless))
    }

    /// Picks one match of each component of an aggregate rule; whether they make a match together.
    fn pick_components(&mut self, rule: RuleId, name: Name) -> Outcome<bool> {
        let u = |component| choose::of_component(&self.randomness, name, component);
        self.matcher.component_picks(rule, u, &self.bound);
        self.matcher.complete(rule, &self.bound)
    }

    /// Folds a step into the fingerprint. Matched and chosen elements of an application may be gone, but their numbers can still be read.
    fn record(
        &self,
        mut fingerprint: Fingerprint,
        rule: RuleId,
        outcome: FiringOutcome,
    ) -> Fingerprint {
        let timer = self.timers.of(rule);
        let graph = self.matcher.graph();
        let bound = &self.bound;
        fingerprint.add(timer.key.value());
        fingerprint.add(self.now.to_bits());
        let mut fold = |elements: &[Element]| {
            let numbers = elements.iter().map(|e| e.number(graph, bound.get(e.var())));
            numbers.for_each(|number| fingerprint.add(number));
        };
        fold(&timer.elements);
        match outcome {
            FiringOutcome::Applied(created) => {
                fold(&timer.chosen);
                fingerprint.add(created.start);
                fingerprint.add(created.end);
            }
            FiringOutcome::Effectless => fingerprint.add(u64::MAX),
            FiringOutcome::Thinned => fingerprint.add(u64::MAX - 1),
        }
        fingerprint
    }

    /// More elements or active events than the model allows are an error: of the rule that has fired, or of the one that is active most often.
    #[inline]
    fn respect_limits(&self, fired: Option<RuleId>) -> Outcome<()> {
        let limits = &self.program.model.run.limits;
        let active = self.clockwork.clocks.len() as u64;
        // There are no more elements than numbers.
        if self.matcher.graph().next_number() <= limits.elements && active <= limits.active_events {
            return Ok(());
        }
        self.check_limits(fired)
    }

    fn check_limits(&self, fired: Option<RuleId>) -> Outcome<()> {
        let limits = &self.program.model.run.limits;
        let graph = self.matcher.graph();
        let elements = (graph.node_count() + graph.edge_count()) as u64;
        let active = self.clockwork.clocks.len() as u64;
        let (what, count, limit, rule) = if elements > limits.elements {
            (Limited::Elements, elements, limits.elements, fired)
        } else if active > limits.active_events {
            let most = self.most_active_rule();
            (Limited::ActiveEvents, active, limits.active_events, most)
        } else {
            return Ok(());
        };
        let mut error = RuntimeError::new(Fault::Limit { what, count, limit }, self.now);
        error.rule = rule.map(|rule| (rule, self.program.model.rule(rule).name.clone()));
        Err(Box::new(error))
    }

    /// The rule with most active events, the first of several by name. Goes through all events.
    fn most_active_rule(&self) -> Option<RuleId> {
        let mut active = vec![0_u64; self.program.model.rules.len()];
        for event in self.matcher.events() {
            active[event.rule.index()] += 1;
        }
        let rules: Vec<_> = (0..).map(RuleId).zip(active).collect();
        rules
            .into_iter()
            .rev()
            .max_by_key(|&(_, active)| active)
            .map(|(rule, _)| rule)
    }

    /// Adds rule and match to an error that does not know them.
    fn at_match(&self, error: Box<RuntimeError>, rule: RuleId) -> Box<RuntimeError> {
        located(
            error,
            &self.program,
            self.matcher.graph(),
            rule,
            &self.bound,
        )
    }

    /// The time, in the model's unit.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.now
    }

    /// The matcher, and with it graph, program and readings.
    #[must_use]
    pub fn matcher(&self) -> &M {
        &self.matcher
    }

    /// How many steps were made.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The hash of the trajectory so far; 0 where it was asked not to be kept.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.map_or(0, Fingerprint::value)
    }

    /// Keeps no hash of the trajectory: for replications of which nobody asks more than observations.
    #[must_use]
    pub fn without_fingerprint(mut self) -> Self {
        self.fingerprint = None;
        self
    }

    /// Number of active events; an aggregate clock counts as one.
    #[must_use]
    pub fn active_count(&self) -> usize {
        self.clockwork.clocks.len()
    }
}

/// What is due, once it is bound.
#[derive(Clone, Copy, Debug)]
struct Taken {
    rule: RuleId,
    name: Name,
    /// What is to be picked before the rule can be applied.
    picks: Option<Picks>,
}

/// What is picked for a firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picks {
    /// What the rule chooses.
    Choices,
    /// The match of an aggregate clock, and then what the rule chooses.
    Components,
}

/// Applies the rule of a firing.
#[inline(always)]
fn apply<M: Matcher, O: Observer<M>>(
    matcher: &mut M,
    cause: &mut FiringCause<'_>,
    firing: &Firing<'_>,
    observer: &mut O,
) -> Outcome<FiringOutcome> {
    observer.before(matcher, firing)?;
    let first = matcher.graph().next_number();
    matcher.apply(firing.application(), cause)?;
    Ok(FiringOutcome::Applied(first..matcher.graph().next_number()))
}
