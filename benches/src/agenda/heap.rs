//! A 4-ary heap without an index.

use super::{Agenda, Due, Entry};

const ARITY: usize = 4;

/// Later than everything: fills places without entry.
const NEVER: Entry = Entry {
    time: f64::INFINITY,
    id: u32::MAX,
};

/// Siblings, in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Family([Entry; ARITY]);

/// A 4-ary heap. A cancelled entry stays until it is due.
#[derive(Debug)]
pub struct Heap {
    /// Family 0 has the root only, in its last place. The children of place p are family p − 2.
    families: Vec<Family>,
    /// One past the place of the last entry.
    end: usize,
}

const ROOT: usize = ARITY - 1;

impl Heap {
    #[inline]
    fn at(&mut self, place: usize) -> &mut Entry {
        &mut self.families[place / ARITY].0[place % ARITY]
    }

    /// The earliest of siblings, without branches.
    #[inline]
    fn earliest(siblings: &[Entry; ARITY]) -> usize {
        let [a, b, c, d] = siblings;
        let (left, l) = if b.time < a.time {
            (1, b.time)
        } else {
            (0, a.time)
        };
        let (right, r) = if d.time < c.time {
            (3, d.time)
        } else {
            (2, c.time)
        };
        if r < l { right } else { left }
    }

    #[inline]
    fn sift_down(&mut self, entry: Entry) {
        let mut place = ROOT;
        while let Some(Family(siblings)) = self.families.get(place - 2) {
            let lane = Self::earliest(siblings);
            let child = siblings[lane];
            if entry.time <= child.time {
                break;
            }
            *self.at(place) = child;
            place = (place - 2) * ARITY + lane;
        }
        *self.at(place) = entry;
    }
}

impl Agenda for Heap {
    const NAME: &'static str = "heap";

    fn new(_: Due) -> Self {
        Heap {
            families: vec![Family([NEVER; ARITY])],
            end: ROOT,
        }
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        let mut place = self.end;
        self.end += 1;
        if place / ARITY == self.families.len() {
            self.families.push(Family([NEVER; ARITY]));
        }
        while place > ROOT {
            let above = place / ARITY + 2;
            let parent = *self.at(above);
            if parent.time <= entry.time {
                break;
            }
            *self.at(place) = parent;
            place = above;
        }
        *self.at(place) = entry;
    }

    #[inline]
    fn first(&mut self) -> Option<Entry> {
        (self.end > ROOT).then(|| self.families[0].0[ROOT])
    }

    #[inline]
    fn remove_first(&mut self) {
        self.end -= 1;
        let last = self.end;
        let entry = std::mem::replace(self.at(last), NEVER);
        if last.is_multiple_of(ARITY) {
            self.families.pop();
        }
        if last > ROOT {
            self.sift_down(entry);
        }
    }

    #[inline]
    fn replace_first(&mut self, entry: Entry) {
        self.sift_down(entry);
    }

    fn cancel(&mut self, _: u32) {}
}
