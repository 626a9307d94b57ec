//! Counts of sub-patterns that a step changes: noted one by one, and taken together before anybody reacts.

use super::{
    data::Data,
    dispatch::{Decided, Degree, Dispatch, Reaction, Stratum},
    network::Network,
    store::NONE,
    update::Update,
};
use crate::{binding::Slot, error::Outcome, program::SubId, schema::Way};

/// A count that went up or down by one, at a node or (`Slot::NONE`) as a whole.
pub(super) type Counted = (SubId, Slot, i32);

/// A count that has changed in a way that matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct NetCount {
    pub(super) sub: SubId,
    pub(super) node: Slot,
    /// Whether there is any, where that is all that matters.
    exists: Option<bool>,
}

impl NetCount {
    /// What it says of the condition that a reaction is about: whether it holds, if that is known.
    pub(super) fn verdict(self, reaction: &Reaction) -> Option<bool> {
        Some(self.exists? == reaction.holds_if?)
    }
}

impl Update {
    /// Notes the degrees that an edge counts in: those at an end whose other end has a type that is counted.
    pub(super) fn log_degrees(&mut self, dispatch: &Dispatch, data: &Data, edge: Slot, by: i32) {
        let degrees = &dispatch.degrees[data.graph.edge_type(edge).index()];
        if degrees.is_empty() {
            return;
        }
        let (from, to) = data.graph.ends(edge);
        let (from_type, to_type) = data.graph.types_of_ends(edge);
        for &Degree {
            sub,
            way,
            ref others,
        } in degrees
        {
            if way != Way::In && others.has_node(to_type) {
                self.counted.push((sub, from, by));
            }
            let again = way == Way::Undirected && from == to;
            if way != Way::Out && !again && others.has_node(from_type) {
                self.counted.push((sub, to, by));
            }
        }
    }

    /// Notes the counts of nodes that a node of a type is counted in.
    pub(super) fn log_node(&mut self, dispatch: &Dispatch, ty: usize, by: i32) {
        let subs = &dispatch.node_counts[ty];
        self.counted
            .extend(subs.iter().map(|&sub| (sub, Slot::NONE, by)));
    }

    /// Brings those queries up to date that a count decides alone, whatever it was before.
    #[inline]
    pub(super) fn decide(
        &mut self,
        network: &Network,
        data: &mut Data,
        tables: &Stratum,
    ) -> Outcome<()> {
        for position in 0..self.counted.len() {
            let (sub, node, by) = self.counted[position];
            let decided = &tables.decided[sub.index()];
            if decided.is_empty() || data.graph.is_gone(node) {
                continue;
            }
            for &one in decided {
                self.decide_at(network, data, one, (sub, node, by > 0))?;
            }
        }
        Ok(())
    }

    /// The same of one query, at a node with an edge that comes or goes.
    #[inline(always)]
    pub(super) fn decide_at(
        &mut self,
        network: &Network,
        data: &mut Data,
        Decided {
            query,
            hook,
            holds_if,
            port,
        }: Decided,
        (sub, node, comes): (SubId, Slot, bool),
    ) -> Outcome<()> {
        let exists = match port {
            // What a step creates it does not delete.
            _ if comes => true,
            Some(port) => data.graph.degree(node, port) > 0,
            None => data.count_of(sub, node) > 0,
        };
        debug_assert_eq!(exists, data.count_of(sub, node) > 0);
        let query = &network.queries[query.index()];
        let row = data.first_row(query.id, hook, node);
        let store = &data.stores[query.id.index()];
        let hangs = || port.is_some() || store.hangs(hook, &data.graph, node);
        match (row, exists == holds_if) {
            (NONE, true) if hangs() => {
                self.insert(data, query, &[node])?;
            }
            (NONE, _) | (_, true) => {}
            (row, false) => self.remove(data, query, row, false),
        }
        Ok(())
    }

    /// Counts that have changed over the whole step, in a way that matters to the queries of a stratum: where only none or some matters, those that crossed it.
    pub(super) fn net_counts(
        &mut self,
        network: &Network,
        data: &Data,
        tables: &Stratum,
        net: &mut Vec<NetCount>,
    ) {
        if self.counted.is_empty() {
            return;
        }
        let reactions = &tables.counted;
        /// So few are compared with each other sooner than sorted.
        const FEW: usize = 8;
        let same = |a: &Counted, b: &Counted| (a.0, a.1) == (b.0, b.1);
        if self.counted.len() > FEW {
            self.counted.sort_unstable();
            for group in self.counted.chunk_by(same) {
                if reactions[group[0].0.index()].is_empty() {
                    continue;
                }
                let by = group.iter().map(|c| i64::from(c.2)).sum();
                net.extend(net_count(network, data, group[0], by));
            }
            return;
        }
        for (position, first) in self.counted.iter().enumerate() {
            if reactions[first.0.index()].is_empty() {
                continue;
            }
            let (before, rest) = self.counted.split_at(position);
            if !before.iter().any(|c| same(c, first)) {
                let group = rest.iter().filter(|c| same(c, first));
                let by = group.map(|c| i64::from(c.2)).sum();
                net.extend(net_count(network, data, *first, by));
            }
        }
    }
}

/// What it matters that a count has changed by so much over the whole step.
#[inline]
fn net_count(network: &Network, data: &Data, of: Counted, by: i64) -> Option<NetCount> {
    let (sub, node, _) = of;
    if node != Slot::NONE && !data.graph.has_node(node) {
        return None;
    }
    let mut exists = None;
    if network.dispatch.crossing[sub.index()] {
        let after = data.count_of(sub, node);
        if (after > 0) == (after - by > 0) {
            return None;
        }
        exists = Some(after > 0);
    }
    Some(NetCount { sub, node, exists })
}
