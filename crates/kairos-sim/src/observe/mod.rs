//! What the probes of a model see of one replication.
//!
//! A [`Collector`] watches a trajectory from its beginning; [`Collector::finish`] turns what it saw into [`Observations`]: the
//! values of metrics, series, and distributions for histograms.
//!
//! Counts and summaries are right-continuous step functions of time: a sample at time t sees every event with time ≤ t, and their
//! statistics weigh by time. Tallies and durations weigh by event. What happens before the warm-up ends leaves only the state of
//! the graph behind. A long run can be observed in several [`Windows`] of time, one after the other, as if each were a replication.
//!
//! Deliberately absent: other replications, and intervals. A probe that nobody asked for costs nothing.

use std::sync::Arc;

use kairos_model::{
    model::Model,
    probe::{MetricRef, ProbeId, ProbeKind},
    rule::RuleId,
};
use kairos_rewrite::{
    error::Outcome,
    matcher::{Firing as Application, Matcher},
    program::Program,
};

mod derived;
mod durations;
mod level;
mod observations;
mod series;
mod tally;
#[cfg(test)]
mod tests;
mod windows;

pub use level::LevelSummary;
pub use observations::{Observations, Observed};
pub use tally::Tally;
pub use windows::Windows;

use durations::{Durations, End, Mark};
use level::Level;
use series::Series;

use crate::engine::{Counts, Firing, FiringOutcome, Observer};

/// What is to be observed.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All metrics of all probes.
    All,
    /// These, and what the derived ones among them are computed from.
    Metrics(Vec<MetricRef>),
}

impl Wanted {
    /// The metrics, in the order of the text or as listed.
    fn metrics(self, model: &Model) -> Vec<MetricRef> {
        match self {
            Wanted::Metrics(metrics) => metrics,
            Wanted::All => (0..)
                .map(ProbeId)
                .zip(&model.probes)
                .flat_map(|(id, probe)| observations::all_metrics(id, &probe.kind))
                .collect(),
        }
    }
}

/// Watches one replication for its probes.
#[derive(Debug)]
pub struct Collector {
    program: Arc<Program>,
    wanted: Vec<MetricRef>,
    /// Probes that are needed, operands before the derived probes that read them.
    needed: Vec<ProbeId>,
    /// By probe; `None` where it is not needed.
    watches: Vec<Option<Watch>>,
    /// By rule.
    rules: Vec<RuleWatch>,
    /// Probes of durations.
    durations: Vec<ProbeId>,
    series: Option<Series>,
    windows: Windows,
    /// When the window ends, if another follows; else never.
    window_ends: f64,
    /// What was seen in the windows that are over.
    seen: Vec<Observations>,
    /// Whether anything is watched that an application may change: levels, durations.
    follows: bool,
    /// Whether anything is read of the firings of any rule.
    reads: bool,
}

/// What is kept for a probe.
#[derive(Debug)]
enum Watch {
    Level(Level),
    /// Read off the counts that are kept for every rule.
    Firings(RuleId),
    Tally(Tally),
    Between(Durations),
    /// Computed at the end.
    Derived,
}

/// The firings of a rule, and what is read when it fires.
#[derive(Debug, Default)]
struct RuleWatch {
    whole_run: Counts,
    after_warm_up: Counts,
    tallies: Vec<ProbeId>,
    /// Of intervals.
    ends: Vec<End>,
}

impl RuleWatch {
    /// Whether anything is read when the rule fires.
    #[inline]
    fn reads(&self) -> bool {
        !self.tallies.is_empty() || !self.ends.is_empty()
    }
}

impl Collector {
    /// A collector for one replication of a program, after its model's warm-up.
    #[must_use]
    pub fn new(program: &Arc<Program>, wanted: Wanted) -> Self {
        Self::in_windows(program, wanted, Windows::from(program.model.run.warm_up))
    }

    /// A collector for one replication, observed in these windows.
    #[must_use]
    pub fn in_windows(program: &Arc<Program>, wanted: Wanted, windows: Windows) -> Self {
        let model = &program.model;
        let wanted = wanted.metrics(model);
        let series = model
            .run
            .sample_every
            .map(|every| Series::new(model, every));
        let sampled = series.iter().flat_map(Series::probes).copied();
        let roots = wanted.iter().map(|metric| metric.probe).chain(sampled);
        let needed = derived::with_operands(model, roots);
        let mut collector = Collector {
            program: Arc::clone(program),
            wanted,
            watches: model.probes.iter().map(|_| None).collect(),
            rules: model.rules.iter().map(|_| RuleWatch::default()).collect(),
            durations: Vec::new(),
            series,
            needed: Vec::new(),
            windows,
            window_ends: windows.end(0),
            seen: Vec::new(),
            follows: false,
            reads: false,
        };
        needed.iter().for_each(|&probe| collector.watch(probe));
        collector.needed = needed;
        let follows = |watch: &Watch| matches!(watch, Watch::Level(_) | Watch::Between(_));
        collector.reads = collector.rules.iter().any(RuleWatch::reads);
        collector.follows = collector.watches.iter().flatten().any(follows);
        collector
    }

    fn watch(&mut self, id: ProbeId) {
        let model = &self.program.model;
        let warm_up = self.windows.warm_up();
        let watch = match &model.probes[id.index()].kind {
            ProbeKind::Count(_) | ProbeKind::Summary { .. } => Watch::Level(Level::new(warm_up)),
            ProbeKind::Firings { rule } => Watch::Firings(*rule),
            ProbeKind::Tally { on, .. } => {
                self.rules[on.index()].tallies.push(id);
                Watch::Tally(Tally::default())
            }
            ProbeKind::Between { from, to } => {
                // A firing of one rule that is both ends closes the old interval before it opens the next.
                for (endpoint, mark) in [(to, Mark::Close), (from, Mark::Open)] {
                    let end = End::new(model.rule(endpoint.rule), endpoint.same, id, mark);
                    self.rules[endpoint.rule.index()].ends.push(end);
                }
                self.durations.push(id);
                let of_nodes = model.rule(from.rule).scope.is_node(from.same);
                Watch::Between(Durations::new(warm_up, of_nodes))
            }
            ProbeKind::Derived { .. } => Watch::Derived,
        };
        self.watches[id.index()] = Some(watch);
    }

    /// The observations of a replication that ended at `end`, in the model's unit of time: those of the last window.
    ///
    /// # Panics
    /// If `end` is not finite or before the last firing.
    #[must_use]
    pub fn finish(self, end: f64) -> Observations {
        let mut windows = self.finish_windows(end);
        windows.pop().expect("the last window ends with the run")
    }

    /// The observations of every window that began before the run ended. The last one has the series of the whole run.
    ///
    /// # Panics
    /// If `end` is not finite or before the last firing.
    #[must_use]
    pub fn finish_windows(mut self, end: f64) -> Vec<Observations> {
        // The windows are half open, so that one that begins at the end is none.
        self.cut_before(|window| window < end);
        if let Some(series) = &mut self.series {
            series.sample_through(end, &self.watches);
        }
        for watch in self.watches.iter_mut().flatten() {
            if let Watch::Between(durations) = watch {
                durations.censor_open(end);
            }
        }
        let series = self.series.take().unwrap_or_default();
        self.cut(end, series);
        self.seen
    }

    /// Ends the windows that are over.
    #[cold]
    fn cut_before(&mut self, is_over: impl Fn(f64) -> bool) {
        while is_over(self.window_ends) {
            self.cut(self.window_ends, Series::default());
            self.window_ends = self.windows.end(self.seen.len());
        }
    }

    /// Ends a window: what was seen in it is put by, and observing begins again.
    fn cut(&mut self, time: f64, series: Series) {
        let rules = &mut self.rules;
        let observed = |watch: &mut Watch| match watch {
            Watch::Level(level) => Observed::Level(level.cut(time)),
            Watch::Firings(rule) => Observed::Firings(rules[rule.index()].after_warm_up),
            Watch::Tally(tally) => Observed::Tally(std::mem::take(tally)),
            Watch::Between(durations) => Observed::Durations(durations.cut()),
            Watch::Derived => Observed::Derived(None),
        };
        let probes = self.watches.iter_mut().map(|w| w.as_mut().map(observed));
        let probes = probes.collect();
        let whole_run = rules.iter().map(|rule| rule.whole_run).collect();
        for rule in rules {
            rule.after_warm_up = Counts::default();
        }
        let began = match self.seen.len().checked_sub(1) {
            None => self.windows.warm_up(),
            Some(last) => self.windows.end(last),
        };
        self.seen.push(Observations::new(
            Arc::clone(&self.program),
            self.wanted.clone(),
            &self.needed,
            probes,
            whole_run,
            series,
            (began, time),
        ));
    }

    /// Ends the windows that are over at the time of a firing.
    #[inline(always)]
    fn reach(&mut self, time: f64) {
        if self.window_ends <= time {
            self.cut_before(move |end| end <= time);
        }
    }

    /// Reads what probes read of a firing, the graph being as it was before.
    fn read<M: Matcher>(&mut self, matcher: &M, firing: Application<'_>) -> Outcome<()> {
        if firing.now >= self.windows.warm_up() {
            self.tally(matcher, firing)?;
        }
        self.mark(matcher, firing, false);
        Ok(())
    }

    /// Tallies the values that a firing has for its probes, the graph being as it was before.
    fn tally<M: Matcher>(&mut self, matcher: &M, firing: Application<'_>) -> Outcome<()> {
        for &id in &self.rules[firing.rule.index()].tallies {
            let ProbeKind::Tally { value, when, .. } = &self.program.model.probes[id.index()].kind
            else {
                unreachable!("only tallies are listed")
            };
            if let Some(Watch::Tally(tally)) = &mut self.watches[id.index()]
                && let Some(value) = tally::value(matcher, &firing, value, when.as_ref())?
            {
                tally.push(value);
            }
        }
        Ok(())
    }

    /// Closes and opens intervals of the elements that are bound now: before the application the matched and chosen ones, after it
    /// the created ones.
    fn mark<M: Matcher>(&mut self, matcher: &M, firing: Application<'_>, created: bool) {
        let ends = &self.rules[firing.rule.index()].ends;
        for end in ends.iter().filter(|end| end.created == created) {
            if let Some(Watch::Between(durations)) = &mut self.watches[end.probe.index()]
                && let Some(element) = end.element(matcher.graph(), firing.bound)
            {
                durations.mark(end.mark, element, firing.now);
            }
        }
    }

    /// Brings levels and durations up to date with an application.
    fn follow<M: Matcher>(&mut self, matcher: &M, firing: Application<'_>) {
        let changed = &matcher.delta().probes;
        if let Some(series) = &mut self.series
            && !changed.is_empty()
        {
            series.sample_before(firing.now, &self.watches);
        }
        for &probe in changed {
            if let Some(Watch::Level(level)) = &mut self.watches[probe.index()] {
                level.follow(firing.now, matcher.reading(probe));
            }
        }
        if self.durations.is_empty() {
            return;
        }
        self.mark(matcher, firing, true);
        for &probe in &self.durations {
            if let Some(Watch::Between(durations)) = &mut self.watches[probe.index()] {
                durations.censor_deleted(matcher.graph(), firing.now);
            }
        }
    }
}

impl<M: Matcher> Observer<M> for Collector {
    fn begin(&mut self, matcher: &M) {
        for (id, watch) in (0..).map(ProbeId).zip(&mut self.watches) {
            if let Some(Watch::Level(level)) = watch {
                level.begin(matcher.reading(id));
            }
        }
    }

    #[inline]
    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        self.reach(firing.time);
        if self.reads && self.rules[firing.rule.index()].reads() {
            self.read(matcher, firing.application())?;
        }
        Ok(())
    }

    #[inline]
    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        let applied = matches!(outcome, FiringOutcome::Applied(_));
        // Of one that is not applied nobody heard before.
        if !applied {
            self.reach(firing.time);
        }
        let rule = &mut self.rules[firing.rule.index()];
        rule.whole_run.count(outcome);
        if firing.time >= self.windows.warm_up() {
            rule.after_warm_up.count(outcome);
        }
        if applied && self.follows {
            self.follow(matcher, firing.application());
        }
    }
}
