//! `kairos merge`: shards joined.

use std::path::PathBuf;

use kairos::{page, report, study};

use super::{Done, print, remark};
use crate::exit::Exit;

/// Join the shards of a study into the results of the whole
///
/// The results are the same bytes as those of the study run in one piece, `timing.json` excepted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  kairos study s.ron --shard 1/2 --out part1 &
  kairos study s.ron --shard 2/2 --out part2; wait
  kairos merge part1 part2 --out results/s")]
pub(crate) struct Arguments {
    /// The directories of all shards, in any order
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,

    /// Where the results go
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let merged = study::merge(&arguments.parts, &arguments.out)?;
    print(&report::study(&merged.fold, &merged.ending))?;
    let page = page::write(&arguments.out, &merged.fold, &merged.ending)?;
    remark(&format!("Results are in {}", arguments.out.display()))?;
    remark(&format!("To look at: {}", page.display()))?;
    Ok(Exit::Done)
}
