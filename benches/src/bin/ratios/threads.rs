//! How much faster two threads run a study than one does: the replications of `models/skype-selection.ron`.
//!
//! What counts is time on the wall, which says something on a machine that does nothing else. Time on the processor for each replication
//! says it on any: if it is the same on two threads as on one, then neither memory nor locks hold them up; only waiting would not be seen.

use std::{
    error::Error,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use clap::Args;
use kairos::{
    load,
    model::{check::Overrides, render::Colour, source::DiskFiles},
    simulate::Scenarios,
    study::{Plan, Rule, estimate},
};
use kairos_benches::{cpu::Stopwatch, engine};

use crate::rounds::median;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Replications of each of the three scenarios, in each round and for each number of threads
    #[arg(long, default_value_t = 4)]
    replications: u64,
    /// Rounds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
}

/// What the replications of a round took.
#[derive(Clone, Copy, Debug)]
struct Took {
    wall: Duration,
    processor: Duration,
}

/// Prints a line for each number of threads.
pub(crate) fn print(options: &Options) -> Result<(), Box<dyn Error>> {
    const JOBS: [usize; 2] = [1, 2];
    let (mut plan, scenarios) = study()?;
    plan.replications = Rule::Fixed(options.replications);
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        let mut round = Vec::new();
        for jobs in JOBS {
            round.push(run(&plan, &scenarios, jobs)?);
        }
        rounds.push(round);
    }
    let replications = (options.replications * plan.scenarios.len() as u64) as f64;
    println!(
        "| threads | replications a second | over one thread | processor time a replication, s |"
    );
    println!("|---:|---:|---:|---:|");
    for (i, jobs) in JOBS.into_iter().enumerate() {
        let over = |what: &dyn Fn(&Vec<Took>) -> f64| median(rounds.iter().map(what));
        let speed = over(&|round| replications / round[i].wall.as_secs_f64());
        let gain = over(&|round| round[0].wall.as_secs_f64() / round[i].wall.as_secs_f64());
        let cost = over(&|round| round[i].processor.as_secs_f64() / replications);
        println!("| {jobs} | {speed:.2} | {gain:.2} | {cost:.3} |");
    }
    Ok(())
}

fn study() -> Result<(Plan, Scenarios), Box<dyn Error>> {
    let path = engine::path("skype-selection");
    let study = load::study(&DiskFiles, &path, &Overrides::default())
        .map_err(|mistakes| mistakes.render(Colour::Never))?;
    Ok(Scenarios::new(study.value))
}

fn run(plan: &Plan, scenarios: &Scenarios, jobs: usize) -> Result<Took, Box<dyn Error>> {
    let (wall, processor) = (Instant::now(), Stopwatch::of_process());
    estimate(plan, jobs, scenarios, &AtomicBool::new(false))?;
    Ok(Took {
        wall: wall.elapsed(),
        processor: processor.read(),
    })
}
