//! Immediate events: highest priority first; those of one priority race in a virtual time that starts at 0 whenever time has moved.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use kairos_rewrite::matcher::EventId;

/// By priority (highest first), virtual time (its bits ascend with it) and activation order.
type Key = (Reverse<i64>, u64, u64, EventId);

/// The active immediate events.
#[derive(Clone, Debug, Default)]
pub(super) struct Immediates {
    queue: BTreeSet<Key>,
    /// By event: its key.
    keys: Vec<Option<Key>>,
    /// The virtual time of each priority.
    times: BTreeMap<i64, f64>,
}

impl Immediates {
    /// The event that fires next.
    pub(super) fn first(&self) -> Option<EventId> {
        self.queue
            .first()
            .filter(|k| f64::from_bits(k.1).is_finite())
            .map(|k| k.3)
    }

    /// The virtual time of a priority.
    pub(super) fn now(&self, priority: i64) -> f64 {
        self.times.get(&priority).copied().unwrap_or(0.0)
    }

    /// Priority and virtual time of an event.
    pub(super) fn due(&self, event: EventId) -> Option<(i64, f64)> {
        self.keys
            .get(event.index())
            .copied()
            .flatten()
            .map(|k| (k.0.0, f64::from_bits(k.1)))
    }

    pub(super) fn insert(&mut self, event: EventId, priority: i64, time: f64, order: u64) {
        self.remove(event);
        if self.keys.len() <= event.index() {
            self.keys.resize(event.index() + 1, None);
        }
        let key = (Reverse(priority), time.to_bits(), order, event);
        self.keys[event.index()] = Some(key);
        self.queue.insert(key);
    }

    /// Another priority or virtual time, the same place among equal times.
    pub(super) fn reschedule(&mut self, event: EventId, priority: i64, time: f64) {
        if let Some((_, _, order, _)) = self.keys[event.index()] {
            self.insert(event, priority, time, order);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn remove(&mut self, event: EventId) {
        if let Some(key) = self.keys.get_mut(event.index()).and_then(Option::take) {
            self.queue.remove(&key);
        }
    }

    /// An event fires: the virtual time of its priority moves to it.
    pub(super) fn advance(&mut self, event: EventId) {
        if let Some((priority, time)) = self.due(event) {
            self.times.insert(priority, time);
        }
    }

    /// Time has moved.
    pub(super) fn restart(&mut self) {
        self.times.clear();
    }
}
