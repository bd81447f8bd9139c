//! The `dashclaw` command as a library: the executable, the Python package and the npm package all run this.

mod arguments;
mod commands;
mod decision;
mod failure;
mod inbox;
mod output;
mod session;
mod settings;

use std::ffi::OsString;

use failure::Failure;
use output::Output;

/// What others are called that start it.
const NAME: &str = "dashclaw";

/// Runs the command to its end on this thread and returns its exit code. It writes to the standard streams of the process.
///
/// `arguments` are those behind the program's name. `up` listens for SIGINT and SIGTERM (Ctrl-C on Windows) from its start and
/// leaves handlers that were there before in place: a host whose own would act must reset it first. `env` becomes the program that
/// it is given, and a terminal that goes away ends the process.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    dashclaw::bridge::log::start_for_command();
    let words: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match arguments::read(&words) {
        Ok(arguments) => arguments,
        Err((answer, code)) => {
            // `--help` and `--version` come this way, too. Nobody may be reading any more.
            let _ = answer.print();
            return code;
        }
    };
    let output = Output::new(arguments.json);
    match commands::run(arguments.task, output) {
        Ok(code) | Err(Failure::Stopped(code)) => code,
        Err(Failure::ReaderGone) => 0,
        Err(failure) => {
            output.problem(&failure);
            failure.code()
        }
    }
}
