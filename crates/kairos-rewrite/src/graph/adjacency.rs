//! The adjacency lists of all nodes, and where each edge stands in them.

use kairos_model::types::NodeTypeId;

use super::Half;
use crate::{
    binding::Slot,
    lists::{List, Lists, Parts},
    prefetch::prefetch,
    schema::{Schema, Way},
};

/// The places of an edge in the lists of its ends. An undirected self-loop stands in its node's list once.
#[derive(Clone, Copy, Debug, Default)]
struct Positions {
    from: u32,
    to: u32,
}

/// Where the heads of the two lists stand that an edge is in at its ends, or [`NO_HEAD`]: one and the same for an undirected self-loop.
pub(super) type Heads = (usize, usize);

/// Of a list that is not kept.
pub(super) const NO_HEAD: usize = usize::MAX;

/// Lists of edges, by the place of their heads.
#[derive(Clone, Debug)]
pub(super) struct Adjacency {
    /// Of each node those of its ports.
    heads: Parts<List>,
    halves: Lists<Half>,
    /// By edge; empty where no edge is ever deleted.
    positions: Vec<Positions>,
    has_positions: bool,
}

impl Adjacency {
    /// No lists; what a schema says of them.
    pub(super) fn new(schema: &Schema) -> Self {
        let types = (0..schema.node_types()).map(|ty| NodeTypeId(ty as u16));
        let ports = types.map(|ty| schema.ports(ty).len());
        Adjacency {
            heads: Parts::new(ports, List::default()),
            halves: Lists::default(),
            positions: Vec::new(),
            has_positions: schema.upkeep().positions(),
        }
    }

    /// Makes room for the lists of a new node; returns where the first head stands.
    #[inline]
    pub(super) fn add_node(&mut self, node: Slot, ports: usize) -> u32 {
        self.heads.take(node, ports)
    }

    /// Where the first head of a node stands; `noted` gives what [`Adjacency::add_node`] returned.
    #[inline]
    pub(super) fn first_head(&self, node: Slot, noted: impl FnOnce() -> u32) -> usize {
        self.heads.start(node, noted)
    }

    /// Takes back the room of a deleted node, whose lists are empty.
    #[inline]
    pub(super) fn remove_node(&mut self, first: u32, ports: usize) {
        self.heads.give_back(first, ports);
    }

    #[inline]
    pub(super) fn list(&self, head: usize) -> &[Half] {
        self.halves.get(self.heads.items()[head])
    }

    /// How many members a list has.
    #[inline]
    pub(super) fn degree(&self, head: usize) -> usize {
        self.heads.items()[head].len()
    }

    /// The members of neighbouring lists.
    pub(super) fn lists(&self, first: usize, ports: usize) -> impl Iterator<Item = Half> + '_ {
        let lists = self.heads.items()[first..first + ports].iter();
        lists.flat_map(|&list| self.halves.get(list).iter().copied())
    }

    /// Lists a new edge at its ends.
    #[inline]
    pub(super) fn link(&mut self, edge: Slot, (from, to): (Slot, Slot), heads: Heads) {
        let half = |node: Slot| Half {
            edge: edge.0,
            node: node.0,
        };
        let (at_from, at_to) = heads;
        let mut positions = Positions::default();
        if at_from != NO_HEAD {
            positions.from = self
                .halves
                .push(&mut self.heads.items_mut()[at_from], half(to));
        }
        if at_from == at_to {
            positions.to = positions.from;
        } else if at_to != NO_HEAD {
            positions.to = self
                .halves
                .push(&mut self.heads.items_mut()[at_to], half(from));
        }
        if self.has_positions {
            if self.positions.len() <= edge.index() {
                self.positions
                    .resize(edge.index() + 1, Positions::default());
            }
            self.positions[edge.index()] = positions;
        }
    }

    /// Takes an edge out of the lists at its ends. `ends` gives those of any edge.
    #[inline]
    pub(super) fn unlink(
        &mut self,
        edge: Slot,
        (out, back): (Way, Way),
        (at_from, at_to): Heads,
        ends: impl Fn(Slot) -> (Slot, Slot),
    ) {
        let (from, to) = ends(edge);
        if at_from != NO_HEAD {
            let position = self.positions[edge.index()].from;
            self.remove(at_from, position, (from, out), &ends);
        }
        if at_to != NO_HEAD && at_from != at_to {
            // Of a directed self-loop it may have changed just now.
            let position = self.positions[edge.index()].to;
            self.remove(at_to, position, (to, back), &ends);
        }
    }

    /// Removes the entry at `position` of a list of a node, and tells the edge that moved there.
    #[inline]
    fn remove(
        &mut self,
        list: usize,
        position: u32,
        (node, way): (Slot, Way),
        ends: impl Fn(Slot) -> (Slot, Slot),
    ) {
        let Some(moved) = self
            .halves
            .swap_remove(&mut self.heads.items_mut()[list], position)
        else {
            return;
        };
        let (from, to) = ends(moved.edge());
        let positions = &mut self.positions[moved.edge as usize];
        if from == to && way == Way::Undirected {
            *positions = Positions {
                from: position,
                to: position,
            };
        } else if way == Way::In || (way == Way::Undirected && from != node) {
            positions.to = position;
        } else {
            positions.from = position;
        }
    }

    /// Asks for the memory of some heads.
    #[inline]
    pub(super) fn prefetch_heads(&self, first: usize) {
        self.heads.prefetch_at(first);
    }

    /// Asks for the memory of a node's heads, if it is known where they are.
    #[inline]
    pub(super) fn prefetch_known_heads(&self, node: Slot) {
        self.heads.prefetch(node);
    }

    /// Asks for the memory of the first members of a list.
    #[inline]
    pub(super) fn prefetch_members(&self, head: usize) {
        if let Some(&list) = self.heads.items().get(head) {
            self.halves.prefetch(list);
        }
    }

    /// Asks for the memory of the places of an edge.
    #[inline]
    pub(super) fn prefetch_positions(&self, edge: Slot) {
        prefetch(&self.positions, edge.index());
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        self.heads.memory_bytes()
            + self.halves.memory_bytes()
            + self.positions.capacity() * size_of::<Positions>()
    }

    /// Asserts that an edge stands where it should.
    pub(super) fn check_edge(&self, edge: Slot, (from, to): (Slot, Slot), heads: Heads) {
        for (head, node, is_first) in [(heads.0, to, true), (heads.1, from, false)] {
            if head == NO_HEAD {
                continue;
            }
            let half = Half {
                edge: edge.0,
                node: node.0,
            };
            let list = self.list(head);
            if self.has_positions {
                let Positions { from, to } = self.positions[edge.index()];
                let position = if is_first { from } else { to };
                assert_eq!(list[position as usize], half);
            } else {
                assert!(list.contains(&half), "{edge:?} is not listed");
            }
        }
    }
}
