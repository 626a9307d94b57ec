//! Matchers that do not tell all of what has changed.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use kairos_model::{expr::Formula, probe::ProbeId, rule::RuleId, types::Value};
use kairos_rewrite::{
    binding::Binding,
    error::Outcome,
    graph::HostGraph,
    incremental::IncrementalMatcher,
    matcher::{Cause, Effort, Event, Extensions, Firing, Fraction, MatchDelta, Matched, Matcher},
    program::Program,
};

/// What a matcher keeps to itself.
pub(super) trait Mistake {
    /// Whether an event that was found is kept secret; elements with a number from `before` on are new.
    fn hides(inner: &IncrementalMatcher, event: Event, firing: &Firing<'_>, before: u64) -> bool;

    /// Whether nobody hears that what a timer reads has changed.
    const HIDES_STALE: bool;
}

/// Hides events that an application enables although it created none of their elements: they were disabled, and are not any more.
#[derive(Debug)]
pub(super) struct MissesReenabling;

impl Mistake for MissesReenabling {
    const HIDES_STALE: bool = false;

    fn hides(inner: &IncrementalMatcher, event: Event, firing: &Firing<'_>, before: u64) -> bool {
        let rule = event.rule;
        let elements = &inner.program().model.rule(rule).lhs.elements;
        let matched = inner.matched(event);
        let mut numbers = elements.iter().zip(&*matched).map(|(&element, &slot)| {
            let scope = &inner.program().model.rule(rule).scope;
            if scope.is_node(element) {
                inner.graph().node_number(slot)
            } else {
                inner.graph().edge_number(slot)
            }
        });
        rule != firing.rule && numbers.all(|n| n < before)
    }
}

/// Hides that attributes and counts which timers read have changed.
#[derive(Debug)]
pub(super) struct MissesStale;

impl Mistake for MissesStale {
    const HIDES_STALE: bool = true;

    fn hides(_: &IncrementalMatcher, _: Event, _: &Firing<'_>, _: u64) -> bool {
        false
    }
}

/// The right matcher, a part of whose deltas is lost.
#[derive(Debug)]
pub(super) struct Distorted<D> {
    inner: IncrementalMatcher,
    delta: MatchDelta,
    hidden: BTreeSet<Event>,
    mistake: PhantomData<D>,
}

impl<D: Mistake> Matcher for Distorted<D> {
    fn start(program: &Arc<Program>, graph: HostGraph) -> Outcome<Self> {
        let inner = IncrementalMatcher::start(program, graph)?;
        Ok(Distorted {
            delta: inner.delta().clone(),
            inner,
            hidden: BTreeSet::new(),
            mistake: PhantomData,
        })
    }

    fn apply(&mut self, firing: Firing<'_>, cause: &mut dyn Cause) -> Outcome<()> {
        let before = self.inner.graph().next_number();
        self.inner.apply(firing, cause)?;
        self.delta.clone_from(self.inner.delta());
        let hidden = &mut self.hidden;
        self.delta.lost.retain(|lost| !hidden.remove(&lost.event));
        self.delta.found.retain(|&event| {
            let hides = D::hides(&self.inner, event, &firing, before);
            if hides {
                hidden.insert(event);
            }
            !hides
        });
        self.delta
            .stale
            .retain(|event| !D::HIDES_STALE && !hidden.contains(event));
        Ok(())
    }

    fn delta(&self) -> &MatchDelta {
        &self.delta
    }

    fn events(&self) -> Vec<Event> {
        let mut events = self.inner.events();
        events.retain(|event| !self.hidden.contains(event));
        events
    }

    fn program(&self) -> &Arc<Program> {
        self.inner.program()
    }

    fn graph(&self) -> &HostGraph {
        self.inner.graph()
    }

    fn set_time(&mut self, now: f64) {
        self.inner.set_time(now);
    }

    fn matched(&self, event: Event) -> Matched<'_> {
        self.inner.matched(event)
    }

    fn value(&self, formula: &Formula, bound: &Binding, now: f64) -> Outcome<Value> {
        self.inner.value(formula, bound, now)
    }

    fn pool_picks(
        &self,
        rule: RuleId,
        first: usize,
        attempts: u32,
        uniform: impl Fn(usize, u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<Option<usize>> {
        self.inner.pool_picks(rule, first, attempts, uniform, bound)
    }

    fn extensions(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        self.inner.extensions(rule, step, bound, out)
    }

    fn best(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        self.inner.best(rule, step, bound, out)
    }

    fn pool_weighted(&self, rule: RuleId, step: usize, u: f64, bound: &Binding) -> Option<bool> {
        self.inner.pool_weighted(rule, step, u, bound)
    }

    fn component_weights(&self, rule: RuleId) -> impl Iterator<Item = f64> {
        self.inner.component_weights(rule)
    }

    fn component_picks(&self, rule: RuleId, u: impl Fn(usize) -> f64, bound: &Binding) {
        self.inner.component_picks(rule, u, bound);
    }

    fn complete(&self, rule: RuleId, bound: &Binding) -> Outcome<bool> {
        self.inner.complete(rule, bound)
    }

    fn reading(&self, probe: ProbeId) -> Option<f64> {
        self.inner.reading(probe)
    }

    fn stops(&self) -> bool {
        self.inner.stops()
    }

    fn effort(&self) -> Effort {
        self.inner.effort()
    }

    fn memory_bytes(&self) -> u64 {
        self.inner.memory_bytes()
    }

    fn check_invariants(&self) {
        self.inner.check_invariants();
    }
}
