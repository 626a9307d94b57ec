//! `kairos report`: results as a page to look at.

use std::path::PathBuf;

use kairos::{error::Error, outputs, page, study::names};

use super::{Done, print};
use crate::exit::Exit;

/// Make one HTML file of a study's results: tables, plots, warnings, rules
///
/// The file needs no network and nothing beside it. `kairos study` writes it at its end; this command makes it anew, for a study that
/// is running or was killed, too. Of a damaged directory it shows what is whole, and says what is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos report results/skype-selection
  kairos report results/skype-selection --out selection.html")]
pub(crate) struct Arguments {
    /// A directory of results
    #[arg(value_name = "DIR")]
    directory: PathBuf,

    /// Where the page goes [default: report.html in the directory]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let page = page::read(&arguments.directory)?;
    let default = || arguments.directory.join(names::REPORT);
    let out = arguments.out.clone().unwrap_or_else(default);
    outputs::check([out.as_path()], [])?;
    std::fs::write(&out, page).map_err(Error::io("write", &out))?;
    print(&format!("{}\n", out.display()))?;
    Ok(Exit::Done)
}
