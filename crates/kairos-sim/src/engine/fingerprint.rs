//! A hash of a whole trajectory.

use crate::draw::Name;

/// Folds every step's rule, time, matched, chosen and created numbers and outcome into 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Adds a word.
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        self.0 = Name::chained(self.0, word);
    }

    /// The hash so far.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}
