//! Stored matches: rows of slots, found from their elements by intrusive lists, found from their contents by a hash index.
//!
//! Where an element makes a match by itself (a node alone, or an edge with its ends), the row has the number of its slot: nothing need be listed
//! or looked up.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::dispatch::NO_HOOK;
use crate::{binding::Slot, graph::HostGraph, prefetch::prefetch};

/// End of a list, and no row.
pub(crate) const NONE: u32 = u32::MAX;

/// For every element of one kind (node or edge) the first row of each of its lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads {
    /// First head of each element.
    starts: Vec<u32>,
    heads: Vec<u32>,
    /// Blocks of deleted elements, by their size.
    free: Vec<Vec<u32>>,
}

impl Heads {
    /// Makes room for the lists of a new element.
    pub(crate) fn create(&mut self, element: Slot, lists: usize) {
        if lists == 0 {
            return;
        }
        if self.starts.len() <= element.index() {
            self.starts.resize(element.index() + 1, 0);
        }
        let start = self
            .free
            .get_mut(lists)
            .and_then(Vec::pop)
            .unwrap_or_else(|| {
                let start = self.heads.len();
                self.heads.resize(start + lists, NONE);
                u32::try_from(start).expect("fewer than 2^32 lists")
            });
        self.starts[element.index()] = start;
    }

    /// Takes back the room of a deleted element, whose lists are empty.
    pub(crate) fn delete(&mut self, element: Slot, lists: usize) {
        if lists == 0 {
            return;
        }
        if self.free.len() <= lists {
            self.free.resize(lists + 1, Vec::new());
        }
        self.free[lists].push(self.starts[element.index()]);
    }

    pub(crate) fn get(&self, element: Slot, place: u16) -> u32 {
        self.heads[self.starts[element.index()] as usize + place as usize]
    }

    fn at(&mut self, element: Slot, place: u16) -> &mut u32 {
        &mut self.heads[self.starts[element.index()] as usize + place as usize]
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        (self.starts.capacity() + self.heads.capacity()) * size_of::<u32>()
    }
}

/// A hook of a row: the list that it is in at one of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    next: u32,
    previous: u32,
}

impl Link {
    /// Of a row that is alone in its list.
    const ALONE: Link = Link {
        next: NONE,
        previous: NONE,
    };
}

/// A column whose elements know the rows that they are in.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) column: usize,
    pub(crate) is_node: bool,
    /// By type of the element: which of its lists this is, or [`NO_HOOK`].
    pub(crate) places: Box<[u16]>,
}

impl Hook {
    /// Which of an element's lists this is.
    #[inline]
    pub(crate) fn place(&self, graph: &HostGraph, element: Slot) -> u16 {
        self.places[if self.is_node {
            graph.node_type(element).index()
        } else {
            graph.edge_type(element).index()
        }]
    }
}

/// What a store must know of its query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Number of columns.
    pub(crate) width: usize,
    pub(crate) hooks: Vec<Hook>,
    /// The column by which rows are counted, if they are.
    pub(crate) anchor: Option<usize>,
    /// A hook that few rows share: what finds a row by its slots.
    pub(crate) key: Option<usize>,
    /// Whether no two rows share that hook: then a row has the number of the element's slot.
    pub(crate) numbered: bool,
}

impl Layout {
    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> usize {
        let hashed = if self.key.is_none() { 8 } else { 0 };
        self.width * size_of::<Slot>() + self.hooks.len() * size_of::<Link>() + 1 + hashed
    }

    /// Whether a hook's rows are listed: all but those that have the number of their element.
    #[inline]
    fn lists(&self, hook: usize) -> bool {
        !(self.numbered && self.key == Some(hook))
    }
}

/// The heads of all lists: of nodes, and of edges.
pub(crate) struct AllHeads<'a> {
    pub(crate) nodes: &'a mut Heads,
    pub(crate) edges: &'a mut Heads,
}

impl AllHeads<'_> {
    /// The head of a hook's list at an element.
    #[inline]
    fn at(&mut self, hook: &Hook, graph: &HostGraph, element: Slot) -> &mut u32 {
        let heads = if hook.is_node {
            &mut *self.nodes
        } else {
            &mut *self.edges
        };
        heads.at(element, hook.place(graph, element))
    }
}

/// The matches of one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    layout: Layout,
    slots: Vec<Slot>,
    links: Vec<Link>,
    alive: Vec<bool>,
    len: usize,
    free: Vec<u32>,
    /// Rows by their slots, where no hook is shared by few rows only.
    members: HashTable<u32>,
    /// By anchor: number of rows; without anchor not used.
    counts: Vec<u32>,
}

impl Store {
    pub(crate) fn new(layout: Layout) -> Self {
        Store {
            layout,
            ..Store::default()
        }
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of rows, or of those at a node.
    pub(crate) fn count(&self, anchor: Option<Slot>) -> u64 {
        match anchor {
            None => self.len as u64,
            Some(node) => u64::from(self.counts.get(node.index()).copied().unwrap_or(0)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// One past the largest row.
    pub(crate) fn bound(&self) -> u32 {
        u32::try_from(self.alive.len()).expect("fewer than 2^32 rows")
    }

    pub(crate) fn is_alive(&self, row: u32) -> bool {
        self.alive[row as usize]
    }

    /// The slots of a row.
    #[inline]
    pub(crate) fn row(&self, row: u32) -> &[Slot] {
        let width = self.layout.width;
        &self.slots[row as usize * width..][..width]
    }

    /// All rows, in no useful order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.bound()).filter(|&r| self.is_alive(r))
    }

    /// The row with these slots, by the hash index.
    pub(crate) fn find(&self, slots: &[Slot]) -> Option<u32> {
        self.members
            .find(hash(slots), |&r| self.row(r) == slots)
            .copied()
    }

    /// Whether an element is of the types of a hook's column.
    #[inline]
    pub(crate) fn hangs(&self, hook: usize, graph: &HostGraph, element: Slot) -> bool {
        self.layout.hooks[hook].place(graph, element) != NO_HOOK
    }

    /// The first row that hangs at an element by a hook, or [`NONE`]. `heads` are those of elements like it.
    #[inline]
    pub(crate) fn first(
        &self,
        hook: usize,
        graph: &HostGraph,
        heads: &Heads,
        element: Slot,
    ) -> u32 {
        if !self.layout.lists(hook) {
            return self.numbered(element);
        }
        match self.layout.hooks[hook].place(graph, element) {
            NO_HOOK => NONE,
            place => heads.get(element, place),
        }
    }

    /// Asks for the memory of the row of an element that no two rows share.
    #[inline]
    pub(crate) fn prefetch(&self, element: Slot) {
        if self.layout.numbered {
            prefetch(&self.alive, element.index());
            prefetch(&self.slots, element.index() * self.layout.width);
        }
    }

    /// The row of an element that no two rows share.
    #[inline]
    fn numbered(&self, element: Slot) -> u32 {
        match self.alive.get(element.index()) {
            Some(true) => element.0,
            _ => NONE,
        }
    }

    /// The row after one in a hook's list, or [`NONE`].
    #[inline]
    pub(crate) fn next(&self, hook: usize, row: u32) -> u32 {
        if !self.layout.lists(hook) {
            return NONE;
        }
        self.links[row as usize * self.layout.hooks.len() + hook].next
    }

    /// The rows from `head` on along one hook's list.
    pub(crate) fn rows_from(&self, hook: usize, head: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |row: u32| (row != NONE).then_some(row);
        std::iter::successors(some(head), move |&row| some(self.next(hook, row)))
    }

    /// Adds a row that is not there yet.
    pub(crate) fn insert(
        &mut self,
        slots: &[Slot],
        graph: &HostGraph,
        mut heads: AllHeads<'_>,
    ) -> u32 {
        let Store {
            layout,
            links,
            members,
            ..
        } = self;
        let (width, hooks) = (layout.width, layout.hooks.len());
        debug_assert_eq!(slots.len(), width);
        let row = match layout.key {
            Some(key) if layout.numbered => slots[layout.hooks[key].column].index(),
            _ => self.free.pop().map_or(self.alive.len(), |row| row as usize),
        };
        if row >= self.alive.len() {
            self.alive.resize(row + 1, false);
            self.slots.resize((row + 1) * width, Slot::NONE);
            links.resize((row + 1) * hooks, Link::ALONE);
        }
        self.alive[row] = true;
        self.slots[row * width..][..width].copy_from_slice(slots);
        let row = u32::try_from(row).expect("fewer than 2^32 rows");
        self.len += 1;
        for (index, hook) in layout.hooks.iter().enumerate() {
            if !layout.lists(index) {
                continue;
            }
            let head = heads.at(hook, graph, slots[hook.column]);
            let next = std::mem::replace(head, row);
            if next != NONE {
                links[next as usize * hooks + index].previous = row;
            }
            links[row as usize * hooks + index] = Link {
                next,
                previous: NONE,
            };
        }
        if layout.key.is_none() {
            let all = &self.slots;
            let of = |r: u32| &all[r as usize * width..][..width];
            members.insert_unique(hash(slots), row, |&r| hash(of(r)));
        }
        if let Some(anchor) = layout.anchor {
            let node = slots[anchor].index();
            if self.counts.len() <= node {
                self.counts.resize(node + 1, 0);
            }
            self.counts[node] += 1;
        }
        row
    }

    /// Removes a row. It stays readable until [`Store::reuse`].
    pub(crate) fn remove(&mut self, row: u32, graph: &HostGraph, mut heads: AllHeads<'_>) {
        debug_assert!(self.is_alive(row));
        let Store {
            layout,
            links,
            members,
            slots,
            ..
        } = self;
        let (width, hooks) = (layout.width, layout.hooks.len());
        let of = |r: u32| &slots[r as usize * width..][..width];
        for (index, hook) in layout.hooks.iter().enumerate() {
            if !layout.lists(index) {
                continue;
            }
            let Link { next, previous } = links[row as usize * hooks + index];
            if next != NONE {
                links[next as usize * hooks + index].previous = previous;
            }
            if previous == NONE {
                *heads.at(hook, graph, of(row)[hook.column]) = next;
            } else {
                links[previous as usize * hooks + index].next = next;
            }
        }
        if layout.key.is_none()
            && let Ok(entry) = members.find_entry(hash(of(row)), |&r| r == row)
        {
            entry.remove();
        }
        self.alive[row as usize] = false;
        self.len -= 1;
        if let Some(anchor) = layout.anchor {
            self.counts[of(row)[anchor].index()] -= 1;
        }
    }

    /// Lets a row that was removed be used again.
    pub(crate) fn reuse(&mut self, row: u32) {
        if !self.layout.numbered {
            self.free.push(row);
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
            + self.links.capacity() * size_of::<Link>()
            + self.alive.capacity()
            + self.members.capacity() * (size_of::<u32>() + 1)
            + self.counts.capacity() * size_of::<u32>()
    }
}

fn hash(slots: &[Slot]) -> u64 {
    let mut hasher = FxHasher::default();
    for slot in slots {
        hasher.write_u32(slot.0);
    }
    hasher.finish()
}
