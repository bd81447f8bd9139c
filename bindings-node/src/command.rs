//! The `dashclaw` command.
#![expect(unreachable_pub, reason = "the macro wants `pub`, and no crate links this one")]

use napi_derive::napi;

/// Runs the command with these arguments to its end, on this thread, and returns its exit code. It handles signals itself.
#[napi(catch_unwind)]
pub fn run_command(arguments: Vec<String>) -> u8 {
    dashclaw_cli::run(arguments.into_iter().map(Into::into))
}
