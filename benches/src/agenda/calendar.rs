//! A calendar queue (R. Brown, *Calendar queues: a fast O(1) priority queue implementation for the simulation event set problem*, 1988)
//! without branches that a processor would guess wrong: a day has many entries, so that the ends of all lists to append to lie in the
//! cache, and when it begins they are sorted by counting.

use super::{Agenda, Due, Entry};

/// So many entries are due on a day, on average.
const ENTRIES_A_DAY: f64 = 64.0;

/// Parts of a day by which its entries are counted: so many that most have one entry or none.
const PARTS: usize = 128;

/// A calendar queue for a known rate of entries. A cancelled entry stays until it is due.
#[derive(Debug)]
pub struct Calendar {
    /// The days of a year, a power of two many; the entries of each in no order, those of later years among them.
    days: Vec<Vec<Entry>>,
    /// How many entries are in `days`.
    waiting: usize,
    /// The number of the day, since time 0.
    day: u64,
    /// The entries of the day, in their order, and how many of them have left.
    today: Vec<Entry>,
    left: usize,
    parts_a_unit: f64,
}

impl Calendar {
    /// The number of the part of a day in which a time lies, since time 0.
    #[inline]
    fn part(&self, time: f64) -> u64 {
        part(time, self.parts_a_unit)
    }

    #[inline]
    fn slot(&self, day: u64) -> usize {
        day as usize & (self.days.len() - 1)
    }

    /// Goes on to the next day.
    fn turn(&mut self) {
        self.day += 1;
        let slot = self.slot(self.day);
        let mut entries = std::mem::take(&mut self.days[slot]);
        let (first, parts_a_unit) = (self.day * PARTS as u64, self.parts_a_unit);
        // Of an entry of this day the part of the day; more of one of a later year.
        let part = |entry: &Entry| (part(entry.time, parts_a_unit) - first) as usize;
        let mut ends = [0_u32; PARTS];
        for entry in &entries {
            if let Some(count) = ends.get_mut(part(entry)) {
                *count += 1;
            }
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        let nothing = Entry { time: 0.0, id: 0 };
        let mut today = std::mem::take(&mut self.today);
        today.clear();
        today.resize(end as usize, nothing);
        entries.retain(|entry| {
            let Some(end) = ends.get_mut(part(entry)) else {
                return true;
            };
            *end -= 1;
            today[*end as usize] = *entry;
            false
        });
        insertion_sort(&mut today);
        self.waiting -= today.len();
        self.today = today;
        self.left = 0;
        self.days[slot] = entries;
    }

    /// Puts an entry where it belongs among those of today.
    fn insert_today(&mut self, entry: Entry) {
        let rest = &self.today[self.left..];
        let place = rest.partition_point(|other| other.time <= entry.time);
        self.today.insert(self.left + place, entry);
    }
}

#[inline]
fn part(time: f64, parts_a_unit: f64) -> u64 {
    // Through a signed integer, for which the processor has an instruction.
    (time * parts_a_unit) as i64 as u64
}

/// Sorts entries that are almost in order.
#[inline]
fn insertion_sort(entries: &mut [Entry]) {
    for i in 1..entries.len() {
        let entry = entries[i];
        let mut place = i;
        while place > 0 && entries[place - 1].time > entry.time {
            entries[place] = entries[place - 1];
            place -= 1;
        }
        entries[place] = entry;
    }
}

impl Agenda for Calendar {
    const NAME: &'static str = "calendar";

    fn new(due: Due) -> Self {
        let days_a_unit = due.rate / ENTRIES_A_DAY;
        let days = ((due.span * days_a_unit) as usize).max(16);
        Calendar {
            days: vec![Vec::new(); days.next_power_of_two()],
            waiting: 0,
            day: 0,
            today: Vec::new(),
            left: 0,
            parts_a_unit: PARTS as f64 * days_a_unit,
        }
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        let day = self.part(entry.time) / PARTS as u64;
        if day > self.day {
            let slot = self.slot(day);
            self.days[slot].push(entry);
            self.waiting += 1;
        } else {
            self.insert_today(entry);
        }
    }

    #[inline]
    fn first(&mut self) -> Option<Entry> {
        while self.left == self.today.len() {
            if self.waiting == 0 {
                return None;
            }
            self.turn();
        }
        self.today.get(self.left).copied()
    }

    #[inline]
    fn remove_first(&mut self) {
        self.left += 1;
    }

    fn cancel(&mut self, _: u32) {}
}
