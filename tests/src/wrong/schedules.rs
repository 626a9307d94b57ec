//! Schedules that move clocks which nobody may move.

use kairos_sim::schedule::{Due, HeapSchedule, Note, Schedule, Slot};

/// Forgets the event that fired: it is never due again.
#[derive(Debug, Default)]
pub(super) struct Forgetting(HeapSchedule);

impl Schedule for Forgetting {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        self.0.insert(slot, time, order);
    }

    fn remove(&mut self, slot: Slot) {
        self.0.remove(slot);
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let fired = self.0.peek().is_some_and(|due| due.slot == slot);
        let armed_again = fired && self.0.order_of(slot) != order;
        let time = if armed_again { f64::INFINITY } else { time };
        self.0.reschedule(slot, time, order);
    }

    fn peek(&self) -> Option<Due> {
        self.0.peek()
    }

    fn pop(&mut self) -> Option<Due> {
        self.0.pop()
    }

    fn note(&self, slot: Slot) -> Note {
        self.0.note(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.0.note_mut(slot)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.0.time_of(slot)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.0.order_of(slot)
    }

    fn check_invariants(&self) {
        self.0.check_invariants();
    }
}

/// Starts every clock again whenever an event fires.
#[derive(Debug, Default)]
pub(super) struct Restarting {
    heap: HeapSchedule,
    now: f64,
    /// When the clock in a slot was started.
    since: Vec<f64>,
}

impl Restarting {
    fn begin(&mut self, slot: Slot) {
        let index = slot.0 as usize;
        self.since.resize(self.since.len().max(index + 1), 0.0);
        self.since[index] = self.now;
    }

    /// If the event that is due is this one, it has fired.
    fn follow(&mut self, slot: Slot) {
        let Some(due) = self.heap.peek().filter(|due| due.slot == slot) else {
            return;
        };
        self.now = due.time;
        for index in 0..self.since.len() {
            let other = Slot(u32::try_from(index).expect("slots are 32-bit numbers"));
            let Some(time) = self.heap.time_of(other).filter(|t| t.is_finite()) else {
                continue;
            };
            if other != slot {
                let delay = time - self.since[index];
                self.heap
                    .reschedule(other, self.now + delay, self.heap.order_of(other));
                self.since[index] = self.now;
            }
        }
    }
}

impl Schedule for Restarting {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        self.begin(slot);
        self.heap.insert(slot, time, order);
    }

    fn remove(&mut self, slot: Slot) {
        self.follow(slot);
        self.heap.remove(slot);
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        self.follow(slot);
        self.begin(slot);
        self.heap.reschedule(slot, time, order);
    }

    fn peek(&self) -> Option<Due> {
        self.heap.peek()
    }

    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    fn note(&self, slot: Slot) -> Note {
        self.heap.note(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.heap.note_mut(slot)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.heap.time_of(slot)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.heap.order_of(slot)
    }

    fn check_invariants(&self) {
        self.heap.check_invariants();
    }
}
