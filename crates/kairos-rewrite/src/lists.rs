//! Many short lists of one element type in one arena: adjacency lists, pools.

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
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether it has none.
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
