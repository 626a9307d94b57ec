//! Figures of the engine's speed that anybody can take again, each a table in Markdown on the standard output.
//!
//! ```text
//! cargo run --release -p kairos-benches --bin ratios -- [NAME …] [--sizes N,…] [--rounds N]
//! cargo run --release -p kairos-benches --bin ratios -- twins | probes | threads | start | growth | memory NAME N
//! ```
//!
//! Times are those on the processor (all but those of `threads`), on one thread, and what is compared takes turns: see [`rounds`].
#![allow(clippy::print_stdout)]

mod flat;
mod growth;
mod memory;
mod models;
mod probes;
mod rounds;
mod start;
mod threads;

use std::error::Error;

use clap::{Parser, Subcommand};
use kairos_benches::cases::{self, Case};

/// As the command has it; engine and twins alike.
#[global_allocator]
static ALLOCATOR: kairos::huge_pages::HugePages = kairos::huge_pages::HugePages;

/// How many times as long the engine takes as programs written by hand, and other figures of its speed.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    models: models::Options,
    #[command(subcommand)]
    figure: Option<Figure>,
}

#[derive(Debug, Subcommand)]
enum Figure {
    /// The hand-written programs alone, with each of their schedules
    Twins(models::Options),
    /// What the probes of the Skype model cost
    Probes(probes::Options),
    /// Replications of the Skype model on two threads and on one
    Threads(threads::Options),
    /// How long a start graph with three edges for each node takes
    Start(start::Options),
    /// Memory over long runs of models whose graphs do not grow
    Growth(growth::Options),
    /// The most memory that one replication takes
    Memory(memory::Options),
}

fn main() -> Result<(), Box<dyn Error>> {
    kairos::huge_pages::keep_freed();
    let arguments = Arguments::parse();
    match arguments.figure {
        None => models::print(&arguments.models),
        Some(Figure::Twins(options)) => {
            models::print_twins(&options);
            Ok(())
        }
        Some(Figure::Probes(options)) => {
            probes::print(&options);
            Ok(())
        }
        Some(Figure::Threads(options)) => threads::print(&options),
        Some(Figure::Start(options)) => start::print(&options),
        Some(Figure::Growth(options)) => {
            growth::print(&options);
            Ok(())
        }
        Some(Figure::Memory(options)) => memory::print(&options),
    }
}

/// The case of a name, for arguments.
fn case(name: &str) -> Result<Case, String> {
    let known = || cases::all().iter().map(|c| c.name).collect::<Vec<_>>();
    Case::named(name).ok_or_else(|| format!("there is no `{name}`, only {}", known().join(", ")))
}
