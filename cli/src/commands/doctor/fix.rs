//! Mending what a check found.

use std::path::Path;
use std::process::{Command, Stdio};

use super::report::{Check, Fixed};
use super::{env_file, machine, remote, repo};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

/// Does what the check says would mend it.
pub(super) fn apply(
    check: &Check,
    session: &Result<Option<Session>, Failure>,
    repo: Option<&Path>,
    output: Output,
) -> Fixed {
    let action = check.action().unwrap_or_default().to_owned();
    output.progress(&action);
    let known = session.as_ref().ok().and_then(Option::as_ref);
    let done = if check.local { local(&action, known, repo) } else { instance(&action, known) };
    output.progress("");
    let (applied, description) = match done {
        Ok(description) => (true, description),
        Err(description) => (false, description),
    };
    Fixed { id: check.id.clone(), action, applied, description }
}

fn instance(action: &str, session: Option<&Session>) -> Result<String, String> {
    let session = session.ok_or("no instance is known")?;
    let mended = remote::mend(session, action).map_err(|problem| problem.to_string())?;
    if mended.applied { Ok(mended.description) } else { Err(mended.description) }
}

fn local(action: &str, session: Option<&Session>, checkout: Option<&Path>) -> Result<String, String> {
    match action {
        env_file::SET_URL => {
            let server = session.ok_or("no instance is known")?.client().base_url();
            let backup = env_file::set_url(server)?;
            Ok(format!(".env was written; it was {} before", backup.display()))
        }
        machine::CLOSE_CONFIG => machine::close_config(),
        repo::REBUILD | repo::RESTORE => repo::mend(action, checkout),
        other => Err(format!("nobody knows how to do `{other}`")),
    }
}

/// Runs a program to its end, quietly.
pub(super) fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program} {}` ended with {status}", arguments.join(" "))),
        Err(error) => Err(format!("`{program}` cannot be run: {error}")),
    }
}
