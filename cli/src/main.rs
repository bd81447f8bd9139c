//! The dashclaw command.

mod output;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Governance for AI agents: policies, approvals, receipts.
#[derive(Debug, Parser)]
#[command(name = "dashclaw", version, propagate_version = true)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Up(up::Up),
}

fn main() -> ExitCode {
    let done = match Command::parse().task {
        Task::Up(up) => up.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output::problem(&problem);
            ExitCode::FAILURE
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
