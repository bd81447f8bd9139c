//! The `dashclaw` command as a library: the executable, the Python package and the npm package all run this.

mod backup;
mod health;
mod output;
mod up;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

/// What others are called that start it.
const NAME: &str = "dashclaw";
/// The exit code of a task that failed; clap's for arguments that nobody understands is 2.
const FAILURE: u8 = 1;

/// Governance for AI agents: policies, approvals, receipts.
#[derive(Debug, Parser)]
#[command(name = NAME, version, propagate_version = true)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Up(up::Up),
    Backup(backup::Backup),
    Health(health::Health),
}

/// Runs the command to its end on this thread and returns its exit code. It writes to the standard streams of the process.
///
/// `arguments` are those behind the program's name. `up` listens for SIGINT and SIGTERM (Ctrl-C on Windows) from its start and
/// leaves handlers that were there before in place: a host whose own would act must reset it first.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    dashclaw::bridge::log::start_for_command();
    let command = std::iter::once(NAME.into()).chain(arguments);
    let done = match Command::try_parse_from(command) {
        Ok(Command { task: Task::Up(up) }) => up.run(),
        Ok(Command { task: Task::Backup(backup) }) => backup.run(),
        Ok(Command { task: Task::Health(health) }) => health.run(),
        Err(answer) => {
            // `--help` and `--version` come this way, too. Nobody may be reading any more.
            let _ = answer.print();
            return u8::try_from(answer.exit_code()).unwrap_or(FAILURE);
        }
    };
    match done {
        Ok(()) => 0,
        Err(problem) => {
            output::problem(&problem);
            FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Command::command().debug_assert();
    }
}
