//! `dashclaw policy check`: every mistake of a file, with its line and column.

use std::path::PathBuf;

use clap::Args;
use dashclaw_server::policy::check_policy_text;
use serde_json::json;

use super::{name_of, text_of};
use crate::failure::{Ended, FAILED};
use crate::output::{Colour, Output, shown};

const EXAMPLES: &str = "\
Examples:
  dashclaw policy check policies.yaml
  dashclaw policy check --json policies.yaml | jq '.mistakes[].line'
  cat policies.yaml | dashclaw policy check -

One line a mistake: FILE:LINE:COLUMN: what is wrong. What passes is what `dashclaw up --policies` takes.";

/// Says every mistake of a policy file, with its line and column.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// The file; `-` is standard input
    file: PathBuf,
}

impl Check {
    pub(super) fn run(self, output: Output) -> Ended {
        let text = text_of(&self.file)?;
        let file = name_of(&self.file);
        match check_policy_text(&text, false) {
            Ok(policies) => {
                output.answer(
                    &json!({ "valid": true, "policies": policies.len(), "mistakes": [] }),
                    || {
                        format!(
                            "{file}: {} {} policies",
                            output.paint(Colour::Green, "valid,"),
                            policies.len()
                        )
                    },
                )?;
                Ok(0)
            }
            Err(mistakes) => {
                let listed: Vec<_> = mistakes
                    .iter()
                    .map(|mistake| json!({ "line": mistake.line, "column": mistake.column, "message": mistake.message }))
                    .collect();
                output.answer(&json!({ "valid": false, "mistakes": listed }), || {
                    let line = |mistake: &dashclaw_server::policy::Mistake| {
                        format!("{file}:{}", shown(&mistake.to_string()))
                    };
                    mistakes.iter().map(line).collect::<Vec<_>>().join("\n")
                })?;
                Ok(FAILED)
            }
        }
    }
}
