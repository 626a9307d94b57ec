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
    first_to(halves, other).map(|first| halves[first].edge())
}

/// Where the first of some edges stands that leads to a node. Four are compared at a time, and then the last four, some of them once more:
/// how many there are the processor would guess wrong most of the time, how many fours it mostly guesses right.
#[inline(always)]
pub(crate) fn first_to(halves: &[Half], node: Slot) -> Option<usize> {
    let leads = |half: Half| u32::from(half.node() == node);
    let four = |&[a, b, c, d]: &[Half; 4]| leads(a) | leads(b) << 1 | leads(c) << 2 | leads(d) << 3;
    let first =
        |found: u32, from: usize| (found != 0).then(|| from + found.trailing_zeros() as usize);
    let Some(last_four) = halves.last_chunk() else {
        let last = halves.len().checked_sub(1)?;
        let middle = halves.len() / 2;
        let found =
            leads(halves[0]) | leads(halves[middle]) << middle | leads(halves[last]) << last;
        return first(found, 0);
    };
    for (number, whole) in halves.as_chunks().0.iter().enumerate() {
        let found = four(whole);
        if found != 0 {
            return first(found, 4 * number);
        }
    }
    first(four(last_four), halves.len() - 4)
}

#[cfg(test)]
mod tests {
    use super::{Half, Slot, first_to};

    #[test]
    fn the_first_edge_to_a_node_is_found_in_lists_of_all_lengths() {
        for len in 0..14 {
            let to = |nodes: &[u32]| {
                let half = |(edge, &node): (u32, &u32)| Half { edge, node };
                (0..).zip(nodes).map(half).collect::<Vec<_>>()
            };
            let all: Vec<u32> = (0..len).collect();
            for node in 0..len {
                assert_eq!(first_to(&to(&all), Slot(node)), Some(node as usize));
                // Another one stands behind it.
                let mut two = all.clone();
                two[len as usize - 1] = node;
                assert_eq!(first_to(&to(&two), Slot(node)), Some(node as usize));
            }
            assert_eq!(first_to(&to(&all), Slot(len)), None);
        }
    }
}
