//! `dashclaw policy`: policy files, before they count.

mod cases;
mod check;
mod diff;
mod schema;
mod simulate;

use std::io::Read as _;
use std::path::Path;

use clap::{Args, Subcommand};
use dashclaw_server::policy::{FilePolicy, check_policy_text};

use crate::failure::{Ended, Failure, NO_ANSWER};
use crate::output::{Output, shown};

const EXAMPLES: &str = "\
Examples:
  dashclaw policy check policies.yaml
  dashclaw policy test policies.yaml cases.yaml
  dashclaw policy simulate policies.yaml --days 30
  dashclaw policy diff policies.yaml policies.new.yaml
  dashclaw policy schema > policies.schema.json

A file is YAML, or JSON. Exit codes: 0 nothing is wrong; 1 there are mistakes, a case failed, a decision would change; 2 there is no
answer, because a file cannot be read or a server not be reached.";

/// Checks and tries policy files, before they count.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Policy {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(check::Check),
    Test(cases::Test),
    Simulate(simulate::Simulate),
    Diff(diff::Diff),
    Schema(schema::Schema),
}

impl Policy {
    pub(crate) fn run(self, output: Output) -> Ended {
        let done = match self.what {
            What::Check(check) => check.run(output),
            What::Test(test) => test.run(output),
            What::Simulate(simulate) => simulate.run(output),
            What::Diff(diff) => diff.run(output),
            What::Schema(_) => schema::Schema::run(output),
        };
        done.map_err(|problem| problem.with_code(NO_ANSWER))
    }
}

/// The text of a file, or of standard input for `-`.
fn text_of(file: &Path) -> Result<String, Failure> {
    let read = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", file.display())))
}

/// The policies of a file that must be right.
fn policies_of(file: &Path) -> Result<Vec<FilePolicy>, Failure> {
    check_policy_text(&text_of(file)?, false).map_err(|mistakes| {
        let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
        let more = mistakes.len().saturating_sub(1);
        let more =
            if more == 0 { String::new() } else { format!(" (and {more} more: dashclaw policy check)") };
        Failure::new(format!("{}:{first}{more}", file.display()))
    })
}

/// A file's name, for people.
fn name_of(file: &Path) -> String {
    shown(&file.display().to_string())
}
