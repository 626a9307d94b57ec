//! Running clocks: which is due next, and how each is stopped and rescaled. Knows no rule and no graph.

use kairos_model::rule::RuleId;
use kairos_rewrite::prefetch::from;

use crate::{
    draw::Name,
    schedule::{Lane, Note, Schedule, Slot},
};

const SCHEDULED: &str = "a running clock is scheduled";

/// A drawn delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delay {
    /// So much time, or `+inf` for never.
    After(f64),
    /// A unit exponential value, to be divided by a rate.
    Exponential { unit: f64, rate: f64 },
    /// The same, in the virtual time of a priority.
    Immediate {
        priority: i64,
        unit: f64,
        weight: f64,
    },
}

/// What remains of a clock that was stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Remaining {
    name: Name,
    time: f64,
    work: Work,
}

/// When a clock runs out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Due {
    /// `+inf` for never; of an immediate event its virtual time.
    pub(super) time: f64,
    /// Of an immediate event.
    pub(super) priority: Option<i64>,
}

impl Delay {
    /// The same of a clock whose rate never changes.
    #[inline(always)]
    pub(super) fn settled(self) -> Self {
        match self {
            Delay::Exponential { unit, rate } => Delay::After(over(unit, rate)),
            other => other,
        }
    }
}

/// What a clock runs for: the match of a rule, or a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Runs {
    pub(super) rule: RuleId,
    pub(super) row: u32,
}

impl Runs {
    /// Notes of a clock in a lane.
    #[inline]
    fn note(self, name: Name, lane: Lane) -> Note {
        let Runs { rule, row } = self;
        Note {
            name,
            rule,
            row,
            lane,
        }
    }
}

/// Where a clock stands in a race.
#[derive(Clone, Copy, Debug)]
struct Standing {
    race: u32,
    place: Slot,
}

impl Standing {
    /// Of a clock in no race.
    const NONE: Standing = Standing {
        race: u32::MAX,
        place: Slot(u32::MAX),
    };
}

/// What a clock works off, where its rate may change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Work {
    rate: f64,
    /// Remaining time times rate, kept while the time is infinite: a rate of 0, or one so small that the time overflowed.
    left: f64,
}

impl Work {
    /// Of a clock without a rate.
    const NONE: Work = Work {
        rate: 0.0,
        left: 0.0,
    };
}

/// The immediate events of one priority.
#[derive(Debug)]
struct Race<S> {
    priority: i64,
    schedule: S,
    /// By place: the clock that stands there.
    clocks: Vec<Slot>,
    free: Vec<Slot>,
    /// The virtual time, and the epoch to which it belongs.
    time: f64,
    epoch: u64,
}

impl<S: Schedule> Race<S> {
    fn now(&self, epoch: u64) -> f64 {
        if self.epoch == epoch { self.time } else { 0.0 }
    }
}

/// The clocks of all active events, by dense slots.
#[derive(Debug)]
pub(super) struct Clocks<S> {
    /// Keeps what is noted of all clocks, those in races included.
    timed: S,
    /// By slot, as far as there were clocks whose rates may change.
    works: Vec<Work>,
    /// One past the largest slot.
    bound: usize,
    races: Vec<Race<S>>,
    /// By slot, as far as there were clocks in races.
    standings: Vec<Standing>,
    /// Positions in `races`, the highest priority first.
    priorities: Vec<u32>,
    // Narrower than what stands beside it: read together with that, as a compiler likes to, it would be waited for until it had been written.
    running: u32,
    /// The order of the next activation.
    order: u64,
    /// How often time has moved: virtual times of earlier epochs count as 0.
    epoch: u64,
}

impl<S: Schedule + Default> Clocks<S> {
    pub(super) fn new() -> Self {
        Clocks {
            timed: S::default(),
            works: Vec::new(),
            bound: 0,
            races: Vec::new(),
            standings: Vec::new(),
            priorities: Vec::new(),
            running: 0,
            order: 0,
            epoch: 0,
        }
    }

    /// Starts a clock, or starts it again, as the one that became active last.
    #[inline(always)]
    pub(super) fn start(&mut self, slot: Slot, of: Runs, name: Name, delay: Delay, now: f64) {
        let (time, work) = match delay {
            Delay::After(delay) => (now + delay, Work::NONE),
            Delay::Exponential { unit, rate } => {
                let left = over(unit, rate);
                (now + left, Work { rate, left: unit })
            }
            Delay::Immediate {
                priority,
                unit,
                weight,
            } => return self.start_race(slot, of, name, (priority, unit, weight)),
        };
        self.run(slot, of, name, time, work);
    }

    /// Starts a running clock again, as the one that became active last: one that takes time, whose rate never changes.
    #[inline(always)]
    pub(super) fn restart(&mut self, slot: Slot, name: Name, delay: f64, now: f64) {
        let note = self.timed.note_mut(slot);
        debug_assert_eq!(note.lane, Lane::Timed);
        note.name = name;
        let order = self.next_order();
        self.timed.reschedule(slot, now + delay, order);
    }

    fn start_race(
        &mut self,
        slot: Slot,
        of: Runs,
        name: Name,
        (priority, unit, weight): (i64, f64, f64),
    ) {
        self.stop(slot);
        let race = self.race(priority);
        self.enter(slot, of, race, name, unit, weight);
    }

    /// Goes on with a clock that was stopped.
    pub(super) fn resume(&mut self, slot: Slot, of: Runs, remaining: Remaining, now: f64) {
        let Remaining { name, time, work } = remaining;
        self.run(slot, of, name, now + time, work);
    }

    #[inline(always)]
    fn run(&mut self, slot: Slot, of: Runs, name: Name, time: f64, work: Work) {
        self.set_work(slot, work);
        let note = self.timed.note_mut(slot);
        if note.lane == Lane::Timed {
            note.name = name;
            let order = self.next_order();
            self.timed.reschedule(slot, time, order);
        } else {
            self.enter_timed(slot, of, name, time);
        }
    }

    /// Starts a clock that does not stand in the timed schedule.
    fn enter_timed(&mut self, slot: Slot, of: Runs, name: Name, time: f64) {
        if self.timed.note(slot).lane == Lane::Race {
            self.leave_race(slot);
        }
        self.begin(slot, of, name, time);
    }

    /// Starts a clock that does not run.
    #[inline(always)]
    fn begin(&mut self, slot: Slot, of: Runs, name: Name, time: f64) {
        self.bound = self.bound.max(slot.0 as usize + 1);
        self.running += 1;
        let order = self.next_order();
        let note = of.note(name, Lane::Timed);
        self.timed.enter(slot, time, order, note);
    }

    /// The same of one of a new event, that takes time and whose rate never changes.
    #[inline(always)]
    pub(super) fn start_new(&mut self, slot: Slot, of: Runs, name: Name, delay: f64, now: f64) {
        debug_assert_eq!(self.timed.note(slot).lane, Lane::Stopped);
        self.set_work(slot, Work::NONE);
        self.begin(slot, of, name, now + delay);
    }

    fn enter(&mut self, slot: Slot, of: Runs, race: u32, name: Name, work: f64, weight: f64) {
        self.bound = self.bound.max(slot.0 as usize + 1);
        let order = self.next_order();
        let Race { clocks, free, .. } = &mut self.races[race as usize];
        let place = free.pop().unwrap_or_else(|| {
            clocks.push(slot);
            Slot(u32::try_from(clocks.len() - 1).expect("no more places than clocks"))
        });
        clocks[place.0 as usize] = slot;
        let time = self.races[race as usize].now(self.epoch) + over(work, weight);
        self.races[race as usize]
            .schedule
            .insert(place, time, order);
        let standings = self.standings.len().max(slot.0 as usize + 1);
        self.standings.resize(standings, Standing::NONE);
        self.standings[slot.0 as usize] = Standing { race, place };
        *self.timed.note_mut(slot) = of.note(name, Lane::Race);
        let work = Work {
            rate: weight,
            left: work,
        };
        self.set_work(slot, work);
        self.running += 1;
    }

    /// The race in which a clock stands, and its place there.
    fn race_of(&self, slot: Slot) -> Option<(usize, Slot)> {
        let is_there = self.timed.note(slot).lane == Lane::Race;
        let standing = self.standings.get(slot.0 as usize).filter(|_| is_there);
        standing.map(|&Standing { race, place }| (race as usize, place))
    }

    /// What is noted of a clock, or was of the one that ran last.
    #[inline]
    pub(super) fn note(&self, slot: Slot) -> Note {
        self.timed.note(slot)
    }

    /// Notes what a clock works off. Where no clock has a rate that may change, nothing is kept.
    #[inline(always)]
    fn set_work(&mut self, slot: Slot, work: Work) {
        match self.works.get_mut(slot.0 as usize) {
            Some(own) => *own = work,
            None if work.rate == 0.0 && work.left == 0.0 => {}
            None => self.add_work(slot, work),
        }
    }

    #[cold]
    fn add_work(&mut self, slot: Slot, work: Work) {
        self.works.resize(slot.0 as usize, Work::NONE);
        self.works.push(work);
    }

    fn work(&self, slot: Slot) -> Work {
        let work = self.works.get(slot.0 as usize);
        work.copied().unwrap_or(Work::NONE)
    }

    /// Stops a clock, if it runs.
    #[inline(always)]
    pub(super) fn stop(&mut self, slot: Slot) {
        match self.timed.stop(slot) {
            Lane::Stopped => {}
            Lane::Timed => self.running -= 1,
            Lane::Race => self.leave_race(slot),
        }
    }

    #[inline(never)]
    fn leave_race(&mut self, slot: Slot) {
        self.running -= 1;
        let Standing { race, place } = self.standings[slot.0 as usize];
        let race = &mut self.races[race as usize];
        race.schedule.remove(place);
        race.free.push(place);
    }

    /// What remains of a clock with a time of its own. An immediate event takes no time, so that nothing remains of it.
    pub(super) fn remaining(&self, slot: Slot, now: f64) -> Option<Remaining> {
        let time = self.timed.time_of(slot)?;
        Some(Remaining {
            name: self.timed.note(slot).name,
            time: (time - now).max(0.0),
            work: self.work(slot),
        })
    }

    /// Gives an exponential clock another rate: what remains of it is rescaled, exactly (Gibson and Bruck, 2000).
    pub(super) fn rescale(&mut self, slot: Slot, rate: f64, now: f64) {
        let before = self.work(slot);
        if before.rate.to_bits() == rate.to_bits() {
            return;
        }
        let clock = self.timed.note(slot);
        let (schedule, place, now) = match clock.lane {
            Lane::Stopped => return,
            Lane::Timed => (&mut self.timed, slot, now),
            Lane::Race => {
                let Standing { race, place } = self.standings[slot.0 as usize];
                let race = &mut self.races[race as usize];
                let now = race.now(self.epoch);
                (&mut race.schedule, place, now)
            }
        };
        let time = schedule.time_of(place).expect(SCHEDULED);
        let (mut work, mut takes) = (before.left, over(before.left, rate));
        if time.is_finite() {
            let left = (time - now).max(0.0);
            work = left * before.rate;
            takes = if rate > 0.0 {
                left * (before.rate / rate)
            } else {
                f64::INFINITY
            };
        }
        let order = schedule.order_of(place);
        schedule.reschedule(place, now + takes, order);
        self.set_work(slot, Work { rate, left: work });
    }

    /// Gives an immediate event another priority and weight.
    pub(super) fn reprioritise(&mut self, slot: Slot, priority: i64, weight: f64) {
        self.rescale(slot, weight, 0.0);
        let Note {
            name, rule, row, ..
        } = self.note(slot);
        let mut work = self.work(slot).left;
        let Some((race, place)) = self.race_of(slot) else {
            return;
        };
        let race = &self.races[race];
        if race.priority == priority {
            return;
        }
        let time = race.schedule.time_of(place).expect(SCHEDULED);
        if time.is_finite() {
            work = (time - race.now(self.epoch)).max(0.0) * weight;
        }
        self.start_race(slot, Runs { rule, row }, name, (priority, work, weight));
    }

    /// The clock that runs out next: immediate ones first, the highest priority before the others.
    #[inline]
    pub(super) fn next(&self) -> Option<(Slot, Due)> {
        let first = |&race: &u32| {
            let Race {
                priority,
                schedule,
                clocks,
                ..
            } = &self.races[race as usize];
            let due = schedule.peek()?;
            let priority = Some(*priority);
            Some((
                clocks[due.slot.0 as usize],
                Due {
                    time: due.time,
                    priority,
                },
            ))
        };
        let timed = || {
            let due = self.timed.peek()?;
            Some((
                due.slot,
                Due {
                    time: due.time,
                    priority: None,
                },
            ))
        };
        if self.priorities.is_empty() {
            return timed();
        }
        self.priorities.iter().find_map(first).or_else(timed)
    }

    /// Whether there are too many to stay in the caches by themselves.
    #[inline]
    pub(super) fn are_many(&self) -> bool {
        const MANY: usize = from(1 << 16);
        self.bound >= MANY
    }

    /// A clock that probably runs out so many events after the next.
    #[inline]
    pub(super) fn foresee(&self, ahead: usize) -> Option<Slot> {
        self.timed.foresee(ahead)
    }

    /// Asks for the memory in which a clock stands.
    #[inline]
    pub(super) fn prefetch(&self, slot: Slot) {
        self.timed.prefetch(slot);
    }

    /// When a running clock is due.
    pub(super) fn due(&self, slot: Slot) -> Option<Due> {
        let clock = self.timed.note(slot);
        match clock.lane {
            Lane::Stopped => None,
            Lane::Timed => Some(Due {
                time: self.timed.time_of(slot)?,
                priority: None,
            }),
            Lane::Race => {
                let (race, place) = self.race_of(slot)?;
                let Race {
                    schedule, priority, ..
                } = &self.races[race];
                Some(Due {
                    time: schedule.time_of(place)?,
                    priority: Some(*priority),
                })
            }
        }
    }

    /// A clock's event fires: the virtual time of its race comes to it. Gives what is noted of it.
    #[inline]
    pub(super) fn fire(&mut self, slot: Slot) -> Note {
        let note = self.note(slot);
        if note.lane != Lane::Timed {
            self.move_virtual_time(slot);
        }
        note
    }

    /// The virtual time of the race in which a clock stands, if it does, comes to it.
    fn move_virtual_time(&mut self, slot: Slot) {
        if let Some((race, place)) = self.race_of(slot) {
            let race = &mut self.races[race];
            let time = race.schedule.time_of(place).expect(SCHEDULED);
            if time.is_finite() {
                race.time = time.max(race.now(self.epoch));
                race.epoch = self.epoch;
            }
        }
    }

    /// Time has moved: every race starts at 0 again.
    #[inline]
    pub(super) fn time_moved(&mut self) {
        self.epoch += 1;
    }

    /// How many clocks run, those that are never due included.
    pub(super) fn len(&self) -> usize {
        self.running as usize
    }

    fn next_order(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    /// The race of a priority.
    fn race(&mut self, priority: i64) -> u32 {
        let before = |&race: &u32| self.races[race as usize].priority > priority;
        let position = self.priorities.partition_point(before);
        if let Some(&race) = self.priorities.get(position)
            && self.races[race as usize].priority == priority
        {
            return race;
        }
        let race = u32::try_from(self.races.len()).expect("no more priorities than firings");
        self.races.push(Race {
            priority,
            schedule: S::default(),
            clocks: Vec::new(),
            free: Vec::new(),
            time: 0.0,
            epoch: self.epoch,
        });
        self.priorities.insert(position, race);
        race
    }

    /// Bytes in use, roughly.
    pub(super) fn memory_bytes(&self) -> u64 {
        let races = self.races.iter().map(|r| r.schedule.memory_bytes());
        let schedules = self.timed.memory_bytes() + races.sum::<usize>();
        let works = self.works.capacity() * size_of::<Work>();
        let standings = self.standings.capacity() * size_of::<Standing>();
        (works + standings + schedules) as u64
    }

    /// Asserts what must always be true; slow.
    pub(super) fn check_invariants(&self) {
        self.timed.check_invariants();
        let mut scheduled = self.timed.len();
        for race in &self.races {
            race.schedule.check_invariants();
            scheduled += race.schedule.len();
        }
        assert_eq!(
            scheduled,
            self.len(),
            "a clock runs exactly if it is scheduled"
        );
        let slots = (0..).take(self.bound).map(Slot);
        let running = slots.filter(|&slot| self.timed.note(slot).lane != Lane::Stopped);
        let running = running.count();
        assert_eq!(running, self.len(), "running clocks are miscounted");
    }
}

/// How long an amount of work takes at a rate.
#[inline]
pub(super) fn over(work: f64, rate: f64) -> f64 {
    if rate > 0.0 {
        work / rate
    } else {
        f64::INFINITY
    }
}
