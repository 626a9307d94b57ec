//! A few items of each element: those of an element stand together.

use super::Blocks;
use crate::{binding::Slot, prefetch::prefetch};

/// Items by element, as many for each as its type says.
///
/// Where no type has many, those of an element stand at its slot times that number: then they are found without reading where they are, and
/// come from memory together with what else is asked for by slot.
#[derive(Clone, Debug)]
pub(crate) struct Parts<T> {
    blocks: Blocks<T>,
    /// How many items every element has room for, unless each has a block of its own.
    each: Option<usize>,
}

impl<T: Copy> Parts<T> {
    /// No elements. Their types have so many items; `empty` is one that says nothing.
    pub(crate) fn new(counts: impl Iterator<Item = usize>, empty: T) -> Self {
        /// Room for so many costs less than to look up where they are, even if some types have fewer.
        const FEW: usize = 4;
        let most = counts.max().unwrap_or(0);
        Parts {
            blocks: Blocks::new(empty),
            each: (most <= FEW).then_some(most),
        }
    }

    /// Whether nobody needs to note where the items of an element begin.
    #[inline]
    pub(crate) fn is_even(&self) -> bool {
        self.each.is_some()
    }

    /// Makes room for the items of a new element; returns where it begins. What stands there is empty, or of an element that is gone.
    #[inline]
    pub(crate) fn take(&mut self, element: Slot, count: usize) -> u32 {
        let Some(each) = self.each else {
            return self.blocks.take(count);
        };
        let start = element.index() * each;
        self.blocks.reach(start + each);
        u32::try_from(start).expect("an arena of fewer than 2^32 items")
    }

    /// Takes back the room of an element that is gone.
    #[inline]
    pub(crate) fn give_back(&mut self, start: u32, count: usize) {
        if self.each.is_none() {
            self.blocks.give_back(start, count);
        }
    }

    /// Where the items of an element begin; `noted` gives what [`Parts::take`] returned, where that must be known.
    #[inline]
    pub(crate) fn start(&self, element: Slot, noted: impl FnOnce() -> u32) -> usize {
        match self.each {
            None => noted() as usize,
            Some(each) => element.index() * each,
        }
    }

    /// All items.
    #[inline]
    pub(crate) fn items(&self) -> &[T] {
        &self.blocks.items
    }

    /// All items, to be changed.
    #[inline]
    pub(crate) fn items_mut(&mut self) -> &mut [T] {
        &mut self.blocks.items
    }

    /// Asks for the memory of the items of an element, if it is known where they are.
    #[inline]
    pub(crate) fn prefetch(&self, element: Slot) {
        if let Some(each) = self.each {
            prefetch(&self.blocks.items, element.index() * each);
        }
    }

    /// Asks for the memory of the items that begin at a place.
    #[inline]
    pub(crate) fn prefetch_at(&self, start: usize) {
        prefetch(&self.blocks.items, start);
    }

    /// Bytes in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.blocks.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Parts, Slot};

    /// Elements come and go; each keeps what it was given, whether its type has few items or many.
    #[test]
    fn elements_keep_their_items() {
        for counts in [[0, 1, 3], [2, 0, 9], [0, 0, 0]] {
            let mut parts = Parts::new(counts.into_iter(), u32::MAX);
            let mut starts = [0; 12];
            let start = |parts: &Parts<u32>, starts: &[u32], slot: u32| {
                parts.start(Slot(slot), || starts[slot as usize])
            };
            for round in 0..5 {
                for slot in 0..12 {
                    let count = counts[(slot as usize + round) % 3];
                    starts[slot as usize] = parts.take(Slot(slot), count);
                    let start = start(&parts, &starts, slot);
                    parts.items_mut()[start..start + count].fill(slot);
                }
                for slot in 0..12 {
                    let count = counts[(slot as usize + round) % 3];
                    let start = start(&parts, &starts, slot);
                    assert!(
                        parts.items()[start..start + count]
                            .iter()
                            .all(|&i| i == slot)
                    );
                    parts.give_back(starts[slot as usize], count);
                }
            }
            // Room is used again.
            assert!(parts.items().len() <= 12 * 9, "{}", parts.items().len());
        }
    }
}
