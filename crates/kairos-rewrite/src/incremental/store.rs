//! Stored matches: rows of slots, found from their elements by intrusive lists, and from their contents by the shortest of these; only where all
//! are long, by a hash index.
//!
//! Where an element makes a match by itself (a node alone, or an edge with its ends, one way or both), the row has the number of its slot, or that
//! of the edge among those of its type: nothing need be listed or looked up, nor stored where the graph says the rest ([`Content`]).

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::{
    dispatch::NO_HOOK,
    heads::AllHeads,
    layout::{Content, Layout},
    records::{Link, Records, THERE},
};
use crate::{
    binding::Slot,
    graph::HostGraph,
    matcher::{EventId, Matched},
};

/// End of a list, and no row.
pub(crate) const NONE: u32 = u32::MAX;

/// The matches of one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    layout: Layout,
    rows: Records,
    len: usize,
    free: Vec<u32>,
    /// Rows by their slots, from the first time on when a row would have had to be looked for in long lists.
    index: Option<HashTable<u32>>,
    /// By anchor: number of rows; without anchor not used.
    counts: Vec<u32>,
}

impl Store {
    pub(crate) fn new(layout: Layout) -> Self {
        Store {
            rows: Records::new(&layout),
            layout,
            ..Store::default()
        }
    }

    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> usize {
        let hashed = if self.layout.numbering.is_none() {
            8
        } else {
            0
        };
        self.rows.row_bytes() + hashed
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
        u32::try_from(self.rows.bound()).expect("fewer than 2^32 rows")
    }

    #[inline]
    pub(crate) fn is_alive(&self, row: u32) -> bool {
        self.rows.has(row)
    }

    /// The slots of a row.
    #[inline]
    pub(crate) fn row(&self, row: u32, graph: &HostGraph) -> Matched<'_> {
        match self.layout.content {
            Content::Stored => Matched::Many(self.stored(row)),
            Content::Element => Matched::One(Slot(row)),
            Content::Edge { edge, from, to } => {
                let (number, back) = match self.layout.both_ways {
                    None => (row, false),
                    Some(_) => (row / 2, row % 2 == 1),
                };
                let ends = graph.ends(Slot(number));
                let (a, b) = if back { (ends.1, ends.0) } else { ends };
                debug_assert_eq!(edge + from + to, 3, "three columns");
                // Chosen, not written one over the other: what was just written so could not be read at once as a whole.
                Matched::Edge(std::array::from_fn(|column| match column {
                    _ if column == from => a,
                    _ if column == to => b,
                    _ => Slot(number),
                }))
            }
        }
    }

    /// Of two rows that may be of one edge, one for each way round, the ends of that edge as the first row has them.
    #[inline]
    pub(crate) fn ways_of(&self, a: u32, b: u32, graph: &HostGraph) -> Option<(Slot, Slot)> {
        let Content::Edge { .. } = self.layout.content else {
            return None;
        };
        (self.layout.both_ways.is_some() && a ^ b == 1).then(|| {
            let (from, to) = graph.ends(Slot(a / 2));
            if a.is_multiple_of(2) {
                (from, to)
            } else {
                (to, from)
            }
        })
    }

    /// Whether a column has the first end of an edge that matches both ways, in the first of its rows.
    #[inline]
    pub(crate) fn is_first_end(&self, column: usize) -> bool {
        self.layout.both_ways == Some(column)
    }

    /// Whether rows have the numbers of the slots of what they are of, which is one element.
    #[inline]
    pub(crate) fn has_numbers_of_elements(&self) -> bool {
        self.layout.content == Content::Element
    }

    /// The only slot of a row that has one.
    #[inline]
    pub(crate) fn only(&self, row: u32) -> Slot {
        match self.layout.content {
            Content::Element => Slot(row),
            _ => self.stored(row)[0],
        }
    }

    /// The slots of a row that are stored.
    #[inline]
    pub(crate) fn stored(&self, row: u32) -> &[Slot] {
        self.rows.slots(row)
    }

    /// The event of a row that is there, where matches are events.
    #[inline]
    pub(crate) fn event(&self, row: u32) -> EventId {
        self.rows.event(row)
    }

    /// Says which event a row is.
    #[inline]
    pub(crate) fn set_event(&mut self, row: u32, event: EventId) {
        self.rows.set_event(row, event);
    }

    /// The place of a row in its pool, or [`NONE`].
    #[inline]
    pub(crate) fn place(&self, row: u32) -> u32 {
        self.rows.place(row)
    }

    /// Gives a row another place in its pool, and says which it had.
    #[inline]
    pub(crate) fn replace(&mut self, row: u32, place: u32) -> u32 {
        self.rows.replace(row, place)
    }

    /// All rows, in no useful order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.bound()).filter(|&r| self.is_alive(r))
    }

    /// The row with these slots.
    #[inline]
    pub(crate) fn find(
        &mut self,
        slots: &[Slot],
        graph: &HostGraph,
        heads: &AllHeads,
    ) -> Option<u32> {
        if let Some(hook) = self.layout.numbering {
            let row = self.number(hook, slots, graph);
            let is_there = self.is_alive(row) && *self.row(row, graph) == *slots;
            return is_there.then_some(row);
        }
        if self.index.is_none() {
            match self.find_listed(slots, graph, heads) {
                Ok(row) => return row,
                Err(LongLists) => self.build_index(),
            }
        }
        let same = |&row: &u32| self.stored(row) == slots;
        self.index.as_ref()?.find(hash(slots), same).copied()
    }

    /// The row with these slots, if one of the lists in which it would be is short.
    fn find_listed(
        &self,
        slots: &[Slot],
        graph: &HostGraph,
        heads: &AllHeads,
    ) -> Result<Option<u32>, LongLists> {
        const SHORT: usize = 8;
        for (link, hook) in self.layout.listed() {
            let mut row = heads.first(hook, graph, slots[hook.column]);
            for _ in 0..SHORT {
                if row == NONE {
                    return Ok(None);
                }
                if self.stored(row) == slots {
                    return Ok(Some(row));
                }
                row = self.after(link, row);
            }
        }
        Err(LongLists)
    }

    #[cold]
    fn build_index(&mut self) {
        let mut index = HashTable::with_capacity(self.len);
        let hash_of = |&row: &u32| hash(self.stored(row));
        for row in self.rows() {
            index.insert_unique(hash_of(&row), row, hash_of);
        }
        self.index = Some(index);
    }

    /// Whether an element is of the types of a hook's column.
    #[inline]
    pub(crate) fn hangs(&self, hook: usize, graph: &HostGraph, element: Slot) -> bool {
        self.layout.hooks[hook].place(graph, element) != NO_HOOK
    }

    /// The first row that hangs at an element by a hook, or [`NONE`].
    #[inline(always)]
    pub(crate) fn first(
        &self,
        hook: usize,
        graph: &HostGraph,
        heads: &AllHeads,
        element: Slot,
    ) -> u32 {
        match self.is_numbered_by(hook) {
            true => self.numbered(graph, element),
            false => self.listed(hook, graph, heads, element),
        }
    }

    #[inline(never)]
    fn listed(&self, hook: usize, graph: &HostGraph, heads: &AllHeads, element: Slot) -> u32 {
        heads.first(&self.layout.hooks[hook], graph, element)
    }

    /// Asks for the memory of the rows beside one in its lists; its own has come.
    #[inline]
    pub(crate) fn prefetch_beside(&self, row: u32) {
        for position in 0..self.layout.links {
            let link = self.rows.link(row, position);
            for beside in [link.next, link.previous] {
                if beside != NONE {
                    self.rows.prefetch(beside);
                }
            }
        }
    }

    /// Asks for the memory that tells the slots of a row.
    #[inline]
    pub(crate) fn prefetch_elements(&self, row: u32, graph: &HostGraph) {
        match self.layout.content {
            Content::Stored => self.rows.prefetch(row),
            Content::Element => {}
            Content::Edge { .. } => {
                let ways = if self.layout.both_ways.is_some() {
                    2
                } else {
                    1
                };
                graph.prefetch_edge(Slot(row / ways));
            }
        }
    }

    /// Asks for the memory of a row.
    #[inline]
    pub(crate) fn prefetch_row(&self, row: u32) {
        self.rows.prefetch(row);
    }

    /// Whether rows have the numbers of the elements at a hook.
    #[inline]
    pub(crate) fn is_numbered_by(&self, hook: usize) -> bool {
        self.layout.numbering == Some(hook)
    }

    /// The first row that has the number of an element, or [`NONE`].
    #[inline]
    fn numbered(&self, graph: &HostGraph, element: Slot) -> u32 {
        if self.layout.is_ranked || self.layout.both_ways.is_some() {
            return self.numbered_by_edge(graph, element);
        }
        match self.is_alive(element.0) {
            true => element.0,
            false => NONE,
        }
    }

    #[inline(never)]
    fn numbered_by_edge(&self, graph: &HostGraph, edge: Slot) -> u32 {
        let number = self.edge_number(graph, edge);
        let (first, count) = match self.layout.both_ways {
            None => (number, 1),
            Some(_) => (2 * number, 2),
        };
        for row in first..first + count {
            // Edges of other types may have the same number among their own.
            if self.is_alive(row) && (!self.layout.is_ranked || self.has(row, edge)) {
                return row;
            }
        }
        NONE
    }

    /// By which number an edge is known here.
    #[inline]
    fn edge_number(&self, graph: &HostGraph, edge: Slot) -> u32 {
        if self.layout.is_ranked {
            graph.edge_rank(edge)
        } else {
            edge.0
        }
    }

    /// The row that these slots would have.
    #[inline]
    fn number(&self, hook: usize, slots: &[Slot], graph: &HostGraph) -> u32 {
        self.number_of(slots[self.layout.hooks[hook].column], slots, graph)
    }

    /// The same, where it is known by which element rows are numbered.
    #[inline(always)]
    fn number_of(&self, element: Slot, slots: &[Slot], graph: &HostGraph) -> u32 {
        let number = self.edge_number(graph, element);
        match self.layout.both_ways {
            None => number,
            Some(end) => 2 * number + u32::from(slots[end] != graph.ends(element).0),
        }
    }

    /// Whether a stored row is that of an element.
    #[inline]
    fn has(&self, row: u32, element: Slot) -> bool {
        let hook = self.layout.numbering.map(|hook| &self.layout.hooks[hook]);
        hook.is_some_and(|hook| self.stored(row)[hook.column] == element)
    }

    /// The row after one in a hook's list, or [`NONE`].
    #[inline]
    pub(crate) fn next(&self, hook: usize, row: u32) -> u32 {
        match self.layout.hooks[hook].link {
            Some(link) => self.after(link, row),
            None if self.layout.both_ways.is_some()
                && row.is_multiple_of(2)
                && self.is_alive(row + 1) =>
            {
                row + 1
            }
            None => NONE,
        }
    }

    /// The row after one in the list of one of its links, or [`NONE`].
    #[inline]
    fn after(&self, link: usize, row: u32) -> u32 {
        self.rows.link(row, link).next
    }

    /// The rows from `head` on along one hook's list.
    pub(crate) fn rows_from(&self, hook: usize, head: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |row: u32| (row != NONE).then_some(row);
        std::iter::successors(some(head), move |&row| some(self.next(hook, row)))
    }

    /// Adds a row that is not there yet.
    #[inline]
    pub(crate) fn insert(
        &mut self,
        slots: &[Slot],
        graph: &HostGraph,
        heads: &mut AllHeads,
    ) -> u32 {
        if self.has_numbers_of_elements() {
            self.insert_element(slots[0], THERE);
            return slots[0].0;
        }
        let row = self.vacant(slots, graph);
        if self.layout.stored() > 0 {
            self.rows.set_slots(row, slots);
        }
        if !self.layout.is_bare {
            self.enlist(row, slots, graph, heads);
        }
        row
    }

    /// The same where rows have the numbers of the elements that they are.
    #[inline]
    pub(crate) fn insert_element(&mut self, element: Slot, event: EventId) {
        self.enter(element.0, event);
    }

    /// The same where rows have the number of an element, and are in no list, index or count.
    #[inline(always)]
    pub(crate) fn insert_bare(
        &mut self,
        element: Slot,
        slots: &[Slot],
        graph: &HostGraph,
        event: EventId,
    ) -> u32 {
        let row = self.number_of(element, slots, graph);
        self.enter(row, event);
        if self.layout.stored() > 0 {
            self.rows.set_slots(row, slots);
        }
        row
    }

    /// A row that was free.
    #[inline]
    fn vacant(&mut self, slots: &[Slot], graph: &HostGraph) -> u32 {
        let row = match self.layout.numbering {
            Some(hook) => self.number(hook, slots, graph),
            None => self.free.pop().unwrap_or_else(|| self.bound()),
        };
        self.enter(row, THERE);
        row
    }

    /// Counts a row in.
    #[inline]
    fn enter(&mut self, row: u32, event: EventId) {
        if !self.rows.enter(row, event) {
            self.make_room(row);
            self.rows.enter(row, event);
        }
        self.len += 1;
    }

    /// Makes room for a row: where rows have the numbers of elements, for those of its neighbours as well.
    #[cold]
    fn make_room(&mut self, row: u32) {
        const AT_ONCE: usize = 64;
        let rows = row as usize + 1;
        self.rows.grow(match self.layout.numbering {
            Some(_) => rows.next_multiple_of(AT_ONCE),
            None => rows,
        });
    }

    /// Puts a row into its lists, the hash index and the counts.
    fn enlist(&mut self, row: u32, slots: &[Slot], graph: &HostGraph, heads: &mut AllHeads) {
        let Store {
            layout,
            rows,
            index: by_slots,
            ..
        } = self;
        for (index, hook) in layout.listed() {
            let head = heads.at(hook, graph, slots[hook.column]);
            let next = std::mem::replace(head, row);
            if next != NONE {
                rows.set_previous(next, index, row);
            }
            rows.set_next(row, index, next);
            rows.set_previous(row, index, NONE);
        }
        if let Some(by_slots) = by_slots {
            by_slots.insert_unique(hash(slots), row, |&r| hash(rows.slots(r)));
        }
        if let Some(anchor) = layout.anchor {
            let node = slots[anchor].index();
            if self.counts.len() <= node {
                self.counts.resize(node + 1, 0);
            }
            self.counts[node] += 1;
        }
    }

    /// Removes a row; says which event it was, where matches are events. Its slots stay readable until [`Store::reuse`].
    #[inline]
    pub(crate) fn remove(&mut self, row: u32, graph: &HostGraph, heads: &mut AllHeads) -> EventId {
        let event = self.leave(row);
        if !self.layout.is_bare {
            self.delist(row, graph, heads);
        }
        event
    }

    /// The same of a row that is in no list, index or count.
    #[inline]
    pub(crate) fn leave(&mut self, row: u32) -> EventId {
        debug_assert!(self.is_alive(row));
        self.len -= 1;
        self.rows.leave(row)
    }

    /// The same of one that has a place in a pool, and which that was.
    #[inline]
    pub(crate) fn leave_pool(&mut self, row: u32) -> (EventId, u32) {
        debug_assert!(self.is_alive(row));
        self.len -= 1;
        self.rows.leave_pool(row)
    }

    /// Takes a row out of its lists, the hash index and the counts.
    fn delist(&mut self, row: u32, graph: &HostGraph, heads: &mut AllHeads) {
        let Store {
            layout,
            rows,
            index: by_slots,
            ..
        } = self;
        for (index, hook) in layout.listed() {
            let Link { next, previous } = rows.link(row, index);
            if next != NONE {
                rows.set_previous(next, index, previous);
            }
            if previous == NONE {
                *heads.at(hook, graph, rows.slots(row)[hook.column]) = next;
            } else {
                rows.set_next(previous, index, next);
            }
        }
        let slots = rows.slots(row);
        if let Some(by_slots) = by_slots
            && let Ok(entry) = by_slots.find_entry(hash(slots), |&r| r == row)
        {
            entry.remove();
        }
        if let Some(anchor) = layout.anchor {
            self.counts[slots[anchor].index()] -= 1;
        }
    }

    /// Whether a row that was removed must be given back before it is used again; one that has the number of its element need not.
    #[inline]
    pub(crate) fn is_reused(&self) -> bool {
        self.layout.numbering.is_none()
    }

    /// Lets a row that was removed be used again.
    pub(crate) fn reuse(&mut self, row: u32) {
        self.free.push(row);
    }

    /// Asserts that every row is in its lists, and found by its slots; slow.
    pub(crate) fn check_invariants(&self, graph: &HostGraph, heads: &AllHeads) {
        for row in self.rows() {
            for (index, hook) in self.layout.listed() {
                let Link { next, previous } = self.rows.link(row, index);
                let link = |other: u32| self.rows.link(other, index);
                assert!(next == NONE || link(next).previous == row);
                let before = match previous {
                    NONE => heads.first(hook, graph, self.stored(row)[hook.column]),
                    previous => link(previous).next,
                };
                assert_eq!(before, row, "a row that is not in its list");
            }
            if let Some(by_slots) = &self.index {
                let slots = self.stored(row);
                let found = by_slots.find(hash(slots), |&r| self.stored(r) == slots);
                assert_eq!(found, Some(&row));
            }
        }
        let indexed = self.index.as_ref().map_or(self.len, HashTable::len);
        assert_eq!((self.rows().count(), indexed), (self.len, self.len));
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes()
            + self.index.as_ref().map_or(0, HashTable::capacity) * (size_of::<u32>() + 1)
            + (self.counts.capacity() + self.free.capacity()) * size_of::<u32>()
    }
}

/// All lists in which a row would be are long.
struct LongLists;

fn hash(slots: &[Slot]) -> u64 {
    let mut hasher = FxHasher::default();
    for slot in slots {
        hasher.write_u32(slot.0);
    }
    hasher.finish()
}
