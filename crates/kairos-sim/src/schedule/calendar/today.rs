//! What is due today, in order: what the day came with, and beside it what was put into it later.

use std::{cmp::Reverse, collections::BinaryHeap};

use kairos_rewrite::prefetch::prefetch;

use super::{NOTHING, Node, Place, lists::Entry};

/// At least so many of the next in order are looked at before they are due, and those that are out of date thrown out: what is asked for ahead of
/// one that is just so many events away is then asked for ahead of all of them.
pub(super) const LOOKED_AT: usize = 12;

/// The place of one is asked for when so many are looked at before it.
const ASKED_FOR: usize = 2;

/// What was due on a day when it came, what was left of the day before in front of it, and what came into it later.
#[derive(Clone, Debug)]
pub(super) struct Today {
    sorted: Vec<Entry>,
    /// How many of them have left.
    left: usize,
    /// Those up to here were true when they were looked at.
    true_to: usize,
    /// Those from here on nobody has looked at. Between stands nothing that is still needed.
    unseen_from: usize,
    added: BinaryHeap<Reverse<Node>>,
    /// The first of those that were added, or [`NOTHING`]: mostly there are so few that none is as likely as some.
    first_added: Node,
}

impl Default for Today {
    fn default() -> Self {
        Today {
            sorted: Vec::new(),
            left: 0,
            true_to: 0,
            unseen_from: 0,
            added: BinaryHeap::new(),
            first_added: NOTHING,
        }
    }
}

impl Today {
    /// Whether a slot is the next of those in order, and more than so many are left of them.
    #[inline(always)]
    pub(super) fn has_more_than(&self, others: usize, slot: u32) -> bool {
        let is_next = self.foresee(0).is_some_and(|next| next.slot == slot);
        is_next && self.sorted() > others
    }

    /// The one in order that is so many after the next.
    #[inline]
    pub(super) fn foresee(&self, ahead: usize) -> Option<Entry> {
        let seen = self.sorted.get(..self.true_to)?;
        seen.get(self.left + ahead).copied()
    }

    /// Lets the next one in order go.
    #[inline(always)]
    pub(super) fn leave(&mut self, places: &[Place]) {
        self.left += 1;
        self.look_at_more(places);
    }

    /// Looks at so many that enough of the next are true.
    #[inline(always)]
    fn look_at_more(&mut self, places: &[Place]) {
        while self.unseen_from < self.sorted.len() && self.true_to - self.left < LOOKED_AT {
            let entry = self.sorted[self.unseen_from];
            self.unseen_from += 1;
            if let Some(later) = self.sorted.get(self.unseen_from + ASKED_FOR) {
                prefetch(places, later.slot as usize);
            }
            if Node::of(entry, places).is_some() {
                self.sorted[self.true_to] = entry;
                self.true_to += 1;
            }
        }
    }

    /// The next one in order, if it is true and none that was added comes first.
    #[inline(always)]
    pub(super) fn next_in_order(&self, places: &[Place]) -> Option<Node> {
        let node = Node::of(self.foresee(0)?, places)?;
        (node < self.first_added).then_some(node)
    }

    /// Adds one.
    #[inline]
    pub(super) fn add(&mut self, node: Node) {
        self.added.push(Reverse(node));
        self.first_added = self.first_added.min(node);
    }

    /// The next one that is true, or [`NOTHING`]; drops all before that are not.
    pub(super) fn next(&mut self, places: &[Place]) -> Node {
        let is_true = |node: Node| Node::of(node.entry(), places) == Some(node);
        while self.first_added != NOTHING && !is_true(self.first_added) {
            self.added.pop();
            self.first_added = self.added.peek().map_or(NOTHING, |first| first.0);
        }
        while let Some(entry) = self.foresee(0) {
            if let Some(node) = Node::of(entry, places) {
                return node.min(self.first_added);
            }
            self.leave(places);
        }
        self.first_added
    }

    /// Appends the entries of the day that begins, which are sorted there; `are_true` says that none of them is out of date.
    pub(super) fn begin(
        &mut self,
        entries: &[Entry],
        places: &[Place],
        are_true: bool,
        sort: impl FnOnce(&mut [Entry]),
    ) {
        self.sorted.drain(self.true_to..self.unseen_from);
        self.sorted.drain(..self.left);
        self.true_to -= self.left;
        (self.left, self.unseen_from) = (0, self.true_to);
        let before = self.sorted.len();
        self.sorted.extend_from_slice(entries);
        sort(&mut self.sorted[before..]);
        if are_true && self.unseen_from == before {
            (self.true_to, self.unseen_from) = (self.sorted.len(), self.sorted.len());
        }
        self.look_at_more(places);
    }

    /// Empties the day.
    pub(super) fn clear(&mut self) {
        self.sorted.clear();
        (self.left, self.true_to, self.unseen_from) = (0, 0, 0);
        self.added.clear();
        self.first_added = NOTHING;
    }

    /// How many in order have not left.
    #[inline]
    pub(super) fn sorted(&self) -> usize {
        self.true_to - self.left + self.sorted.len() - self.unseen_from
    }

    /// How many were added and have not left.
    #[inline]
    pub(super) fn added(&self) -> usize {
        self.added.len()
    }

    /// All in order that have not left.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        let [seen, unseen] = [self.left..self.true_to, self.unseen_from..self.sorted.len()];
        self.sorted[seen].iter().chain(&self.sorted[unseen])
    }

    /// All that were added and have not left; panics if the first of them is not known.
    pub(super) fn iter_added(&self) -> impl Iterator<Item = Node> + '_ {
        let first = self.added.peek().map_or(NOTHING, |first| first.0);
        assert_eq!(first, self.first_added, "something else was added first");
        self.added.iter().map(|added| added.0)
    }

    /// A mistake.
    #[cfg(test)]
    pub(super) fn swap_ends(&mut self) {
        let last = self.sorted.len() - 1;
        self.sorted.swap(self.left, last);
    }

    /// A mistake.
    #[cfg(test)]
    pub(super) fn forget_first_added(&mut self) {
        self.first_added = NOTHING;
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.sorted.capacity() * size_of::<Entry>() + self.added.capacity() * size_of::<Node>()
    }
}
