//! What deletion takes along and wins over, and second edges of unique types.

use kairos_model::types::EdgeTypeId;

use super::{AttributeOf, Change, EffectReader, End, Planned, PlannedCreation, RuleEffects};
use crate::{
    binding::Slot,
    error::{Fault, Outcome, RuntimeError},
    graph::HostGraph,
    matcher::Firing,
};

impl Change {
    /// Adds dangling edges, puts deletions in ascending numbers, drops what deletion wins over, and looks for second edges of unique types.
    pub(super) fn settle(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        effects: &RuleEffects,
    ) -> Outcome<()> {
        if !self.deleted_nodes.is_empty() || !self.deleted_edges.is_empty() {
            self.delete(reader.graph());
        }
        if effects.unique {
            self.unique(reader, firing)?;
        }
        Ok(())
    }

    fn delete(&mut self, graph: &HostGraph) {
        sort_by_number(&mut self.deleted_nodes, |s| graph.node_number(s));
        for &node in &self.deleted_nodes {
            self.deleted_edges
                .extend(graph.halves_of(node).map(|half| half.edge()));
        }
        sort_by_number(&mut self.deleted_edges, |s| graph.edge_number(s));
        self.gone_nodes.clone_from(&self.deleted_nodes);
        self.gone_nodes.sort_unstable();
        self.gone_edges.clone_from(&self.deleted_edges);
        self.gone_edges.sort_unstable();
        let (nodes, edges) = (&self.gone_nodes, &self.gone_edges);
        self.assignments.retain(|a| {
            let AttributeOf {
                is_node, element, ..
            } = a.place.attribute;
            if is_node { nodes } else { edges }
                .binary_search(&element)
                .is_err()
        });
    }

    pub(super) fn is_deleted(&self, end: End) -> bool {
        matches!(end, End::There(slot) if self.gone_nodes.binary_search(&slot).is_ok())
    }

    fn unique(&self, reader: &impl EffectReader, firing: &Firing<'_>) -> Outcome<()> {
        let (graph, types) = (reader.graph(), &reader.program().model.types);
        for (position, creation) in self.creations.iter().enumerate() {
            let Planned::Edge { ty, from, to } = creation.what else {
                continue;
            };
            let declared = types.edge(ty);
            if !declared.unique || self.is_deleted(from) || self.is_deleted(to) {
                continue;
            }
            let there = match (from, to) {
                (End::There(a), End::There(b)) => self.survives(graph, ty, a, b),
                _ => false,
            };
            let same = |c: &PlannedCreation| match c.what {
                Planned::Edge {
                    ty: other,
                    from: f,
                    to: t,
                } if other == ty => {
                    (f.same(from) && t.same(to))
                        || (declared.undirected && f.same(to) && t.same(from))
                }
                _ => false,
            };
            if there || self.creations[..position].iter().any(same) {
                return Err(duplicate(reader, firing, ty, (from, to)));
            }
        }
        Ok(())
    }

    /// Whether an edge of a type between two nodes is there and stays. A unique type has at most one.
    fn survives(&self, graph: &HostGraph, ty: EdgeTypeId, from: Slot, to: Slot) -> bool {
        graph
            .edge_between(ty, from, to)
            .is_some_and(|edge| self.gone_edges.binary_search(&edge).is_err())
    }
}

impl End {
    fn same(self, other: End) -> bool {
        match (self, other) {
            (End::There(a), End::There(b)) => a == b,
            (End::Planned(a), End::Planned(b)) => a == b,
            _ => false,
        }
    }
}

#[cold]
pub(super) fn duplicate(
    reader: &impl EffectReader,
    firing: &Firing<'_>,
    edge: EdgeTypeId,
    (from, to): (End, End),
) -> Box<RuntimeError> {
    let graph = reader.graph();
    let number = |end: End| match end {
        End::There(slot) => graph.node_number(slot),
        End::Planned(p) => graph.next_number() + u64::from(p),
    };
    let fault = Fault::Duplicate {
        edge: reader.program().model.types.edge(edge).name.clone(),
        from: number(from),
        to: number(to),
    };
    reader.fault(firing, fault)
}

fn sort_by_number(slots: &mut Vec<Slot>, number: impl Fn(Slot) -> u64) {
    if slots.len() > 1 {
        slots.sort_unstable_by_key(|&s| number(s));
        slots.dedup();
    }
}
