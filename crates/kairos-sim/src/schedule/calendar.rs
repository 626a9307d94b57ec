//! The schedule that runs: a calendar queue whose current day is a heap.
//!
//! Time is cut into days of equal length. What is due today or was due before stands in a heap of a few nodes, what is due within a year
//! in the unsorted list of its day, everything later in one list (R. Brown, *Calendar queues: a fast O(1) priority queue
//! implementation for the simulation event set problem*, CACM 31, 1988). When a day comes, its list goes into the heap, so that
//! events leave in the exact order of (time, order of activation) whatever the length of a day is; and where no length would
//! do, the heap alone still takes logarithmic time.

use super::{
    Due, Schedule, Slot,
    heap::{ABSENT, HEAP, Heap, Node, PARKED, Place, Places, due},
    time_key,
};

/// The list of what is due in more than a year.
const LATER: u32 = HEAP - 1;

/// The end of a day's list, and the list of a day on which nothing is due.
const NONE: u32 = u32::MAX;

/// How many events a day should see.
const EVENTS_PER_DAY: f64 = 2.0;

/// With so few events scheduled, the heap alone is as fast.
const FEW: usize = 1024;

/// The longest year, in days.
const LONGEST_YEAR: usize = 1 << 24;

/// A [`Schedule`] in which every operation takes constant time on average, as long as the times of events are spread.
#[derive(Clone, Debug, Default)]
pub struct CalendarSchedule {
    places: Places,
    /// What is due today or earlier. Not empty as long as anything is due.
    heap: Heap,
    /// The first slot of each day of a year, at its number modulo the length of the year, which is a power of two.
    days: Vec<u32>,
    /// How many slots stand in the lists of days.
    in_days: usize,
    later: Vec<Node>,
    parked: usize,
    /// The length of a day, as its reciprocal; 0 while there is only today.
    days_per_time: f64,
    today: u64,
    /// The first day that is not in the year; all events from it on are in `later`.
    new_year: u64,
    watch: Watch,
}

/// What shows whether days have the right length.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Nodes that came into the heap.
    entered: usize,
    /// Days that came.
    days: usize,
    /// The earliest time when the count began.
    since: f64,
    /// After so many entries the count is looked at.
    period: usize,
}

impl CalendarSchedule {
    /// The day of a time, never smaller for a later one.
    #[inline]
    fn day_of(&self, time: u64) -> u64 {
        (f64::from_bits(time) * self.days_per_time) as u64
    }

    /// The index of a day of this year.
    #[inline]
    fn index(&self, day: u64) -> usize {
        day as usize & (self.days.len() - 1)
    }

    /// How many nodes are due at some time.
    fn due_count(&self) -> usize {
        self.heap.len() + self.in_days + self.later.len()
    }

    /// Puts a slot where its time belongs.
    #[inline]
    fn put(&mut self, slot: Slot, time: u64) {
        let node = Node { time, slot };
        if !due(time) {
            self.parked += 1;
            return self.places.put(slot, PARKED, 0);
        }
        let day = self.day_of(time);
        if day <= self.today {
            self.watch.entered += 1;
            self.heap.push(&mut self.places, node);
        } else if day < self.new_year {
            let index = self.index(day);
            let next = std::mem::replace(&mut self.days[index], slot.0);
            let place = self.places.at(slot.0);
            (place.list, place.position, place.previous) = (index as u32, next, NONE);
            if next != NONE {
                self.places.at(next).previous = slot.0;
            }
            self.in_days += 1;
        } else {
            self.places.put(slot, LATER, self.later.len() as u32);
            self.later.push(node);
        }
    }

    /// Takes a slot out of where it stands; its place is left to the caller.
    #[inline]
    fn take(&mut self, place: Place) {
        let Place {
            list,
            position,
            previous,
            ..
        } = place;
        match list {
            HEAP => self.heap.take(&mut self.places, position as usize),
            PARKED => self.parked -= 1,
            LATER => {
                self.later.swap_remove(position as usize);
                if let Some(moved) = self.later.get(position as usize) {
                    self.places.put(moved.slot, LATER, position);
                }
            }
            day => {
                self.in_days -= 1;
                if position != NONE {
                    self.places.at(position).previous = previous;
                }
                if previous == NONE {
                    self.days[day as usize] = position;
                } else {
                    self.places.at(previous).position = position;
                }
            }
        }
    }

    /// Lets days come until something is due, and looks after the calendar.
    #[inline]
    fn settle(&mut self) {
        if self.watch.entered >= self.watch.period
            || self.due_count() > FEW.max(2 * self.days.len())
        {
            self.look_after();
        }
        while self.heap.len() == 0 && self.in_days + self.later.len() > 0 {
            self.next_day();
        }
    }

    /// The next day comes, or the next on which something is due where nothing is this year.
    fn next_day(&mut self) {
        if self.in_days == 0 {
            let days = self.later.iter().map(|node| self.day_of(node.time));
            self.today = days.min().expect("something is due later");
            return self.lengthen();
        }
        self.today += 1;
        self.watch.days += 1;
        let index = self.index(self.today);
        let mut slot = std::mem::replace(&mut self.days[index], NONE);
        while slot != NONE {
            let Place { time, position, .. } = *self.places.at(slot);
            let node = Node {
                time,
                slot: Slot(slot),
            };
            self.heap.push(&mut self.places, node);
            self.in_days -= 1;
            self.watch.entered += 1;
            slot = position;
        }
        if self.new_year - self.today < self.days.len() as u64 / 2 {
            self.lengthen();
        }
    }

    /// Moves the end of the year on, and into the year what is due before it.
    fn lengthen(&mut self) {
        self.new_year = self.today.saturating_add(self.days.len() as u64);
        let mut position = 0;
        while position < self.later.len() {
            let node = self.later[position];
            let day = self.day_of(node.time);
            if day <= self.today || day < self.new_year {
                self.take(self.places.get(node.slot));
                self.put(node.slot, node.time);
            } else {
                position += 1;
            }
        }
    }

    /// Gives days another length where too many or too few events fell on one, and the year another where there are more events.
    #[cold]
    fn look_after(&mut self) {
        let count = self.due_count();
        let now = self.heap.first().map_or(0.0, |n| f64::from_bits(n.time));
        let Watch {
            entered,
            days,
            since,
            ..
        } = self.watch;
        self.watch = Watch {
            since: now,
            period: (2 * count).max(FEW),
            ..Watch::default()
        };
        if count <= FEW {
            return;
        }
        let per_day = entered as f64 / days.max(1) as f64;
        let fits = self.days_per_time > 0.0
            && (EVENTS_PER_DAY / 2.0..=EVENTS_PER_DAY * 2.0).contains(&per_day);
        let year = count.next_power_of_two().min(LONGEST_YEAR);
        if fits && year <= self.days.len() {
            return;
        }
        let elapsed = now - since;
        let frequency = if elapsed > 0.0 && days > 0 {
            entered as f64 / elapsed
        } else {
            self.estimate()
        };
        if frequency > 0.0 && frequency.is_finite() {
            self.rebuild(frequency / EVENTS_PER_DAY, year.max(self.days.len()));
        }
    }

    /// How many events per unit of time are due next, guessed from some that are scheduled.
    fn estimate(&self) -> f64 {
        const SAMPLE: usize = 64;
        let count = self.due_count();
        let due = self.places.iter().filter(|(_, place)| place.list < PARKED);
        let times = due.step_by(count / SAMPLE).map(|(_, place)| place.time);
        let mut times: Vec<u64> = times.collect();
        times.sort_unstable();
        let first_half = f64::from_bits(times[times.len() / 2]) - f64::from_bits(times[0]);
        count as f64 / 2.0 / first_half
    }

    /// Gives days and year other lengths.
    fn rebuild(&mut self, days_per_time: f64, year: usize) {
        let due = self.places.iter().filter(|(_, place)| place.list < PARKED);
        let all: Vec<Node> = due
            .map(|(slot, place)| Node {
                time: place.time,
                slot,
            })
            .collect();
        self.heap.clear();
        self.later.clear();
        self.in_days = 0;
        self.days.clear();
        self.days.resize(year, NONE);
        self.days_per_time = days_per_time;
        let first = all.iter().map(|node| node.time).min();
        self.today = self.day_of(first.expect("a calendar is rebuilt for many"));
        self.new_year = self.today.saturating_add(year as u64);
        for node in all {
            self.put(node.slot, node.time);
        }
    }
}

impl Schedule for CalendarSchedule {
    #[inline]
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let time = time_key(time);
        self.places.enter(slot, time, order);
        self.put(slot, time);
        self.settle();
    }

    #[inline]
    fn remove(&mut self, slot: Slot) {
        let place = self.places.scheduled(slot);
        self.take(place);
        self.places.put(slot, ABSENT, 0);
        self.settle();
    }

    #[inline]
    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let time = time_key(time);
        let place = self.places.change(slot, time, order);
        if place.list == HEAP && due(time) && self.day_of(time) <= self.today {
            self.watch.entered += 1;
            let node = Node { time, slot };
            self.heap
                .sift(&mut self.places, place.position as usize, node);
        } else {
            self.take(place);
            self.put(slot, time);
        }
        self.settle();
    }

    #[inline]
    fn peek(&self) -> Option<Due> {
        let node = self.heap.first()?;
        Some(Due {
            time: f64::from_bits(node.time),
            order: self.places.get(node.slot).order,
            slot: node.slot,
        })
    }

    #[inline]
    fn len(&self) -> usize {
        self.due_count() + self.parked
    }

    #[inline]
    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.places.time_of(slot)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.places.scheduled(slot).order
    }

    fn memory_bytes(&self) -> usize {
        self.places.memory_bytes()
            + self.days.capacity() * size_of::<u32>()
            + self.later.capacity() * size_of::<Node>()
    }

    fn check_invariants(&self) {
        self.heap.check_invariants(&self.places);
        assert!(
            self.heap.len() > 0 || self.in_days + self.later.len() == 0,
            "something is due, but nothing today"
        );
        let mut counts = [0; 4];
        for (slot, place) in self.places.iter() {
            let day = self.day_of(place.time);
            let (kind, right) = match place.list {
                ABSENT => continue,
                PARKED => (0, !due(place.time)),
                HEAP => (1, day <= self.today),
                LATER => (
                    2,
                    day >= self.new_year && self.later[place.position as usize].slot == slot,
                ),
                index => {
                    let before = match place.previous {
                        NONE => self.days[index as usize],
                        previous => self.places.get(Slot(previous)).position,
                    };
                    let here = self.index(day) == index as usize && before == slot.0;
                    (3, here && day > self.today && day < self.new_year)
                }
            };
            assert!(right, "{slot:?} stands in the wrong place");
            counts[kind] += 1;
        }
        let expected = [self.parked, self.heap.len(), self.later.len(), self.in_days];
        assert_eq!(counts, expected, "slots are miscounted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{KeyedRng, Name, Place as Draw, Randomness};

    /// A calendar with events at random times, each due again so long after it was.
    struct Hold {
        calendar: CalendarSchedule,
        rng: KeyedRng,
        order: u64,
    }

    impl Hold {
        fn of(events: u32, mean: f64) -> Self {
            let mut hold = Hold {
                calendar: CalendarSchedule::default(),
                rng: Randomness::new(1, 1).rng(Name::START, Draw::DELAY),
                order: 0,
            };
            hold.add(0..events, mean);
            hold
        }

        fn delay(&mut self, mean: f64) -> f64 {
            self.order += 1;
            2.0 * mean * self.rng.uniform()
        }

        fn add(&mut self, slots: std::ops::Range<u32>, mean: f64) {
            let now = self.calendar.peek().map_or(0.0, |due| due.time);
            for slot in slots {
                let time = now + self.delay(mean);
                self.calendar.insert(Slot(slot), time, self.order);
            }
        }

        /// Lets events fire; how many nodes stood in the heap on average.
        fn fire(&mut self, events: u32, mean: f64) -> f64 {
            let mut nodes = 0;
            for _ in 0..events {
                let due = self.calendar.pop().expect("all are due some time");
                nodes += self.calendar.heap.len();
                let time = due.time + self.delay(mean);
                self.calendar.insert(due.slot, time, self.order);
            }
            self.calendar.check_invariants();
            nodes as f64 / f64::from(events)
        }
    }

    /// Constant time is that of a short heap and of few empty days, at whatever frequency events come.
    fn assert_days_fit(hold: &mut Hold, mean: f64) {
        let count = hold.calendar.len();
        let firings = u32::try_from(count).expect("few events");
        hold.fire(8 * firings, mean);
        let nodes = hold.fire(firings, mean);
        assert!(
            (1.0..6.0).contains(&nodes),
            "{count} at {mean}: {nodes} nodes in the heap"
        );
        let year = hold.calendar.days.len();
        assert!(
            (count..=2 * count).contains(&year),
            "{count} at {mean}: {year} days"
        );
        let per_day = hold.calendar.days_per_time * mean / count as f64;
        let fits = 1.0 / (2.0 * EVENTS_PER_DAY)..=2.0 / EVENTS_PER_DAY;
        assert!(
            fits.contains(&per_day),
            "{count} at {mean}: {per_day} days for an event"
        );
        let later = hold.calendar.later.len();
        assert!(
            later < count / 4,
            "{count} at {mean}: {later} in later years"
        );
    }

    #[test]
    fn days_follow_the_frequency_of_events() {
        let mut hold = Hold::of(3000, 1.0);
        for mean in [1.0, 3.0, 1000.0] {
            assert_days_fit(&mut hold, mean);
        }
        hold.add(3000..20_000, 1000.0);
        assert_days_fit(&mut hold, 1000.0);
    }

    /// Before any event has fired, the length of a day is guessed from the times themselves.
    #[test]
    fn the_first_days_are_a_guess() {
        for mean in [1e-3, 1.0, 1e3] {
            let mut hold = Hold::of(5000, mean);
            let nodes = hold.fire(500, mean);
            assert!(
                (1.0..12.0).contains(&nodes),
                "{mean}: {nodes} nodes in the heap"
            );
        }
    }

    #[test]
    fn few_events_have_no_days() {
        let mut hold = Hold::of(1000, 1.0);
        assert!(hold.fire(5000, 1.0) > 990.0);
        assert_eq!(hold.calendar.days.len(), 0);
    }
}
