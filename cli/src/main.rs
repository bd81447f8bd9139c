//! The dashclaw command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dashclaw_cli::run(std::env::args_os().skip(1)).into()
}
