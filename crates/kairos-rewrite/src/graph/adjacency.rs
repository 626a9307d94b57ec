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

/// How an edge is kept at one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Not at all.
    None,
    /// In the number of a list without members, whose head stands here.
    Counted(usize),
    /// In a list, whose head stands here.
    Listed(usize),
}

/// How an edge is kept at its two ends: twice the same for an undirected self-loop, which is kept once.
pub(super) type Entries = (Entry, Entry);

/// Lists of edges, by the place of their heads.
#[derive(Clone, Debug)]
pub(super) struct Adjacency {
    /// Of each node those of its ports.
    heads: Parts<List>,
    halves: Lists<Half>,
    /// By edge; empty where none that stands in a list is ever deleted.
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

    /// How many heads there are, those of nodes that are gone included.
    pub(super) fn head_count(&self) -> usize {
        self.heads.items().len()
    }

    /// How many members a list has.
    #[inline]
    pub(super) fn degree(&self, head: usize) -> usize {
        self.heads.items()[head].len()
    }

    /// Enters a new edge at its ends.
    #[inline]
    pub(super) fn link(&mut self, edge: Slot, (from, to): (Slot, Slot), entries: Entries) {
        let (at_from, at_to) = entries;
        let first = self.enter(at_from, edge, to);
        let second = if at_from == at_to {
            first
        } else {
            self.enter(at_to, edge, from)
        };
        if self.has_positions && (first, second) != (None, None) {
            if self.positions.len() <= edge.index() {
                self.positions
                    .resize(edge.index() + 1, Positions::default());
            }
            self.positions[edge.index()] = Positions {
                from: first.unwrap_or(0),
                to: second.unwrap_or(0),
            };
        }
    }

    /// Enters an edge at one of its ends, with the node at the other; returns its place, if it has one.
    #[inline(always)]
    fn enter(&mut self, entry: Entry, edge: Slot, other: Slot) -> Option<u32> {
        let heads = self.heads.items_mut();
        match entry {
            Entry::None => None,
            Entry::Counted(head) => {
                heads[head].count_one_more();
                None
            }
            Entry::Listed(head) => {
                let half = Half {
                    edge: edge.0,
                    node: other.0,
                };
                Some(self.halves.push(&mut heads[head], half))
            }
        }
    }

    /// Takes an edge out of what is kept at its ends. `ends` gives those of any edge.
    #[inline]
    pub(super) fn unlink(
        &mut self,
        edge: Slot,
        (out, back): (Way, Way),
        (at_from, at_to): Entries,
        ends: impl Fn(Slot) -> (Slot, Slot),
    ) {
        let (from, to) = ends(edge);
        self.leave(
            at_from,
            (from, out),
            |lists| lists.positions[edge.index()].from,
            &ends,
        );
        if at_to != at_from {
            // Of a directed self-loop the position may have changed just now.
            self.leave(
                at_to,
                (to, back),
                |lists| lists.positions[edge.index()].to,
                &ends,
            );
        }
    }

    /// Takes an edge away from a node.
    #[inline]
    fn leave(
        &mut self,
        entry: Entry,
        end: (Slot, Way),
        position: impl FnOnce(&Self) -> u32,
        ends: &impl Fn(Slot) -> (Slot, Slot),
    ) {
        match entry {
            Entry::None => {}
            Entry::Counted(head) => self.heads.items_mut()[head].count_one_less(),
            Entry::Listed(head) => self.remove(head, position(self), end, ends),
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

    /// Asserts that an edge stands in the lists where it should.
    pub(super) fn check_edge(&self, edge: Slot, (from, to): (Slot, Slot), entries: Entries) {
        for (entry, node, is_first) in [(entries.0, to, true), (entries.1, from, false)] {
            let Entry::Listed(head) = entry else {
                continue;
            };
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
