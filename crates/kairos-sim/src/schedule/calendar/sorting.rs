//! Sorts the entries of a day: by counting those of each part of it, then by insertion, which has little left to do.

use super::lists::Entry;
use super::{Node, Place};

/// Parts of a day by which its entries are counted: so many that most have one entry or none.
pub(super) const PARTS: usize = 128;

/// Entries of a day that insertion sorts sooner than counting.
const FEW: usize = 12;

/// A day with more entries is not sorted by counting.
const MANY: usize = 4 * PARTS;

/// So many of one part are many at one time, whom insertion would move far.
const MANY_OF_PART: u16 = 16;

/// Sorts `entries` into `sorted`, which holds the same ones. `part` says, nearly, in which part of the day one is.
pub(super) fn sort(
    entries: &[Entry],
    part: impl Fn(&Entry) -> u8,
    places: &[Place],
    sorted: &mut [Entry],
) {
    if entries.len() <= FEW {
        return insertion_sort(sorted, places);
    }
    let (mut ends, mut parts) = (Counts([0; PARTS]), [0_u8; MANY]);
    let mut most = 0;
    for (entry, noted) in entries.iter().zip(&mut parts) {
        *noted = part(entry);
        most = most.max(ends.count(*noted));
    }
    if entries.len() > MANY || most >= MANY_OF_PART {
        return sorted.sort_unstable_by_key(|e| e.key(places));
    }
    ends.sum();
    for (&entry, &part) in entries.iter().zip(&parts) {
        sorted[ends.take(part)] = entry;
    }
    insertion_sort(sorted, places);
}

/// How many entries fall into each part of a day; once these are summed, where those of each part end.
struct Counts([u16; PARTS]);

impl Counts {
    /// One more; how many these are.
    #[inline]
    fn count(&mut self, part: u8) -> u16 {
        let count = &mut self.0[part as usize];
        *count += 1;
        *count
    }

    /// Adds to each count those of all parts before.
    #[inline]
    fn sum(&mut self) {
        let mut before = 0;
        for four in self.0.as_chunks_mut::<4>().0 {
            let [a, b, c, d] = *four;
            let (ab, cd) = (a + b, c + d);
            *four = [a, ab, ab + c, ab + cd].map(|sum| before + sum);
            before = four[3];
        }
    }

    /// The last place of those of a part that is not taken.
    #[inline]
    fn take(&mut self, part: u8) -> usize {
        let end = &mut self.0[part as usize];
        *end -= 1;
        *end as usize
    }
}

impl Entry {
    /// What entries leave by: of two of one time the order must be looked up.
    #[inline]
    fn key(&self, places: &[Place]) -> Node {
        let &Entry { time, slot, .. } = self;
        let order = places[slot as usize].order;
        Node { time, order, slot }
    }
}

/// Sorts entries that are almost in order.
#[inline]
fn insertion_sort(entries: &mut [Entry], places: &[Place]) {
    #[cold]
    fn is_after_at_one_time(a: Entry, b: Entry, places: &[Place]) -> bool {
        a.key(places) > b.key(places)
    }
    let is_after = |a: Entry, b: Entry| {
        a.time > b.time || a.time == b.time && is_after_at_one_time(a, b, places)
    };
    for i in 1..entries.len() {
        if !is_after(entries[i - 1], entries[i]) {
            continue;
        }
        let entry = entries[i];
        let mut place = i;
        while place > 0 && is_after(entries[place - 1], entry) {
            entries[place] = entries[place - 1];
            place -= 1;
        }
        entries[place] = entry;
    }
}
