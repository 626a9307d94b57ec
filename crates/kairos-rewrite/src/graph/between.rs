//! Edges between two given nodes.

use kairos_model::types::EdgeTypeId;

use super::{Half, HostGraph};
use crate::{binding::Slot, schema::EndPorts};

impl HostGraph {
    /// The list in which edges of a type from one node to another (in either order if undirected) stand, the shorter one where there are two, and
    /// the node at the other end of those that are meant.
    #[inline]
    #[must_use]
    pub fn between(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> (&[Half], Slot) {
        let types = (self.node_type(from), self.node_type(to));
        match self.schema.edge_ports(ty, types) {
            Some(ports) => self.between_ports(ports, from, to),
            None => (&[], to),
        }
    }

    /// The same, where it is known in which ports these edges stand.
    #[inline(always)]
    pub(crate) fn between_ports(
        &self,
        (out, back): EndPorts,
        from: Slot,
        to: Slot,
    ) -> (&[Half], Slot) {
        if !back.is_listed() {
            assert!(out.is_listed(), "edges that are looked for are listed");
            return (self.port(from, out), to);
        }
        let backward = self.port(to, back);
        if !out.is_listed() {
            return (backward, from);
        }
        let forward = self.port(from, out);
        if backward.len() < forward.len() {
            (backward, from)
        } else {
            (forward, to)
        }
    }

    /// An edge of a type with these ends (in either order if undirected), if there is one.
    #[must_use]
    pub fn edge_between(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> Option<Slot> {
        edge_among(self.between(ty, from, to))
    }

    /// The same, where it is known in which ports such edges stand.
    #[inline]
    pub(crate) fn edge_between_ports(&self, ports: EndPorts, from: Slot, to: Slot) -> Option<Slot> {
        edge_among(self.between_ports(ports, from, to))
    }
}

/// The first of some edges that leads to a node.
#[inline]
fn edge_among((halves, other): (&[Half], Slot)) -> Option<Slot> {
    let found = halves.iter().find(|half| half.node() == other);
    found.map(|half| half.edge())
}
