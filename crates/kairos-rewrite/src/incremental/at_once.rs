//! Matches that follow an application at once: of queries of which no more is kept than which event each match is, its place in a pool and its weight
//! there, and where one thing that the rule does decides alone whether they are there: an edge that comes or goes, or what is assigned to an attribute
//! of one node, or of two. Then nothing is noted for later: it is known in which order a pool wants them.

use std::cmp::Ordering;

use kairos_model::{expr::Var, rule::RuleId};

use super::{
    data::Data,
    dispatch::{Decided, LoneEdge},
    event_ids::EventIds,
    pool::Pools,
    query::{Indexed, Purpose, Query, QueryId},
    records::THERE,
    store::{NONE, Store},
};
use crate::{
    binding::{Binding, Slot},
    effects::{Change, ChangedAttribute},
    error::{Outcome, RuntimeError},
    eval::{OfBits, Range},
    graph::HostGraph,
    lists::LONGEST,
    matcher::{Event, EventId, Lost, MatchDelta},
    program::SubId,
    schema::PortId,
};

/// Which matches may come, go, or have another weight.
#[derive(Debug)]
pub(super) enum AtOnce {
    /// Those that an edge makes as it comes.
    Come {
        rows: Kept,
        lone: LoneEdge,
        edge: Var,
    },
    /// Those that an edge made, as it goes.
    Gone { rows: Kept, edge: Var },
    /// Those that the ends of an edge are which comes or goes: of a query that asks whether they have any.
    Ends {
        rows: Kept,
        asks: Asks,
        ends: (Var, Var),
        comes: bool,
    },
    /// Those that nodes are to which something is assigned: of a query that asks at most where that lies.
    Assigned {
        rows: Kept,
        range: Range,
        /// What the weight comes to, where there is one.
        weight: Option<OfBits>,
        /// By which assignments.
        positions: (usize, Option<usize>),
    },
}

/// A query of whose matches little is kept, that have the number of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    query: QueryId,
    /// By which that element knows them.
    hook: usize,
    /// How many elements each has.
    width: usize,
    /// Whether of two that are each other's images one is there.
    has_orbits: bool,
    /// Whether they stand in a pool.
    is_pool: bool,
    /// Whether they have weights there.
    is_weighted: bool,
    /// The rule whose events they are.
    events: Option<RuleId>,
    /// The rule whose clock they add up to.
    aggregate: Option<RuleId>,
}

impl Kept {
    /// What is kept of a query, if it is little.
    pub(super) fn of(query: &Query) -> Option<Kept> {
        let (events, aggregate) = match query.purpose {
            Purpose::Events(rule) => (Some(rule), None),
            Purpose::Component(rule, _) => (None, Some(rule)),
            Purpose::Pool(..) => (None, None),
            _ => return None,
        };
        let is_bare = query.hooks.len() == 1 && query.anchor.is_none();
        let is_plain = query.observed.is_empty()
            && match query.indexed {
                Indexed::No => query.value.is_none(),
                Indexed::Sums => query.value.is_some(),
                Indexed::Order | Indexed::Total => false,
            };
        let hook = query.numbering_hook()?;
        (is_bare && is_plain).then_some(Kept {
            query: query.id,
            hook,
            width: query.vars.len(),
            has_orbits: !query.orbits.is_empty(),
            is_pool: query.keeps_order,
            is_weighted: query.value.is_some(),
            events,
            aggregate,
        })
    }
}

/// Whether a node has an edge in a list, and what follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asks {
    port: PortId,
    holds_if: bool,
    sub: SubId,
}

impl Asks {
    /// What a query asks that a count decides.
    pub(super) fn of(decided: Decided, sub: SubId) -> Option<Asks> {
        Some(Asks {
            port: decided.port?,
            holds_if: decided.holds_if,
            sub,
        })
    }

    /// The answer, where an edge comes or goes.
    #[inline]
    fn exists(&self, graph: &HostGraph, node: Slot, comes: bool) -> bool {
        // What a step creates it does not delete.
        comes || graph.degree(node, self.port) > 0
    }
}

/// What there is too much of.
enum Excess {
    Events,
    Matches,
}

/// A query's matches, and all that must know of them.
struct Rows<'a> {
    kept: &'a Kept,
    store: &'a mut Store,
    pool: Option<&'a mut Pools>,
    ids: &'a mut EventIds,
    delta: &'a mut MatchDelta,
}

impl Rows<'_> {
    /// The event that the next match is.
    #[inline(always)]
    fn next_event(&mut self) -> Result<EventId, Excess> {
        match self.kept.events {
            None => Ok(THERE),
            Some(_) => {
                let id = self.ids.take(self.delta.lost.len());
                id.ok_or(Excess::Events)
            }
        }
    }

    /// Notes that a match was added; its place in a pool it gets later.
    #[inline(always)]
    fn note_found(&mut self, id: EventId, row: u32) {
        if let Some(rule) = self.kept.events {
            self.delta.found.push(Event { id, rule, row });
        }
    }

    /// Gives a match its place in the pool, with its weight.
    #[inline(always)]
    fn list(&mut self, row: u32, weight: u64) -> Result<(), Excess> {
        if let Some(pool) = &mut self.pool {
            if self.store.len() > LONGEST as usize {
                return Err(Excess::Matches);
            }
            match self.kept.is_weighted {
                true => pool.push(self.store, None, row, weight),
                false => pool.append(self.store, None, row),
            }
        }
        Ok(())
    }

    /// Adds the match that a node is.
    #[inline(always)]
    fn enter_node(&mut self, node: Slot, weight: u64) -> Result<(), Excess> {
        let id = self.next_event()?;
        self.store.insert_element(node, id);
        self.note_found(id, node.0);
        self.list(node.0, weight)
    }

    /// Notes that a clock has another rate.
    #[inline(always)]
    fn note_change(&mut self) {
        if let Some(rule) = self.kept.aggregate {
            self.delta.aggregates.push(rule);
        }
    }

    /// Removes a match.
    #[inline(always)]
    fn leave(&mut self, row: u32, deleted: bool) {
        let id = match &mut self.pool {
            None => self.store.leave(row),
            Some(pool) => {
                let (id, place) = self.store.leave_pool(row);
                match self.kept.is_weighted {
                    true => pool.forget(self.store, None, (row, place)),
                    false => pool.close(self.store, None, place),
                }
                id
            }
        };
        if let Some(rule) = self.kept.events {
            let event = Event { id, rule, row };
            self.delta.lost.push(Lost { event, deleted });
        }
    }
}

impl Data {
    /// Asks for what is known of a node, and for the match that it may be.
    #[inline(always)]
    pub(super) fn prefetch_end(&self, kept: &Kept, node: Slot) {
        self.graph.prefetch_known_heads(node);
        self.stores[kept.query.index()].prefetch_row(node.0);
        self.graph.prefetch_name(node);
    }

    /// Carries out what follows at once.
    #[inline(always)]
    pub(super) fn carry_out(
        &mut self,
        one: &AtOnce,
        change: &Change,
        bound: &Binding,
    ) -> Outcome<()> {
        match one {
            AtOnce::Come { rows, lone, edge } => self.enter_edge(rows, lone, bound.get(*edge)),
            AtOnce::Gone { rows, edge } => {
                self.leave_edge(rows, bound.get(*edge));
                Ok(())
            }
            AtOnce::Ends {
                rows,
                asks,
                ends,
                comes,
            } => {
                let ends = (bound.get(ends.0), bound.get(ends.1));
                self.decide_ends(rows, asks, ends, *comes)
            }
            AtOnce::Assigned {
                rows,
                range,
                weight,
                positions,
            } => {
                let (first, second) = match *positions {
                    (first, None) => (first, None),
                    (first, Some(second)) => self.in_turn(change, *range, (first, second)),
                };
                self.assign(rows, (*range, *weight), change.changed_by(first))?;
                match second {
                    None => Ok(()),
                    Some(second) => self.assign(rows, (*range, *weight), change.changed_by(second)),
                }
            }
        }
    }

    /// A query's matches, and the graph.
    #[inline(always)]
    fn rows<'a>(&'a mut self, kept: &'a Kept) -> (Rows<'a>, &'a HostGraph) {
        let rows = Rows {
            kept,
            store: &mut self.stores[kept.query.index()],
            pool: self.pools[kept.query.index()].as_deref_mut(),
            ids: &mut self.event_ids,
            delta: &mut self.delta,
        };
        (rows, &self.graph)
    }

    /// Adds the matches that a new edge makes.
    #[inline(always)]
    fn enter_edge(&mut self, kept: &Kept, lone: &LoneEdge, edge: Slot) -> Outcome<()> {
        let (mut next, mut after) = self.made_by(lone, kept.has_orbits, edge);
        let mut entered = [NONE; 2];
        while let Some(ends) = next {
            let slots = &lone.slots(edge, ends)[..kept.width];
            let (mut rows, graph) = self.rows(kept);
            let id = match rows.next_event() {
                Ok(id) => id,
                Err(excess) => return Err(self.excess(kept, excess)),
            };
            let row = rows.store.insert_bare(edge, slots, graph, id);
            rows.note_found(id, row);
            entered = [entered[1], row];
            next = after.take();
        }
        match kept.is_pool {
            true => self.list_edge(kept, entered),
            false => Ok(()),
        }
    }

    /// Gives the matches of a new edge, of which there may be none or one, their places in a pool.
    fn list_edge(&mut self, kept: &Kept, entered: [u32; 2]) -> Outcome<()> {
        if entered == [NONE; 2] {
            return Ok(());
        }
        let entered = self.ordered(kept, entered);
        let (mut rows, _) = self.rows(kept);
        let mut all = entered.into_iter().filter(|&row| row != NONE);
        let listed = all.try_for_each(|row| rows.list(row, 0));
        rows.note_change();
        let by = entered.iter().filter(|&&row| row != NONE).count();
        self.note_length(kept, by.cast_signed());
        listed.map_err(|excess| self.excess(kept, excess))
    }

    /// Removes the matches that an edge made which is gone.
    #[inline(always)]
    fn leave_edge(&mut self, kept: &Kept, edge: Slot) {
        let row = self.first_row(kept.query, kept.hook, edge);
        if row == NONE {
            return;
        }
        let next = match kept.has_orbits {
            true => NONE,
            false => self.stores[kept.query.index()].next(kept.hook, row),
        };
        let leaving = match next {
            NONE => [row, NONE],
            next => self.ordered(kept, [row, next]),
        };
        let (mut rows, _) = self.rows(kept);
        for row in leaving {
            if row != NONE {
                rows.leave(row, true);
            }
        }
        if kept.is_pool {
            rows.note_change();
            self.note_length(kept, if next == NONE { -1 } else { -2 });
        }
    }

    /// Two matches of an edge in the order of their numbers, where there are two.
    fn ordered(&self, kept: &Kept, [a, b]: [u32; 2]) -> [u32; 2] {
        let is_pair = a != NONE && b != NONE;
        let swap = is_pair && self.by_numbers(self.query(kept.query), a, b).is_gt();
        if swap { [b, a] } else { [a, b] }
    }

    /// Brings the matches up to date that the ends of an edge are, which comes or goes; the ends may be one node.
    #[inline(always)]
    fn decide_ends(
        &mut self,
        kept: &Kept,
        asks: &Asks,
        (from, to): (Slot, Slot),
        comes: bool,
    ) -> Outcome<()> {
        debug_assert!(self.can_tell(asks, from, comes) && self.can_tell(asks, to, comes));
        let is_ordered = self.graph.order_of_nodes(from, to).is_le();
        let ends = if is_ordered { [from, to] } else { [to, from] };
        let (mut rows, graph) = self.rows(kept);
        let before = rows.store.len();
        for node in ends {
            let holds = asks.exists(graph, node, comes) == asks.holds_if;
            if rows.store.is_alive(node.0) == holds {
                continue;
            }
            if !holds {
                rows.leave(node.0, false);
            } else if let Err(excess) = rows.enter_node(node, 0) {
                return Err(self.excess(kept, excess));
            }
        }
        let by = rows.store.len().cast_signed() - before.cast_signed();
        if by != 0 {
            rows.note_change();
        }
        self.note_length(kept, by);
        Ok(())
    }

    /// Whether a list at a node tells what is counted.
    fn can_tell(&self, asks: &Asks, node: Slot, comes: bool) -> bool {
        asks.exists(&self.graph, node, comes) == (self.count_of(asks.sub, node) > 0)
    }

    /// Brings the match up to date that a node is of which an attribute may have other bits.
    #[inline(always)]
    fn assign(
        &mut self,
        kept: &Kept,
        (range, weight): (Range, Option<OfBits>),
        changed: Option<ChangedAttribute>,
    ) -> Outcome<()> {
        let Some(ChangedAttribute { of, before, now }) = changed else {
            return Ok(());
        };
        let node = of.element;
        let holds = |bits: u64| range.has(bits.cast_signed());
        let key = weight.map_or(0, |weight| weight.value(now).to_bits());
        let (mut rows, _) = self.rows(kept);
        let by = match (holds(before), holds(now)) {
            (false, false) => return Ok(()),
            (true, false) => {
                rows.leave(node.0, false);
                -1
            }
            (_, true) if f64::from_bits(key) < 0.0 => return Err(self.bad_weight(kept, node)),
            (false, true) => {
                if let Err(excess) = rows.enter_node(node, key) {
                    return Err(self.excess(kept, excess));
                }
                1
            }
            (true, true) if weight.is_none() => return Ok(()),
            (true, true) => {
                if let Some(pool) = &mut rows.pool {
                    pool.revalue(rows.store, None, node.0, key);
                }
                0
            }
        };
        rows.note_change();
        self.note_length(kept, by);
        Ok(())
    }

    /// In which order a pool wants to know of two assignments: first that a node leaves it, then that one enters, each by the order of their numbers.
    #[inline(always)]
    fn in_turn(
        &self,
        change: &Change,
        range: Range,
        (first, second): (usize, usize),
    ) -> (usize, Option<usize>) {
        let holds = |bits: u64| range.has(bits.cast_signed());
        let (Some(a), Some(b)) = (change.changed_by(first), change.changed_by(second)) else {
            return (first, Some(second));
        };
        let enters = |before: u64, now: u64| !holds(before) && holds(now);
        let turns = enters(a.before, a.now).cmp(&enters(b.before, b.now));
        let numbers = || self.graph.order_of_nodes(a.of.element, b.of.element);
        match turns.then_with(numbers) {
            Ordering::Greater => (second, Some(first)),
            _ => (first, Some(second)),
        }
    }

    /// Notes for those who ask ahead by how many matches an application has changed a pool.
    #[inline(always)]
    fn note_length(&mut self, kept: &Kept, by: isize) {
        if by != 0
            && self.is_large(kept.query)
            && let Some(pool) = &mut self.pools[kept.query.index()]
        {
            pool.note_change(self.applied, by);
        }
    }

    #[cold]
    fn excess(&self, kept: &Kept, excess: Excess) -> Box<RuntimeError> {
        match (excess, kept.events) {
            (Excess::Events, Some(rule)) => self.too_many_events(rule),
            _ => self.too_many_matches(self.query(kept.query)),
        }
    }

    /// The error of a weight that is negative.
    #[cold]
    fn bad_weight(&self, kept: &Kept, node: Slot) -> Box<RuntimeError> {
        let bound = Binding::new(self.program.widest_scope());
        let key = self.key_of(self.query(kept.query), node.0, &bound);
        key.expect_err("it is negative")
    }
}
