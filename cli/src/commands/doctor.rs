//! `dashclaw doctor`: whether the instance and this machine are as they should be, and what to do about it.

mod env_file;
mod fix;
mod machine;
mod remote;
mod repo;
mod report;

use std::path::PathBuf;

use clap::Args;
use report::{Check, Fixed, Report};

use crate::failure::{Ended, FAILED, Failure};
use crate::output::Output;
use crate::session::Session;
use crate::settings;

const EXAMPLES: &str = "\
Examples:
  dashclaw doctor
  dashclaw doctor --json | jq '.checks[] | select(.status != \"pass\")'
  dashclaw doctor --category database,config
  dashclaw doctor --fix

Without --fix nothing is changed. With it, what would be changed is shown first, and asked for at a terminal; a file is backed up
before it is written. An instance that cannot be reached is a finding, and this machine is looked at all the same.
Exit codes: 0 healthy; 1 a check warns or fails.";

/// Looks whether the instance and this machine are as they should be.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Mends what can be mended by itself, and looks again
    #[arg(long)]
    fix: bool,
    /// Changes nothing, which is so unless --fix is given
    #[arg(long, conflicts_with = "fix", hide = true)]
    no_fix: bool,
    /// Does not ask before it mends
    #[arg(long, short, requires = "fix")]
    yes: bool,
    /// Only these categories of the instance's checks, with commas between them
    #[arg(long, value_name = "LIST")]
    category: Option<String>,
    /// The checkout of DashClaw to look at [default: the working folder, where that is one]
    #[arg(long, value_name = "FOLDER")]
    repo: Option<PathBuf>,
}

impl Doctor {
    pub(crate) fn run(self, output: Output) -> Ended {
        // A broken setting is a finding, and so is one that is missing. Nothing is asked.
        let session = Session::known();
        let mut report = self.look(&session);
        if self.fix {
            report.fixes = Some(Vec::new());
            let fixable = report.checks.iter().filter(|check| check.is_fixable());
            let fixable: Vec<Check> = fixable.cloned().collect();
            if !fixable.is_empty() && self.may(&fixable, output)? {
                let fixes: Vec<Fixed> = fixable
                    .iter()
                    .map(|check| fix::apply(check, &session, self.repo.as_deref(), output))
                    .collect();
                if fixes.iter().any(|fix| fix.applied) {
                    report = self.look(&session);
                }
                report.fixes = Some(fixes);
            }
        }
        let server = session
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .map(|session| session.client().base_url().to_owned());
        if output.is_json() {
            output.json(&report.to_json())?;
        } else {
            output.long(&report.text(server.as_deref(), output))?;
        }
        Ok(if report.status() == "healthy" { 0 } else { FAILED })
    }

    fn look(&self, session: &Result<Option<Session>, Failure>) -> Report {
        let mut checks = match session {
            Ok(Some(session)) => remote::checks(session, self.category.as_deref()),
            Ok(None) => vec![remote::unknown(
                "set DASHCLAW_BASE_URL and DASHCLAW_API_KEY, or run `dashclaw approvals` once",
            )],
            Err(problem) => vec![remote::unknown(&problem.to_string())],
        };
        let known = session.as_ref().ok().and_then(Option::as_ref);
        checks.extend(repo::checks(self.repo.as_deref()));
        checks.extend(machine::checks());
        checks.extend(env_file::check(known.map(|session| session.client().base_url())));
        Report { checks, fixes: None }
    }

    /// Shows what would be changed and, at a terminal, asks.
    fn may(&self, fixable: &[Check], output: Output) -> Result<bool, Failure> {
        for check in fixable {
            output.aside(&format!("{}: {}", check.id, check.what_fixing_does()));
        }
        if self.yes || !settings::can_ask() {
            return Ok(true);
        }
        settings::ask_whether("Do that? [y/N] ")
    }
}
