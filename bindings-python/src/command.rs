//! The `dashclaw` command.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::blocking::detached;

/// Runs the command with these arguments, and returns its exit code. It handles signals itself.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    detached(py, || dashclaw_cli::run(arguments))
}
