//! What is due today, in order, of which the next ones are known to be true.

use kairos_rewrite::prefetch::prefetch;

use super::{Node, Place, lists::Entry};

/// So many of the next are looked at before they are due, and those that are out of date thrown out: what is asked for ahead of one that is
/// just so many events away is then asked for ahead of all of them.
pub(super) const LOOKED_AT: usize = 12;

/// The place of one is asked for when so many are looked at before it.
const ASKED_FOR: usize = 2;

/// What was due on a day when it came, what was left of the day before in front of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Today {
    entries: Vec<Entry>,
    /// How many have left.
    left: usize,
    /// Those up to here were true when they were looked at.
    true_to: usize,
    /// Those from here on nobody has looked at. Between stands nothing that is still needed.
    unseen_from: usize,
}

impl Today {
    /// Whether a slot is the next, and more than so many are left that nobody has looked at.
    #[inline(always)]
    pub(super) fn has_more_than(&self, unseen: usize, slot: u32) -> bool {
        let is_next = self.next().is_some_and(|next| next.slot == slot);
        is_next && self.entries.len() - self.unseen_from > unseen
    }

    /// The next one.
    #[inline]
    pub(super) fn next(&self) -> Option<Entry> {
        self.foresee(0)
    }

    /// The one that is so many after the next.
    #[inline]
    pub(super) fn foresee(&self, ahead: usize) -> Option<Entry> {
        let seen = self.entries.get(..self.true_to)?;
        seen.get(self.left + ahead).copied()
    }

    /// Lets the next one go.
    #[inline(always)]
    pub(super) fn leave(&mut self, places: &[Place]) {
        self.left += 1;
        self.look_at_more(places);
    }

    /// Looks at so many that enough of the next are true.
    #[inline(always)]
    fn look_at_more(&mut self, places: &[Place]) {
        while self.true_to - self.left < LOOKED_AT {
            let Some(&entry) = self.entries.get(self.unseen_from) else {
                return;
            };
            self.unseen_from += 1;
            if let Some(later) = self.entries.get(self.unseen_from + ASKED_FOR) {
                prefetch(places, later.slot as usize);
            }
            if Node::of(entry, places).is_some() {
                self.entries[self.true_to] = entry;
                self.true_to += 1;
            }
        }
    }

    /// Appends the entries of the day that begins, which are sorted there.
    pub(super) fn begin(
        &mut self,
        entries: &[Entry],
        places: &[Place],
        sort: impl FnOnce(&mut [Entry]),
    ) {
        self.entries.drain(self.true_to..self.unseen_from);
        self.entries.drain(..self.left);
        self.true_to -= self.left;
        (self.left, self.unseen_from) = (0, self.true_to);
        let before = self.entries.len();
        self.entries.extend_from_slice(entries);
        sort(&mut self.entries[before..]);
        self.look_at_more(places);
    }

    /// Empties the day.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        (self.left, self.true_to, self.unseen_from) = (0, 0, 0);
    }

    /// How many have not left.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.true_to - self.left + self.entries.len() - self.unseen_from
    }

    /// All that have not left.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        let [seen, unseen] = [
            self.left..self.true_to,
            self.unseen_from..self.entries.len(),
        ];
        self.entries[seen].iter().chain(&self.entries[unseen])
    }

    /// A mistake.
    #[cfg(test)]
    pub(super) fn swap_ends(&mut self) {
        let last = self.entries.len() - 1;
        self.entries.swap(self.left, last);
    }

    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }
}
