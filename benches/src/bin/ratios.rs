//! How many times as long the engine takes as a program written by hand for the one model.
//!
//!     cargo run --release -p kairos-benches --bin ratios -- [NAME …] [--largest]
//!
//! One thread. In each round engine and twins run one after the other, each on replications of its own, so that what else the machine does
//! falls on all of them alike. The table, in Markdown, tells the median of the rounds; the ratio is the median of the ratios of the rounds.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    error::Error,
    process::Command,
    time::{Duration, Instant},
};

use kairos::{memory, rewrite::matcher::Effort, simulate::Compiled};
use kairos_benches::{
    cases::{self, Case},
    engine,
    twins::Start,
};

const ROUNDS: u64 = 5;

/// Replications of a round go on until so many steps were made.
const STEPS_OF_ROUND: u64 = 200_000;

/// Greater sizes are measured with `--largest` only.
const LARGE: u32 = 100_000;

/// The hidden command that runs one replication and prints the most memory that it took.
const ALONE: &str = "--alone";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name, n, who] = &arguments[..]
        && flag == ALONE
    {
        return alone(&case(name)?, n.parse()?, who.parse()?);
    }
    let (flags, names): (Vec<_>, Vec<_>) = arguments.iter().partition(|a| a.starts_with("--"));
    let largest = match flags[..] {
        [] => false,
        [flag] if flag == "--largest" => true,
        _ => return Err("usage: ratios [NAME …] [--largest]".into()),
    };
    let cases = match names[..] {
        [] => cases::all(),
        _ => names.iter().map(|n| case(n)).collect::<Result<_, _>>()?,
    };
    println!(
        "| model | n | steps | engine, ns a step | twin, ns a step | schedule of the twin | ratio | search steps | index steps | start, s | engine, MB | twin, MB |"
    );
    println!("|---|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|");
    for case in &cases {
        for &n in case.sizes.iter().filter(|&&n| largest || n <= LARGE) {
            println!("{}", row(case, n)?);
        }
    }
    Ok(())
}

fn case(name: &str) -> Result<Case, String> {
    let known = || cases::all().iter().map(|c| c.name).collect::<Vec<_>>();
    Case::named(name).ok_or_else(|| format!("there is no `{name}`, only {}", known().join(", ")))
}

/// Time and steps of one round.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    wall: Duration,
    steps: u64,
}

impl Round {
    fn nanoseconds_a_step(self) -> f64 {
        self.wall.as_secs_f64() * 1e9 / self.steps as f64
    }
}

/// What all rounds of the engine say together.
#[derive(Debug, Default)]
struct EngineRounds {
    rounds: Vec<Round>,
    steps: u64,
    effort: Effort,
    setups: Vec<f64>,
}

impl EngineRounds {
    fn add(
        &mut self,
        compiled: &Compiled,
        until: f64,
        replications: &mut impl Iterator<Item = u64>,
    ) {
        let mut round = Round::default();
        for replication in replications {
            let run = engine::run(compiled, replication, until);
            round.wall += run.wall;
            round.steps += run.steps;
            self.effort.search_steps += run.effort.search_steps;
            self.effort.index_steps += run.effort.index_steps;
            self.setups.push(run.setup.as_secs_f64());
            if round.steps >= STEPS_OF_ROUND {
                break;
            }
        }
        self.steps += round.steps;
        self.rounds.push(round);
    }

    fn a_step(&self, count: u64) -> f64 {
        count as f64 / self.steps as f64
    }
}

fn twin_round(
    start: Start,
    n: u32,
    until: f64,
    replications: &mut impl Iterator<Item = u64>,
) -> Round {
    let mut round = Round::default();
    for replication in replications {
        let mut twin = start(n, replication);
        let before = Instant::now();
        twin.run(until);
        round.wall += before.elapsed();
        round.steps += twin.steps();
        if round.steps >= STEPS_OF_ROUND {
            break;
        }
    }
    round
}

/// A line of the table.
fn row(case: &Case, n: u32) -> Result<String, Box<dyn Error>> {
    let compiled = engine::compile(case.name, n);
    let mut engine = EngineRounds::default();
    let mut twins = vec![Vec::new(); case.twins.len()];
    let mut replications = 0..;
    let mut of_twins = vec![0_u64..; case.twins.len()];
    for _ in 0..ROUNDS {
        engine.add(&compiled, case.until, &mut replications);
        for ((rounds, (_, start)), numbers) in twins.iter_mut().zip(&case.twins).zip(&mut of_twins)
        {
            rounds.push(twin_round(*start, n, case.until, numbers));
        }
    }
    let time = |rounds: &[Round]| median(rounds.iter().map(|r| r.nanoseconds_a_step()));
    let best = (0..twins.len()).min_by(|&a, &b| time(&twins[a]).total_cmp(&time(&twins[b])));
    let [twin, schedule, ratio, twin_memory] = match best {
        None => ["–"; 4].map(str::to_owned),
        Some(best) => {
            let pairs = engine.rounds.iter().zip(&twins[best]);
            let ratios = pairs.map(|(e, t)| e.nanoseconds_a_step() / t.nanoseconds_a_step());
            [
                format!("{:.0}", time(&twins[best])),
                case.twins[best].0.to_owned(),
                format!("{:.2}", median(ratios)),
                peak_megabytes(case, n, best + 1)?,
            ]
        }
    };
    Ok(format!(
        "| {} | {n} | {} | {:.0} | {twin} | {schedule} | {ratio} | {:.3} | {:.3} | {:.3} | {} | {twin_memory} |",
        case.name,
        engine.steps,
        time(&engine.rounds),
        engine.a_step(engine.effort.search_steps),
        engine.a_step(engine.effort.index_steps),
        median(engine.setups.iter().copied()),
        peak_megabytes(case, n, 0)?,
    ))
}

/// The median; of an even number the higher one of the middle.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The most memory that a process took which ran one replication, of the engine (0) or of a twin (from 1 on).
fn peak_megabytes(case: &Case, n: u32, who: usize) -> Result<String, Box<dyn Error>> {
    let arguments = [ALONE, case.name, &n.to_string(), &who.to_string()];
    let output = Command::new(std::env::current_exe()?)
        .args(arguments)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    match text.trim().parse::<u64>() {
        Ok(bytes) => Ok(format!("{:.0}", bytes as f64 / 1e6)),
        // The system does not say.
        Err(_) => Ok("–".to_owned()),
    }
}

fn alone(case: &Case, n: u32, who: usize) -> Result<(), Box<dyn Error>> {
    match who.checked_sub(1) {
        None => drop(engine::run(&engine::compile(case.name, n), 0, case.until)),
        Some(twin) => case.twins[twin].1(n, 0).run(case.until),
    }
    if let Some(bytes) = memory::peak_rss_bytes() {
        println!("{bytes}");
    }
    Ok(())
}
