//! Runs the long battery and prints its report, as Markdown.
//!
//! `battery` runs everything at length; `battery ordinary` runs it as the tests do; further words choose sections by parts of their names.

use std::{
    env,
    io::{self, Write},
    process::{Command, ExitCode},
    time::Instant,
};

use kairos_tests::{PARTS, section::Scale};

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = env::args().skip(1).collect();
    let ordinary = words.iter().any(|w| w == "ordinary");
    let scale = if ordinary {
        Scale::Ordinary
    } else {
        Scale::Long
    };
    let names: Vec<&String> = words.iter().filter(|w| *w != "ordinary").collect();
    let chosen = |name: &str| names.is_empty() || names.iter().any(|n| name.contains(n.as_str()));
    let mut out = io::stdout();
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    writeln!(
        out,
        "# Report of the battery\n\n{}, {scale:?}, {build} build, {}.\n",
        date(),
        cores()
    )?;
    let mut faults = 0;
    for (name, part) in PARTS.iter().filter(|(name, _)| chosen(name)) {
        let start = Instant::now();
        let section = part(scale);
        let seconds = start.elapsed().as_secs_f64();
        let verdict = if section.faults.is_empty() {
            "sound"
        } else {
            "FAULTY"
        };
        writeln!(
            out,
            "## {}\n\n`{name}`: {verdict}, {seconds:.0} s\n",
            section.title
        )?;
        for line in &section.notes {
            writeln!(out, "    {line}")?;
        }
        for fault in &section.faults {
            writeln!(out, "\nFault: {fault}")?;
        }
        writeln!(out)?;
        out.flush()?;
        faults += section.faults.len();
    }
    writeln!(out, "{faults} faults.")?;
    Ok(if faults == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Today, as the machine says.
fn date() -> String {
    let said = Command::new("date").arg("+%Y-%m-%d").output();
    let said = said.ok().and_then(|o| String::from_utf8(o.stdout).ok());
    said.map_or_else(|| "no date".to_owned(), |text| text.trim().to_owned())
}

fn cores() -> String {
    let cores = std::thread::available_parallelism();
    cores.map_or_else(|_| "cores unknown".to_owned(), |n| format!("{n} cores"))
}
