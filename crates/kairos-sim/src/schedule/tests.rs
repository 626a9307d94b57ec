//! Both schedules against a shadow, with random operations.

use std::collections::BTreeSet;

use super::{CalendarSchedule, Due, HeapSchedule, Lane, Note, Notes, Schedule, Slot, TwinSchedule};
use crate::draw::{KeyedRng, Name, Place, Randomness};

/// The plainest schedule: a sorted set of (time, order, slot), and the time and order of each slot.
#[derive(Default)]
struct Shadow {
    sorted: BTreeSet<(u64, u64, Slot)>,
    by_slot: Vec<Option<(f64, u64)>>,
    notes: Notes,
}

impl Schedule for Shadow {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let index = slot.0 as usize;
        self.by_slot.resize(self.by_slot.len().max(index + 1), None);
        assert!(self.by_slot[index].replace((time, order)).is_none());
        self.sorted.insert((time.to_bits(), order, slot));
    }

    fn remove(&mut self, slot: Slot) {
        let (time, order) = self.by_slot[slot.0 as usize].take().unwrap();
        assert!(self.sorted.remove(&(time.to_bits(), order, slot)));
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        self.remove(slot);
        self.insert(slot, time, order);
    }

    fn peek(&self) -> Option<Due> {
        let &(time, order, slot) = self.sorted.first()?;
        let time = f64::from_bits(time);
        time.is_finite().then_some(Due { time, order, slot })
    }

    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    fn note(&self, slot: Slot) -> Note {
        self.notes.get(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.notes.get_mut(slot)
    }

    fn len(&self) -> usize {
        self.sorted.len()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.by_slot
            .get(slot.0 as usize)
            .copied()
            .flatten()
            .map(|(time, _)| time)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.by_slot[slot.0 as usize].unwrap().1
    }

    fn check_invariants(&self) {}
}

/// What the random operations look like.
struct Mix {
    slots: u64,
    operations: u64,
    /// Times are multiples of 1/grain: a small grain makes many ties.
    grain: f64,
}

/// A time from now on, `+inf` once in sixteen.
fn time(rng: &mut KeyedRng, now: f64, grain: f64) -> f64 {
    if rng.below(16) == 0 {
        return f64::INFINITY;
    }
    now + (rng.uniform() * grain).floor() / grain
}

/// Runs random operations on a schedule and a shadow, and compares every answer.
fn compare<S: Schedule + Default>(mix: &Mix, replication: u64) {
    let (mut schedule, mut shadow) = (S::default(), Shadow::default());
    let mut now = 0.0;
    let mut rng = Randomness::new(20_260_101, replication).rng(Name::START, Place::DELAY);
    for order in 0..mix.operations {
        let slot = Slot(rng.below(mix.slots) as u32);
        let at = time(&mut rng, now, mix.grain);
        let choice = rng.below(8);
        // A note outlives its slot's being scheduled, and needs none.
        let noted = Slot(rng.below(mix.slots) as u32);
        assert_eq!(schedule.note(noted), shadow.note(noted));
        let note = Note {
            name: Name(order),
            row: slot.0,
            ..Note::NONE
        };
        *schedule.note_mut(noted) = note;
        *shadow.note_mut(noted) = note;
        if !shadow.contains(slot) && choice < 4 {
            schedule.insert(slot, at, order);
            shadow.insert(slot, at, order);
        } else if !shadow.contains(slot) {
            let lane = Lane::Timed;
            schedule.enter(slot, at, order, Note { lane, ..note });
            shadow.enter(slot, at, order, Note { lane, ..note });
        } else if choice == 0 && order.is_multiple_of(2) {
            assert_eq!(schedule.stop(slot), shadow.stop(slot));
        } else if choice == 0 {
            schedule.remove(slot);
            shadow.remove(slot);
        } else if choice < 3 {
            schedule.reschedule(slot, at, order);
            shadow.reschedule(slot, at, order);
        } else if choice < 6 && shadow.peek().is_some() {
            now = shadow.peek().unwrap().time;
            schedule.replace_top(at, order);
            shadow.replace_top(at, order);
        } else {
            let due = shadow.pop();
            now = due.map_or(now, |due| due.time);
            assert_eq!(schedule.pop(), due);
        }
        assert_eq!(schedule.peek(), shadow.peek());
        assert_eq!(schedule.len(), shadow.len());
        assert_eq!(schedule.time_of(slot), shadow.time_of(slot));
        if shadow.contains(slot) {
            assert_eq!(schedule.order_of(slot), shadow.order_of(slot));
        }
        if order.is_multiple_of(mix.operations / 200) {
            schedule.check_invariants();
        }
    }
    while let Some(due) = shadow.pop() {
        assert_eq!(schedule.pop(), Some(due));
    }
    assert_eq!((schedule.pop(), schedule.len()), (None, shadow.len()));
}

const MIXES: [Mix; 4] = [
    Mix {
        slots: 3,
        operations: 200_000,
        grain: 4.0,
    },
    Mix {
        slots: 50,
        operations: 500_000,
        grain: 10.0,
    },
    Mix {
        slots: 1000,
        operations: 500_000,
        grain: 1e9,
    },
    Mix {
        slots: 20_000,
        operations: 1_000_000,
        grain: 300.0,
    },
];

#[test]
fn the_heap_agrees_with_the_shadow() {
    for (replication, mix) in MIXES.iter().enumerate() {
        compare::<HeapSchedule>(mix, replication as u64);
    }
}

#[test]
fn the_calendar_agrees_with_the_shadow() {
    for (replication, mix) in MIXES.iter().enumerate() {
        compare::<CalendarSchedule>(mix, replication as u64);
    }
}

#[test]
fn the_twin_agrees_with_the_shadow() {
    for (replication, mix) in MIXES.iter().enumerate() {
        compare::<TwinSchedule>(mix, replication as u64);
    }
}

/// A schedule that lets equal times leave by slot, though it still reports the order: the control of the tests above.
#[derive(Default)]
struct Forgetful {
    heap: HeapSchedule,
    orders: Vec<u64>,
}

impl Forgetful {
    fn remember(&mut self, slot: Slot, order: u64) {
        let index = slot.0 as usize;
        self.orders.resize(self.orders.len().max(index + 1), 0);
        self.orders[index] = order;
    }
}

impl Schedule for Forgetful {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        self.remember(slot, order);
        self.heap.insert(slot, time, 0);
    }

    fn remove(&mut self, slot: Slot) {
        self.heap.remove(slot);
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        self.remember(slot, order);
        self.heap.reschedule(slot, time, 0);
    }

    fn peek(&self) -> Option<Due> {
        let due = self.heap.peek()?;
        let order = self.orders[due.slot.0 as usize];
        Some(Due { order, ..due })
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
        self.orders[slot.0 as usize]
    }

    fn check_invariants(&self) {
        self.heap.check_invariants();
    }
}

#[test]
#[should_panic(expected = "left == right")]
fn a_schedule_that_forgets_the_order_is_found_out() {
    compare::<Forgetful>(&MIXES[1], 1);
}

#[test]
fn equal_times_leave_in_order_of_activation() {
    let mut schedule = CalendarSchedule::default();
    for (order, slot) in [7, 3, 9, 0, 5, 1, 8].into_iter().enumerate() {
        schedule.insert(Slot(slot), 1.0, order as u64);
    }
    // What fires and becomes active again at the same time goes to the end.
    schedule.replace_top(1.0, 7);
    let left: Vec<u32> = std::iter::from_fn(|| schedule.pop())
        .map(|due| due.slot.0)
        .collect();
    assert_eq!(left, [3, 9, 0, 5, 1, 8, 7]);
}

#[test]
fn never_is_scheduled_but_not_due() {
    let mut schedule = CalendarSchedule::default();
    schedule.insert(Slot(0), f64::INFINITY, 0);
    assert_eq!((schedule.peek(), schedule.len()), (None, 1));
    assert_eq!(schedule.time_of(Slot(0)), Some(f64::INFINITY));
    schedule.reschedule(Slot(0), 2.0, 1);
    assert_eq!(
        schedule.peek(),
        Some(Due {
            time: 2.0,
            order: 1,
            slot: Slot(0)
        })
    );
    schedule.replace_top(f64::INFINITY, 2);
    assert_eq!((schedule.pop(), schedule.contains(Slot(0))), (None, true));
}

#[test]
#[should_panic(expected = "scheduled already")]
fn inserting_twice_is_a_bug() {
    let mut schedule = CalendarSchedule::default();
    schedule.insert(Slot(0), 1.0, 0);
    schedule.insert(Slot(0), 2.0, 1);
}

#[test]
#[should_panic(expected = "at least 0")]
fn a_time_that_is_no_number_is_a_bug() {
    CalendarSchedule::default().insert(Slot(0), f64::NAN, 0);
}
