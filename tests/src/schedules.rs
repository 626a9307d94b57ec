//! The schedule against two that are easier to believe: a sorted map, and first reaction, which looks at every clock for the least.

use std::{collections::BTreeMap, sync::Arc};

use kairos_rewrite::{incremental::IncrementalMatcher, program::Program};
use kairos_sim::{
    draw::Randomness,
    engine::{Progress, Simulation, Timers},
    schedule::{CalendarSchedule, Due, HeapSchedule, Note, Notes, Schedule, Slot, TwinSchedule},
    start,
};

use crate::{
    dice::Dice,
    random::System,
    section::{Scale, Section},
    twin::load,
};

/// A sorted map from (time, order, slot).
#[derive(Debug, Default)]
struct Sorted {
    sorted: BTreeMap<(u64, u64, Slot), ()>,
    by_slot: BTreeMap<Slot, (f64, u64)>,
    notes: Notes,
}

impl Schedule for Sorted {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let before = self.by_slot.insert(slot, (time, order));
        assert!(before.is_none(), "a slot is inserted twice");
        self.sorted.insert((time.to_bits(), order, slot), ());
    }

    fn remove(&mut self, slot: Slot) {
        let (time, order) = self.by_slot.remove(&slot).expect("a slot that is there");
        self.sorted.remove(&(time.to_bits(), order, slot));
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        self.remove(slot);
        self.insert(slot, time, order);
    }

    fn peek(&self) -> Option<Due> {
        let (&(time, order, slot), ()) = self.sorted.first_key_value()?;
        let time = f64::from_bits(time);
        time.is_finite().then_some(Due { time, order, slot })
    }

    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    fn note(&self, slot: Slot) -> Note {
        self.notes.get(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.notes.get_mut(slot)
    }

    fn len(&self) -> usize {
        self.by_slot.len()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.by_slot.get(&slot).map(|s| s.0)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.by_slot[&slot].1
    }

    fn check_invariants(&self) {
        assert_eq!(self.sorted.len(), self.by_slot.len());
    }
}

/// Every clock in a list; the next reaction is the first one, found by looking at all.
#[derive(Debug, Default)]
struct FirstReaction(Vec<Option<(f64, u64)>>, Notes);

impl FirstReaction {
    fn clock(&mut self, slot: Slot) -> &mut Option<(f64, u64)> {
        let index = slot.0 as usize;
        self.0.resize(self.0.len().max(index + 1), None);
        &mut self.0[index]
    }
}

impl Schedule for FirstReaction {
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let before = self.clock(slot).replace((time, order));
        assert!(before.is_none(), "a slot is inserted twice");
    }

    fn remove(&mut self, slot: Slot) {
        let before = self.clock(slot).take();
        assert!(before.is_some(), "a slot that is not there is removed");
    }

    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        self.remove(slot);
        self.insert(slot, time, order);
    }

    fn peek(&self) -> Option<Due> {
        let clocks = (0..).map(Slot).zip(&self.0);
        let due = clocks.filter_map(|(slot, clock)| {
            let (time, order) = (*clock)?;
            time.is_finite().then_some(Due { time, order, slot })
        });
        due.min_by(|a, b| {
            let ties = || (a.order, a.slot).cmp(&(b.order, b.slot));
            a.time.total_cmp(&b.time).then_with(ties)
        })
    }

    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    fn note(&self, slot: Slot) -> Note {
        self.1.get(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.1.get_mut(slot)
    }

    fn len(&self) -> usize {
        self.0.iter().flatten().count()
    }

    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.0.get(slot.0 as usize)?.map(|clock| clock.0)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.0[slot.0 as usize].map_or(0, |clock| clock.1)
    }

    fn check_invariants(&self) {}
}

/// One random operation after another on two schedules; every answer must be the same.
fn operations<A: Schedule + Default, B: Schedule + Default>(
    (slots, grain): (usize, u32),
    count: u64,
    seed: u64,
) -> Result<(), String> {
    let (mut a, mut b) = (A::default(), B::default());
    let mut dice = Dice::new(seed);
    let mut now = 0.0;
    for order in 0..count {
        let slot = Slot(u32::try_from(dice.below(slots)).expect("few slots"));
        // Times are multiples of 1/16, so that there are ties; once in sixteen never.
        let steps = u32::try_from(dice.below(grain as usize)).expect("a small number");
        let at = if dice.one_in(16) {
            f64::INFINITY
        } else {
            now + f64::from(steps) / 16.0
        };
        match (b.contains(slot), dice.below(8)) {
            (false, _) => {
                a.insert(slot, at, order);
                b.insert(slot, at, order);
            }
            (true, 0) => {
                a.remove(slot);
                b.remove(slot);
            }
            (true, 1 | 2) => {
                a.reschedule(slot, at, order);
                b.reschedule(slot, at, order);
            }
            (true, 3..6) if b.peek().is_some() => {
                now = b.peek().map_or(now, |due| due.time);
                a.replace_top(at, order);
                b.replace_top(at, order);
            }
            _ => {
                let due = (a.pop(), b.pop());
                if due.0 != due.1 {
                    return Err(format!("operation {order}: {due:?} are popped"));
                }
                now = due.1.map_or(now, |due| due.time);
            }
        }
        let order_of =
            |schedule: &dyn Schedule| schedule.contains(slot).then(|| schedule.order_of(slot));
        let answers = (
            (a.peek(), a.time_of(slot).map(f64::to_bits), order_of(&a)),
            (b.peek(), b.time_of(slot).map(f64::to_bits), order_of(&b)),
        );
        if answers.0 != answers.1 || a.is_empty() != (a.len() == 0) {
            return Err(format!("operation {order}: {answers:?}"));
        }
        if order.is_multiple_of(10_000) {
            a.check_invariants();
            let lengths = (a.len(), b.len());
            if lengths.0 != lengths.1 {
                return Err(format!("operation {order}: lengths {lengths:?}"));
            }
            let bytes = a.memory_bytes();
            if !(16 * a.len()..=256 * slots.max(1024)).contains(&bytes) {
                return Err(format!("{} slots use {bytes} bytes", a.len()));
            }
        }
    }
    Ok(())
}

/// Ten million random operations in the long run, a million in the ordinary tests.
#[must_use]
pub fn random_operations(scale: Scale) -> Section {
    operations_agree(scale.pick(1_000_000, 10_000_000))
}

/// So many random operations on each pair of schedules.
#[must_use]
pub fn operations_agree(count: u64) -> Section {
    let mut section = Section::new("Schedules");
    let mut compare = |name: &str, result: Result<(), String>, made: u64| match result {
        Ok(()) => section.note(format!("{name}: {made} operations agree")),
        Err(difference) => section.faults.push(format!("{name}: {difference}")),
    };
    let sorted = |slots, grain, share| {
        operations::<CalendarSchedule, Sorted>((slots, grain), count / share, slots as u64)
    };
    compare("calendar and BTreeMap, 5 slots", sorted(5, 8, 4), count / 4);
    compare(
        "calendar and BTreeMap, 100 slots",
        sorted(100, 64, 4),
        count / 4,
    );
    compare(
        "calendar and BTreeMap, 10,000 slots",
        sorted(10_000, 1 << 20, 2),
        count / 2,
    );
    let first = operations::<HeapSchedule, FirstReaction>((24, 32), count, 4);
    compare("heap and first reaction, 24 slots", first, count);
    let twin = operations::<TwinSchedule, Sorted>((300, 64), count / 2, 5);
    compare("priority-queue and BTreeMap, 300 slots", twin, count / 2);
    section
}

/// Whole trajectories of random systems under the calendar queue and under first reaction.
#[must_use]
pub fn trajectories(scale: Scale) -> Section {
    let mut section = Section::new("Trajectories under first reaction");
    let systems = scale.pick(100, 2000);
    for seed in 0..systems {
        let model = load(&System::random(seed), false).expect("random systems are valid");
        let program = Arc::new(Program::compile(model));
        let calendar = trajectory::<CalendarSchedule>(&program, seed);
        let first = trajectory::<FirstReaction>(&program, seed);
        section.require(calendar == first, || {
            format!("seed {seed}: calendar {calendar:?}, first reaction {first:?}")
        });
    }
    section.note(format!(
        "{systems} random systems have the same trajectories"
    ));
    section
}

/// Steps, fingerprint and end of a trajectory of 200 steps.
fn trajectory<S: Schedule + Default>(program: &Arc<Program>, seed: u64) -> (u64, u64, String) {
    let randomness = Randomness::new(seed, 0);
    let start = start::build(program, &randomness).and_then(|graph| {
        Simulation::<IncrementalMatcher, S>::new(program, &Timers::new(program), randomness, graph)
    });
    let mut simulation = match start {
        Ok(simulation) => simulation,
        Err(error) => return (0, 0, error.to_string()),
    };
    let horizon = program.model.run.horizon.unwrap_or(f64::INFINITY);
    let mut end = "steps".to_owned();
    for _ in 0..200 {
        match simulation.step(horizon, &mut ()) {
            Ok(Progress::Fired { .. }) => {}
            Ok(Progress::Stopped(reason)) => end = reason.to_string(),
            Err(error) => end = error.to_string(),
        }
        if end != "steps" {
            break;
        }
    }
    let steps = simulation.counts().steps();
    (steps, simulation.fingerprint(), end)
}
