//! `kairos completions`: what a shell can complete.

use clap_complete::Shell;

use super::{Done, print};
use crate::exit::Exit;

/// Write completions for a shell: commands, options and their values
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos completions bash > ~/.local/share/bash-completion/completions/kairos
  kairos completions zsh > ~/.zfunc/_kairos           # with fpath+=~/.zfunc in ~/.zshrc
  kairos completions fish > ~/.config/fish/completions/kairos.fish
  kairos completions powershell >> $PROFILE")]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, mut command: clap::Command) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "kairos", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
