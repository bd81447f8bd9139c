//! `scripts/generate`: writes, checks or lists the generated files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dashclaw_generate::{Mode, run};

const USAGE: &str = "usage: generate [--check | --list] [--root DIRECTORY]";

fn main() -> ExitCode {
    let (lines, code) =
        match read_arguments(std::env::args().skip(1)).and_then(|(mode, root)| run(mode, &root)) {
            Ok(report) => (report.lines, if report.stale { ExitCode::FAILURE } else { ExitCode::SUCCESS }),
            Err(problem) => (vec![format!("generate: {problem}")], ExitCode::from(2)),
        };
    let mut out = std::io::stdout().lock();
    for line in lines {
        // Whoever closed the pipe does not want the rest.
        let _ = writeln!(out, "{line}");
    }
    code
}

fn read_arguments(arguments: impl Iterator<Item = String>) -> Result<(Mode, PathBuf), String> {
    let mut mode = Mode::Write;
    let mut root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => mode = Mode::Check,
            "--list" => mode = Mode::List,
            "--root" => root = arguments.next().ok_or(USAGE)?.into(),
            _ => return Err(format!("`{argument}` is not an option; {USAGE}")),
        }
    }
    Ok((mode, root))
}
