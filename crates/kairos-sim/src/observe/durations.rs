//! Durations between the firings of two rules for the same element.

use std::collections::BTreeMap;

use kairos_model::{expr::Var, probe::ProbeId, rule::Rule};
use kairos_rewrite::{
    binding::{Binding, Slot},
    graph::HostGraph,
};
use kairos_stats::KaplanMeier;

/// What a firing does to an interval.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// Opens one, unless the element has one open.
    Open,
    /// Closes the open one, if any.
    Close,
}

/// One end of the intervals of a probe, at the rule whose firing it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) probe: ProbeId,
    pub(super) mark: Mark,
    /// Whether the rule creates the element, so that it is there only after the application.
    pub(super) created: bool,
    var: Var,
    is_node: bool,
}

impl End {
    pub(super) fn new(rule: &Rule, same: Var, probe: ProbeId, mark: Mark) -> Self {
        End {
            probe,
            mark,
            created: rule.effect.create.iter().any(|c| c.var == same),
            var: same,
            is_node: rule.scope.is_node(same),
        }
    }

    /// The number of the element; `None` for an edge that was not created because an end of it was deleted.
    pub(super) fn element(&self, graph: &HostGraph, bound: &Binding) -> Option<u64> {
        match bound.get(self.var) {
            Slot::NONE => None,
            node if self.is_node => Some(graph.node_number(node)),
            edge => Some(graph.edge_number(edge)),
        }
    }
}

/// The intervals of a probe; those that began before the warm-up ended are followed, but do not count.
#[derive(Debug)]
pub(super) struct Durations {
    warm_up: f64,
    of_nodes: bool,
    /// Since when, by element number.
    open: BTreeMap<u64, f64>,
    closed: Vec<f64>,
    censored: Vec<f64>,
}

impl Durations {
    pub(super) fn new(warm_up: f64, of_nodes: bool) -> Self {
        Durations {
            warm_up,
            of_nodes,
            open: BTreeMap::new(),
            closed: Vec::new(),
            censored: Vec::new(),
        }
    }

    pub(super) fn mark(&mut self, mark: Mark, element: u64, time: f64) {
        match mark {
            Mark::Open => {
                self.open.entry(element).or_insert(time);
            }
            Mark::Close => {
                let since = self.open.remove(&element);
                self.closed.extend(lasted(since, self.warm_up, time));
            }
        }
    }

    /// The intervals of elements that the last application deleted were never closed.
    pub(super) fn censor_deleted(&mut self, graph: &HostGraph, time: f64) {
        if self.open.is_empty() {
            return;
        }
        if self.of_nodes {
            let numbers = graph.deleted_nodes().map(|n| graph.node_number(n));
            numbers.for_each(|number| self.censor(number, time));
        } else {
            let numbers = graph.deleted_edges().map(|e| graph.edge_number(e));
            numbers.for_each(|number| self.censor(number, time));
        }
    }

    fn censor(&mut self, element: u64, time: f64) {
        let since = self.open.remove(&element);
        self.censored.extend(lasted(since, self.warm_up, time));
    }

    /// The run is over: what is open is never closed.
    pub(super) fn censor_open(&mut self, end: f64) {
        while let Some((_, since)) = self.open.pop_first() {
            self.censored.extend(lasted(Some(since), self.warm_up, end));
        }
    }

    /// The intervals that ended since the last cut. Those that are open go on: an interval counts where it ends.
    pub(super) fn cut(&mut self) -> KaplanMeier {
        let seen = KaplanMeier::new(&self.closed, &self.censored);
        self.closed.clear();
        self.censored.clear();
        seen
    }
}

/// How long an interval lasted, if there was one and it counts.
fn lasted(since: Option<f64>, warm_up: f64, until: f64) -> Option<f64> {
    since.filter(|&s| s >= warm_up).map(|s| until - s)
}
