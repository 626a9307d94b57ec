//! The hold model: the earliest of n events fires and is scheduled anew, with normal delays of mean 1 and standard
//! deviation 0.1. Time for one firing: `replace`, of the top in place; `pop_push`, as two operations.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kairos_sim::draw::{Name, Place, Randomness};
use kairos_sim::law::{DelayLaw, Law};
use kairos_sim::schedule::{HeapSchedule, Schedule, Slot, TwinSchedule};

/// Delays drawn beforehand, so that the schedule alone is measured; a power of two, to take them in turn.
const DELAYS: usize = 1 << 16;

fn delays() -> Vec<f64> {
    let law = Law::normal(1.0, 0.1)
        .and_then(DelayLaw::new)
        .expect("the parameters lie in the domain");
    let randomness = Randomness::new(20_260_101, 0);
    (0..DELAYS as u64)
        .map(|i| law.delay(&mut randomness.rng(Name(i), Place::DELAY)))
        .collect()
}

/// A schedule of n events in its steady state.
fn steady<S: Schedule + Default>(n: u32, delays: &[f64]) -> (S, u64) {
    let mut schedule = S::default();
    for slot in 0..n {
        schedule.insert(Slot(slot), delays[slot as usize % DELAYS], u64::from(slot));
    }
    let firings = 10 * u64::from(n);
    for order in u64::from(n)..firings {
        let due = schedule.peek().expect("n events are scheduled");
        schedule.replace_top(due.time + delays[order as usize % DELAYS], order);
    }
    (schedule, firings)
}

fn hold<S: Schedule + Default>(criterion: &mut Criterion, name: &str, delays: &[f64]) {
    for n in [1000, 100_000, 1_000_000] {
        let (mut schedule, mut order) = steady::<S>(n, delays);
        criterion.bench_function(&format!("schedule/{name}/replace/{n}"), |bencher| {
            bencher.iter(|| {
                order += 1;
                let due = schedule.peek().expect("n events are scheduled");
                schedule.replace_top(due.time + delays[order as usize % DELAYS], order);
                black_box(due)
            });
        });
        criterion.bench_function(&format!("schedule/{name}/pop_push/{n}"), |bencher| {
            bencher.iter(|| {
                order += 1;
                let due = schedule.pop().expect("n events are scheduled");
                schedule.insert(due.slot, due.time + delays[order as usize % DELAYS], order);
                black_box(due)
            });
        });
    }
}

fn schedules(criterion: &mut Criterion) {
    let delays = delays();
    hold::<HeapSchedule>(criterion, "heap", &delays);
    hold::<TwinSchedule>(criterion, "twin", &delays);
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = schedules
}
criterion_main!(benches);
