//! Which items of an arena are marked.

use std::ops::Range;

/// One bit for each item.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    /// Begins anew: of so many items, none marked.
    pub(super) fn reset(&mut self, items: usize) {
        self.words.clear();
        self.words.resize(items.div_ceil(64), 0);
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }

    /// Marks some items.
    pub(super) fn mark(&mut self, items: Range<usize>) {
        let mut at = items.start;
        while at < items.end {
            let here = (64 - at % 64).min(items.end - at);
            self.words[at / 64] |= (u64::MAX >> (64 - here)) << (at % 64);
            at += here;
        }
    }

    /// The longest ranges of marked items, in ascending order.
    pub(super) fn runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut end = 0;
        std::iter::from_fn(move || {
            let start = self.next(end, |word| word)?;
            end = self
                .next(start, |word| !word)
                .unwrap_or(64 * self.words.len());
            Some(start..end)
        })
    }

    /// The first item from one on whose bit is set in what is made of its word.
    fn next(&self, from: usize, made: impl Fn(u64) -> u64) -> Option<usize> {
        let mut index = from / 64;
        let mut word = made(*self.words.get(index)?) & (u64::MAX << (from % 64));
        while word == 0 {
            index += 1;
            word = made(*self.words.get(index)?);
        }
        Some(64 * index + word.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Marks;

    proptest! {
        /// Whatever ranges are marked, the runs hold exactly their items, and no two of them touch.
        #[test]
        fn runs_hold_what_is_marked(ranges in prop::collection::vec((0usize..300, 0usize..100), 0..12)) {
            let mut marks = Marks::default();
            marks.reset(400);
            let mut shadow = [false; 400];
            for (start, len) in ranges {
                marks.mark(start..start + len);
                shadow[start..start + len].fill(true);
            }
            let runs: Vec<_> = marks.runs().collect();
            prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
            let mut found = [false; 400];
            runs.into_iter().for_each(|run| found[run].fill(true));
            prop_assert_eq!(found, shadow);
        }
    }
}
