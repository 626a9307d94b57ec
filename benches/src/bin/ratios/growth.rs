//! Whether memory grows over a run whose graph does not.

use clap::Args;
use kairos_benches::{
    cases::{self, Case},
    engine,
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The parameter n
    #[arg(long, default_value_t = 10_000)]
    n: u32,
    /// The run lasts so many times as long as in the table of ratios
    #[arg(long, default_value_t = 4.0)]
    times: f64,
}

/// Equal parts of the run, at whose ends memory is read.
const PARTS: u32 = 8;

/// Reserves are doubled now and then, in which graphs of a random size reach new heights; more than so much over the second half is growth.
const TOLERANCE: f64 = 0.05;

/// Those whose graphs do not stay.
const GROWING: [&str; 2] = ["name-drop", "mutex"];

/// Prints a line for each model whose graph stays as it is, or about as large.
pub(crate) fn print(options: &Options) {
    println!("| model | n | steps | MB at the start | at half-time | at the end | verdict |");
    println!("|---|---:|---:|---:|---:|---:|---|");
    for case in cases::all() {
        if !GROWING.contains(&case.name) {
            println!("{}", line(&case, options));
        }
    }
}

fn line(case: &Case, options: &Options) -> String {
    let compiled = engine::compile(case.name, options.n);
    let mut simulation = engine::start(&compiled, 0);
    let mut bytes = vec![simulation.memory_bytes()];
    for part in 1..=PARTS {
        let until = options.times * case.until * f64::from(part) / f64::from(PARTS);
        engine::advance(&mut simulation, compiled.model(), until, &mut ());
        bytes.push(simulation.memory_bytes());
    }
    let at = |part: u32| bytes[part as usize] as f64 / 1e6;
    let [start, half, end] = [0, PARTS / 2, PARTS].map(at);
    let verdict = if end <= (1.0 + TOLERANCE) * half {
        "does not grow"
    } else {
        "grows"
    };
    format!(
        "| {} | {} | {} | {start:.2} | {half:.2} | {end:.2} | {verdict} |",
        case.name,
        options.n,
        simulation.counts().steps(),
    )
}
