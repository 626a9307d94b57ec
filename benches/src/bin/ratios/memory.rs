//! The most memory that a process takes which runs one replication.

use std::{error::Error, process::Command};

use clap::Args;
use kairos::memory;
use kairos_benches::{cases::Case, engine};
use kairos_sim::observe::Wanted;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A model of models/bench
    #[arg(value_parser = crate::case, value_name = "NAME")]
    case: Case,
    /// The parameter n
    n: u32,
    /// Of the twin with this schedule: heap, calendar, totals
    #[arg(long, value_name = "SCHEDULE")]
    twin: Option<String>,
}

/// Runs one replication, and prints how many bytes the process took at most.
pub(crate) fn print(options: &Options) -> Result<(), Box<dyn Error>> {
    let Options { case, n, twin } = options;
    match twin {
        None => drop(engine::run(
            &engine::compile(case.name, *n),
            0,
            case.until,
            Wanted::All,
        )),
        Some(schedule) => {
            let known = case.twins.iter().find(|(name, _)| name == schedule);
            let (_, start) =
                known.ok_or_else(|| format!("no twin has the schedule `{schedule}`"))?;
            start(*n, 0).run(case.until);
        }
    }
    let bytes =
        memory::peak_rss_bytes().ok_or("the system does not say how much memory there was")?;
    println!("{bytes}");
    Ok(())
}

/// The megabytes of a process of its own that runs one replication of the engine or a twin; a dash where the system does not say.
pub(crate) fn of_child(case: &Case, n: u32, twin: Option<&str>) -> Result<String, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["memory", case.name, &n.to_string()]);
    if let Some(schedule) = twin {
        command.args(["--twin", schedule]);
    }
    let text = String::from_utf8(command.output()?.stdout)?;
    Ok(match text.trim().parse::<u64>() {
        Ok(bytes) => format!("{:.0}", bytes as f64 / 1e6),
        Err(_) => "–".to_owned(),
    })
}
