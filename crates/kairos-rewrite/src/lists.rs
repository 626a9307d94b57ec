//! Many short lists of one element type in one arena: adjacency lists, pools; and blocks of fixed sizes.

use crate::prefetch::prefetch;

/// A list in a [`Lists`] arena.
#[derive(Clone, Copy, Debug, Default)]
pub struct List {
    start: u32,
    len: u32,
    /// Capacity is `1 << class`, or none for `class == 0` and `len == 0`.
    class: u8,
}

impl List {
    /// Number of members.
    #[inline]
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether it has none.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// The arena: blocks of powers of two, freed blocks kept by size.
#[derive(Clone, Debug)]
pub struct Lists<T> {
    items: Vec<T>,
    free: Vec<Vec<u32>>,
}

impl<T: Copy + Default> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            items: Vec::new(),
            free: vec![Vec::new(); 33],
        }
    }
}

impl<T: Copy + Default> Lists<T> {
    /// The members.
    #[inline]
    #[must_use]
    pub fn get(&self, list: List) -> &[T] {
        &self.items[list.start as usize..list.start as usize + list.len as usize]
    }

    /// Asks for the memory of the first members.
    #[inline]
    pub(crate) fn prefetch(&self, list: List) {
        prefetch(&self.items, list.start as usize);
    }

    /// The members, to be changed.
    pub fn get_mut(&mut self, list: List) -> &mut [T] {
        &mut self.items[list.start as usize..list.start as usize + list.len as usize]
    }

    /// Appends a member and returns its position.
    #[inline]
    pub fn push(&mut self, list: &mut List, item: T) -> u32 {
        if list.class == 0 || list.len == 1 << list.class {
            self.grow(list);
        }
        let position = list.len;
        self.items[(list.start + position) as usize] = item;
        list.len += 1;
        position
    }

    /// Removes the member at a position by moving the last one there; returns the moved member, if one moved.
    pub fn swap_remove(&mut self, list: &mut List, position: u32) -> Option<T> {
        list.len -= 1;
        let last = self.items[(list.start + list.len) as usize];
        let moved = position < list.len;
        if moved {
            self.items[(list.start + position) as usize] = last;
        }
        if list.len == 0 {
            self.release(list);
        }
        moved.then_some(last)
    }

    /// Gives a list's block back and empties it.
    pub fn release(&mut self, list: &mut List) {
        if list.class > 0 {
            self.free[list.class as usize].push(list.start);
        }
        *list = List::default();
    }

    #[cold]
    fn grow(&mut self, list: &mut List) {
        let class = list.class + 1;
        let start = self.free[class as usize].pop().unwrap_or_else(|| {
            let start = self.items.len();
            self.items.resize(start + (1 << class), T::default());
            u32::try_from(start).expect("an arena of fewer than 2^32 items")
        });
        let (from, len) = (list.start as usize, list.len as usize);
        self.items.copy_within(from..from + len, start as usize);
        if list.class > 0 {
            self.free[list.class as usize].push(list.start);
        }
        *list = List {
            start,
            len: list.len,
            class,
        };
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>()
    }
}

/// Blocks of words or lists of a few fixed sizes, reused by size.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<T> {
    pub(crate) items: Vec<T>,
    free: Vec<Vec<u32>>,
}

impl<T: Clone + Default> Blocks<T> {
    /// No blocks.
    pub(crate) fn new() -> Self {
        Blocks {
            items: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Takes a block and fills it.
    pub(crate) fn hold(&mut self, items: &[T]) -> u32
    where
        T: Copy,
    {
        if items.is_empty() {
            return 0;
        }
        let start = self.take(items.len());
        self.items[start as usize..start as usize + items.len()].copy_from_slice(items);
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
        self.items.resize(start + size, T::default());
        u32::try_from(start).expect("an arena of fewer than 2^32 items")
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{List, Lists};

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
        let bytes = arena.memory_bytes();
        assert!(bytes >= 256 * size_of::<u64>(), "{bytes}");
        for _ in 0..10 {
            arena.release(&mut list);
            list = fill(&mut arena);
            for position in (0..100).rev() {
                arena.swap_remove(&mut list, position);
            }
            list = fill(&mut arena);
        }
        assert_eq!(arena.memory_bytes(), bytes);
    }
}
