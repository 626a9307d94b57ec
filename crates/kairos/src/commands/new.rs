//! `kairos new`: a project to begin with.

use std::path::PathBuf;

use kairos::new;

use super::{Done, print};
use crate::exit::Exit;

/// Write a small project to begin with: rule set, model and study, with comments
///
/// It checks, runs and compares as it is. A directory that holds something is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  kairos new supermarket
  cd supermarket
  kairos study study.ron")]
pub(crate) struct Arguments {
    /// The directory to make
    #[arg(value_name = "NAME")]
    name: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let mut text = String::new();
    for path in new::create(&arguments.name)? {
        text += &format!("{}\n", path.display());
    }
    let name = arguments.name.display();
    print(&format!(
        "{text}\nNow: cd {name} && kairos study study.ron\n"
    ))?;
    Ok(Exit::Done)
}
