//! Collects what the probes of one replication observe.

use std::sync::Arc;

use kairos_model::{
    expr::Formula,
    probe::{Endpoint, MetricRef, ProbeId, ProbeKind},
    types::Value,
};
use kairos_rewrite::{
    error::Outcome,
    matcher::Matcher,
    program::{Program, is_node},
};
use kairos_stats::{Moments, Quantiles, TimeAverage};

use super::{durations::Durations, observations::Observations};
use crate::engine::{Firing, FiringOutcome, Observer};

/// Which metrics are asked for. A probe that nobody asks for costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of every probe.
    All,
    /// These, and what they are derived from.
    Metrics(Vec<MetricRef>),
}

/// What one probe has seen.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Nobody asks, or it is derived from others at the end.
    Idle,
    /// A reading over time.
    Reading {
        average: TimeAverage,
        last: Option<f64>,
    },
    Firings {
        applied: u64,
        effectless: u64,
        thinned: u64,
    },
    Tally {
        moments: Moments,
        quantiles: Quantiles,
        sum: f64,
    },
    Durations(Durations),
}

/// What a rule's firing means to a probe.
#[derive(Clone, Copy, Debug)]
enum Role {
    Count,
    Tally,
    /// Closes before it opens, should one rule do both.
    Close(Endpoint),
    Open(Endpoint),
}

/// Collects what the probes of one replication observe.
#[derive(Clone, Debug)]
pub struct Collector {
    program: Arc<Program>,
    warm_up: f64,
    states: Vec<State>,
    /// By rule.
    roles: Vec<Vec<(ProbeId, Role)>>,
    /// Probes with intervals that end when their element does.
    durations: Vec<ProbeId>,
    /// Probes whose readings are sampled, and their values at the sample times.
    sampled: Vec<ProbeId>,
    series: Vec<Vec<Option<f64>>>,
    /// By rule: firings over the whole run.
    fired: Vec<u64>,
}

impl Collector {
    /// A collector for a replication of a program.
    #[must_use]
    pub fn new(program: &Arc<Program>, wanted: Wanted) -> Self {
        let model = &program.model;
        let asked = asked(program, &wanted);
        let mut roles = vec![Vec::new(); model.rules.len()];
        let mut durations = Vec::new();
        let mut states = Vec::new();
        let mut sampled = Vec::new();
        for (id, probe) in (0..).map(ProbeId).zip(&model.probes) {
            let reads = matches!(probe.kind, ProbeKind::Count(_) | ProbeKind::Summary { .. });
            if reads && model.run.sample_every.is_some() {
                sampled.push(id);
            }
            if !asked[id.index()] {
                states.push(State::Idle);
                continue;
            }
            states.push(match &probe.kind {
                ProbeKind::Count(_) | ProbeKind::Summary { .. } => State::Reading {
                    average: TimeAverage::new(model.run.warm_up),
                    last: None,
                },
                ProbeKind::Firings { rule } => {
                    roles[rule.index()].push((id, Role::Count));
                    State::Firings {
                        applied: 0,
                        effectless: 0,
                        thinned: 0,
                    }
                }
                ProbeKind::Tally { on, .. } => {
                    roles[on.index()].push((id, Role::Tally));
                    State::Tally {
                        moments: Moments::new(),
                        quantiles: Quantiles::new(),
                        sum: 0.0,
                    }
                }
                ProbeKind::Between { from, to } => {
                    roles[to.rule.index()].push((id, Role::Close(*to)));
                    roles[from.rule.index()].push((id, Role::Open(*from)));
                    durations.push(id);
                    State::Durations(Durations::default())
                }
                ProbeKind::Derived { .. } => State::Idle,
            });
        }
        Collector {
            program: Arc::clone(program),
            warm_up: model.run.warm_up,
            states,
            roles,
            durations,
            series: vec![Vec::new(); sampled.len()],
            sampled,
            fired: vec![0; model.rules.len()],
        }
    }

    /// The observations of a run that ended at `end`.
    #[must_use]
    pub fn finish(mut self, end: f64) -> Observations {
        // The last readings hold up to the end, which a sample there still sees.
        self.sample(end, true);
        Observations::new(
            self.program,
            self.warm_up,
            end,
            self.states,
            self.series,
            self.fired,
        )
    }

    /// The readings that hold: what a series samples.
    fn current(&self, probe: ProbeId) -> Option<f64> {
        match &self.states[probe.index()] {
            State::Reading { last, .. } => *last,
            _ => None,
        }
    }

    /// Samples at all multiples of the interval before `time`, or up to it.
    fn sample(&mut self, time: f64, inclusive: bool) {
        let Some(interval) = self
            .program
            .model
            .run
            .sample_every
            .filter(|_| !self.sampled.is_empty())
        else {
            return;
        };
        loop {
            #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 samples")]
            let next = self.series[0].len() as f64 * interval;
            if next > time || (next == time && !inclusive) {
                return;
            }
            for position in 0..self.sampled.len() {
                let value = self.current(self.sampled[position]);
                self.series[position].push(value);
            }
        }
    }

    fn read<M: Matcher>(&mut self, matcher: &M, probe: ProbeId, time: f64) {
        if let State::Reading { average, last } = &mut self.states[probe.index()] {
            *last = matcher.reading(probe);
            average.set(time, *last);
        }
    }

    fn tally<M: Matcher>(
        &mut self,
        matcher: &M,
        probe: ProbeId,
        firing: &Firing<'_>,
    ) -> Outcome<()> {
        let ProbeKind::Tally { value, when, .. } = &self.program.model.probes[probe.index()].kind
        else {
            return Ok(());
        };
        let read = |formula: &Formula| matcher.value(formula, firing.bound, firing.time);
        if let Some(condition) = when
            && read(condition)? != Value::Bool(true)
        {
            return Ok(());
        }
        let Value::Real(value) = read(value)? else {
            unreachable!("check types tallied values as Real")
        };
        if let State::Tally {
            moments,
            quantiles,
            sum,
        } = &mut self.states[probe.index()]
        {
            moments.push(value);
            quantiles.push(value);
            *sum += value;
        }
        Ok(())
    }

    /// Opens or closes the interval of the element that an endpoint names, if that is bound by now and, before the application, not to be created.
    fn endpoint<M: Matcher>(
        &mut self,
        matcher: &M,
        probe: ProbeId,
        role: Role,
        firing: &Firing<'_>,
    ) {
        let (Role::Close(at) | Role::Open(at)) = role else {
            return;
        };
        let scope = &self.program.model.rule(at.rule).scope;
        let slot = firing.bound.get(at.same);
        let graph = matcher.graph();
        let element = if is_node(scope, at.same) {
            graph.node_number(slot)
        } else {
            graph.edge_number(slot)
        };
        let State::Durations(durations) = &mut self.states[probe.index()] else {
            return;
        };
        match role {
            Role::Close(_) => durations.end(element, firing.time, self.warm_up),
            _ => durations.begin(element, firing.time),
        }
    }

    /// Whether the main effect of a rule creates a variable: it is bound only afterwards.
    fn is_created(&self, at: Endpoint) -> bool {
        self.program
            .model
            .rule(at.rule)
            .effect
            .create
            .iter()
            .any(|c| c.var == at.same)
    }

    fn endpoints<M: Matcher>(&mut self, matcher: &M, firing: &Firing<'_>, created: bool) {
        for position in 0..self.roles[firing.rule.index()].len() {
            let (probe, role) = self.roles[firing.rule.index()][position];
            if let Role::Close(at) | Role::Open(at) = role
                && self.is_created(at) == created
            {
                self.endpoint(matcher, probe, role, firing);
            }
        }
    }

    /// Intervals of deleted elements are censored.
    fn lose_deleted<M: Matcher>(&mut self, matcher: &M, time: f64) {
        let graph = matcher.graph();
        for position in 0..self.durations.len() {
            let State::Durations(durations) = &mut self.states[self.durations[position].index()]
            else {
                continue;
            };
            if durations.is_idle() {
                continue;
            }
            for node in graph.deleted_nodes() {
                durations.lose(graph.node_number(node), time, self.warm_up);
            }
            for edge in graph.deleted_edges() {
                durations.lose(graph.edge_number(edge), time, self.warm_up);
            }
        }
    }
}

/// Which probes are asked for, directly or by one that is derived from them.
fn asked(program: &Program, wanted: &Wanted) -> Vec<bool> {
    let probes = &program.model.probes;
    let mut asked = vec![*wanted == Wanted::All; probes.len()];
    let mut due: Vec<ProbeId> = match wanted {
        Wanted::All => Vec::new(),
        Wanted::Metrics(metrics) => metrics.iter().map(|m| m.probe).collect(),
    };
    // A series shows every reading.
    if program.model.run.sample_every.is_some() {
        let reads = |k: &ProbeKind| matches!(k, ProbeKind::Count(_) | ProbeKind::Summary { .. });
        due.extend(
            (0..)
                .map(ProbeId)
                .zip(probes)
                .filter(|(_, p)| reads(&p.kind))
                .map(|(id, _)| id),
        );
    }
    while let Some(probe) = due.pop() {
        if !std::mem::replace(&mut asked[probe.index()], true)
            && let ProbeKind::Derived { metrics, .. } = &probes[probe.index()].kind
        {
            due.extend(metrics.iter().map(|m| m.probe));
        }
    }
    asked
}

impl<M: Matcher> Observer<M> for Collector {
    fn begin(&mut self, matcher: &M) {
        for probe in (0..self.states.len()).map(id) {
            self.read(matcher, probe, 0.0);
        }
    }

    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        self.sample(firing.time, false);
        for position in 0..self.roles[firing.rule.index()].len() {
            let (probe, role) = self.roles[firing.rule.index()][position];
            if matches!(role, Role::Tally) && firing.time >= self.warm_up {
                self.tally(matcher, probe, firing)?;
            }
        }
        self.endpoints(matcher, firing, false);
        Ok(())
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        for position in 0..self.roles[firing.rule.index()].len() {
            let (probe, _) = self.roles[firing.rule.index()][position];
            if let State::Firings {
                applied,
                effectless,
                thinned,
            } = &mut self.states[probe.index()]
                && firing.time >= self.warm_up
            {
                *match outcome {
                    FiringOutcome::Applied(_) => applied,
                    FiringOutcome::Effectless => effectless,
                    FiringOutcome::Thinned => thinned,
                } += 1;
            }
        }
        if !matches!(outcome, FiringOutcome::Applied(_)) {
            return;
        }
        self.fired[firing.rule.index()] += 1;
        self.endpoints(matcher, firing, true);
        self.lose_deleted(matcher, firing.time);
        for position in 0..matcher.delta().probes.len() {
            self.read(matcher, matcher.delta().probes[position], firing.time);
        }
    }
}

fn id(index: usize) -> ProbeId {
    ProbeId(u16::try_from(index).expect("check allows fewer than 2^16 probes"))
}
