//! The trusted twin: a schedule over the crate `priority-queue`.

use std::cmp::Reverse;

use priority_queue::PriorityQueue;
use rustc_hash::FxBuildHasher;

use super::{Due, Note, Notes, Schedule, Slot, time_key};

/// (time, order, slot), earliest first. The slot makes the order total: the queue below pops equal priorities in
/// no useful order.
type Key = Reverse<(u64, u64, Slot)>;

/// A [`Schedule`] over a hashed binary heap.
#[derive(Clone, Default)]
pub struct TwinSchedule {
    queue: PriorityQueue<Slot, Key, FxBuildHasher>,
    notes: Notes,
}

impl Schedule for TwinSchedule {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let before = self
            .queue
            .push(slot, Reverse((time_key(time), order, slot)));
        assert!(before.is_none(), "{slot:?} is scheduled already");
    }

    fn remove(&mut self, slot: Slot) {
        assert!(
            self.queue.remove(&slot).is_some(),
            "{slot:?} is not scheduled"
        );
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let before = self
            .queue
            .change_priority(&slot, Reverse((time_key(time), order, slot)));
        assert!(before.is_some(), "{slot:?} is not scheduled");
    }

    fn peek(&self) -> Option<Due> {
        let (&slot, &Reverse((time, order, _))) = self.queue.peek()?;
        let time = f64::from_bits(time);
        time.is_finite().then_some(Due { time, order, slot })
    }

    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.queue.pop();
        Some(due)
    }

    fn note(&self, slot: Slot) -> Note {
        self.notes.get(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.notes.get_mut(slot)
    }

    fn len(&self) -> usize {
        self.queue.len()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        let Reverse((time, ..)) = self.queue.get_priority(&slot)?;
        Some(f64::from_bits(*time))
    }

    fn order_of(&self, slot: Slot) -> u64 {
        let Reverse((_, order, _)) = self.queue.get_priority(&slot).expect("a scheduled slot");
        *order
    }

    fn check_invariants(&self) {
        for (slot, Reverse((_, _, named))) in self.queue.iter() {
            assert_eq!(slot, named, "a key names another slot");
        }
    }
}
