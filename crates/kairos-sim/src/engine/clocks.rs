//! Running clocks: which is due next, and how each is stopped and rescaled. Knows no rule and no graph.

use kairos_rewrite::prefetch::{from, prefetch};

use crate::{
    draw::Name,
    schedule::{Schedule, Slot},
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
    rate: f64,
    work: f64,
}

/// When a clock runs out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Due {
    /// `+inf` for never; of an immediate event its virtual time.
    pub(super) time: f64,
    /// Of an immediate event.
    pub(super) priority: Option<i64>,
}

/// In which schedule a clock stands: none, the timed one, or that of a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lane(u32);

impl Lane {
    const STOPPED: Lane = Lane(u32::MAX);
    const TIMED: Lane = Lane(u32::MAX - 1);

    /// The position of the race.
    #[inline]
    fn race(self) -> Option<usize> {
        (self.0 < Self::TIMED.0).then_some(self.0 as usize)
    }
}

/// What is known of a clock, in half a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Clock {
    /// Of the firing to come.
    name: Name,
    /// Of an exponential delay.
    rate: f64,
    /// Remaining time times rate, kept while the time is infinite: a rate of 0, or one so small that the time overflowed.
    work: f64,
    lane: Lane,
    /// In a race: its place there.
    place: Slot,
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
    clocks: Vec<Clock>,
    timed: S,
    races: Vec<Race<S>>,
    /// Positions in `races`, the highest priority first.
    priorities: Vec<u32>,
    running: usize,
    /// The order of the next activation.
    order: u64,
    /// How often time has moved: virtual times of earlier epochs count as 0.
    epoch: u64,
}

impl<S: Schedule + Default> Clocks<S> {
    pub(super) fn new() -> Self {
        Clocks {
            clocks: Vec::new(),
            timed: S::default(),
            races: Vec::new(),
            priorities: Vec::new(),
            running: 0,
            order: 0,
            epoch: 0,
        }
    }

    /// Starts a clock, or starts it again, as the one that became active last.
    #[inline(always)]
    pub(super) fn start(&mut self, slot: Slot, name: Name, delay: Delay, now: f64) {
        let (time, rate, work) = match delay {
            Delay::After(delay) => (now + delay, 0.0, 0.0),
            Delay::Exponential { unit, rate } => (now + over(unit, rate), rate, unit),
            Delay::Immediate {
                priority,
                unit,
                weight,
            } => return self.start_race(slot, name, (priority, unit, weight)),
        };
        self.run(slot, name, time, rate, work);
    }

    fn start_race(&mut self, slot: Slot, name: Name, (priority, unit, weight): (i64, f64, f64)) {
        self.stop(slot);
        let race = self.race(priority);
        self.enter(slot, race, name, unit, weight);
    }

    /// Goes on with a clock that was stopped.
    pub(super) fn resume(&mut self, slot: Slot, remaining: Remaining, now: f64) {
        let Remaining {
            name,
            time,
            rate,
            work,
        } = remaining;
        self.run(slot, name, now + time, rate, work);
    }

    #[inline(always)]
    fn run(&mut self, slot: Slot, name: Name, time: f64, rate: f64, work: f64) {
        match self.clocks.get_mut(slot.0 as usize) {
            Some(clock) if clock.lane == Lane::TIMED => {
                (clock.name, clock.rate, clock.work) = (name, rate, work);
                let order = self.next_order();
                self.timed.reschedule(slot, time, order);
            }
            _ => self.enter_timed(slot, name, time, rate, work),
        }
    }

    /// Starts a clock that does not stand in the timed schedule.
    fn enter_timed(&mut self, slot: Slot, name: Name, time: f64, rate: f64, work: f64) {
        self.make_room(slot);
        if self.clocks[slot.0 as usize].lane != Lane::STOPPED {
            self.stop(slot);
        }
        self.clocks[slot.0 as usize] = Clock {
            name,
            rate,
            work,
            lane: Lane::TIMED,
            place: slot,
        };
        self.running += 1;
        let order = self.next_order();
        self.timed.insert(slot, time, order);
    }

    fn enter(&mut self, slot: Slot, race: u32, name: Name, work: f64, weight: f64) {
        self.make_room(slot);
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
        self.clocks[slot.0 as usize] = Clock {
            name,
            rate: weight,
            work,
            lane: Lane(race),
            place,
        };
        self.running += 1;
    }

    /// Stops a clock, if it runs.
    pub(super) fn stop(&mut self, slot: Slot) {
        let Some(clock) = self.clocks.get_mut(slot.0 as usize) else {
            return;
        };
        match std::mem::replace(&mut clock.lane, Lane::STOPPED) {
            Lane::STOPPED => return,
            Lane::TIMED => self.timed.remove(slot),
            Lane(race) => {
                let race = &mut self.races[race as usize];
                race.schedule.remove(clock.place);
                race.free.push(clock.place);
            }
        }
        self.running -= 1;
    }

    /// What remains of a clock with a time of its own. An immediate event takes no time, so that nothing remains of it.
    pub(super) fn remaining(&self, slot: Slot, now: f64) -> Option<Remaining> {
        let Clock {
            name, rate, work, ..
        } = self.clocks[slot.0 as usize];
        let time = self.timed.time_of(slot)?;
        Some(Remaining {
            name,
            time: (time - now).max(0.0),
            rate,
            work,
        })
    }

    /// Gives an exponential clock another rate: what remains of it is rescaled, exactly (Gibson and Bruck, 2000).
    pub(super) fn rescale(&mut self, slot: Slot, rate: f64, now: f64) {
        let clock = &mut self.clocks[slot.0 as usize];
        if clock.rate.to_bits() == rate.to_bits() {
            return;
        }
        let (schedule, place, now) = match clock.lane {
            Lane::STOPPED => return,
            Lane::TIMED => (&mut self.timed, slot, now),
            Lane(race) => {
                let race = &mut self.races[race as usize];
                let now = race.now(self.epoch);
                (&mut race.schedule, clock.place, now)
            }
        };
        let time = schedule.time_of(place).expect(SCHEDULED);
        let old = std::mem::replace(&mut clock.rate, rate);
        let mut left = over(clock.work, rate);
        if time.is_finite() {
            let before = (time - now).max(0.0);
            clock.work = before * old;
            left = if rate > 0.0 {
                before * (old / rate)
            } else {
                f64::INFINITY
            };
        }
        let order = schedule.order_of(place);
        schedule.reschedule(place, now + left, order);
    }

    /// Gives an immediate event another priority and weight.
    pub(super) fn reprioritise(&mut self, slot: Slot, priority: i64, weight: f64) {
        self.rescale(slot, weight, 0.0);
        let Clock {
            name,
            mut work,
            lane,
            place,
            ..
        } = self.clocks[slot.0 as usize];
        let Some(race) = lane.race().map(|race| &self.races[race]) else {
            return;
        };
        if race.priority == priority {
            return;
        }
        let time = race.schedule.time_of(place).expect(SCHEDULED);
        if time.is_finite() {
            work = (time - race.now(self.epoch)).max(0.0) * weight;
        }
        self.start_race(slot, name, (priority, work, weight));
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
        const MANY: usize = from(1 << 14);
        self.clocks.len() >= MANY
    }

    /// A clock that probably runs out so many events after the next.
    #[inline]
    pub(super) fn foresee(&self, ahead: usize) -> Option<Slot> {
        self.timed.foresee(ahead)
    }

    /// The name of the firing to come of a running clock.
    #[inline]
    pub(super) fn name(&self, slot: Slot) -> Option<Name> {
        let clock = &self.clocks[slot.0 as usize];
        (clock.lane != Lane::STOPPED).then_some(clock.name)
    }

    /// Asks for the memory in which a clock stands.
    #[inline]
    pub(super) fn prefetch(&self, slot: Slot) {
        prefetch(&self.clocks, slot.0 as usize);
        self.timed.prefetch(slot);
    }

    /// When a running clock is due.
    pub(super) fn due(&self, slot: Slot) -> Option<Due> {
        let clock = self.clocks.get(slot.0 as usize)?;
        match clock.lane {
            Lane::STOPPED => None,
            Lane::TIMED => Some(Due {
                time: self.timed.time_of(slot)?,
                priority: None,
            }),
            Lane(race) => {
                let Race {
                    schedule, priority, ..
                } = &self.races[race as usize];
                Some(Due {
                    time: schedule.time_of(clock.place)?,
                    priority: Some(*priority),
                })
            }
        }
    }

    /// A clock's event fires: the virtual time of its race comes to it. Gives the name of the firing.
    #[inline]
    pub(super) fn fire(&mut self, slot: Slot) -> Name {
        let Clock { name, lane, .. } = self.clocks[slot.0 as usize];
        if lane != Lane::TIMED {
            self.move_virtual_time(slot);
        }
        name
    }

    /// The virtual time of the race in which a clock stands, if it does, comes to it.
    fn move_virtual_time(&mut self, slot: Slot) {
        let clock = &self.clocks[slot.0 as usize];
        if let Some(race) = clock.lane.race() {
            let race = &mut self.races[race];
            let time = race.schedule.time_of(clock.place).expect(SCHEDULED);
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
        self.running
    }

    fn next_order(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    fn make_room(&mut self, slot: Slot) {
        const STOPPED: Clock = Clock {
            name: Name::START,
            rate: 0.0,
            work: 0.0,
            lane: Lane::STOPPED,
            place: Slot(0),
        };
        if self.clocks.len() <= slot.0 as usize {
            self.clocks.resize(slot.0 as usize + 1, STOPPED);
        }
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
        (self.clocks.capacity() * size_of::<Clock>() + schedules) as u64
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
            scheduled, self.running,
            "a clock runs exactly if it is scheduled"
        );
        let running = self
            .clocks
            .iter()
            .filter(|c| c.lane != Lane::STOPPED)
            .count();
        assert_eq!(running, self.running, "running clocks are miscounted");
    }
}

/// How long an amount of work takes at a rate.
#[inline]
fn over(work: f64, rate: f64) -> f64 {
    if rate > 0.0 {
        work / rate
    } else {
        f64::INFINITY
    }
}
