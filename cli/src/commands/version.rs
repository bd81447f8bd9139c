//! `dashclaw version`: the bare version, for scripts.

use clap::Args;
use serde_json::json;

use crate::failure::Ended;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dashclaw version
  dashclaw version --json";

/// Prints the version.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Version {}

impl Version {
    pub(crate) fn run(output: Output) -> Ended {
        let version = env!("CARGO_PKG_VERSION");
        output.answer(&json!({ "version": version }), || version.to_owned())?;
        Ok(0)
    }
}
