//! How the command ends.

use std::{io, process::ExitCode};

use kairos::error::Error;
use kairos_sim::engine::StopReason;

/// The exit codes, as `kairos --help` documents them. Usage errors end with 2, by clap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done = 0,
    /// There are mistakes in the files given.
    Mistakes = 1,
    /// The command line makes no sense together with the files.
    Usage = 2,
    /// A run failed.
    Failed = 3,
    /// A limit stopped a run early.
    Stopped = 4,
    /// Files could not be read or written, or hold something else.
    Files = 5,
    /// The user interrupted it.
    Interrupted = 130,
}

impl Exit {
    /// How a command ends whose run ended so.
    pub(crate) fn of(reason: StopReason) -> Self {
        match reason {
            StopReason::Interrupted => Exit::Interrupted,
            StopReason::WallTime | StopReason::Memory => Exit::Stopped,
            _ => Exit::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The message was already written.
    Told(Exit),
    /// The message for the user.
    Because(Exit, String),
    /// Results or other files.
    Files(Error),
    /// The screen; whoever closed a pipe wants to see no more.
    Screen(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Files(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Screen(error)
    }
}

impl Failure {
    /// The exit code, and what is still to be said.
    pub(crate) fn into_parts(self) -> (Exit, Option<String>) {
        match self {
            Failure::Told(exit) => (exit, None),
            Failure::Because(exit, message) => (exit, Some(message)),
            Failure::Files(error @ Error::NoWarmUp { .. }) => {
                (Exit::Failed, Some(error.to_string()))
            }
            Failure::Files(error) => (Exit::Files, Some(error.to_string())),
            Failure::Screen(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                (Exit::Done, None)
            }
            Failure::Screen(error) => (Exit::Files, Some(format!("cannot write: {error}"))),
        }
    }
}
