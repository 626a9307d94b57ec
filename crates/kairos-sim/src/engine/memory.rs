//! Age memory: what remains of the delays of disabled events.

use kairos_model::rule::RuleId;
use rustc_hash::FxHashMap;

use crate::draw::Name;

/// A disabled event: its rule and the numbers of its match.
pub(super) type Disabled = (RuleId, Box<[u64]>);

/// What is kept of a disabled event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) name: Name,
    /// Delay minus the time for which the event was active.
    pub(super) remaining: f64,
    pub(super) rate: f64,
    pub(super) product: f64,
}

/// All disabled events with age memory. Looked up, never iterated.
#[derive(Clone, Debug, Default)]
pub(super) struct AgeMemory {
    kept: FxHashMap<Disabled, Kept>,
    /// By element number: the disabled events whose match has it.
    by_element: FxHashMap<u64, Vec<Disabled>>,
}

impl AgeMemory {
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn keep(&mut self, event: Disabled, kept: Kept) {
        for &number in &event.1 {
            self.by_element
                .entry(number)
                .or_default()
                .push(event.clone());
        }
        self.kept.insert(event, kept);
    }

    /// What was kept of an event that is enabled again.
    pub(super) fn take(&mut self, event: &Disabled) -> Option<Kept> {
        let kept = self.kept.remove(event)?;
        for number in &event.1 {
            if let Some(events) = self.by_element.get_mut(number) {
                events.retain(|e| e != event);
            }
        }
        Some(kept)
    }

    /// Forgets the events of a deleted element.
    pub(super) fn forget(&mut self, number: u64) {
        for event in self.by_element.remove(&number).unwrap_or_default() {
            self.kept.remove(&event);
        }
    }
}
