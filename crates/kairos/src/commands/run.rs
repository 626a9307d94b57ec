//! `kairos run`.
use super::Done;
use crate::exit::Exit;
/// run
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}
pub(crate) fn run(_: &Arguments) -> Done {
    Ok(Exit::Done)
}
