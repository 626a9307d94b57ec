//! What the firing of an event will read, asked for bit by bit: what is asked for now says, once it has come, what to ask for next.

use kairos_model::rule::RuleId;

use super::{data::Data, network::Component, query::QueryId};
use crate::{
    binding::{Binding, Slot},
    matcher::{EventId, Soon},
    prefetch::prefetch,
};

impl Data {
    /// Asks for the memory that an event's firing will read.
    #[inline]
    pub(super) fn prefetch(&self, event: EventId, how_soon: Soon) {
        if how_soon == Soon::Far {
            return prefetch(&self.events, event.index());
        }
        let Some(event) = self.events.get(event.index()) else {
            return;
        };
        let Some(query) = self.network().events[event.rule.index()] else {
            return;
        };
        if self.query(query).nodes.first() == Some(&true) {
            let alone = self.program.effects(event.rule).alone().is_some();
            self.prefetch_node(event.first, how_soon, alone);
        } else if self.graph.has_edge(event.first) {
            self.prefetch_edge(event.first, how_soon);
        }
    }

    /// An assignment alone reads no lists, and seldom concerns a match.
    fn prefetch_node(&self, node: Slot, how_soon: Soon, alone: bool) {
        match how_soon {
            Soon::Near => {
                self.graph.prefetch_node(node);
                if !alone {
                    self.heads.nodes.prefetch(node);
                }
            }
            Soon::Nearer => self.graph.prefetch_parts(node),
            Soon::Next if !alone => {
                self.graph.prefetch_halves(node);
                self.prefetch_rows(node);
            }
            Soon::Far | Soon::Next => {}
        }
    }

    fn prefetch_edge(&self, edge: Slot, how_soon: Soon) {
        if how_soon == Soon::Near {
            return self.graph.prefetch_edge(edge);
        }
        let (from, to) = self.graph.ends(edge);
        for end in [from, to] {
            if how_soon == Soon::Nearer {
                self.graph.prefetch_node(end);
            } else {
                self.graph.prefetch_parts(end);
                self.prefetch_rows(end);
            }
        }
    }

    /// Asks for what is known of the matches of a node alone; the node has come.
    fn prefetch_rows(&self, node: Slot) {
        if !self.graph.has_node(node) {
            return;
        }
        let ty = self.graph.node_type(node).index();
        for &(query, _) in &self.network().dispatch.node_hooks[ty] {
            self.stores[query.index()].prefetch(node);
            if let Some(pools) = &self.pools[query.index()] {
                pools.prefetch(node.0);
            }
        }
    }

    /// Whether so much of a query is stored that it does not stay in the caches by itself.
    fn is_large(&self, id: QueryId) -> bool {
        const MANY: usize = 1 << 13;
        self.stores[id.index()].len() >= MANY
    }

    /// Asks for the elements of a match that was picked by chance, which nobody could foresee.
    #[inline]
    pub(super) fn prefetch_picked(&self, id: QueryId, slots: &[Slot]) {
        if !self.is_large(id) {
            return;
        }
        for (&slot, &is_node) in slots.iter().zip(&self.query(id).nodes) {
            if is_node {
                self.graph.prefetch_node(slot);
            } else {
                self.graph.prefetch_edge(slot);
            }
        }
    }

    /// Asks for what hangs at the nodes of the components that were picked.
    #[inline]
    pub(super) fn prefetch_around(&self, rule: RuleId, bound: &Binding) {
        for Component { query, vars } in &self.network().components[rule.index()] {
            if !self.is_large(*query) {
                continue;
            }
            for (&var, &is_node) in vars.iter().zip(&self.query(*query).nodes) {
                if is_node {
                    self.graph.prefetch_parts(bound.get(var));
                    self.prefetch_rows(bound.get(var));
                }
            }
        }
    }
}
