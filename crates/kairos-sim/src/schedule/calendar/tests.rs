//! The claim of the calendar: an operation takes constant time, because days fit the frequency of events.

use super::{today::LOOKED_AT, tuning::YEAR, *};
use crate::draw::{KeyedRng, Name, Place as Draw, Randomness};

/// A calendar with events at random times, each due again so long after it was.
struct Hold {
    calendar: CalendarSchedule,
    rng: KeyedRng,
    order: u64,
}

/// How many nodes stand in the day that is, on average: of those it began with, and of those that came later.
#[derive(Debug)]
struct Day {
    sorted: f64,
    added: f64,
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

    /// Lets events fire.
    fn fire(&mut self, events: u32, mean: f64) -> Day {
        let (mut sorted, mut added) = (0, 0);
        for _ in 0..events {
            let due = self.calendar.peek().expect("all are due some time");
            sorted += self.calendar.today.sorted();
            added += self.calendar.today.added();
            let time = due.time + self.delay(mean);
            self.calendar.reschedule(due.slot, time, self.order);
        }
        self.calendar.check_invariants();
        let [sorted, added] = [sorted, added].map(|sum| sum as f64 / f64::from(events));
        Day { sorted, added }
    }
}

/// Constant time is that of short days, few of which are empty, at whatever frequency events come.
fn assert_days_fit(hold: &mut Hold, mean: f64) {
    let count = hold.calendar.len();
    let firings = u32::try_from(count).expect("few events");
    hold.fire(8 * firings, mean);
    let day = hold.fire(firings, mean);
    let at = format!("{count} at {mean}: {day:?}");
    let half = EVENTS_PER_DAY / 2.0;
    // The next day comes while so many of this one are left.
    let sorted = day.sorted - FORESEEN as f64;
    assert!((half / 2.0..=2.0 * half).contains(&sorted), "{at}");
    assert!(day.added < 4.0, "{at}");
    let year = hold.calendar.days.year() as f64 * EVENTS_PER_DAY / count as f64;
    assert!(
        (YEAR as f64..=2.0 * YEAR as f64).contains(&year),
        "{at}, a year of {year} times the events"
    );
    let per_day = count as f64 / (hold.calendar.days_per_time * mean);
    let fits = EVENTS_PER_DAY / 2.0..=2.0 * EVENTS_PER_DAY;
    assert!(fits.contains(&per_day), "{at}, {per_day} events a day");
    let later = hold.calendar.later.len();
    assert!(later < count / 4, "{at}, {later} in later years");
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
        let day = hold.fire(500, mean);
        assert!(
            day.sorted + day.added < 4.0 * EVENTS_PER_DAY,
            "{mean}: {day:?}"
        );
        assert!(day.sorted > EVENTS_PER_DAY / 8.0, "{mean}: {day:?}");
    }
}

#[test]
fn few_events_have_no_days() {
    let few = u32::try_from(FEW).expect("a few");
    let mut hold = Hold::of(few, 1.0);
    assert!(hold.fire(5000, 1.0).added >= f64::from(few));
    assert_eq!(hold.calendar.days.year(), 0);
}

/// What was rescheduled leaves its entry behind, but not for ever, even where what is due next stays the same.
#[test]
fn entries_out_of_date_are_dropped() {
    for events in [FEW as u32, 3000] {
        let mut hold = Hold::of(events, 1.0);
        hold.calendar.reschedule(Slot(0), 0.0, 0);
        for turn in 0..200_000 {
            let slot = Slot(1 + turn % (events - 1));
            let time = 1.0 + hold.delay(1.0);
            hold.calendar.reschedule(slot, time, hold.order);
        }
        hold.calendar.check_invariants();
        let entries = hold.calendar.entries();
        assert!(
            entries <= 4 * events as usize,
            "{entries} entries of {events} events"
        );
    }
}

/// Where nothing was due any more, what is due again is found, however far away, whether it waited or is new.
#[test]
fn what_is_due_again_is_found() {
    let mut hold = Hold::of(1000, 1.0);
    hold.fire(500, 1.0);
    for slot in 0..1000 {
        hold.calendar
            .reschedule(Slot(slot), f64::INFINITY, hold.order);
    }
    assert_eq!(hold.calendar.peek(), None);
    let due = |calendar: &CalendarSchedule| calendar.peek().map(|due| due.slot);
    hold.calendar.reschedule(Slot(7), 1e6, hold.order);
    assert_eq!(due(&hold.calendar), Some(Slot(7)));
    hold.calendar.remove(Slot(7));
    assert_eq!(hold.calendar.peek(), None);
    hold.calendar.insert(Slot(7), 1e9, hold.order);
    assert_eq!(due(&hold.calendar), Some(Slot(7)));
}

/// Many events at one time leave in the order in which they became active, and one by one.
#[test]
fn many_events_at_one_time_are_sorted() {
    for events in [100_u32, 400, 5000] {
        let mut calendar = CalendarSchedule::default();
        for slot in 0..events {
            let time = f64::from(1 + slot % 3);
            calendar.insert(Slot(slot), time, u64::from(events - slot));
        }
        let mut before = (0.0, 0);
        for turn in 0..10 * u64::from(events) {
            let due = calendar.peek().expect("all are due");
            assert!((due.time, due.order) > before, "{due:?} after {before:?}");
            before = (due.time, due.order);
            calendar.reschedule(due.slot, due.time + 1.0, u64::from(events) + 1 + turn);
        }
        calendar.check_invariants();
    }
}

/// What is due later this year is written down at once, which takes no look at anything else; and nothing else is.
#[test]
fn what_is_due_later_this_year_has_a_day() {
    let mut hold = Hold::of(3000, 1.0);
    hold.fire(3000, 1.0);
    let mut calendar = hold.calendar.clone();
    let mut nodes = 0;
    for node in hold.calendar.nodes() {
        let year = calendar.day + 1..calendar.new_year;
        let is_later = year.contains(&calendar.day_of(node.time));
        assert_eq!(calendar.put_into_year(node), is_later, "{node:?}");
        nodes += usize::from(is_later);
    }
    assert_eq!(calendar.days.len(), hold.calendar.days.len() + nodes);
    assert!(nodes > 2000, "{nodes} in this year");
}

/// Events that got another time leave entries behind; these do not count among what is foreseen.
#[test]
fn what_is_foreseen_comes_when_it_is_due() {
    const FIRINGS: u32 = 20_000;
    let mut hold = Hold::of(3000, 1.0);
    hold.fire(3000, 1.0);
    let mut foreseen = std::collections::VecDeque::new();
    let mut hits = 0;
    for turn in 0..FIRINGS {
        let due = hold.calendar.peek().expect("all are due some time");
        foreseen.push_back(hold.calendar.foresee(LOOKED_AT - 1));
        if foreseen.len() == LOOKED_AT {
            hits += u32::from(foreseen.pop_front() == Some(Some(due.slot)));
        }
        // Every other entry is then out of date.
        for slot in [due.slot, Slot(turn * 7 % 3000)] {
            let time = due.time + 0.1 + hold.delay(1.0);
            hold.calendar.reschedule(slot, time, hold.order);
        }
    }
    // Some of what was foreseen got another time meanwhile, or something came before it.
    assert!(hits > FIRINGS * 9 / 10, "{hits} of {FIRINGS}");
}

/// What it is called, and how it is made.
type Mistake = (&'static str, fn(&mut CalendarSchedule));

/// The control of the check after each step: whatever is wrong is found.
#[test]
fn what_is_wrong_is_found() {
    let mut hold = Hold::of(3000, 1.0);
    hold.add(3000..3010, 1e6);
    hold.fire(3000, 1.0);
    while hold.calendar.today.added() == 0 {
        hold.fire(1, 1.0);
    }
    let parked = hold.calendar.len() as u32;
    hold.calendar
        .insert(Slot(parked), f64::INFINITY, hold.order + 1);
    let mistakes: [Mistake; 10] = [
        ("nothing", |_| {}),
        ("a slot too many", |c| c.scheduled += 1),
        ("one that is never due", |c| c.parked += 1),
        ("what is due next", |c| c.first.order += 1),
        ("order of the day", |c| c.today.swap_ends()),
        ("what was added first", |c| c.today.forget_first_added()),
        ("how many have a day", |c| c.days.miscount()),
        ("a shorter year", |c| c.new_year = c.day + 2),
        ("an entry before its time", |c| {
            let entry = c.first.entry();
            c.later.push(entry);
        }),
        ("a day forgotten", |c| {
            c.days.forget(c.days.index(c.day + 20));
        }),
    ];
    for (what, mistake) in mistakes {
        let mut calendar = hold.calendar.clone();
        mistake(&mut calendar);
        let check = std::panic::AssertUnwindSafe(|| calendar.check_invariants());
        let is_found = std::panic::catch_unwind(check).is_err();
        assert_eq!(is_found, what != "nothing", "{what}");
    }
}
