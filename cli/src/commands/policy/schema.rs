//! `dashclaw policy schema`: the JSON schema of a policy file.

use clap::Args;
use dashclaw_server::policy::policy_file_schema;

use crate::failure::Ended;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dashclaw policy schema > policies.schema.json

Editors that speak YAML's language server read it from a comment in the first line of the file:
  # yaml-language-server: $schema=policies.schema.json";

/// Prints the JSON schema of a policy file, for editors.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(output: Output) -> Ended {
        output.json(&policy_file_schema())?;
        Ok(0)
    }
}
