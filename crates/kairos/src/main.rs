//! The `kairos` command.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod commands;
mod exit;
mod interrupt;
mod progress;

use std::{io::Write, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use exit::Failure;

#[global_allocator]
static ALLOCATOR: kairos::huge_pages::HugePages = kairos::huge_pages::HugePages;

/// Simulate generalised stochastic graph transformation systems, and compare policies by Monte Carlo studies.
#[derive(Debug, Parser)]
#[command(name = "kairos", version, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    all was done (perhaps with warnings)
  1    there are mistakes in models, rule sets, studies or their data
  2    the command line makes no sense
  3    a run failed: a run-time error, a graph beyond a limit, or engines that differ
  4    a run was stopped before its end by a limit of steps, time or memory
  5    other files could not be read or written, hold something else, or would be lost
  130  interrupted by Ctrl-C; what was written is valid

Results go to the standard output, progress and mistakes to the standard error. NO_COLOR is respected.";

#[derive(Debug, Subcommand)]
enum Command {
    New(commands::new::Arguments),
    Check(commands::check::Arguments),
    Run(commands::run::Arguments),
    Explain(commands::explain::Arguments),
    Verify(commands::verify::Arguments),
    Solve(commands::solve::Arguments),
    Study(commands::study::Arguments),
    Compare(commands::compare::Arguments),
    Merge(commands::merge::Arguments),
    Report(commands::report::Arguments),
    Draw(commands::draw::Arguments),
    Completions(commands::completions::Arguments),
}

/// The command line. An option's value may be a negative number, if only to be told what it must be.
fn command() -> clap::Command {
    Cli::command().mut_subcommands(|command| {
        command.mut_args(|argument| {
            let option = !argument.is_positional() && argument.get_action().takes_values();
            argument.allow_negative_numbers(option)
        })
    })
}

fn main() -> ExitCode {
    kairos::huge_pages::keep_freed();
    let asked = command().get_matches();
    let cli = Cli::from_arg_matches(&asked).unwrap_or_else(|error| error.exit());
    let done = match cli.command {
        Command::New(arguments) => commands::new::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Solve(arguments) => commands::solve::run(&arguments),
        Command::Study(arguments) => commands::study::run(&arguments),
        Command::Compare(arguments) => commands::compare::run(&arguments),
        Command::Merge(arguments) => commands::merge::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Draw(arguments) => commands::draw::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments, command()),
    };
    let (exit, message) = done.map_or_else(Failure::into_parts, |exit| (exit, None));
    if let Some(message) = message {
        // Where the standard error is closed, the exit code has to do.
        let _ = writeln!(anstream::stderr(), "error: {message}");
    }
    exit.into()
}
