//! A calendar queue (R. Brown, *Calendar queues: a fast O(1) priority queue implementation for the simulation event set problem*, 1988)
//! whose days are sorted when they begin.

use super::{Agenda, Entry};

/// So many entries are due on a day, on average. Days are read and sorted whole, in the cache: many entries make few lists to append to.
const ENTRIES_A_DAY: f64 = 24.0;

/// The length of a year in units of time. Entries of later years wait on their day among those of this year.
const UNITS_A_YEAR: f64 = 4.0;

/// A calendar queue for a known rate of entries. A cancelled entry stays until it is due.
#[derive(Debug)]
pub struct Calendar {
    /// The days of a year, a power of two many; the entries of each in no order.
    days: Vec<Vec<Entry>>,
    /// What is left of the day, the latest first.
    today: Vec<Entry>,
    /// The number of the day.
    day: u64,
    days_a_unit: f64,
    len: usize,
}

impl Calendar {
    #[inline]
    fn day_of(&self, time: f64) -> u64 {
        (time * self.days_a_unit) as u64
    }

    #[inline]
    fn slot(&self, day: u64) -> usize {
        day as usize & (self.days.len() - 1)
    }

    /// Turns to the next day.
    fn turn(&mut self) {
        self.day += 1;
        let slot = self.slot(self.day);
        std::mem::swap(&mut self.today, &mut self.days[slot]);
        let mut i = 0;
        while let Some(&entry) = self.today.get(i) {
            if self.day_of(entry.time) == self.day {
                i += 1;
            } else {
                self.today.swap_remove(i);
                self.days[slot].push(entry);
            }
        }
        // Times are not negative, so that their bits ascend with them.
        self.today
            .sort_unstable_by_key(|entry| !entry.time.to_bits());
    }

    /// Puts an entry where it belongs among those of today.
    fn insert_today(&mut self, entry: Entry) {
        let place = self.today.partition_point(|other| other.time > entry.time);
        self.today.insert(place, entry);
    }
}

impl Agenda for Calendar {
    const NAME: &'static str = "calendar";

    fn new(rate: f64) -> Self {
        let days_a_unit = rate / ENTRIES_A_DAY;
        let days = ((UNITS_A_YEAR * days_a_unit) as usize)
            .max(16)
            .next_power_of_two();
        Calendar {
            days: vec![Vec::new(); days],
            today: Vec::new(),
            day: 0,
            days_a_unit,
            len: 0,
        }
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        self.len += 1;
        let day = self.day_of(entry.time);
        if day > self.day {
            let slot = self.slot(day);
            self.days[slot].push(entry);
        } else {
            self.insert_today(entry);
        }
    }

    #[inline]
    fn first(&mut self) -> Option<Entry> {
        while self.today.is_empty() {
            if self.len == 0 {
                return None;
            }
            self.turn();
        }
        self.today.last().copied()
    }

    #[inline]
    fn remove_first(&mut self) {
        self.today.pop();
        self.len -= 1;
    }

    fn cancel(&mut self, _: u32) {}
}
