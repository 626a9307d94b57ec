//! The schedule: when each active event is due.
//!
//! It knows slots, times and orders of activation, and no graph; what else an engine wants to know of a clock it keeps for it ([`Note`]). A slot is a small dense number that the caller
//! gives to an active event; slots may be reused after removal. Events leave by (time, order): equal times in
//! the order in which they became active.
//!
//! [`CalendarSchedule`] is the one that runs; [`HeapSchedule`] is simpler, and as fast for a few hundred events;
//! [`TwinSchedule`] does the same over the crate `priority-queue`, slower and easier to believe, for tests and benchmarks to
//! compare with.

mod calendar;
mod heap;
#[cfg(test)]
mod tests;
mod twin;

pub use calendar::CalendarSchedule;
pub use heap::HeapSchedule;
pub use twin::TwinSchedule;

use kairos_model::rule::RuleId;

use crate::draw::Name;

/// The place of an active event in the caller's table. Dense: memory grows with the greatest slot in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// What an engine notes of the clock in a slot, scheduled or not. It stands where the slot's time stands, so that both come from memory at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// Of the firing to come.
    pub name: Name,
    /// What runs out, or did last: a rule with a match, or a rule.
    pub rule: RuleId,
    /// Where the matcher keeps the match.
    pub row: u32,
    /// Whether the clock runs, and how.
    pub lane: Lane,
}

/// In which schedule a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// In none.
    Stopped,
    /// In that of the clocks that take time.
    Timed,
    /// In that of the immediate events of a priority.
    Race,
}

impl Note {
    /// Of a slot in which there was no clock.
    pub const NONE: Note = Note {
        name: Name::START,
        rule: RuleId(0),
        row: u32::MAX,
        lane: Lane::Stopped,
    };
}

/// The notes of a schedule that keeps them by themselves.
#[derive(Clone, Debug, Default)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// That of a slot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Note {
        self.0.get(slot.0 as usize).copied().unwrap_or(Note::NONE)
    }

    /// That of a slot, to be changed.
    pub fn get_mut(&mut self, slot: Slot) -> &mut Note {
        let index = slot.0 as usize;
        if index >= self.0.len() {
            self.0.resize(index + 1, Note::NONE);
        }
        &mut self.0[index]
    }
}

/// An event that is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// When: at least 0, finite.
    pub time: f64,
    /// When it became active, as a running number.
    pub order: u64,
    /// Which event.
    pub slot: Slot,
}

/// A priority queue of slots by (time, order), the slot last, should a caller give one order twice.
///
/// Times are at least 0 and not NaN. A slot with time `+inf` is scheduled, counted and removable, but never
/// due: [`peek`] and [`pop`] do not give it.
///
/// A broken contract (a slot inserted twice, one removed that is not there, a negative or NaN time) is a bug of the
/// caller, and panics.
///
/// [`peek`]: Schedule::peek
/// [`pop`]: Schedule::pop
pub trait Schedule {
    /// Schedules a slot that is not scheduled.
    fn insert(&mut self, slot: Slot, time: f64, order: u64);

    /// The same, with what is noted of it.
    #[inline]
    fn enter(&mut self, slot: Slot, time: f64, order: u64, note: Note) {
        *self.note_mut(slot) = note;
        self.insert(slot, time, order);
    }

    /// Takes out a scheduled slot.
    fn remove(&mut self, slot: Slot);

    /// Notes that the clock in a slot stops, and takes it out if it stands here; says in which lane it ran.
    #[inline]
    fn stop(&mut self, slot: Slot) -> Lane {
        let lane = std::mem::replace(&mut self.note_mut(slot).lane, Lane::Stopped);
        if lane == Lane::Timed {
            self.remove(slot);
        }
        lane
    }

    /// Gives a scheduled slot another time and order.
    fn reschedule(&mut self, slot: Slot, time: f64, order: u64);

    /// The event that is due next.
    fn peek(&self) -> Option<Due>;

    /// Takes out the event that is due next.
    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    /// Gives the event that is due next, which fired and stays active, another time and order. Panics if none is due.
    fn replace_top(&mut self, time: f64, order: u64) {
        let due = self.peek().expect("replace_top needs an event that is due");
        self.reschedule(due.slot, time, order);
    }

    /// A slot that is probably due so many events after the next, where that is known without searching.
    #[inline]
    fn foresee(&self, _ahead: usize) -> Option<Slot> {
        None
    }

    /// What is noted of a slot.
    fn note(&self, slot: Slot) -> Note;

    /// The same, to be changed.
    fn note_mut(&mut self, slot: Slot) -> &mut Note;

    /// Asks for the memory in which a slot's time stands.
    #[inline]
    fn prefetch(&self, _slot: Slot) {}

    /// How many slots are scheduled, those with time `+inf` included.
    fn len(&self) -> usize;

    /// Whether no slot is scheduled.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time of a slot, if it is scheduled.
    fn time_of(&self, slot: Slot) -> Option<f64>;

    /// The order of a scheduled slot.
    fn order_of(&self, slot: Slot) -> u64;

    /// Whether a slot is scheduled.
    fn contains(&self, slot: Slot) -> bool {
        self.time_of(slot).is_some()
    }

    /// Bytes in use, roughly.
    fn memory_bytes(&self) -> usize {
        /// Time, order, slot and place.
        const OF_SLOT: usize = 32;
        self.len() * OF_SLOT
    }

    /// Recomputes everything that must hold inside; panics where it does not. Linear time, for tests and debug
    /// builds.
    fn check_invariants(&self);
}

/// A time as an integer of the same order. Panics unless `time ≥ 0`.
#[inline]
fn time_key(time: f64) -> u64 {
    assert!(time >= 0.0, "a time must be at least 0, not {time}");
    // Adding 0 turns −0 into 0; the bits of numbers that are not negative ascend with them.
    (time + 0.0).to_bits()
}
