//! The schedule that runs: a calendar queue whose days are sorted by counting.
//!
//! Time is cut into days of equal length. What is due within a year stands in the unsorted list of its day, everything later in one list
//! (R. Brown, *Calendar queues: a fast O(1) priority queue implementation for the simulation event set problem*, CACM 31, 1988). When a
//! day comes, a few events before it is due, its list is sorted; what is put into a day that has come goes into a heap beside it. So
//! events leave in the exact order of (time, order of activation) whatever the length of a day is; and where no length would do, the heap
//! alone still takes logarithmic time.
//!
//! Nothing is taken out of a list before its day comes. The time and order of a slot stand in a table; an entry that says something else
//! is out of date, and is dropped when it is met, or with all others once there are as many of them as of true ones.

mod checking;
mod days;
mod lists;
mod sorting;
#[cfg(test)]
mod tests;
mod today;
mod tuning;

use kairos_rewrite::prefetch::prefetch;

use days::Days;
use lists::Entry;
use sorting::{PARTS, sort};
use today::Today;

use super::{Due, Lane, Note, Schedule, Slot, time_key};

/// How many events a day should see: so many that the ends of all lists to append to lie in the cache.
const EVENTS_PER_DAY: f64 = 64.0;

/// So many are sorted before they are due, so that their memory can be asked for.
const FORESEEN: usize = 16;

/// With so few events scheduled, the heap alone is as fast.
const FEW: usize = 64;

/// The table of so many does not stay in the caches. Debug builds take fewer for many, so that tests are of both.
const MANY: usize = if cfg!(debug_assertions) {
    1 << 11
} else {
    1 << 15
};

/// So few slots are gone through sooner than they are kept in order.
const LEAST: usize = 16;

/// The longest year, in days.
const LONGEST_YEAR: usize = 1 << 24;

/// The time of a slot that is not scheduled.
const ABSENT: u64 = u64::MAX;

/// When a slot is due, in half a line of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(32))]
struct Place {
    /// As an integer of the same order; [`ABSENT`] where it is not scheduled.
    time: u64,
    /// The order of activation.
    order: u64,
    note: Note,
}

impl Place {
    /// Of a slot that is not scheduled.
    const ABSENT: Place = Place {
        time: ABSENT,
        order: 0,
        note: Note::NONE,
    };

    /// Writes down when the slot is due, and says what time stood there.
    #[inline]
    fn replace(&mut self, time: u64, order: u64) -> u64 {
        self.order = order;
        std::mem::replace(&mut self.time, time)
    }
}

/// A slot that is due today, in the order in which slots leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    time: u64,
    order: u64,
    slot: u32,
}

impl Node {
    /// What an entry says, if it is true.
    #[inline]
    fn of(entry: Entry, places: &[Place]) -> Option<Node> {
        let Place { time, order, .. } = places[entry.slot as usize];
        let is_true = time == entry.time && order as u32 == entry.order;
        let slot = entry.slot;
        is_true.then_some(Node { time, order, slot })
    }

    #[inline]
    fn entry(self) -> Entry {
        Entry {
            time: self.time,
            slot: self.slot,
            order: self.order as u32,
        }
    }
}

/// Later than everything.
const NOTHING: Node = Node {
    time: ABSENT,
    order: u64::MAX,
    slot: u32::MAX,
};

/// A [`Schedule`] in which every operation takes constant time on average, as long as the times of events are spread.
#[derive(Clone, Debug)]
pub struct CalendarSchedule {
    places: Vec<Place>,
    scheduled: usize,
    /// How many of them are never due.
    parked: usize,
    /// What is due next.
    first: Node,
    today: Today,
    /// Empty, except while a day comes.
    coming: Vec<Entry>,
    days: Days,
    later: Vec<Entry>,
    /// The length of a day, as its reciprocal; 0 while there is only today.
    days_per_time: f64,
    day: u64,
    /// The first day that is not in the year; all events from it on are in `later`.
    new_year: u64,
    watch: Watch,
}

/// What shows whether days have the right length.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Entries that came into a day that had come, or came with it.
    entered: usize,
    /// Days that came.
    days: usize,
    /// The earliest time when the count began.
    since: f64,
    /// Entries that were written, whatever their day.
    written: usize,
    /// After so many the counts are looked at.
    period: usize,
}

impl Default for CalendarSchedule {
    fn default() -> Self {
        CalendarSchedule {
            places: Vec::new(),
            scheduled: 0,
            parked: 0,
            first: NOTHING,
            today: Today::default(),
            coming: Vec::new(),
            days: Days::default(),
            later: Vec::new(),
            days_per_time: 0.0,
            day: FIRST_DAY,
            new_year: FIRST_DAY,
            watch: Watch {
                period: FEW,
                ..Watch::default()
            },
        }
    }
}

/// Where halves no longer fit.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// Days are counted from here.
const FIRST_DAY: u64 = WHOLE.to_bits();

/// A whole number near one that is at least 0, counted from [`FIRST_DAY`], never smaller for a greater one: where halves no longer fit, all
/// that is left of a number is whole, and beyond that the bits go on ascending.
#[inline]
fn whole(number: f64) -> u64 {
    (number + WHOLE).to_bits()
}

/// Whether a time is ever due.
#[inline]
fn due(time: u64) -> bool {
    time < f64::INFINITY.to_bits()
}

impl CalendarSchedule {
    /// The day of a time, never smaller for a later one.
    #[inline]
    fn day_of(&self, time: u64) -> u64 {
        whole(f64::from_bits(time) * self.days_per_time)
    }

    /// How many slots are due at some time.
    #[inline]
    fn due_count(&self) -> usize {
        self.scheduled - self.parked
    }

    /// How many entries there are, those that are out of date included.
    fn entries(&self) -> usize {
        self.today.sorted() + self.today.added() + self.days.len() + self.later.len()
    }

    /// The place of a scheduled slot; panics if it is none.
    #[inline]
    fn place(&mut self, slot: Slot) -> &mut Place {
        let place = self.places.get_mut(slot.0 as usize);
        let place = place.filter(|place| place.time != ABSENT);
        place.unwrap_or_else(|| panic!("{slot:?} is not scheduled"))
    }

    /// What an entry says, if it is true.
    #[inline]
    fn node_of(&self, entry: Entry) -> Option<Node> {
        Node::of(entry, &self.places)
    }

    /// Writes down when a slot is due, where its time belongs.
    #[inline(always)]
    fn put(&mut self, node: Node) {
        let day = self.day_of(node.time);
        if day <= self.day {
            return self.put_into_today(node.time, node.order, node.slot);
        }
        self.watch.written += 1;
        if day < self.new_year {
            self.days.push(self.days.index(day), node.entry());
        } else {
            self.later.push(node.entry());
        }
    }

    // Here and below, what makes a node is handed on in registers: from memory, where it was just written piece by piece, it could not be copied at
    // once.
    #[inline(never)]
    fn put_elsewhere(&mut self, time: u64, order: u64, slot: u32) {
        self.put(Node { time, order, slot });
    }

    /// The same, where that is the list of a later day of this year.
    #[inline(always)]
    fn put_into_year(&mut self, node: Node) -> bool {
        let day = self.day_of(node.time);
        let index = self.days.index(day);
        if day <= self.day || day >= self.new_year || index >= self.days.year() {
            return false;
        }
        self.watch.written += 1;
        self.days.push(index, node.entry());
        true
    }

    /// The same, where its day has come: there is no other while all that is kept is the table.
    fn put_into_today(&mut self, time: u64, order: u64, slot: u32) {
        let node = Node { time, order, slot };
        if node < self.first {
            self.first = node;
        }
        if !self.is_least() {
            self.watch.written += 1;
            self.watch.entered += 1;
            self.today.add(node);
        }
    }

    /// The same, wherever that is; and finds what is due next.
    fn put_and_find_next(&mut self, time: u64, order: u64, slot: u32) {
        if !self.is_least() {
            return self.put_among_many(time, order, slot);
        }
        let node = Node { time, order, slot };
        // There are so few that nothing but the table is kept.
        if self.first.slot == node.slot {
            self.first = self.first_of_all();
        } else if node < self.first {
            self.first = node;
        }
    }

    #[inline(never)]
    fn put_among_many(&mut self, time: u64, order: u64, slot: u32) {
        self.put(Node { time, order, slot });
        self.find_next(slot);
    }

    /// Takes out a slot that was due at a time.
    #[inline(always)]
    fn take_out(&mut self, slot: Slot, time: u64) {
        self.scheduled -= 1;
        if !due(time) {
            self.parked -= 1;
        }
        if self.first.slot == slot.0 {
            self.leave_now();
        }
    }

    /// Finds what is due next, after a slot has got another time.
    #[inline(always)]
    fn find_next(&mut self, slot: u32) {
        if self.first.slot == slot {
            self.leave();
        } else if self.first == NOTHING || self.is_untidy() {
            self.settle();
        }
    }

    /// Finds what is due next, after what was the first has got another time or none.
    #[inline(always)]
    fn leave(&mut self) {
        if self.today.has_more_than(FORESEEN, self.first.slot) && !self.is_untidy() {
            self.today.leave(&self.places);
            if let Some(node) = self.today.next_in_order(&self.places) {
                self.first = node;
                return;
            }
        }
        self.settle();
    }

    #[inline(never)]
    fn leave_now(&mut self) {
        self.leave();
    }

    /// Finds what is due next: drops entries that are out of date, and lets days come until one is true.
    #[inline(never)]
    fn settle(&mut self) {
        if self.is_least() {
            self.first = self.first_of_all();
            return;
        }
        if self.is_untidy() {
            self.look_after();
        }
        loop {
            self.first = self.today.next(&self.places);
            if !self.needs_next_day() {
                return;
            }
            self.next_day();
        }
    }

    /// Gives a slot another time, where it is never due before or after, or its time is −0. Panics where it is not scheduled or the time is none.
    fn reschedule_parked(&mut self, slot: Slot, time: f64, order: u64) {
        let time = time_key(time);
        let before = self.place(slot).replace(time, order);
        if !due(before) {
            self.parked -= 1;
        }
        let slot = slot.0;
        if due(time) {
            return self.put_and_find_next(time, order, slot);
        }
        self.parked += 1;
        self.find_next(slot);
    }

    /// Makes room in the table.
    #[cold]
    fn make_room(&mut self, slot: Slot) {
        assert!(slot.0 < u32::MAX, "{slot:?} is no dense slot");
        let was_least = self.is_least();
        self.places.resize(slot.0 as usize + 1, Place::ABSENT);
        if was_least && !self.is_least() {
            self.rebuild(0.0, 0);
        }
    }

    /// Whether nothing is due today, but is later; or so little that the next day may as well come now, if it is the next.
    fn needs_next_day(&self) -> bool {
        if self.first == NOTHING {
            return self.days.len() + self.later.len() > 0;
        }
        self.today.sorted() <= FORESEEN
            && self.days.len() > 0
            && self.day_of(self.first.time) >= self.day
    }

    /// Whether so much was written that the calendar must be looked at. What is due next may stay the same all the while.
    #[inline]
    fn is_untidy(&self) -> bool {
        self.watch.written >= self.watch.period
    }

    /// Whether there are so few slots that nothing but the table is kept.
    #[inline]
    fn is_least(&self) -> bool {
        self.places.len() <= LEAST
    }

    /// What is due first of all that the table holds.
    // Its parts stay in registers: put together, the best so far would stand in memory, and be waited for before it could be copied.
    #[inline(always)]
    fn first_of_all(&self) -> Node {
        let Node {
            mut time,
            mut order,
            mut slot,
        } = NOTHING;
        for node in self.nodes() {
            if (node.time, node.order) < (time, order) {
                (time, order, slot) = (node.time, node.order, node.slot);
            }
        }
        Node { time, order, slot }
    }

    /// All slots that are due at some time.
    #[inline]
    fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        let due = (0..).zip(&self.places).filter(|(_, place)| due(place.time));
        due.map(|(slot, &Place { time, order, .. })| Node { time, order, slot })
    }

    /// The next day comes, or the next on which something is due where nothing is this year.
    fn next_day(&mut self) {
        if self.days.len() == 0 {
            let days = self.later.iter().map(|entry| self.day_of(entry.time));
            self.day = days.min().expect("something is due later");
            return self.lengthen();
        }
        self.day += 1;
        self.watch.days += 1;
        let mut entries = std::mem::take(&mut self.coming);
        self.days.drain(self.days.index(self.day), &mut entries);
        self.watch.entered += entries.len();
        // Where there are many, which are out of date would have to be looked up far away: those are sorted too, and dropped before their turn comes.
        let are_true = self.places.len() < MANY;
        if are_true {
            self.drop_untrue(&mut entries);
        }
        self.begin_day(&entries, are_true);
        entries.clear();
        self.coming = entries;
        if self.new_year - self.day < self.days.year() as u64 / 2 {
            self.lengthen();
        }
    }

    /// Drops entries that are out of date: as it cannot be foretold which these are, all are written.
    fn drop_untrue(&self, entries: &mut Vec<Entry>) {
        let mut kept = 0;
        for position in 0..entries.len() {
            let entry = entries[position];
            entries[kept] = entry;
            kept += usize::from(self.node_of(entry).is_some());
        }
        entries.truncate(kept);
    }

    /// Sorts the entries of the day that begins, and puts them behind those that are left of yesterday.
    fn begin_day(&mut self, entries: &[Entry], are_true: bool) {
        let (parts_per_time, first) = (
            self.days_per_time * PARTS as f64,
            ((self.day - FIRST_DAY) as f64 - 0.5) * PARTS as f64,
        );
        // Rounding may put an entry one part off.
        let part = |entry: &Entry| {
            let part = whole(f64::from_bits(entry.time) * parts_per_time - first);
            part.wrapping_sub(FIRST_DAY).min(PARTS as u64 - 1) as u8
        };
        let places = &self.places;
        let sort = |sorted: &mut [Entry]| sort(entries, part, places, sorted);
        self.today.begin(entries, places, are_true, sort);
    }

    /// Moves the end of the year on, and into the year what is due before it.
    fn lengthen(&mut self) {
        self.new_year = self.day.saturating_add(self.days.year() as u64);
        let mut position = 0;
        while let Some(&entry) = self.later.get(position) {
            let day = self.day_of(entry.time);
            let node = self.node_of(entry);
            if node.is_some() && day > self.day && day >= self.new_year {
                position += 1;
                continue;
            }
            self.later.swap_remove(position);
            if let Some(node) = node {
                self.put(node);
            }
        }
    }
}

impl Schedule for CalendarSchedule {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let note = self.note(slot);
        self.enter(slot, time, order, note);
    }

    #[inline(always)]
    fn enter(&mut self, slot: Slot, time: f64, order: u64, note: Note) {
        if slot.0 as usize >= self.places.len() {
            self.make_room(slot);
        }
        let place = &mut self.places[slot.0 as usize];
        assert!(place.time == ABSENT, "{slot:?} is scheduled already");
        let time = time_key(time);
        *place = Place { time, order, note };
        self.scheduled += 1;
        if !due(time) {
            self.parked += 1;
            return;
        }
        let slot = slot.0;
        let node = Node { time, order, slot };
        if !self.put_into_year(node) {
            self.put_elsewhere(time, order, slot);
        }
        if self.first.time == ABSENT || self.is_untidy() {
            self.settle();
        }
    }

    #[inline]
    fn remove(&mut self, slot: Slot) {
        let place = self.place(slot);
        let time = std::mem::replace(&mut place.time, ABSENT);
        self.take_out(slot, time);
    }

    #[inline(always)]
    fn stop(&mut self, slot: Slot) -> Lane {
        let Some(place) = self.places.get_mut(slot.0 as usize) else {
            return Lane::Stopped;
        };
        let lane = std::mem::replace(&mut place.note.lane, Lane::Stopped);
        if lane == Lane::Timed {
            let time = std::mem::replace(&mut place.time, ABSENT);
            assert!(time != ABSENT, "{slot:?} is not scheduled");
            self.take_out(slot, time);
        }
        lane
    }

    // All that is rare is left to functions whose results are returned as they are, so that nothing need be saved for after them.
    #[inline(always)]
    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let key = time.to_bits();
        match self.places.get_mut(slot.0 as usize) {
            Some(place) if due(place.time) && due(key) => {
                place.replace(key, order);
            }
            _ => return self.reschedule_parked(slot, time, order),
        }
        let (time, slot) = (key, slot.0);
        let node = Node { time, order, slot };
        if !self.put_into_year(node) {
            return self.put_and_find_next(time, order, slot);
        }
        self.find_next(slot);
    }

    #[inline]
    fn peek(&self) -> Option<Due> {
        let Node { time, order, slot } = self.first;
        (time != ABSENT).then_some(Due {
            time: f64::from_bits(time),
            order,
            slot: Slot(slot),
        })
    }

    #[inline]
    fn foresee(&self, ahead: usize) -> Option<Slot> {
        Some(Slot(self.today.foresee(ahead)?.slot))
    }

    #[inline]
    fn note(&self, slot: Slot) -> Note {
        let place = self.places.get(slot.0 as usize);
        place.map_or(Note::NONE, |place| place.note)
    }

    #[inline]
    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        if slot.0 as usize >= self.places.len() {
            self.make_room(slot);
        }
        &mut self.places[slot.0 as usize].note
    }

    #[inline]
    fn prefetch(&self, slot: Slot) {
        prefetch(&self.places, slot.0 as usize);
    }

    #[inline]
    fn len(&self) -> usize {
        self.scheduled
    }

    #[inline]
    fn time_of(&self, slot: Slot) -> Option<f64> {
        let place = self.places.get(slot.0 as usize)?;
        (place.time != ABSENT).then(|| f64::from_bits(place.time))
    }

    #[inline]
    fn order_of(&self, slot: Slot) -> u64 {
        let place = self.places.get(slot.0 as usize);
        let place = place.filter(|place| place.time != ABSENT);
        place
            .unwrap_or_else(|| panic!("{slot:?} is not scheduled"))
            .order
    }

    fn memory_bytes(&self) -> usize {
        let entries = self.coming.capacity() + self.later.capacity();
        self.places.capacity() * size_of::<Place>()
            + self.today.memory_bytes()
            + self.days.memory_bytes()
            + entries * size_of::<Entry>()
    }

    fn check_invariants(&self) {
        self.check();
    }
}
