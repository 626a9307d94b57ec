//! The GSMP engine: a graph transformation system whose events race.
//!
//! [`Simulation::step`] is the whole loop: next event → choose → apply (graph delta) → match delta → cancel lost, schedule found → observers.

use std::sync::Arc;

use kairos_model::{expr::Var, rule::RuleId, types::Value};
use kairos_rewrite::{
    binding::Binding,
    error::{Fault, Outcome, RuntimeError},
    graph::HostGraph,
    matcher::{EventId, Firing as Application, Matcher},
    program::Program,
};

mod cause;
mod choose;
mod clock;
mod fingerprint;
mod immediate;
mod memory;
mod observer;
mod stop;
mod timers;

pub use fingerprint::Fingerprint;
pub use observer::{Firing, FiringOutcome, Observer};
pub use stop::StopReason;
pub use timers::Timers;

use cause::FiringCause;
use choose::{At, Chooser};
use clock::Clocks;

use crate::{
    draw::{Name, Place, Randomness},
    schedule::Schedule,
};

/// One replication: graph, matches, clocks, time.
///
/// Generic over the matcher and the schedule, so that the trusted twins of both run under the same engine.
#[derive(Debug)]
pub struct Simulation<M, S> {
    program: Arc<Program>,
    timers: Arc<Timers>,
    randomness: Randomness,
    matcher: M,
    clocks: Clocks<S>,
    now: f64,
    counts: Counts,
    fingerprint: Fingerprint,
    /// Firings since time moved.
    still: u64,
    /// Rules that fired late in a run of firings without time moving.
    culprits: Vec<RuleId>,
    bound: Binding,
    chooser: Chooser,
    /// Events that became active in this step.
    fresh: Vec<EventId>,
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
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// An event.
    Event(EventId),
    /// The aggregate clock of a rule.
    Aggregate(RuleId),
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

/// An active event and its clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// The event, or the aggregate clock.
    pub due: Due,
    /// Its rule.
    pub rule: RuleId,
    /// Numbers of the matched elements, in the order of the text; empty for an aggregate clock.
    pub matched: Vec<u64>,
    /// When it is due; `+inf` if never. For an immediate event its virtual time.
    pub time: f64,
    /// The priority of an immediate event.
    pub priority: Option<i64>,
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
        let matcher = M::start(program, graph)?;
        let mut simulation = Simulation {
            program: Arc::clone(program),
            timers: Arc::clone(timers),
            randomness,
            clocks: Clocks::new(timers),
            matcher,
            now: 0.0,
            counts: Counts::default(),
            fingerprint: Fingerprint::default(),
            still: 0,
            culprits: Vec::new(),
            bound: Binding::new(program.widest_scope()),
            chooser: Chooser::default(),
            fresh: Vec::new(),
        };
        for position in 0..simulation.timers.aggregates.len() {
            simulation.arm_aggregate(simulation.timers.aggregates[position], Name::START)?;
        }
        simulation
            .fresh
            .extend_from_slice(&simulation.matcher.delta().found);
        simulation.arm_fresh(Name::START)?;
        Ok(simulation)
    }

    /// What fires next, and when.
    #[must_use]
    pub fn next(&self) -> Option<(Due, f64)> {
        match self.clocks.immediates.first() {
            Some(event) => Some((Due::Event(event), self.now)),
            None => self.clocks.peek(&self.timers),
        }
    }

    /// Makes one step, unless nothing is due up to `horizon` or the stop condition holds.
    ///
    /// # Errors
    /// A fault of the model; the simulation is useless afterwards.
    pub fn step<O: Observer<M>>(&mut self, horizon: f64, observer: &mut O) -> Outcome<Progress> {
        if self.matcher.stops() {
            return Ok(Progress::Stopped(StopReason::Condition));
        }
        match self.next() {
            None => Ok(Progress::Stopped(StopReason::Deadlock)),
            Some((_, time)) if time > horizon => Ok(Progress::Stopped(StopReason::Horizon)),
            Some((due, time)) => self.fire_at(due, time, observer),
        }
    }

    /// Fires an active event now, whatever its clock says: for tests and for exploring.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn fire<O: Observer<M>>(&mut self, due: Due, observer: &mut O) -> Outcome<Progress> {
        self.fire_at(due, self.now, observer)
    }

    fn fire_at<O: Observer<M>>(
        &mut self,
        due: Due,
        time: f64,
        observer: &mut O,
    ) -> Outcome<Progress> {
        self.move_time(time);
        let (rule, name) = self.take(due);
        self.guard_against_zeno(rule)?;
        let outcome = self.effect(due, rule, name, observer);
        let outcome = outcome.map_err(|error| self.at_match(error, rule))?;
        self.record(rule, &outcome);
        let firing = firing(&self.counts, self.now, rule, name, &self.bound);
        observer.after(&self.matcher, &firing, &outcome);
        match &outcome {
            FiringOutcome::Applied(_) => self.counts.events += 1,
            FiringOutcome::Effectless => self.counts.effectless += 1,
            FiringOutcome::Thinned => self.counts.thinned += 1,
        }
        self.settle(due, name, matches!(outcome, FiringOutcome::Applied(_)))?;
        Ok(Progress::Fired {
            rule,
            time,
            outcome,
        })
    }

    fn move_time(&mut self, time: f64) {
        debug_assert!(time >= self.now, "time never goes back");
        if time > self.now {
            self.now = time;
            self.still = 0;
            self.culprits.clear();
            self.clocks.immediates.restart();
        }
    }

    /// Binds what is due to its match and gives its name.
    fn take(&mut self, due: Due) -> (RuleId, Name) {
        match due {
            Due::Event(event) => {
                let rule = self.matcher.rule_of(event);
                self.bind(event, rule);
                self.clocks.immediates.advance(event);
                (rule, self.clocks.name(event))
            }
            Due::Aggregate(rule) => (rule, self.clocks.aggregate_name(&self.timers, rule)),
        }
    }

    fn bind(&self, event: EventId, rule: RuleId) {
        let vars = &self.program.model.rule(rule).lhs.elements;
        vars.iter()
            .zip(self.matcher.matched(event))
            .for_each(|(&v, &s)| self.bound.set(v, s));
    }

    /// More firings without time moving on than the limit allows are an error that names the rules which fired last.
    fn guard_against_zeno(&mut self, rule: RuleId) -> Outcome<()> {
        const LOOK_BACK: u64 = 1000;
        let limit = self.program.model.run.limits.firings_at_one_time;
        self.still += 1;
        if self.still + LOOK_BACK > limit && !self.culprits.contains(&rule) {
            self.culprits.push(rule);
        }
        if self.still <= limit {
            return Ok(());
        }
        self.culprits.sort_unstable();
        let names: Vec<_> = self
            .culprits
            .iter()
            .map(|&r| format!("`{}`", self.program.model.rule(r).name))
            .collect();
        let fault = Fault::TimeStandsStill {
            firings: self.still,
            rules: names.join(", "),
        };
        Err(Box::new(RuntimeError::new(fault, self.now)))
    }

    /// Picks, and applies the rule.
    fn effect<O: Observer<M>>(
        &mut self,
        due: Due,
        rule: RuleId,
        name: Name,
        observer: &mut O,
    ) -> Outcome<FiringOutcome> {
        if let Due::Aggregate(_) = due
            && !self.pick_components(rule, name)?
        {
            return Ok(FiringOutcome::Thinned);
        }
        let at = At {
            randomness: &self.randomness,
            name,
            rule,
            now: self.now,
        };
        if !self.chooser.choose(&self.matcher, at, &self.bound)? {
            return Ok(FiringOutcome::Effectless);
        }
        let firing = firing(&self.counts, self.now, rule, name, &self.bound);
        observer.before(&self.matcher, &firing)?;
        let mut cause = FiringCause {
            randomness: &self.randomness,
            columns: &self.timers.columns,
            name,
        };
        let application = Application {
            rule,
            bound: &self.bound,
            now: self.now,
        };
        let applied = self.matcher.apply(application, &mut cause)?;
        let limit = self.program.model.run.limits.elements;
        let count = (self.matcher.graph().node_count() + self.matcher.graph().edge_count()) as u64;
        if count > limit {
            let fault = Fault::Limit {
                what: "nodes and edges",
                count,
                limit,
            };
            return Err(Box::new(RuntimeError::new(fault, self.now)));
        }
        Ok(FiringOutcome::Applied(applied.created))
    }

    /// Picks one match of each component of an aggregate rule; whether they make a match together.
    fn pick_components(&mut self, rule: RuleId, name: Name) -> Outcome<bool> {
        const FIRST_COMPONENT: u32 = 1 << 15;
        for component in 0..self.program.model.rule(rule).components.len() {
            let place = Place::text(
                FIRST_COMPONENT + u32::try_from(component).expect("fewer than 2^15 components"),
            );
            let u = self.randomness.rng(name, place).uniform();
            self.matcher.component_pick(rule, component, u, &self.bound);
        }
        self.matcher.complete(rule, &self.bound)
    }

    /// Folds a step into the fingerprint. Matched and chosen elements of an application may be gone, but their numbers can still be read.
    fn record(&mut self, id: RuleId, outcome: &FiringOutcome) {
        let rule = self.program.model.rule(id);
        let graph = self.matcher.graph();
        self.fingerprint.add(self.timers.of(id).key.value());
        self.fingerprint.add(self.now.to_bits());
        let number = |v: Var| {
            let slot = self.bound.get(v);
            let is_node = kairos_rewrite::program::is_node(&rule.scope, v);
            if is_node {
                graph.node_number(slot)
            } else {
                graph.edge_number(slot)
            }
        };
        if *outcome != FiringOutcome::Thinned {
            rule.lhs
                .elements
                .iter()
                .for_each(|&v| self.fingerprint.add(number(v)));
        }
        match outcome {
            FiringOutcome::Applied(created) => {
                let chosen = rule.choose.iter().flat_map(|c| &c.pattern.elements);
                chosen.for_each(|&v| self.fingerprint.add(number(v)));
                self.fingerprint.add(created.start);
                self.fingerprint.add(created.end);
            }
            FiringOutcome::Effectless => self.fingerprint.add(u64::MAX),
            FiringOutcome::Thinned => self.fingerprint.add(u64::MAX - 1),
        }
    }

    /// Cancels what was lost, rescales what is stale, and sets the clocks of what became active, the fired event included if it still is.
    fn settle(&mut self, due: Due, cause: Name, applied: bool) -> Outcome<()> {
        self.fresh.clear();
        let mut fired = match due {
            Due::Event(event) => Some(event),
            Due::Aggregate(_) => None,
        };
        if applied {
            self.cancel_lost(&mut fired);
            self.forget_deleted();
            self.refresh_stale(fired)?;
            self.fresh.extend_from_slice(&self.matcher.delta().found);
        }
        self.fresh.extend(fired);
        self.arm_fresh(cause)?;
        if let Due::Aggregate(rule) = due {
            self.arm_aggregate(rule, cause)?;
        }
        if applied {
            for position in 0..self.matcher.delta().aggregates.len() {
                self.rescale_aggregate(self.matcher.delta().aggregates[position])?;
            }
        }
        Ok(())
    }

    /// Adds rule and match to an error that does not know them.
    fn at_match(&self, mut error: Box<RuntimeError>, id: RuleId) -> Box<RuntimeError> {
        if error.rule.is_none() {
            let rule = self.program.model.rule(id);
            error.rule = Some((id, rule.name.clone()));
            error.matched = describe(&self.matcher, id, &self.bound);
        }
        error
    }

    /// Every active event with its time, in the order of rules and matched numbers; aggregate clocks last.
    #[must_use]
    pub fn active_events(&self) -> Vec<Active> {
        let mut active: Vec<Active> = self
            .matcher
            .events()
            .into_iter()
            .map(|event| {
                let rule = self.matcher.rule_of(event);
                let immediate = self.clocks.immediates.due(event);
                let time = immediate
                    .map(|i| i.1)
                    .or_else(|| self.clocks.time(&self.timers, event));
                Active {
                    due: Due::Event(event),
                    rule,
                    matched: self.numbers(event).collect(),
                    time: time.unwrap_or(f64::INFINITY),
                    priority: immediate.map(|i| i.0),
                }
            })
            .collect();
        active.sort_by(|a, b| (a.rule, &a.matched).cmp(&(b.rule, &b.matched)));
        active.extend(self.timers.aggregates.iter().map(|&rule| {
            Active {
                due: Due::Aggregate(rule),
                rule,
                matched: Vec::new(),
                time: self
                    .clocks
                    .aggregate_time(&self.timers, rule)
                    .unwrap_or(f64::INFINITY),
                priority: None,
            }
        }));
        active
    }

    /// Numbers of the elements that an event's match has.
    fn numbers(&self, event: EventId) -> impl Iterator<Item = u64> + '_ {
        let rule = self.program.model.rule(self.matcher.rule_of(event));
        let graph = self.matcher.graph();
        rule.lhs
            .elements
            .iter()
            .zip(self.matcher.matched(event))
            .map(move |(&v, &s)| {
                let is_node = kairos_rewrite::program::is_node(&rule.scope, v);
                if is_node {
                    graph.node_number(s)
                } else {
                    graph.edge_number(s)
                }
            })
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

    /// The hash of the trajectory so far.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.value()
    }

    /// Number of active events; an aggregate clock counts as one.
    #[must_use]
    pub fn active_count(&self) -> usize {
        self.clocks.len()
    }

    /// For each rule how far truncation moved the mean of its normal delays at worst, relative to the mean.
    #[must_use]
    pub fn truncation_shifts(&self) -> Vec<(RuleId, f64)> {
        self.clocks.truncation_shifts()
    }

    /// Bytes that graph, matches and clocks use, roughly.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.matcher.memory_bytes() + self.clocks.memory_bytes()
    }

    /// Asserts what must always be true; slow.
    pub fn check_invariants(&self) {
        self.matcher.check_invariants();
        self.clocks.schedule.check_invariants();
    }
}

fn firing<'a>(
    counts: &Counts,
    time: f64,
    rule: RuleId,
    name: Name,
    bound: &'a Binding,
) -> Firing<'a> {
    Firing {
        step: counts.steps(),
        time,
        rule,
        name,
        bound,
    }
}

/// Names and numbers of the matched elements that are there.
fn describe<M: Matcher>(matcher: &M, id: RuleId, bound: &Binding) -> Vec<(String, u64)> {
    let rule = matcher.program().model.rule(id);
    let graph = matcher.graph();
    let named = |&v: &Var| {
        let slot = bound.get(v);
        let number = if kairos_rewrite::program::is_node(&rule.scope, v) {
            graph.has_node(slot).then(|| graph.node_number(slot))
        } else {
            graph.has_edge(slot).then(|| graph.edge_number(slot))
        };
        Some((
            rule.scope
                .element(v)
                .name
                .clone()
                .unwrap_or_else(|| String::from("_")),
            number?,
        ))
    };
    rule.lhs.elements.iter().filter_map(named).collect()
}

/// A `Real` or `Int` value as a parameter of a law.
fn real(value: Value) -> f64 {
    crate::value::parameter(value)
}
