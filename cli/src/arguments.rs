//! The arguments of the command.

use std::ffi::OsString;

use clap::{Args, Parser};

use crate::NAME;
use crate::commands::Task;
use crate::failure::{FAILED, NO_ANSWER};

const AFTER: &str = "\
Examples:
  dashclaw up                           # a governance server on this machine
  dashclaw approvals                    # what waits for you
  dashclaw verify receipt.json          # whether a receipt is what it says
  dashclaw policy check policies.yaml   # before it counts

Where the server is: DASHCLAW_BASE_URL and DASHCLAW_API_KEY (DASHCLAW_AGENT_ID), then ~/.dashclaw/config.json, then a question at
the terminal. Nothing is ever asked without a terminal.
Exit codes: 0 done; 1 it failed, or the answer is no; 2 for `verify` and `policy`, where 1 is an answer: there is none;
129 the terminal went away; 130 Ctrl-C. `env -- COMMAND` ends as COMMAND does.";

/// Governance for AI agents: policies, approvals, receipts.
#[derive(Debug, Parser)]
#[command(name = NAME, version, propagate_version = true, after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    form: Form,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Args)]
struct Form {
    /// Answers in JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) json: bool,
    pub(crate) task: Task,
}

/// Reads the arguments behind the program's name. What is none, `--help` and `--version` are an answer and an exit code.
pub(crate) fn read(words: &[OsString]) -> Result<Asked, (clap::Error, u8)> {
    // As the official command: nothing asks for help, and `-v` is another `-V`.
    let words: &[OsString] = match words {
        [] => &["--help".into()],
        [word] if word == "-v" => &["--version".into()],
        words => words,
    };
    let command = std::iter::once(OsString::from(NAME)).chain(words.iter().cloned());
    match Arguments::try_parse_from(command) {
        Ok(Arguments { form, task }) => Ok(Asked { json: form.json, task }),
        Err(answer) if answer.use_stderr() => Err((answer, code(words))),
        Err(answer) => Err((answer, 0)),
    }
}

/// The exit code of arguments that nobody understands.
fn code(words: &[OsString]) -> u8 {
    let answers = |word: &OsString| ["verify", "policy"].iter().any(|command| word == command);
    if words.iter().find(|word| !word.to_string_lossy().starts_with('-')).is_some_and(answers) {
        NO_ANSWER
    } else {
        FAILED
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        fn look(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Example"), "{} shows no example", command.get_name());
            command.get_subcommands().for_each(look);
        }
        look(&Arguments::command());
    }

    #[test]
    fn what_nobody_understands_has_an_exit_code() {
        let code = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            read(&words).map(drop).map_err(|(_, code)| code)
        };
        assert_eq!(code(&["approve"]), Err(FAILED));
        assert_eq!(code(&["nonsense"]), Err(FAILED));
        assert_eq!(code(&["--json", "verify"]), Err(NO_ANSWER));
        assert_eq!(code(&["verify", "--nonsense"]), Err(NO_ANSWER));
        assert_eq!((code(&["--version"]), code(&["-v"]), code(&[])), (Err(0), Err(0), Err(0)));
        assert_eq!(code(&["approve", "act_1", "--reason=x", "--json"]), Ok(()));
        assert_eq!(code(&["approve", "act_1", "--reason", "x"]), Ok(()));
    }
}
