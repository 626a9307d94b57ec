//! `kairos compare`: the tables of a study again.

use std::path::PathBuf;

use kairos::{report, study};

use super::{Done, print, remark};
use crate::exit::Exit;

/// Show the tables of a study again, from its results on disk
///
/// Reads the manifest and the journal of the directory, and writes nothing. Works while a study is running, and for one that
/// was interrupted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  kairos compare results/skype-selection")]
pub(crate) struct Arguments {
    /// A directory of results
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let read = study::read(&arguments.directory)?;
    if let Some(warning) = &read.warning {
        remark(&format!("warning: {warning}"))?;
    }
    print(&report::study(&read.fold, &read.ending))?;
    Ok(Exit::Done)
}
