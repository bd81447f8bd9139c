//! `dashclaw halt`: stops every agent of the organisation, or lets them go on.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use dashclaw::api::halts::{GetHalt, HaltState, SetHalt};

use crate::failure::Ended;
use crate::output::{Colour, Output, shown, shown_or_dash};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw halt on --reason \"strange refunds since noon\"
  dashclaw halt status
  dashclaw halt off

While it holds, every guard call and every new action is blocked. `on` and `off` need an admin's key.";

/// Stops every agent of the organisation, or lets them go on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Halt {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Blocks everything from now on
    #[command(after_help = "Example:\n  dashclaw halt on --reason \"strange refunds since noon\"")]
    On {
        /// Why; agents are told
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Lets agents go on
    #[command(after_help = "Example:\n  dashclaw halt off --reason \"it was a test\"")]
    Off {
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Says whether everything is blocked
    #[command(after_help = "Example:\n  dashclaw halt status --json")]
    Status,
}

impl Halt {
    pub(crate) fn run(self, output: Output) -> Ended {
        let session = Session::open(output)?;
        let set = |halted, reason| SetHalt { halted, reason, ..SetHalt::default() };
        let client = session.client();
        let state = match self.what {
            What::On { reason } => session.run(client.set_halt(set(true, reason)))?,
            What::Off { reason } => session.run(client.set_halt(set(false, reason)))?,
            What::Status => session.run(client.get_halt(GetHalt::default()))?,
        };
        output.answer(&state, || told(&state, output))?;
        Ok(0)
    }
}

fn told(state: &HaltState, output: Output) -> String {
    let halt = &state.halt;
    if !halt.halted {
        return format!("{} agents go by the policies.", output.paint(Colour::Green, "Not halted:"));
    }
    let mut text = format!(
        "{} everything is blocked since {} by {}.",
        output.paint(Colour::Red, "Halted:"),
        shown_or_dash(halt.at.as_deref()),
        shown_or_dash(halt.actor.as_deref()),
    );
    if let Some(reason) = &halt.reason {
        let _ = write!(text, "\nReason: {}", shown(reason));
    }
    text
}
