//! What an edge that comes or goes means for matches of which little is kept, known by their element's number: those that are the edge with its ends,
//! where they are nothing but events; and those that are one node, where all that decides them is whether it has such an edge, and no more is kept than
//! which event each is and its place in a pool. They come and go at once, in the order in which a pool wants them.

use kairos_model::rule::RuleId;

use super::{
    data::Data,
    dispatch::{Decided, LoneEdge},
    pool::Pools,
    query::{Indexed, Purpose, Query, QueryId},
    store::{NONE, Store},
};
use crate::{binding::Slot, error::Outcome, program::SubId, schema::PortId};

/// The matches of such a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nodes {
    pub(super) query: QueryId,
    /// The rule whose events they are.
    rule: Option<RuleId>,
    is_pool: bool,
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
            is_pool: query.keeps_order,
            port: decided.port?,
            holds_if: decided.holds_if,
            sub,
        })
    }
}

/// The matches of a query that are an edge with its ends, which are events, and nothing else is kept of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeEvents {
    pub(super) query: QueryId,
    rule: RuleId,
    /// By which the edge knows them.
    hook: usize,
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
        })
    }
}

impl Data {
    /// Adds the events that a new edge makes.
    #[inline(always)]
    pub(super) fn enter_edge(
        &mut self,
        query: &Query,
        EdgeEvents {
            query: id,
            rule,
            hook,
        }: EdgeEvents,
        lone: &LoneEdge,
        edge: Slot,
    ) -> Outcome<()> {
        for slots in self.made_by(query, lone, edge).into_iter().flatten() {
            let slots = &slots[..query.vars.len()];
            let row = self.stores[id.index()].insert_bare(hook, slots, &self.graph);
            self.activate(id, rule, row)?;
        }
        Ok(())
    }

    /// Removes the events that an edge made which is gone.
    #[inline(always)]
    pub(super) fn leave_edge(&mut self, EdgeEvents { query, rule, hook }: EdgeEvents, edge: Slot) {
        let mut row = self.first_row(query, hook, edge);
        while row != NONE {
            let store = &mut self.stores[query.index()];
            let next = store.next(hook, row);
            let id = store.leave(row);
            self.deactivate(id, rule, row, true);
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
        let mut by = 0;
        for node in [first, second] {
            by += self.decide_node(of, node, comes)?;
        }
        if of.is_pool && self.is_large(of.query) {
            let rule = self.applied;
            self.pool_of(of).0.note_change(rule, by);
        }
        Ok(())
    }

    /// The same of one end; says how many more matches there are.
    #[inline(always)]
    fn decide_node(&mut self, of: Nodes, node: Slot, comes: bool) -> Outcome<isize> {
        // What a step creates it does not delete.
        let exists = comes || self.graph.degree(node, of.port) > 0;
        debug_assert_eq!(exists, self.count_of(of.sub, node) > 0);
        let is_there = self.stores[of.query.index()].is_alive(node.0);
        match (is_there, exists == of.holds_if) {
            (false, true) => {
                self.enter_node(of, node)?;
                Ok(1)
            }
            (true, false) => {
                self.leave_node(of, node);
                Ok(-1)
            }
            _ => Ok(0),
        }
    }

    #[inline(always)]
    fn enter_node(&mut self, of: Nodes, node: Slot) -> Outcome<()> {
        self.stores[of.query.index()].insert_element(node);
        if let Some(rule) = of.rule {
            self.activate(of.query, rule, node.0)?;
        }
        if of.is_pool {
            self.fits_pool(self.query(of.query))?;
            let (pool, store) = self.pool_of(of);
            pool.append(store, None, node.0);
        }
        Ok(())
    }

    #[inline(always)]
    fn leave_node(&mut self, of: Nodes, node: Slot) {
        let id = self.stores[of.query.index()].leave(node.0);
        if let Some(rule) = of.rule {
            self.deactivate(id, rule, node.0, false);
        }
        if of.is_pool {
            let (pool, store) = self.pool_of(of);
            pool.take_out(store, None, node.0);
        }
    }

    #[inline]
    fn pool_of(&mut self, of: Nodes) -> (&mut Pools, &mut Store) {
        let pool = self.pools[of.query.index()].as_deref_mut();
        let store = &mut self.stores[of.query.index()];
        (pool.expect("its matches are in order"), store)
    }
}
