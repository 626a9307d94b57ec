//! A step of each model of `models/bench`, and of its hand-written twins: n = 1,000, on one thread, the start not counted.
//!
//! For ratios, other sizes, effort and memory see the binary `ratios`.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use kairos_benches::{cases, cpu::Stopwatch, engine};
use kairos_sim::observe::Wanted;

const N: u32 = 1000;

/// Measures a step: `replicate` runs the replication of a number, and says how long its steps took and how many they were.
fn step(criterion: &mut Criterion, what: &str, mut replicate: impl FnMut(u64) -> (Duration, u64)) {
    let mut replications = 0..;
    criterion.bench_function(&format!("models/{what}"), |bencher| {
        bencher.iter_custom(|wanted| {
            let (mut time, mut made) = (Duration::ZERO, 0);
            while made < wanted
                && let Some(number) = replications.next()
            {
                let (took, steps) = replicate(number);
                time += took;
                made += steps;
            }
            time.mul_f64(wanted as f64 / made as f64)
        });
    });
}

fn models(criterion: &mut Criterion) {
    for case in cases::all() {
        let compiled = engine::compile(case.name, N);
        step(criterion, &format!("{}/engine", case.name), |number| {
            let run = engine::run(&compiled, number, case.until, Wanted::All);
            (run.stepping, run.steps)
        });
        for (schedule, start) in &case.twins {
            step(
                criterion,
                &format!("{}/twin, {schedule}", case.name),
                |number| {
                    let mut twin = start(N, number);
                    let watch = Stopwatch::start();
                    twin.run(case.until);
                    (watch.read(), twin.steps())
                },
            );
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = models
}
criterion_main!(benches);
