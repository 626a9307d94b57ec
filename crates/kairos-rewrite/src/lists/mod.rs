//! Many short lists of one element type in one arena: adjacency lists, pools; and blocks of fixed sizes.

mod marks;
mod parts;

pub(crate) use parts::Parts;

use std::ops::Range;

use crate::prefetch::prefetch;
use marks::Marks;

/// A list in a [`Lists`] arena.
#[derive(Clone, Copy, Debug, Default)]
pub struct List {
    start: u32,
    /// Its length, and in the upper bits the class of its block: of `1 << class` items, or none for class 0.
    shape: u32,
}

/// Bits of a length.
const LEN_BITS: u32 = 27;

/// A list has at most so many members.
pub(crate) const LONGEST: u32 = 1 << (LEN_BITS - 1);

/// Blocks have fewer than `1 << CLASSES` items.
const CLASSES: usize = 1 << (u32::BITS - LEN_BITS);

impl List {
    #[inline]
    fn new(start: u32, len: u32, class: u32) -> Self {
        let shape = class << LEN_BITS | len;
        List { start, shape }
    }

    /// Number of members.
    #[inline]
    #[must_use]
    pub fn len(self) -> usize {
        (self.shape & ((1 << LEN_BITS) - 1)) as usize
    }

    /// Whether it has none.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One member more of a list that only counts them.
    #[inline]
    pub(crate) fn count_one_more(&mut self) {
        self.shape += 1;
        assert!(self.shape <= LONGEST, "a list of at most 2^26 members");
    }

    /// One member less of a list that only counts them.
    #[inline]
    pub(crate) fn count_one_less(&mut self) {
        self.shape -= 1;
    }

    #[inline]
    fn class(self) -> u32 {
        self.shape >> LEN_BITS
    }

    /// Where its members stand.
    #[inline]
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len()
    }
}

/// The arena: blocks of powers of two, freed blocks kept by size.
///
/// Lists that grow leave small blocks behind, which nobody may want again. So before the arena grows, neighbouring free blocks become one, and a
/// larger block is split, as long as that pays.
#[derive(Clone, Debug)]
pub struct Lists<T> {
    items: Vec<T>,
    free: Free,
    /// How many items were given back since free blocks were joined.
    given_back: usize,
    /// Of use only while free blocks are joined.
    marks: Marks,
}

impl<T: Copy + Default> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            items: Vec::new(),
            free: Free::default(),
            given_back: 0,
            marks: Marks::default(),
        }
    }
}

impl<T: Copy + Default> Lists<T> {
    /// The members.
    #[inline]
    #[must_use]
    pub fn get(&self, list: List) -> &[T] {
        &self.items[list.range()]
    }

    /// Asks for the memory of the first members.
    #[inline]
    pub(crate) fn prefetch(&self, list: List) {
        prefetch(&self.items, list.start as usize);
    }

    /// The members, to be changed.
    pub fn get_mut(&mut self, list: List) -> &mut [T] {
        &mut self.items[list.range()]
    }

    /// Appends a member and returns its position.
    #[inline]
    pub fn push(&mut self, list: &mut List, item: T) -> u32 {
        let position = list.len();
        if list.class() == 0 || position == 1 << list.class() {
            self.grow(list);
        }
        self.items[list.start as usize + position] = item;
        list.shape += 1;
        position as u32
    }

    /// Removes the member at a position by moving the last one there; returns the moved member, if one moved.
    #[inline]
    pub fn swap_remove(&mut self, list: &mut List, position: u32) -> Option<T> {
        list.shape -= 1;
        let len = list.len();
        let last = self.items[list.start as usize + len];
        let moved = (position as usize) < len;
        if moved {
            self.items[list.start as usize + position as usize] = last;
        }
        if len == 0 {
            self.release(list);
        }
        moved.then_some(last)
    }

    /// Gives a list's block back and empties it.
    pub fn release(&mut self, list: &mut List) {
        self.give_back(*list);
        *list = List::default();
    }

    fn give_back(&mut self, list: List) {
        if list.class() > 0 {
            self.free.push(list.class() as usize, list.start);
            self.given_back += 1 << list.class();
        }
    }

    #[cold]
    fn grow(&mut self, list: &mut List) {
        // What outgrows two mostly outgrows four.
        let class = list.class() + 1 + u32::from(list.class() == 1);
        assert!(class < LEN_BITS, "a list of at most 2^26 members");
        let start = self.take(class as usize);
        // Mostly there is none or two: to call for many would take longer.
        if list.len() > 2 {
            self.items.copy_within(list.range(), start as usize);
        } else {
            for (position, from) in list.range().enumerate() {
                self.items[start as usize + position] = self.items[from];
            }
        }
        self.give_back(*list);
        *list = List::new(start, list.len() as u32, class);
    }

    /// A block of a class: one that was given back, part of a larger one, or a new one.
    fn take(&mut self, class: usize) -> u32 {
        if let Some(start) = self.free.pop(class) {
            return start;
        }
        // Each item that is looked at was given back since, or is one of eight.
        if self.given_back > self.items.len() / 8 && self.free.items > self.items.len() / 8 {
            self.join();
        }
        if let Some(start) = self.split(class) {
            return start;
        }
        let start = self.items.len();
        self.items.resize(start + (1 << class), T::default());
        u32::try_from(start).expect("an arena of fewer than 2^32 items")
    }

    /// Cuts a block off the smallest larger one, and keeps the rest.
    fn split(&mut self, class: usize) -> Option<u32> {
        let larger = self.free.smallest(class)?;
        let start = self.free.pop(larger)?;
        for rest in class..larger {
            self.free.push(rest, start + (1 << rest));
        }
        Some(start)
    }

    /// Makes neighbouring free blocks one.
    fn join(&mut self) {
        self.given_back = 0;
        self.marks.reset(self.items.len());
        self.free
            .drain(|start, class| self.marks.mark(start..start + (1 << class)));
        for Range { mut start, end } in self.marks.runs() {
            while end - start > 1 {
                let class = ((end - start).ilog2() as usize).min(CLASSES - 1);
                let first = u32::try_from(start).expect("as before");
                self.free.push(class, first);
                start += 1 << class;
            }
        }
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>()
            + self.free.memory_bytes()
            + self.marks.memory_bytes()
    }
}

/// Free blocks, by class.
#[derive(Clone, Debug)]
struct Free {
    starts: Vec<Vec<u32>>,
    /// A bit for each class of which there are some.
    some: u32,
    /// How many items are in them.
    items: usize,
}

impl Default for Free {
    fn default() -> Self {
        Free {
            starts: vec![Vec::new(); CLASSES],
            some: 0,
            items: 0,
        }
    }
}

impl Free {
    #[inline]
    fn push(&mut self, class: usize, start: u32) {
        self.starts[class].push(start);
        self.some |= 1 << class;
        self.items += 1 << class;
    }

    /// The block of a class that was given back last.
    #[inline]
    fn pop(&mut self, class: usize) -> Option<u32> {
        let starts = &mut self.starts[class];
        let start = starts.pop()?;
        self.some &= !(u32::from(starts.is_empty()) << class);
        self.items -= 1 << class;
        Some(start)
    }

    /// The smallest class, from this one on, of which there are blocks.
    #[inline]
    fn smallest(&self, class: usize) -> Option<usize> {
        let larger = self.some >> class << class;
        (larger != 0).then(|| larger.trailing_zeros() as usize)
    }

    /// Takes all of them out: where each begins, and its class.
    fn drain(&mut self, mut taken: impl FnMut(usize, usize)) {
        for (class, starts) in self.starts.iter_mut().enumerate() {
            for start in starts.drain(..) {
                taken(start as usize, class);
            }
        }
        (self.some, self.items) = (0, 0);
    }

    /// Bytes in use.
    fn memory_bytes(&self) -> usize {
        let capacity = self.starts.iter().map(Vec::capacity).sum::<usize>();
        capacity * size_of::<u32>()
    }
}

/// Copies items, of which there are as many, and mostly so few that to call for many would take longer.
#[inline(always)]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    match (from, to) {
        ([], []) => {}
        (&[a], [d]) => *d = a,
        (&[a, b], [d, e]) => (*d, *e) = (a, b),
        (&[a, b, c], [d, e, f]) => (*d, *e, *f) = (a, b, c),
        (from, to) => to.copy_from_slice(from),
    }
}

/// Blocks of words or lists of a few fixed sizes, reused by size.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<T> {
    pub(crate) items: Vec<T>,
    free: Vec<Vec<u32>>,
    empty: T,
}

impl<T: Clone> Blocks<T> {
    /// No blocks; new ones are full of `empty`.
    pub(crate) fn new(empty: T) -> Self {
        Blocks {
            items: Vec::new(),
            free: Vec::new(),
            empty,
        }
    }

    /// Takes a block and fills it.
    pub(crate) fn hold(&mut self, items: &[T]) -> u32
    where
        T: Copy,
    {
        let start = self.take(items.len());
        copy(
            items,
            &mut self.items[start as usize..start as usize + items.len()],
        );
        start
    }

    /// A block of a size: one that was given back, or a new one.
    pub(crate) fn take(&mut self, size: usize) -> u32 {
        if size == 0 {
            return 0;
        }
        if let Some(start) = self.free.get_mut(size).and_then(Vec::pop) {
            return start;
        }
        let start = self.items.len();
        self.reach(start + size);
        u32::try_from(start).expect("an arena of fewer than 2^32 items")
    }

    /// Makes room up to an item.
    #[inline]
    fn reach(&mut self, end: usize) {
        if self.items.len() < end {
            self.items.resize(end, self.empty.clone());
        }
    }

    /// Lets a block be taken again.
    pub(crate) fn give_back(&mut self, start: u32, size: usize) {
        if size == 0 {
            return;
        }
        if self.free.len() <= size {
            self.free.resize(size + 1, Vec::new());
        }
        self.free[size].push(start);
    }

    /// Bytes in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        let free = self.free.iter().map(Vec::capacity).sum::<usize>();
        self.items.capacity() * size_of::<T>() + free * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{List, Lists};

    /// Where free blocks begin takes memory as well.
    #[test]
    fn free_blocks_are_counted() {
        let (mut arena, mut lists) = (Lists::<u64>::default(), [List::default(); 1000]);
        for list in &mut lists {
            arena.push(list, 0);
        }
        let items = arena.items.capacity() * size_of::<u64>();
        assert_eq!(arena.memory_bytes(), items);
        lists.iter_mut().for_each(|list| arena.release(list));
        let starts = arena.memory_bytes() - items;
        assert!((4000..=8000).contains(&starts), "{starts} bytes of starts");
    }

    proptest! {
        /// After any history every list holds what a vector of its own would hold.
        #[test]
        fn lists_do_not_touch_each_other(steps in prop::collection::vec((0u8..8, 0usize..4, 0u32..64), 1..400)) {
            let mut arena = Lists::<u32>::default();
            let mut lists = [List::default(); 4];
            let mut shadow: [Vec<u32>; 4] = Default::default();
            for (kind, which, item) in steps {
                let (list, vec) = (&mut lists[which], &mut shadow[which]);
                match kind {
                    0 => { arena.release(list); vec.clear(); }
                    1 | 2 if !vec.is_empty() => {
                        let position = item as usize % vec.len();
                        vec.swap_remove(position);
                        let moved = arena.swap_remove(list, u32::try_from(position).unwrap());
                        prop_assert_eq!(moved, vec.get(position).copied());
                    }
                    3 if !vec.is_empty() => {
                        arena.get_mut(*list)[0] = item;
                        vec[0] = item;
                    }
                    _ => {
                        prop_assert_eq!(arena.push(list, item) as usize, vec.len());
                        vec.push(item);
                    }
                }
                for (list, vec) in lists.iter().zip(&shadow) {
                    prop_assert_eq!(arena.get(*list), &vec[..]);
                    prop_assert_eq!((list.len(), list.is_empty()), (vec.len(), vec.is_empty()));
                }
            }
        }
    }

    /// Small blocks that were given back become large ones, so that lists that grow need little more than they hold at the end.
    #[test]
    fn small_blocks_become_large_ones() {
        let mut arena = Lists::<u64>::default();
        let mut lists = vec![List::default(); 1000];
        for item in 0..32 {
            for list in &mut lists {
                arena.push(list, item);
            }
        }
        let least = 32 * lists.len() * size_of::<u64>();
        assert!(arena.items.len() * size_of::<u64>() < least * 5 / 4);
        let members: Vec<u64> = (0..32).collect();
        assert!(lists.iter().all(|&list| arena.get(list) == members));
    }

    /// Blocks that lists gave back, because they were emptied, released or had grown out of them, are used again.
    #[test]
    fn blocks_are_used_again() {
        let mut arena = Lists::<u64>::default();
        let fill = |arena: &mut Lists<u64>| {
            let mut list = List::default();
            for item in 0..100 {
                arena.push(&mut list, item);
            }
            list
        };
        let mut list = fill(&mut arena);
        let items = arena.items.len();
        assert!(items >= 128, "{items}");
        for _ in 0..10 {
            arena.release(&mut list);
            list = fill(&mut arena);
            for position in (0..100).rev() {
                arena.swap_remove(&mut list, position);
            }
            list = fill(&mut arena);
        }
        assert_eq!(arena.items.len(), items);
    }
}
