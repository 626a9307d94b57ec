//! Where the lists of rows begin that elements are in.

use super::{
    dispatch::{Dispatch, NO_HOOK},
    layout::Hook,
    store::NONE,
};
use crate::{binding::Slot, graph::HostGraph, lists::Parts, prefetch::prefetch};

/// For every element of one kind (node or edge) the first row of each of its lists.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    heads: Parts<u32>,
    /// By slot where they begin, where that must be known.
    starts: Vec<u32>,
}

impl Heads {
    /// For elements of types with so many lists.
    fn new(lists: &[u16]) -> Heads {
        Heads {
            heads: Parts::new(lists.iter().map(|&count| count.into()), NONE),
            starts: Vec::new(),
        }
    }

    /// Makes room for the lists of a new element.
    #[inline]
    pub(crate) fn create(&mut self, element: Slot, lists: usize) {
        if lists == 0 {
            return;
        }
        let start = self.heads.take(element, lists);
        if !self.heads.is_even() {
            if self.starts.len() <= element.index() {
                self.starts.resize(element.index() + 1, 0);
            }
            self.starts[element.index()] = start;
        }
    }

    /// Takes back the room of a deleted element, whose lists are empty.
    #[inline]
    pub(crate) fn delete(&mut self, element: Slot, lists: usize) {
        if let Some(&start) = self.starts.get(element.index()) {
            self.heads.give_back(start, lists);
        }
    }

    /// Where the lists of an element begin, of which there are so many.
    #[inline]
    pub(crate) fn lists(&self, element: Slot, count: u16) -> usize {
        if count > 0 {
            self.position(element, 0)
        } else {
            0
        }
    }

    /// Whether an element whose lists begin there has rows in one of them; without a list it may have.
    #[inline]
    pub(crate) fn may_have_rows(&self, lists: usize, list: Option<u16>) -> bool {
        let head = |list: u16| self.heads.items()[lists + usize::from(list)];
        list.is_none_or(|list| head(list) != NONE)
    }

    #[inline]
    fn position(&self, element: Slot, place: u16) -> usize {
        let noted = || self.starts[element.index()];
        self.heads.start(element, noted) + usize::from(place)
    }

    fn get(&self, element: Slot, place: u16) -> u32 {
        self.heads.items()[self.position(element, place)]
    }

    fn at(&mut self, element: Slot, place: u16) -> &mut u32 {
        let position = self.position(element, place);
        &mut self.heads.items_mut()[position]
    }

    /// Asks for the memory of an element's heads, if it is known where they are.
    #[inline]
    pub(crate) fn prefetch(&self, element: Slot) {
        self.heads.prefetch(element);
        prefetch(&self.starts, element.index());
    }

    /// The same where that is noted, which has come.
    #[inline]
    pub(crate) fn prefetch_noted(&self, element: Slot) {
        if let Some(&start) = self.starts.get(element.index()) {
            self.heads.prefetch_at(start as usize);
        }
    }

    fn memory_bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>() + self.heads.memory_bytes()
    }
}

/// The heads of all lists: of nodes, and of edges.
#[derive(Clone, Debug)]
pub(crate) struct AllHeads {
    pub(crate) nodes: Heads,
    pub(crate) edges: Heads,
}

impl AllHeads {
    pub(crate) fn new(dispatch: &Dispatch) -> AllHeads {
        AllHeads {
            nodes: Heads::new(&dispatch.node_lists),
            edges: Heads::new(&dispatch.edge_lists),
        }
    }

    /// The first row of a hook's list at an element, or [`NONE`].
    #[inline]
    pub(crate) fn first(&self, hook: &Hook, graph: &HostGraph, element: Slot) -> u32 {
        let heads = if hook.is_node {
            &self.nodes
        } else {
            &self.edges
        };
        match hook.place(graph, element) {
            NO_HOOK => NONE,
            place => heads.get(element, place),
        }
    }

    /// The head of a hook's list at an element.
    #[inline]
    pub(crate) fn at(&mut self, hook: &Hook, graph: &HostGraph, element: Slot) -> &mut u32 {
        let heads = if hook.is_node {
            &mut self.nodes
        } else {
            &mut self.edges
        };
        heads.at(element, hook.place(graph, element))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.nodes.memory_bytes() + self.edges.memory_bytes()
    }
}
