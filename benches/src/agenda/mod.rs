//! Schedules for hand-written programs: numbers that are due at times.
//!
//! They break ties as they like, and an [`Agenda`] may forget to forget: see [`Agenda::cancel`].

mod calendar;
mod heap;
mod of_engine;

pub use calendar::Calendar;
pub use heap::Heap;
pub use of_engine::OfEngine;

/// A number, and when it is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The time, at least 0.
    pub time: f64,
    /// The number.
    pub id: u32,
}

/// What is known of the entries beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// So many entries are due in a unit of time, about.
    pub rate: f64,
    /// Most entries are added at most so long before they are due.
    pub span: f64,
}

/// A priority queue of entries, the earliest first.
pub trait Agenda {
    /// The name in tables.
    const NAME: &'static str;

    /// An empty agenda.
    fn new(due: Due) -> Self;

    /// Adds an entry, not earlier than any that has left.
    fn push(&mut self, entry: Entry);

    /// The earliest entry.
    fn first(&mut self) -> Option<Entry>;

    /// Takes out the earliest entry. There is one: [`Agenda::first`] gave it.
    fn remove_first(&mut self);

    /// Puts an entry in place of the earliest one, which [`Agenda::first`] gave.
    fn replace_first(&mut self, entry: Entry) {
        self.remove_first();
        self.push(entry);
    }

    /// Takes out the entry of a number, or lets it stand until it is due: whoever cancels must know what is stale.
    fn cancel(&mut self, id: u32);

    /// The earliest entry, if it is due by then.
    #[inline]
    fn due(&mut self, until: f64) -> Option<Entry> {
        self.first().filter(|entry| entry.time <= until)
    }
}

#[cfg(test)]
mod tests {
    use kairos_sim::draw::{KeyedRng, Name, Place, Randomness};

    use super::*;

    /// Random operations against a sorted list.
    fn check<A: Agenda>() {
        let mut rng: KeyedRng = Randomness::new(1, 0).rng(Name(0), Place::DELAY);
        let mut agenda = A::new(Due {
            rate: 50.0,
            span: 2.0,
        });
        let mut shadow: Vec<Entry> = Vec::new();
        let mut now = 0.0;
        for id in 0..20_000_u32 {
            let mut fresh = |now: f64| Entry {
                time: now + if rng.below(20) == 0 { 90.0 } else { 2.0 } * rng.uniform(),
                id,
            };
            match agenda.first() {
                Some(first) if shadow.len() > 100 || id % 3 == 0 => {
                    let earliest = shadow.remove(0);
                    assert_eq!(first, earliest);
                    now = first.time;
                    if id % 2 == 0 {
                        let entry = fresh(now);
                        agenda.replace_first(entry);
                        shadow.push(entry);
                    } else {
                        agenda.remove_first();
                    }
                }
                _ => {
                    let entry = fresh(now);
                    agenda.push(entry);
                    shadow.push(entry);
                }
            }
            shadow.sort_by(|a, b| a.time.total_cmp(&b.time));
        }
        assert!(shadow.len() > 50);
        for entry in shadow {
            assert_eq!(agenda.first(), Some(entry));
            agenda.remove_first();
        }
        assert_eq!(agenda.first(), None);
    }

    #[test]
    fn a_heap_gives_entries_in_their_order() {
        check::<Heap>();
    }

    #[test]
    fn a_calendar_gives_entries_in_their_order() {
        check::<Calendar>();
    }

    #[test]
    fn the_schedule_of_the_engine_gives_entries_in_their_order() {
        check::<OfEngine>();
    }
}
