//! What must be true of a host graph.

use super::{HostGraph, adjacency::Entry};
use crate::upkeep::Kept;

impl HostGraph {
    /// Asserts that lists, positions and counts agree; slow.
    pub fn check_invariants(&self) {
        let mut counted = vec![0; self.adjacency.head_count()];
        for edge in self.edges() {
            let (from, to) = self.ends(edge);
            let entries = self.entries_of(self.edge_type(edge), from, to);
            self.adjacency.check_edge(edge, (from, to), entries);
            let (first, second) = entries;
            let second = (second != first).then_some(second);
            for entry in [Some(first), second].into_iter().flatten() {
                if let Entry::Counted(head) | Entry::Listed(head) = entry {
                    counted[head] += 1;
                }
            }
        }
        assert_eq!(self.edges().count(), self.edge_count());
        let links = self.edges().map(|e| self.ends(e)).filter(|(a, b)| a != b);
        assert_eq!(links.count(), self.links.iter().map(|&n| n as usize).sum());
        for node in self.nodes() {
            let list = &self.by_type[self.node_type(node).index()];
            assert_eq!(list[self.nodes[node.index()].position as usize], node);
            assert!(
                self.halves_of(node)
                    .all(|h| self.has_edge(h.edge()) && self.has_node(h.node()))
            );
            for port in self.schema.port_ids(self.node_type(node)) {
                if port.kept() != Kept::Nothing {
                    let edges = std::mem::take(&mut counted[self.head(node, port)]);
                    assert_eq!(self.degree(node, port), edges);
                }
            }
        }
        assert!(
            counted.iter().all(|&edges| edges == 0),
            "edges stand and are counted at their ends alone"
        );
        assert_eq!(self.nodes().count(), self.node_count());
    }
}
