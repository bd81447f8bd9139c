//! `dashclaw completions`: the script by which a shell completes the command.

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};
use serde_json::json;

use crate::NAME;
use crate::arguments::Arguments;
use crate::failure::Ended;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dashclaw completions bash > ~/.local/share/bash-completion/completions/dashclaw
  dashclaw completions zsh > ~/.zfunc/_dashclaw
  dashclaw completions fish > ~/.config/fish/completions/dashclaw.fish";

/// Prints the script by which a shell completes this command.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// For which shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Ended {
        let mut script = Vec::new();
        generate(self.shell, &mut Arguments::command(), NAME, &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        output.answer(&json!({ "shell": self.shell.to_string(), "script": script }), || {
            script.trim_end_matches('\n').to_owned()
        })?;
        Ok(0)
    }
}
