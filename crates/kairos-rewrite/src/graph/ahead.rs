//! What a step will read of a host graph, asked for before it is read.

use super::HostGraph;
use crate::{binding::Slot, prefetch::prefetch};

impl HostGraph {
    /// Asks for the memory of a node, and of its attributes if it is known where they are.
    #[inline]
    pub(crate) fn prefetch_node(&self, node: Slot) {
        self.prefetch_name(node);
        self.node_words.prefetch(node);
    }

    /// Asks for the memory in which a node's name stands.
    #[inline]
    pub(crate) fn prefetch_name(&self, node: Slot) {
        prefetch(&self.nodes, node.index());
    }

    /// Asks for the memory of the heads of a node's lists, if it is known where they are.
    #[inline]
    pub(crate) fn prefetch_known_heads(&self, node: Slot) {
        self.adjacency.prefetch_known_heads(node);
    }

    /// Asks for the memory of a node's attributes; the node itself has come.
    #[inline]
    pub(crate) fn prefetch_attributes(&self, node: Slot) {
        if node.index() < self.nodes.len() {
            self.node_words.prefetch_at(self.first_word(node));
        }
    }

    /// The same, and for the heads of its lists.
    #[inline]
    pub(crate) fn prefetch_parts(&self, node: Slot) {
        if node.index() < self.nodes.len() {
            self.node_words.prefetch_at(self.first_word(node));
            self.adjacency.prefetch_heads(self.first_head(node));
        }
    }

    /// Asks for the memory of the first edges in the first list of a node; its parts have come. Of several lists nobody can
    /// say which will be read.
    #[inline]
    pub(crate) fn prefetch_halves(&self, node: Slot) {
        if node.index() < self.nodes.len() {
            self.adjacency.prefetch_members(self.first_head(node));
        }
    }

    /// Asks for the memory of the first edges in every list of a node; its parts have come.
    #[inline]
    pub(crate) fn prefetch_lists(&self, node: Slot) {
        let first = self.first_head(node);
        for head in first..first + self.schema.ports(self.node_type(node)).len() {
            self.adjacency.prefetch_members(head);
        }
    }

    /// Asks for the memory of an edge.
    #[inline]
    pub(crate) fn prefetch_edge(&self, edge: Slot) {
        self.edges.prefetch(edge);
        self.adjacency.prefetch_positions(edge);
    }
}
