//! The engine's own schedule under a hand-written program: what is left of the difference does not lie in the schedule.

use kairos_sim::schedule::{CalendarSchedule, Schedule, Slot};

use super::{Agenda, Due, Entry};

/// The engine's calendar.
#[derive(Debug, Default)]
pub struct OfEngine(CalendarSchedule);

impl Agenda for OfEngine {
    const NAME: &'static str = "of the engine";

    fn new(_: Due) -> Self {
        Self::default()
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        self.0.insert(Slot(entry.id), entry.time, 0);
    }

    #[inline]
    fn first(&mut self) -> Option<Entry> {
        let due = self.0.peek()?;
        Some(Entry {
            time: due.time,
            id: due.slot.0,
        })
    }

    #[inline]
    fn remove_first(&mut self) {
        self.0.pop();
    }

    #[inline]
    fn replace_first(&mut self, entry: Entry) {
        match self.0.peek() {
            Some(due) if due.slot.0 == entry.id => self.0.replace_top(entry.time, 0),
            _ => {
                self.remove_first();
                self.push(entry);
            }
        }
    }

    #[inline]
    fn cancel(&mut self, id: u32) {
        self.0.remove(Slot(id));
    }
}
