//! What is due on later days of a year, day by day.

use kairos_rewrite::prefetch::from;

use super::lists::{Entry, List, Lists};

/// With so many days, the ends of their lists do not stay in the caches.
const MANY: usize = from(1 << 14);

/// So many entries wait until the ends of lists have come that they will be appended to. A power of two.
const WAITING: usize = 4;

/// The entries of each day, in no order.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    /// By the number of a day modulo the length of the year, which is a power of two.
    lists: Vec<List>,
    arena: Lists,
    /// How many entries there are, with those that wait.
    len: usize,
    /// Entries that will be appended to the lists at these indices, the next one at `waited` modulo their number.
    waiting: [(u32, Entry); WAITING],
    /// How many have waited, or do.
    waited: usize,
}

impl Days {
    /// How many days a year has. None while there is only today.
    #[inline]
    pub(super) fn year(&self) -> usize {
        self.lists.len()
    }

    /// How many entries there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The index of a day of this year.
    #[inline]
    pub(super) fn index(&self, day: u64) -> usize {
        day as usize & self.lists.len().wrapping_sub(1)
    }

    /// Puts an entry into the list of a day.
    #[inline(always)]
    pub(super) fn push(&mut self, index: usize, entry: Entry) {
        self.len += 1;
        if self.lists.len() >= MANY {
            self.push_later(index, entry);
        } else {
            self.arena.push(&mut self.lists[index], entry);
        }
    }

    /// The same, once the end of the list has come.
    #[inline(always)]
    fn push_later(&mut self, index: usize, entry: Entry) {
        self.arena.prefetch(self.lists[index]);
        let place = &mut self.waiting[self.waited % WAITING];
        let (day, first) = std::mem::replace(place, (index as u32, entry));
        self.waited += 1;
        if self.waited > WAITING {
            self.arena.push(&mut self.lists[day as usize], first);
        }
    }

    /// Waits for nothing more.
    fn push_waiting(&mut self) {
        let first = self.waited.saturating_sub(WAITING);
        for turn in first..self.waited {
            let (index, entry) = self.waiting[turn % WAITING];
            self.arena.push(&mut self.lists[index as usize], entry);
        }
        self.waited = 0;
    }

    /// Moves all entries of a day to the end of `out`.
    pub(super) fn drain(&mut self, index: usize, out: &mut Vec<Entry>) {
        self.push_waiting();
        let before = out.len();
        self.arena.drain(&mut self.lists[index], out);
        self.len -= out.len() - before;
    }

    /// Empties all days, and makes the year that long.
    pub(super) fn reset(&mut self, year: usize) {
        self.arena.clear();
        self.lists.clear();
        self.lists.resize(year, List::EMPTY);
        (self.len, self.waited) = (0, 0);
    }

    /// All entries, and on which days they are.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let days = (0..).zip(&self.lists);
        let listed = days.flat_map(|(index, &list)| self.arena.iter(list).map(move |e| (index, e)));
        let waiting = &self.waiting[..self.waited.min(WAITING)];
        listed.chain(waiting.iter().map(|(index, e)| (*index as usize, e)))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.lists.capacity() * size_of::<List>() + self.arena.memory_bytes()
    }

    /// A mistake.
    #[cfg(test)]
    pub(super) fn miscount(&mut self) {
        self.len += 1;
    }

    /// Another one, which the count says nothing of.
    #[cfg(test)]
    pub(super) fn forget(&mut self, index: usize) {
        self.drain(index, &mut Vec::new());
    }
}
