//! What an edge that comes or goes means for matches of which little is kept, known by their element's number: those that are the edge with its ends,
//! where they are nothing but events; and those that are one node, where all that decides them is whether it has such an edge, and no more is kept than
//! which event each is and its place in a pool. They come and go at once, in the order in which a pool wants them.

use kairos_model::{expr::Var, rule::RuleId};

use super::{
    data::Data,
    dispatch::{Decided, LoneEdge},
    query::{Indexed, Purpose, Query, QueryId},
    records::THERE,
    store::NONE,
};
use crate::{
    binding::Slot,
    error::Outcome,
    graph::HostGraph,
    lists::LONGEST,
    matcher::{Event, Lost},
    program::SubId,
    schema::PortId,
};

/// Which matches an edge that comes or goes may concern.
#[derive(Debug)]
pub(super) enum AtOnce {
    /// Those that it makes as it comes.
    Come {
        events: EdgeEvents,
        lone: LoneEdge,
        edge: Var,
    },
    /// Those that it made, as it goes.
    Gone { events: EdgeEvents, edge: Var },
    /// Those that its ends are, which it decides alone.
    Ends {
        rows: Nodes,
        ends: (Var, Var),
        comes: bool,
    },
}

/// The matches of a query that are nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nodes {
    pub(super) query: QueryId,
    /// The rule whose events they are.
    rule: Option<RuleId>,
    /// A node is one if and only if it has an edge there, or has none.
    port: PortId,
    holds_if: bool,
    sub: SubId,
}

impl Nodes {
    /// Those of a query that a count decides.
    pub(super) fn of(query: &Query, decided: Decided, sub: SubId) -> Option<Nodes> {
        let rule = match query.purpose {
            Purpose::Events(rule) => Some(rule),
            Purpose::Pool(..) => None,
            _ => return None,
        };
        let is_bare = query.numbering_hook() == Some(decided.hook) && query.anchor.is_none();
        let is_plain = query.observed.is_empty() && query.value.is_none();
        debug_assert!(!is_plain || query.indexed == Indexed::No);
        (is_bare && is_plain).then_some(Nodes {
            query: query.id,
            rule,
            port: decided.port?,
            holds_if: decided.holds_if,
            sub,
        })
    }

    /// Whether a node has such an edge, where one comes or goes.
    #[inline]
    fn exists(&self, graph: &HostGraph, node: Slot, comes: bool) -> bool {
        // What a step creates it does not delete.
        comes || graph.degree(node, self.port) > 0
    }
}

/// The matches of a query that are an edge with its ends, which are events, and nothing else is kept of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeEvents {
    pub(super) query: QueryId,
    rule: RuleId,
    /// By which the edge knows them.
    hook: usize,
    /// How many elements each has.
    width: usize,
    /// Whether of two that are each other's images one is kept.
    has_orbits: bool,
}

impl EdgeEvents {
    /// Those of a query.
    pub(super) fn of(query: &Query) -> Option<EdgeEvents> {
        let Purpose::Events(rule) = query.purpose else {
            return None;
        };
        let is_bare = query.hooks.len() == 1 && query.anchor.is_none();
        let is_plain = query.observed.is_empty() && !query.keeps_rows && !query.edges.is_empty();
        (is_bare && is_plain).then_some(EdgeEvents {
            query: query.id,
            rule,
            hook: query.numbering_hook()?,
            width: query.vars.len(),
            has_orbits: !query.orbits.is_empty(),
        })
    }
}

impl Data {
    /// Adds the events that a new edge makes.
    #[inline(always)]
    pub(super) fn enter_edge(
        &mut self,
        &EdgeEvents {
            query,
            rule,
            hook,
            width,
            has_orbits,
        }: &EdgeEvents,
        lone: &LoneEdge,
        edge: Slot,
    ) -> Outcome<()> {
        let (mut next, mut after) = self.made_by(lone, has_orbits, edge);
        while let Some(ends) = next {
            let slots = &lone.slots(edge, ends)[..width];
            let Some(id) = self.event_ids.take(self.delta.lost.len()) else {
                return Err(self.too_many_events(rule));
            };
            let store = &mut self.stores[query.index()];
            let row = store.insert_bare(hook, slots, &self.graph, id);
            self.delta.found.push(Event { id, rule, row });
            next = after.take();
        }
        Ok(())
    }

    /// Removes the events that an edge made which is gone.
    #[inline(always)]
    pub(super) fn leave_edge(&mut self, events: &EdgeEvents, edge: Slot) {
        let &EdgeEvents {
            query, rule, hook, ..
        } = events;
        let mut row = self.first_row(query, hook, edge);
        let (store, lost) = (&mut self.stores[query.index()], &mut self.delta.lost);
        while row != NONE {
            let next = store.next(hook, row);
            let id = store.leave(row);
            lost.push(Lost {
                event: Event { id, rule, row },
                deleted: true,
            });
            row = next;
        }
    }

    /// Brings the matches up to date that the ends of an edge are, which comes or goes; the ends may be one node.
    #[inline(always)]
    pub(super) fn decide_ends(
        &mut self,
        of: Nodes,
        (from, to): (Slot, Slot),
        comes: bool,
    ) -> Outcome<()> {
        let is_ordered = self.graph.order_of_nodes(from, to).is_le();
        let (first, second) = if is_ordered { (from, to) } else { (to, from) };
        debug_assert!(self.can_tell(of, first, comes) && self.can_tell(of, second, comes));
        let is_large = self.is_large(of.query);
        let Data {
            stores,
            pools,
            graph,
            event_ids,
            delta,
            applied,
            ..
        } = self;
        let store = &mut stores[of.query.index()];
        let mut pool = pools[of.query.index()].as_deref_mut();
        let before = store.len();
        for node in [first, second] {
            let (row, holds) = (node.0, of.exists(graph, node, comes) == of.holds_if);
            if store.is_alive(row) == holds {
                continue;
            }
            if !holds {
                let id = store.leave(row);
                if let Some(rule) = of.rule {
                    let event = Event { id, rule, row };
                    let deleted = false;
                    delta.lost.push(Lost { event, deleted });
                }
                if let Some(pool) = &mut pool {
                    pool.take_out(store, None, row);
                }
                continue;
            }
            let mut id = THERE;
            if let Some(rule) = of.rule {
                let Some(taken) = event_ids.take(delta.lost.len()) else {
                    return Err(self.too_many_events(rule));
                };
                id = taken;
                delta.found.push(Event { id, rule, row });
            }
            store.insert_element(node, id);
            if let Some(pool) = &mut pool {
                if store.len() > LONGEST as usize {
                    return self.fits_pool(self.query(of.query));
                }
                pool.append(store, None, row);
            }
        }
        if is_large && let Some(pool) = pool {
            let by = store.len().cast_signed() - before.cast_signed();
            pool.note_change(*applied, by);
        }
        Ok(())
    }

    /// Whether a list at a node tells what is counted.
    fn can_tell(&self, of: Nodes, node: Slot, comes: bool) -> bool {
        of.exists(&self.graph, node, comes) == (self.count_of(of.sub, node) > 0)
    }
}
