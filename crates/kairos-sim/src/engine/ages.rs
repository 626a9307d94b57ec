//! Age memory: what remains of the delays of disabled events.

use rustc_hash::FxHashMap;

use super::clocks::Remaining;
use crate::draw::Name;

/// Disabled events with age memory, by a hash of rule and matched elements. Looked up, never iterated.
///
/// An event stays listed once it was disabled, until one of its elements is deleted: what is enabled and disabled again and again
/// allocates nothing.
#[derive(Debug, Default)]
pub(super) struct AgeMemory {
    kept: FxHashMap<Name, Option<Remaining>>,
    /// By element number: the events listed above that match it.
    by_element: FxHashMap<u64, Vec<Name>>,
}

impl AgeMemory {
    /// Keeps what remains of an event that matches these elements.
    pub(super) fn keep(
        &mut self,
        event: Name,
        remaining: Remaining,
        numbers: impl Iterator<Item = u64>,
    ) {
        if self.kept.insert(event, Some(remaining)).is_none() {
            numbers.for_each(|n| self.by_element.entry(n).or_default().push(event));
        }
    }

    /// What was kept of an event that is enabled again.
    pub(super) fn take(&mut self, event: Name) -> Option<Remaining> {
        self.kept.get_mut(&event)?.take()
    }

    /// How many events are listed.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Forgets the events of a deleted element.
    pub(super) fn forget(&mut self, number: u64) {
        for event in self.by_element.remove(&number).unwrap_or_default() {
            self.kept.remove(&event);
        }
    }

    /// Bytes in use, roughly: an event is listed at two elements, say.
    pub(super) fn memory_bytes(&self) -> u64 {
        let event = size_of::<(Name, Option<Remaining>)>() + 2 * size_of::<Name>();
        let element = size_of::<(u64, Vec<Name>)>();
        (self.kept.capacity() * event + self.by_element.capacity() * element) as u64
    }
}
