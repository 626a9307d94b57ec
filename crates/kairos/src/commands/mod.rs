//! The commands, one file each: arguments in, text out, an exit code back.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod draw;
pub(crate) mod explain;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod solve;
pub(crate) mod study;
pub(crate) mod verify;

use std::io::Write;

use kairos::load::{Checked, Mistakes};
use kairos_model::model::Model;
use kairos_rewrite::error::RuntimeError;

use crate::exit::{Exit, Failure};

/// How a command ends.
pub(crate) type Done = Result<Exit, Failure>;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Parses `NAME=VALUE`.
pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("NAME=VALUE is expected, as clients=200".to_owned()),
    }
}

/// Writes results to the standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes a remark to the standard error.
pub(crate) fn remark(text: &str) -> Result<(), Failure> {
    Ok(writeln!(anstream::stderr().lock(), "{text}")?)
}

/// A checked value, its warnings shown; or its mistakes shown.
pub(crate) fn told<T>(loaded: Result<Checked<T>, Box<Mistakes>>) -> Result<Checked<T>, Failure> {
    match loaded {
        Ok(checked) => {
            check::show(&checked.warnings)?;
            Ok(checked)
        }
        Err(mistakes) => {
            check::show(&mistakes)?;
            Err(Failure::Told(Exit::Mistakes))
        }
    }
}

/// A fault that ended a run of a model, shown where its cause stands.
pub(crate) fn failed(error: &RuntimeError, model: &Model) -> Failure {
    match check::show(&Mistakes::at_run_time(error, model)) {
        Ok(()) => Failure::Told(Exit::Failed),
        Err(failure) => failure,
    }
}
