//! The models of `models/bench` beside their twins.

use std::{cell::RefCell, error::Error};

use clap::Args;
use kairos::{rewrite::matcher::Effort, simulate::Compiled};
use kairos_benches::{
    cases::{self, Case},
    cpu::Stopwatch,
    engine,
    twins::Start,
};
use kairos_sim::observe::Wanted;

use crate::{
    flat::{At, Verdict},
    memory,
    rounds::{self, Contestant, Turn, median},
};

/// Greater sizes are measured where they are asked for.
const LARGE: u32 = 1_000_000;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Models of models/bench: all, if none is named
    #[arg(value_parser = crate::case, value_name = "NAME")]
    cases: Vec<Case>,
    /// Values of the parameter n, ascending: those of the model up to a million, if none is given
    #[arg(long, value_delimiter = ',', value_name = "N,…")]
    sizes: Vec<u32>,
    /// Rounds at each size; fewer where they last long
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
}

impl Options {
    fn cases(&self) -> Vec<Case> {
        match self.cases[..] {
            [] => cases::all(),
            _ => self.cases.clone(),
        }
    }

    fn sizes(&self, case: &Case) -> Vec<u32> {
        match self.sizes[..] {
            [] => case.sizes.iter().copied().filter(|&n| n <= LARGE).collect(),
            _ => self.sizes.clone(),
        }
    }
}

/// Prints a line for each twin, schedule and size.
pub(crate) fn print_twins(options: &Options) {
    println!("| model | n | schedule | twin, ns a step |");
    println!("|---|---:|---|---:|");
    for case in options.cases() {
        for n in options.sizes(&case) {
            let twins = case.twins.iter();
            let contestants = twins.map(|&(_, start)| of_twin(start, n, case.until));
            let turns = rounds::take(usize::from(options.rounds), contestants.collect());
            for ((schedule, _), turns) in case.twins.iter().zip(&turns) {
                let time = rounds::nanoseconds(turns);
                println!("| {} | {n} | {schedule} | {time:.1} |", case.name);
            }
        }
    }
}

/// Prints a line for each model and size, then a verdict for each model.
pub(crate) fn print(options: &Options) -> Result<(), Box<dyn Error>> {
    println!(
        "| model | n | steps | engine, ns a step | twin, ns a step | schedule of the twin | ratio | search steps | index steps | start, s | engine, MB | twin, MB |"
    );
    println!("|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|");
    let mut verdicts = Vec::new();
    for case in &options.cases() {
        let mut measured = Vec::new();
        for n in options.sizes(case) {
            measured.push(line(case, n, usize::from(options.rounds))?);
        }
        verdicts.extend(Verdict::of(&measured).map(|verdict| (case.name, verdict)));
    }
    println!();
    for (name, verdict) in verdicts {
        println!("- {name}: {verdict}");
    }
    Ok(())
}

/// What replications of the engine say besides their time.
#[derive(Debug, Default)]
struct Said {
    steps: u64,
    effort: Effort,
    setups: Vec<f64>,
}

impl Said {
    fn a_step(&self, count: u64) -> f64 {
        count as f64 / self.steps as f64
    }
}

fn of_engine<'a>(compiled: &'a Compiled, until: f64, said: &'a RefCell<Said>) -> Contestant<'a> {
    Box::new(move |number| {
        let run = engine::run(compiled, number, until, Wanted::All);
        let mut said = said.borrow_mut();
        said.steps += run.steps;
        said.effort.search_steps += run.effort.search_steps;
        said.effort.index_steps += run.effort.index_steps;
        said.setups.push(run.setup.as_secs_f64());
        Turn {
            time: run.stepping,
            steps: run.steps,
        }
    })
}

fn of_twin<'a>(start: Start, n: u32, until: f64) -> Contestant<'a> {
    Box::new(move |number| {
        let mut twin = start(n, number);
        let watch = Stopwatch::start();
        twin.run(until);
        Turn {
            time: watch.read(),
            steps: twin.steps(),
        }
    })
}

/// Measures a model at a size, and prints the line of the table.
fn line(case: &Case, n: u32, rounds: usize) -> Result<At, Box<dyn Error>> {
    let (compiled, said) = (engine::compile(case.name, n), RefCell::default());
    let twins = case
        .twins
        .iter()
        .map(|&(_, start)| of_twin(start, n, case.until));
    let contestants = std::iter::once(of_engine(&compiled, case.until, &said)).chain(twins);
    let turns = rounds::take(rounds, contestants.collect());
    let said = said.into_inner();
    let (ours, theirs) = (&turns[0], &turns[1..]);
    let times = theirs.iter().map(|turns| rounds::nanoseconds(turns));
    let best = times.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    let ratio = best.map(|(twin, _)| rounds::ratio(ours, &theirs[twin]));
    let [time, schedule, shown, twin_memory] = match best.zip(ratio) {
        None => ["–"; 4].map(str::to_owned),
        Some(((twin, time), ratio)) => [
            format!("{time:.0}"),
            case.twins[twin].0.to_owned(),
            format!("{ratio:.2}"),
            memory::of_child(case, n, Some(case.twins[twin].0))?,
        ],
    };
    let at = At {
        n,
        ratio,
        search_steps: said.a_step(said.effort.search_steps),
        index_steps: said.a_step(said.effort.index_steps),
    };
    println!(
        "| {} | {n} | {} | {:.0} | {time} | {schedule} | {shown} | {:.3} | {:.3} | {:.3} | {} | {twin_memory} |",
        case.name,
        said.steps,
        rounds::nanoseconds(ours),
        at.search_steps,
        at.index_steps,
        median(said.setups.iter().copied()),
        memory::of_child(case, n, None)?,
    );
    Ok(at)
}
