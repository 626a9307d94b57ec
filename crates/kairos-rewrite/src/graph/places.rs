//! Slots for elements of several types: each type has pages of its own, so that its elements have a dense numbering beside that of all.

/// Slots of a page, as a power of two.
const PAGE_BITS: u32 = 6;

/// Which slots are free.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// By type, the last to be given out first.
    free: Vec<Vec<u32>>,
    /// By type: how many pages it has.
    pages: Vec<u32>,
    /// By page: how many of its type came before it.
    ranks: Vec<u32>,
}

impl Places {
    pub(super) fn new(types: usize) -> Self {
        Places {
            free: vec![Vec::new(); types],
            pages: vec![0; types],
            ranks: Vec::new(),
        }
    }

    /// A slot for an element of a type.
    #[inline]
    pub(super) fn take(&mut self, ty: usize) -> u32 {
        match self.free[ty].pop() {
            Some(slot) => slot,
            None => self.add_page(ty),
        }
    }

    /// Lets a slot be taken again, for an element of the same type.
    #[inline]
    pub(super) fn give_back(&mut self, ty: usize, slot: u32) {
        self.free[ty].push(slot);
    }

    #[cold]
    fn add_page(&mut self, ty: usize) -> u32 {
        let page = u32::try_from(self.ranks.len()).expect("fewer than 2^32 pages");
        assert!(page < u32::MAX >> PAGE_BITS, "fewer than 2^32 elements");
        self.ranks.push(self.pages[ty]);
        self.pages[ty] += 1;
        let first = page << PAGE_BITS;
        let others = first + 1..first + (1 << PAGE_BITS);
        self.free[ty].extend(others.rev());
        first
    }

    /// The number of a slot among those of its type.
    #[inline]
    pub(super) fn rank(&self, slot: u32) -> u32 {
        let within = slot & ((1 << PAGE_BITS) - 1);
        self.ranks[(slot >> PAGE_BITS) as usize] << PAGE_BITS | within
    }

    /// One past the largest slot of the pages that there are.
    #[inline]
    pub(super) fn bound(&self) -> usize {
        self.ranks.len() << PAGE_BITS
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        let free = self.free.iter().map(Vec::capacity).sum::<usize>();
        (free + self.ranks.capacity()) * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Places;

    proptest! {
        /// No two elements have one slot, no two of a type one rank, and the ranks of a type stay below the slots of its pages.
        #[test]
        fn slots_and_ranks_are_distinct(steps in prop::collection::vec((0usize..3, any::<bool>(), 0usize..500), 1..600)) {
            let mut places = Places::new(3);
            let mut taken: Vec<(usize, u32)> = Vec::new();
            let mut most = [0; 3];
            for (ty, gives_back, which) in steps {
                if gives_back && !taken.is_empty() {
                    let (ty, slot) = taken.swap_remove(which % taken.len());
                    places.give_back(ty, slot);
                } else {
                    taken.push((ty, places.take(ty)));
                }
                let count = |ty| taken.iter().filter(|t| t.0 == ty).count();
                most = [0, 1, 2].map(|ty| most[ty].max(count(ty)));
            }
            let mut slots = BTreeMap::new();
            let mut ranks = BTreeMap::new();
            for &(ty, slot) in &taken {
                let rank = places.rank(slot);
                prop_assert!((slot as usize) < places.bound());
                prop_assert!((rank as usize) < most[ty].next_multiple_of(64));
                prop_assert_eq!(slots.insert(slot, ty), None);
                prop_assert_eq!(ranks.insert((ty, rank), slot), None);
            }
        }
    }
}
