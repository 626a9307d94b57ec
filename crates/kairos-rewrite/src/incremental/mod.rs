//! The matcher that costs what a step changed.
//!
//! Every pattern whose matches somebody needs (a rule's left-hand side, a sub-pattern that is counted, a pool, a probe) is a *query* with stored matches
//! (`store`). A change finds the rows that it concerns along intrusive lists from the changed element, and new rows by *search plans* that start from it
//! (`plan`, `search`); tables say which (`dispatch`). Queries that count for others are brought up to date first (`strategy`: strata).

use std::sync::Arc;

use kairos_model::{expr::Formula, probe::ProbeId, rule::RuleId, types::Value};

mod ask;
mod at_once;
mod counts;
mod data;
mod dispatch;
mod ending;
mod event_ids;
mod faults;
mod foreseen;
mod heads;
mod layout;
mod looking;
mod network;
mod picking;
mod plan;
mod planner;
mod pool;
mod prefetch;
mod query;
mod ranking;
mod records;
mod registry;
mod room;
mod rows;
mod search;
mod seeds;
mod sharing;
mod store;
mod strategy;
mod tally;
#[cfg(test)]
mod tests;
mod total;
mod update;
mod values;
mod walk;

pub(crate) use dispatch::Dispatch;
pub(crate) use foreseen::Foreseen;
pub(crate) use network::Network;
pub(crate) use query::Ready;

use data::Data;
use picking::Step;
use update::Update;

use crate::{
    binding::{Binding, Slot},
    effects::{Alone, Change, CompiledAssignment},
    error::Outcome,
    graph::HostGraph,
    matcher::{
        Cause, Effort, Event, Extensions, Firing, Fraction, MatchDelta, Matched, Matcher, Soon,
    },
    program::Program,
};

/// Graph and matches, kept up to date from what each application changes.
#[derive(Debug)]
pub struct IncrementalMatcher {
    program: Arc<Program>,
    data: Data,
    update: Update,
    change: Change,
}

impl IncrementalMatcher {
    /// Applies a rule that is one assignment or one new edge, which concerns nobody.
    #[inline(never)]
    fn apply_alone(
        &mut self,
        rule: RuleId,
        bound: &Binding,
        now: f64,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let firing = &Firing { rule, bound, now };
        let IncrementalMatcher { program, data, .. } = self;
        let effects = program.effects(rule);
        match effects.alone() {
            Some(Alone::Assignment(assignment)) => {
                let value = assignment.value(data, firing, cause)?;
                assign(data, *firing, (assignment, value))
            }
            Some(Alone::Edge(creation)) => {
                effects.stay_apart(data, firing, None)?;
                creation.carry_out(&mut data.graph, bound, (0, &[]), cause);
                Ok(())
            }
            None => unreachable!("the rule does one thing"),
        }
    }

    /// Applies a rule that is one edge which comes or goes, where all that this means follows at once.
    #[inline(never)]
    fn apply_one_edge(
        &mut self,
        rule: RuleId,
        bound: &Binding,
        now: f64,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let IncrementalMatcher {
            program,
            data,
            change,
            ..
        } = self;
        let effects = program.effects(rule);
        let foreseen = effects.foreseen().expect("all is foreseen");
        data.prefetch_ends(foreseen, bound);
        match effects.one_edge(bound) {
            Ok(creation) => {
                effects.stay_apart(data, &Firing { rule, bound, now }, None)?;
                creation.carry_out(&mut data.graph, bound, (0, &[]), cause);
            }
            Err(deleted) => {
                data.prefetch_in_turn(rule, bound);
                data.graph.delete_edge(deleted);
            }
        }
        data.follow_at_once(foreseen, (change, bound))
    }

    /// Applies a rule whose effects need no plan.
    #[inline(never)]
    fn apply_straight(
        &mut self,
        rule: RuleId,
        bound: &Binding,
        now: f64,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let firing = &Firing { rule, bound, now };
        let IncrementalMatcher {
            program,
            data,
            update,
            change,
        } = self;
        let effects = program.effects(rule);
        let foreseen = effects.foreseen();
        let deleted = effects.deleted(bound);
        if deleted.is_some() {
            data.prefetch_scattered(rule, bound);
        }
        change.read(data, firing, (effects, deleted), cause)?;
        if let Some(edge) = deleted {
            data.prefetch_around_scattered(rule, bound);
            if foreseen.is_none() {
                update.before_deletion(program, data, &[], &[edge])?;
                update.drop_matches(program, data, &[], &[edge]);
            }
            data.prefetch_lists_of_scattered(rule, bound);
            data.graph.delete_edge(edge);
        }
        change.carry_out(effects, &mut data.graph, bound, cause);
        match foreseen {
            Some(foreseen) if foreseen.is_nothing() => {
                data.has_news |= deleted.is_some();
                Ok(())
            }
            Some(foreseen) => update.conclude(program.network(), data, foreseen, (change, bound)),
            None => update.follow(program, data, (rule, change), deleted.is_some()),
        }
    }

    /// Applies a rule whose effects are planned before they are carried out.
    #[inline(never)]
    fn apply_planned(
        &mut self,
        rule: RuleId,
        bound: &Binding,
        now: f64,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let firing = &Firing { rule, bound, now };
        let IncrementalMatcher {
            program,
            data,
            update,
            change,
        } = self;
        data.prefetch_scattered(rule, bound);
        change.plan(data, firing, cause)?;
        data.prefetch_around_scattered(rule, bound);
        let (nodes, edges) = (change.deleted_nodes(), change.deleted_edges());
        let deletes = !nodes.is_empty() || !edges.is_empty();
        if deletes {
            update.before_deletion(program, data, nodes, edges)?;
            update.drop_matches(program, data, nodes, edges);
        }
        data.prefetch_lists_of_scattered(rule, bound);
        change.commit(&mut data.graph, firing.bound);
        update.follow(program, data, (rule, change), deletes)
    }
}

/// Carries out an assignment that is all that a rule does, and concerns nobody.
#[inline(always)]
fn assign(
    data: &mut Data,
    firing: Firing<'_>,
    (assignment, value): (&CompiledAssignment, Value),
) -> Outcome<()> {
    match assignment.carry_out(&mut data.graph, firing.bound, value) {
        Ok(()) => Ok(()),
        Err(fault) => Err(assignment.fault(data, &firing, *fault)),
    }
}

impl Matcher for IncrementalMatcher {
    fn start(program: &Arc<Program>, graph: HostGraph) -> Outcome<Self> {
        let mut data = Data::new(program, graph);
        let mut update = Update::new(&data);
        update.start(program, &mut data)?;
        Ok(IncrementalMatcher {
            program: Arc::clone(program),
            data,
            update,
            change: Change::default(),
        })
    }

    #[inline]
    fn program(&self) -> &Arc<Program> {
        &self.data.program
    }

    #[inline]
    fn graph(&self) -> &HostGraph {
        &self.data.graph
    }

    #[inline]
    fn set_time(&mut self, now: f64) {
        self.data.now = now;
    }

    #[inline]
    fn apply(&mut self, firing: Firing<'_>, cause: &mut dyn Cause) -> Outcome<()> {
        let IncrementalMatcher { program, data, .. } = self;
        data.begin_step(firing.rule, firing.now);
        let effects = program.effects(firing.rule);
        // The parts of a firing are handed on in registers, so that it need not stand in memory.
        let Firing { rule, bound, now } = firing;
        match effects.alone() {
            Some(Alone::Assignment(assignment)) => match assignment.constant() {
                Some(value) => assign(data, firing, (assignment, value)),
                None => self.apply_alone(rule, bound, now, cause),
            },
            Some(Alone::Edge(_)) => self.apply_alone(rule, bound, now, cause),
            None if effects.are_one_edge() => self.apply_one_edge(rule, bound, now, cause),
            None if effects.are_straight() => self.apply_straight(rule, bound, now, cause),
            None => self.apply_planned(rule, bound, now, cause),
        }
    }

    #[inline]
    fn delta(&self) -> &MatchDelta {
        &self.data.delta
    }

    #[inline]
    fn matched(&self, event: Event) -> Matched<'_> {
        self.data.matched(event)
    }

    #[inline]
    fn prefetch(&self, event: Event, how_soon: Soon) {
        self.data.prefetch(event, how_soon);
    }

    #[inline]
    fn note_foreseen(&self, is_foreseen: bool) {
        self.data.is_foreseen.set(is_foreseen);
    }

    #[inline]
    fn prefetch_pick(&self, event: Event, uniform: impl FnOnce() -> Fraction) -> Option<Slot> {
        self.data.prefetch_pick(event, uniform)
    }

    #[inline]
    fn prefetch_chosen(&self, event: Event, after: RuleId, uniform: impl FnOnce() -> Fraction) {
        self.data.prefetch_chosen(event, after, uniform);
    }

    #[inline]
    fn prefetch_edges(&self, node: Slot) {
        self.data.graph.prefetch_halves(node);
    }

    fn events(&self) -> Vec<Event> {
        let rules = (0..).map(RuleId).zip(&self.data.network().events);
        let queries = rules.filter_map(|(rule, query)| Some((rule, (*query)?)));
        let events = queries.flat_map(|(rule, query)| {
            let store = &self.data.stores[query.index()];
            let event = move |row| Event {
                id: store.event(row),
                rule,
                row,
            };
            store.rows().map(event)
        });
        events.collect()
    }

    #[inline]
    fn value(&self, formula: &Formula, bound: &Binding, now: f64) -> Outcome<Value> {
        match self.data.program.code(formula).quick() {
            Some(quick) => Ok(quick.value(&self.data.graph, bound, |n| self.data.note_search(n))),
            None => self.data.value_at(formula, bound, now),
        }
    }

    #[inline(always)]
    fn pool_picks(
        &self,
        rule: RuleId,
        first: usize,
        attempts: u32,
        uniform: impl Fn(usize, u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<Option<usize>> {
        let at = Step { rule, step: first };
        self.data.pool_picks(at, attempts, uniform, bound)
    }

    #[inline(always)]
    fn permits(&self, rule: RuleId, bound: &Binding, now: f64) -> Outcome<bool> {
        self.data.permits(rule, bound, now)
    }

    fn extensions(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        self.data.extensions(Step { rule, step }, bound, out)
    }

    fn best(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        self.data.best(Step { rule, step }, bound, out)
    }

    fn pool_weighted(&self, rule: RuleId, step: usize, u: f64, bound: &Binding) -> Option<bool> {
        self.data.pool_weighted(Step { rule, step }, u, bound)
    }

    #[inline]
    fn component_weights(&self, rule: RuleId) -> impl Iterator<Item = f64> {
        self.data.component_weights(rule)
    }

    #[inline]
    fn component_picks(&self, rule: RuleId, u: impl Fn(usize) -> f64, bound: &Binding) {
        self.data.component_picks(rule, u, bound);
    }

    #[inline]
    fn has_large_pools(&self, rule: RuleId) -> bool {
        self.data.has_large_pools(rule)
    }

    #[inline]
    fn prefetch_components(&self, rule: RuleId, how_soon: Soon, u: impl Fn(usize) -> f64) {
        self.data.prefetch_components(rule, how_soon, u);
    }

    #[inline]
    fn complete(&self, rule: RuleId, bound: &Binding) -> Outcome<bool> {
        self.data.complete(rule, bound)
    }

    #[inline(always)]
    fn reading(&self, probe: ProbeId) -> Option<f64> {
        self.data.reading(probe)
    }

    #[inline]
    fn stops(&self) -> bool {
        self.data
            .network()
            .stop
            .is_some_and(|q| self.data.stores[q.index()].len() > 0)
    }

    fn effort(&self) -> Effort {
        self.data.effort.get()
    }

    fn memory_bytes(&self) -> u64 {
        self.data.memory_bytes()
    }

    fn check_invariants(&self) {
        self.data.graph.check_invariants();
        self.data.check_invariants();
    }
}
