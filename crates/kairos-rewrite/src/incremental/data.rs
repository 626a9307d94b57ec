//! What an incremental matcher knows: graph, stored matches, events.

use std::{cell::Cell, cmp::Ordering, sync::Arc};

use kairos_model::{expr::FormulaId, probe::ProbeId, rule::RuleId};

use super::{
    dispatch::Dispatch,
    event_ids::EventIds,
    faults::only,
    heads::AllHeads,
    network::Network,
    pool::Pools,
    query::{Indexed, Purpose, Query, QueryId, Ready},
    search::{Failure, View},
    store::{NONE, Store},
    strategy::Strategy,
    total::Total,
    update::count_for,
};
use crate::{
    binding::{Binding, Bound, Slot},
    effects::ChangedAttribute,
    error::{Fault, Limited, Outcome, RuntimeError},
    eval::OfBits,
    exact::ExactSum,
    graph::HostGraph,
    lists::LONGEST,
    matcher::{Effort, Event, Lost, MatchDelta},
    program::{Program, SubId, owner_rule},
};

/// Where it is told what the matches of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// They are no events.
    Nowhere,
    /// Each is one element, which has the number of its row.
    ByNumber,
    /// In the rows of a query.
    InRows(QueryId),
}

/// Graph and stored matches.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) program: Arc<Program>,
    pub(crate) graph: HostGraph,
    /// By query.
    pub(crate) stores: Vec<Store>,
    /// Rows removed in this step that may be used again: still readable, not yet reused.
    removed: Vec<(QueryId, u32)>,
    /// By query, for those whose matches are kept in pool order.
    pub(crate) pools: Vec<Option<Box<Pools>>>,
    /// By query, for those whose values are only summed up.
    pub(crate) totals: Vec<Option<Box<Total>>>,
    /// By probe: the sum of an attribute, where that is what it reads.
    pub(crate) sums: Vec<ExactSum>,
    pub(crate) heads: AllHeads,
    pub(crate) effort: Cell<Effort>,
    /// Whether what fires was asked for before.
    pub(super) is_foreseen: Cell<bool>,
    /// The row that was asked for last because a pick will probably come to it.
    pub(super) chosen: Cell<u32>,
    /// By rule: where its matches are told, those that are events.
    pub(super) told: Box<[Told]>,
    pub(super) event_ids: EventIds,
    /// By query of events: what the timers' sub-patterns gave last, row after row.
    pub(crate) observed: Vec<Vec<u64>>,
    pub(crate) delta: MatchDelta,
    /// Whether the last step has left anything to be forgotten.
    pub(crate) has_news: bool,
    pub(crate) now: f64,
    /// The rule of the last step.
    pub(crate) applied: RuleId,
}

impl Data {
    pub(crate) fn new(program: &Arc<Program>, graph: HostGraph) -> Self {
        let queries = &program.network().queries;
        let stores: Vec<Store> = queries
            .iter()
            .zip(&program.network().dispatch.hook_places)
            .map(|(q, places)| Store::new(q.layout(program, places)))
            .collect();
        let told = |id: &Option<QueryId>| match *id {
            None => Told::Nowhere,
            Some(id) if stores[id.index()].has_numbers_of_elements() => Told::ByNumber,
            Some(id) => Told::InRows(id),
        };
        Data {
            told: program.network().events.iter().map(told).collect(),
            program: Arc::clone(program),
            graph,
            stores,
            removed: Vec::new(),
            pools: queries
                .iter()
                .map(|q| q.keeps_order.then(|| Box::new(Pools::new(q.indexed))))
                .collect(),
            totals: queries
                .iter()
                .map(|q| (q.indexed == Indexed::Total).then(Box::default))
                .collect(),
            sums: vec![ExactSum::default(); program.model.probes.len()],
            heads: AllHeads::new(&program.network().dispatch),
            effort: Cell::default(),
            is_foreseen: Cell::new(false),
            chosen: Cell::new(NONE),
            event_ids: EventIds::new(program.model.run.limits.active_events),
            observed: vec![Vec::new(); queries.len()],
            delta: MatchDelta::default(),
            has_news: true,
            now: 0.0,
            applied: RuleId(0),
        }
    }

    /// Forgets the last step's delta; rows and events lost in it may be used again.
    #[inline]
    pub(crate) fn begin_step(&mut self, rule: RuleId, now: f64) {
        (self.now, self.applied) = (now, rule);
        if self.has_news {
            self.forget_step();
        }
    }

    #[inline(never)]
    fn forget_step(&mut self) {
        self.has_news = false;
        self.graph.begin_step();
        while let Some((id, row)) = self.removed.pop() {
            self.stores[id.index()].reuse(row);
        }
        self.event_ids.give_back(&self.delta.lost);
        self.delta.clear();
    }

    pub(crate) fn network(&self) -> &Network {
        self.program.network()
    }

    pub(crate) fn query(&self, id: QueryId) -> &Query {
        &self.network().queries[id.index()]
    }

    pub(crate) fn view(&self) -> View<'_> {
        View {
            program: &self.program,
            network: self.network(),
            graph: &self.graph,
            stores: &self.stores,
            heads: &self.heads,
            effort: &self.effort,
            now: self.now,
        }
    }

    /// Whether all conditions of a query hold for what is bound, those first that cannot fail. `elements` says the same as `bound`, and faster where
    /// there is only one.
    #[inline]
    pub(crate) fn all_hold(
        &self,
        query: &Query,
        elements: &impl Bound,
        bound: &Binding,
    ) -> Outcome<bool> {
        self.each_holds(&query.checked, elements, |c| self.holds(query, c, bound))
    }

    /// Whether conditions hold, one after the other: those that need a closure as `otherwise` says.
    #[inline(always)]
    pub(super) fn each_holds(
        &self,
        conditions: &[Ready],
        elements: &impl Bound,
        otherwise: impl Fn(FormulaId) -> Outcome<bool>,
    ) -> Outcome<bool> {
        for condition in conditions {
            let holds = match &condition.quick {
                Some(quick) => quick.holds(&self.graph, elements, |n| self.note_search(n)),
                None => otherwise(condition.formula)?,
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn holds(&self, query: &Query, condition: FormulaId, bound: &Binding) -> Outcome<bool> {
        let code = self.program.code_of(condition);
        let holds = code.holds(&self.view().env(bound));
        holds.map_err(|fault| self.failure_of(query, Failure { condition, fault }, bound))
    }

    /// Counts candidates that were tested.
    pub(crate) fn note_search(&self, steps: u64) {
        let mut effort = self.effort.get();
        effort.search_steps += steps;
        self.effort.set(effort);
    }

    /// Notes for probes that a node has come, or is about to go.
    #[inline]
    pub(super) fn tally_node(
        &mut self,
        dispatch: &Dispatch,
        node: Slot,
        change: fn(&mut ExactSum, f64),
    ) {
        let ty = self.graph.node_type(node).index();
        count_for(&mut self.delta, &dispatch.node_tallies[ty]);
        for &(probe, column, value) in &dispatch.node_sums[ty] {
            let bits = self.graph.node_word(node, column);
            change(&mut self.sums[probe.index()], value.value(bits));
        }
    }

    /// Notes for a probe that sums up what an attribute comes to that it is another.
    #[inline]
    pub(super) fn change_sum(
        &mut self,
        probe: ProbeId,
        value: OfBits,
        ChangedAttribute { before, now, .. }: ChangedAttribute,
    ) {
        self.sums[probe.index()].replace(value.value(before), value.value(now));
        self.delta.probes.push(probe);
    }

    /// The count of a sub-pattern at a node or (`Slot::NONE`) as a whole, matched edges not left out.
    pub(crate) fn count_of(&self, sub: SubId, node: Slot) -> i64 {
        let count = match self.network().strategies.of(sub) {
            Strategy::Degree { ports, .. } => {
                let ports = &ports[self.graph.node_type(node).index()];
                ports
                    .iter()
                    .map(|&p| self.graph.degree(node, p) as u64)
                    .sum()
            }
            Strategy::Nodes { types } => types
                .iter()
                .map(|&ty| self.graph.nodes_of(ty).len() as u64)
                .sum(),
            Strategy::Stored { query, .. } => query.map_or(0, |q| {
                self.stores[q.index()].count((node != Slot::NONE).then_some(node))
            }),
            Strategy::Search { .. } => 0,
        };
        count.cast_signed()
    }

    /// Whether all elements of an embedding that was found earlier in the step are still there. Slots are not reused within a step.
    pub(crate) fn is_whole(&self, query: &Query, slots: &[Slot]) -> bool {
        let here = |is_node: bool, slot: Slot| {
            if is_node {
                self.graph.has_node(slot)
            } else {
                self.graph.has_edge(slot)
            }
        };
        query
            .nodes
            .iter()
            .zip(slots)
            .all(|(&is_node, &slot)| here(is_node, slot))
    }

    /// Binds a query's variables to a row.
    #[inline]
    pub(crate) fn bind(&self, query: &Query, row: u32, bound: &Binding) {
        let slots = self.stores[query.id.index()].row(row, &self.graph);
        for (&var, &slot) in query.vars.iter().zip(&*slots) {
            bound.set(var, slot);
        }
    }

    /// The order of two rows, by the numbers of their elements.
    #[inline]
    pub(crate) fn by_numbers(&self, query: &Query, a: u32, b: u32) -> Ordering {
        let store = &self.stores[query.id.index()];
        if query.nodes.len() == 1 && query.nodes[0] {
            let node = |row| store.only(row);
            return self.graph.order_of_nodes(node(a), node(b));
        }
        if let Some((from, to)) = store.ways_of(a, b, &self.graph) {
            // They have the edge in common, and each has the other's ends.
            let nodes = query.order.iter().find(|&&column| query.nodes[column]);
            let Some(&first) = nodes else {
                return Ordering::Equal;
            };
            let order = self.graph.order_of_nodes(from, to);
            return if store.is_first_end(first) {
                order
            } else {
                order.reverse()
            };
        }
        let (a, b) = (store.row(a, &self.graph), store.row(b, &self.graph));
        for &column in &query.order {
            let (a, b) = (a[column], b[column]);
            let order = if query.nodes[column] {
                self.graph.order_of_nodes(a, b)
            } else {
                self.graph.edge_number(a).cmp(&self.graph.edge_number(b))
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    #[inline]
    pub(super) fn number(&self, is_node: bool, slot: Slot) -> u64 {
        if is_node {
            self.graph.node_number(slot)
        } else {
            self.graph.edge_number(slot)
        }
    }

    /// The first row that hangs at an element by a hook, or [`NONE`].
    #[inline(always)]
    pub(crate) fn first_row(&self, query: QueryId, hook: usize, element: Slot) -> u32 {
        self.stores[query.index()].first(hook, &self.graph, &self.heads, element)
    }

    /// The row with these slots.
    #[inline]
    pub(crate) fn find(&mut self, query: QueryId, slots: &[Slot]) -> Option<u32> {
        self.stores[query.index()].find(slots, &self.graph, &self.heads)
    }

    /// Whether a match is the one of its orbit that is kept: that with the smallest names, ties by numbers.
    #[inline]
    pub(crate) fn is_canonical(&self, query: &Query, slots: &[Slot]) -> bool {
        let mut orbits = query.orbits.iter();
        orbits.all(|permutation| self.is_before(query, slots, permutation))
    }

    /// Whether a match is not after its image under an automorphism.
    fn is_before(&self, query: &Query, slots: &[Slot], permutation: &[usize]) -> bool {
        let name = |is_node: bool, slot: Slot| {
            if is_node {
                self.graph.node_name(slot)
            } else {
                self.graph.edge_name(slot)
            }
        };
        let pairs = || {
            let images = permutation.iter().map(|&column| slots[column]);
            let pairs = slots.iter().copied().zip(images).zip(&query.nodes);
            pairs.filter(|((own, image), _)| own != image)
        };
        let names = pairs().map(|((a, b), &node)| name(node, a).cmp(&name(node, b)));
        let numbers =
            pairs().map(|((a, b), &node)| self.number(node, a).cmp(&self.number(node, b)));
        let mut compared = names.chain(numbers);
        compared.find(|o| o.is_ne()).is_none_or(Ordering::is_lt)
    }

    /// Whether of two matches that are each other's images, with two nodes exchanged, the one with them in this order is kept.
    #[inline]
    pub(crate) fn is_first(&self, a: Slot, b: Slot) -> bool {
        let graph = &self.graph;
        let names = graph.node_name(a).cmp(&graph.node_name(b));
        names.then_with(|| graph.order_of_nodes(a, b)).is_lt()
    }

    /// Adds a match that is not there yet.
    #[inline]
    pub(crate) fn insert(
        &mut self,
        query: &Query,
        slots: &[Slot],
        bound: &Binding,
    ) -> Outcome<u32> {
        let row = self.stores[query.id.index()].insert(slots, &self.graph, &mut self.heads);
        if let Purpose::Events(rule) = query.purpose {
            self.activate(query.id, rule, row)?;
            if !query.observed.is_empty() {
                self.bind(query, row, bound);
                self.observe(query, row, bound)?;
            }
        }
        Ok(row)
    }

    /// Makes a row an event, and notes it as found.
    #[inline]
    fn activate(&mut self, query: QueryId, rule: RuleId, row: u32) -> Outcome<()> {
        let Some(id) = self.event_ids.take(self.delta.lost.len()) else {
            return Err(self.too_many_events(rule));
        };
        self.stores[query.index()].set_event(row, id);
        self.delta.found.push(Event { id, rule, row });
        Ok(())
    }

    /// Makes sure that all matches of a query fit into its pool, where it has one for all.
    ///
    /// # Errors
    /// The number of matches, with their rule, if there are too many.
    #[inline]
    pub(super) fn fits_pool(&self, query: &Query) -> Outcome<()> {
        let count = self.stores[query.id.index()].len();
        if count <= LONGEST as usize || !query.keeps_order || query.anchor.is_some() {
            return Ok(());
        }
        Err(self.too_many_matches(query))
    }

    #[cold]
    pub(super) fn too_many_matches(&self, query: &Query) -> Box<RuntimeError> {
        let count = self.stores[query.id.index()].len() as u64;
        let rule = owner_rule(&self.program, query.owner);
        self.too_many((Limited::Matches, count, LONGEST.into()), rule)
    }

    #[cold]
    pub(super) fn too_many_events(&self, rule: RuleId) -> Box<RuntimeError> {
        let count = self.event_ids.too_many(self.delta.lost.len());
        let limit = self.program.model.run.limits.active_events;
        let name = self.program.model.rule(rule).name.clone();
        self.too_many((Limited::ActiveEvents, count, limit), Some((rule, name)))
    }

    #[cold]
    fn too_many(
        &self,
        (what, count, limit): (Limited, u64, u64),
        rule: Option<(RuleId, String)>,
    ) -> Box<RuntimeError> {
        let fault = Fault::Limit { what, count, limit };
        Box::new(RuntimeError {
            rule,
            ..RuntimeError::new(fault, self.now)
        })
    }

    /// Removes a match.
    #[inline]
    pub(crate) fn remove(&mut self, query: &Query, row: u32, deleted: bool) {
        let store = &mut self.stores[query.id.index()];
        let id = store.remove(row, &self.graph, &mut self.heads);
        if store.is_reused() {
            self.removed.push((query.id, row));
        }
        if let Purpose::Events(rule) = query.purpose {
            let event = Event { id, rule, row };
            self.delta.lost.push(Lost { event, deleted });
        }
    }

    /// Reads what a row's timer observes; whether any of it has changed. The row is bound.
    pub(crate) fn observe(&mut self, query: &Query, row: u32, bound: &Binding) -> Outcome<bool> {
        let width = query.observed.len();
        let mut changed = false;
        for (position, &(sub, exists)) in query.observed.iter().enumerate() {
            let view = self.view();
            let env = view.env(bound);
            let value = view
                .observed(sub, exists, &env)
                .map_err(|fault| self.error(query.owner, *fault, &only(query, bound)))?;
            let cells = &mut self.observed[query.id.index()];
            let cell = row as usize * width + position;
            if cells.len() <= cell {
                cells.resize((row as usize + 1) * width, 0);
            }
            changed |= std::mem::replace(&mut cells[cell], value) != value;
        }
        Ok(changed)
    }
}

impl Data {
    /// How many more embeddings of a query there may be, what limits them, and how many of them are one match.
    pub(crate) fn room(&self, id: QueryId) -> (u64, Limited, u64) {
        /// Of an event, besides its row: its clock, and its place in the schedule.
        const OF_EVENT: usize = 64;
        let limits = &self.program.model.run.limits;
        let query = self.query(id);
        let orbit = 1 + query.orbits.len() as u64;
        let (most, of_event) = match query.purpose {
            Purpose::Events(_) => {
                let most = limits.active_events.saturating_mul(orbit);
                ((most, Limited::ActiveEvents, orbit), OF_EVENT)
            }
            _ => ((u64::from(NONE), Limited::Matches, 1), 0),
        };
        let most = if query.keeps_order {
            most.min((LONGEST.into(), Limited::Matches, 1))
        } else {
            most
        };
        let Some(bytes) = limits.memory_bytes else {
            return most;
        };
        // A match is held twice while it is being stored.
        let of_match = 2 * self.stores[id.index()].row_bytes() + of_event;
        let fit = bytes.saturating_sub(self.memory_bytes()) / of_match as u64;
        most.min((fit, Limited::MatchesInMemory, 1))
    }

    /// Bytes that graph and matches use.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let stores: usize = self.stores.iter().map(Store::memory_bytes).sum();
        let pools: usize = self.pools.iter().flatten().map(|p| p.memory_bytes()).sum();
        let totals: usize = self.totals.iter().flatten().map(|t| t.memory_bytes()).sum();
        let heads = self.heads.memory_bytes();
        let events = self.event_ids.memory_bytes();
        let removed = self.removed.capacity() * size_of::<(QueryId, u32)>();
        let observed = self
            .observed
            .iter()
            .map(|values| values.capacity() * size_of::<u64>());
        let timers = events + observed.sum::<usize>();
        let of_step = removed + self.delta.memory_bytes();
        self.graph.memory_bytes() + (stores + pools + totals + heads + timers + of_step) as u64
    }

    /// Asserts that every stored match is one, and that pools hold the stored matches; slow.
    pub(crate) fn check_invariants(&self) {
        for (tally, held) in self.network().tallies.iter().zip(&self.sums) {
            let mut sum = ExactSum::default();
            for summand in tally.iter().flat_map(|tally| tally.summands(&self.graph)) {
                sum.add(summand);
            }
            assert_eq!(
                held.value(),
                sum.value(),
                "a sum that is not that of the nodes"
            );
        }
        let bound = Binding::new(self.program.widest_scope());
        for (index, query) in self.network().queries.iter().enumerate() {
            let store = &self.stores[index];
            for row in store.rows() {
                assert!(
                    self.is_whole(query, &store.row(row, &self.graph)),
                    "a match of an element that is gone"
                );
                self.bind(query, row, &bound);
                assert!(
                    self.all_hold(query, &bound, &bound).unwrap_or(false),
                    "a stored match whose conditions fail: {:?}",
                    query.purpose
                );
            }
            store.check_invariants(&self.graph, &self.heads);
            if let Some(total) = &self.totals[index] {
                let mut sum = ExactSum::default();
                for row in store.rows() {
                    let bits = self.key_of(query, row, &bound);
                    sum.add(f64::from_bits(bits.expect("a value that was there before")));
                }
                assert_eq!(
                    total.sum(),
                    sum.value(),
                    "a sum that is not that of the rows"
                );
            }
        }
    }
}
