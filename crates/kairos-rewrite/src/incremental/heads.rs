//! Where the lists of rows begin that elements are in.

use super::{
    dispatch::{Dispatch, NO_HOOK},
    store::{Hook, NONE},
};
use crate::{binding::Slot, graph::HostGraph, prefetch::prefetch};

/// For every element of one kind (node or edge) the first row of each of its lists.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    heads: Vec<u32>,
    places: Places,
}

/// Where the heads of an element stand.
#[derive(Clone, Debug)]
enum Places {
    /// At its slot times this number, which is that of the type with the most lists.
    Even(usize),
    /// In a block of its own.
    Blocks {
        /// By slot.
        starts: Vec<u32>,
        /// Blocks of deleted elements, by their size.
        free: Vec<Vec<u32>>,
    },
}

impl Heads {
    /// For elements of types with so many lists.
    fn new(lists: &[u16]) -> Heads {
        /// Up to so many, room that some types do not need costs less than to look up where a block is.
        const FEW: u16 = 4;
        let most = lists.iter().copied().max().unwrap_or(0);
        let places = if most <= FEW {
            Places::Even(most.into())
        } else {
            Places::Blocks {
                starts: Vec::new(),
                free: vec![Vec::new(); usize::from(most) + 1],
            }
        };
        Heads {
            heads: Vec::new(),
            places,
        }
    }

    /// Makes room for the lists of a new element.
    #[inline]
    pub(crate) fn create(&mut self, element: Slot, lists: usize) {
        if lists == 0 {
            return;
        }
        match &mut self.places {
            Places::Even(most) => {
                let end = (element.index() + 1) * *most;
                if self.heads.len() < end {
                    self.heads.resize(end, NONE);
                }
            }
            Places::Blocks { starts, free } => {
                if starts.len() <= element.index() {
                    starts.resize(element.index() + 1, 0);
                }
                starts[element.index()] = free[lists].pop().unwrap_or_else(|| {
                    let start = self.heads.len();
                    self.heads.resize(start + lists, NONE);
                    u32::try_from(start).expect("fewer than 2^32 lists")
                });
            }
        }
    }

    /// Takes back the room of a deleted element, whose lists are empty.
    #[inline]
    pub(crate) fn delete(&mut self, element: Slot, lists: usize) {
        if let Places::Blocks { starts, free } = &mut self.places
            && lists > 0
        {
            free[lists].push(starts[element.index()]);
        }
    }

    #[inline]
    fn position(&self, element: Slot, place: u16) -> usize {
        let start = match &self.places {
            Places::Even(most) => element.index() * most,
            Places::Blocks { starts, .. } => starts[element.index()] as usize,
        };
        start + usize::from(place)
    }

    fn get(&self, element: Slot, place: u16) -> u32 {
        self.heads[self.position(element, place)]
    }

    fn at(&mut self, element: Slot, place: u16) -> &mut u32 {
        let position = self.position(element, place);
        &mut self.heads[position]
    }

    /// Asks for the memory of an element's heads, if it is known where they are.
    #[inline]
    pub(crate) fn prefetch(&self, element: Slot) {
        if let Places::Even(most) = &self.places {
            prefetch(&self.heads, element.index() * most);
        }
    }

    fn memory_bytes(&self) -> usize {
        let starts = match &self.places {
            Places::Even(_) => 0,
            Places::Blocks { starts, free } => {
                starts.capacity() + free.iter().map(Vec::capacity).sum::<usize>()
            }
        };
        (starts + self.heads.capacity()) * size_of::<u32>()
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
