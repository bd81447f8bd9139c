//! `dashclaw env`: runs a program with an agent's secrets in its environment, and nowhere else.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use clap::Args;
use dashclaw::api::secrets::{AgentEnv, GetAgentEnv};
use dashclaw::catalogue::Secret;
use serde_json::json;

use crate::failure::{Ended, Failure};
use crate::output::{Output, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw env                                        # the names of the secrets, never their values
  dashclaw env -- npm run deploy
  dashclaw env --agent release-agent -- python agent.py

The secrets are in the memory of the program alone: they are written nowhere and never printed. When they cannot be fetched the
program is not run. Signals reach it, and its exit code is the command's.";

/// Runs a program with an agent's secrets in its environment.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Env {
    /// Whose secrets [default: DASHCLAW_AGENT_ID, or what is saved]
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// There is no such option: values are never printed
    #[arg(long, hide = true)]
    print: bool,
    /// The program and its arguments, behind `--`
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Env {
    pub(crate) fn run(self, output: Output) -> Ended {
        if self.print {
            return Err("there is no --print: the values of secrets go into the environment of a program and are never shown".into());
        }
        if self.agent.as_deref().is_some_and(str::is_empty) {
            return Err("--agent must not be empty".into());
        }
        let bundle = fetch(self.agent, output).map_err(|problem| {
            let not_run = self.command.first().map(|program| program.to_string_lossy().into_owned());
            match not_run {
                Some(program) => problem.saying(|message| format!("{message}; `{program}` was not run")),
                None => problem,
            }
        })?;
        match self.command.split_first() {
            None => names(&bundle, output),
            Some((program, arguments)) => become_it(program, arguments, &bundle),
        }
    }
}

fn fetch(agent: Option<String>, output: Output) -> Result<AgentEnv, Failure> {
    let session = Session::open(output)?;
    let bundle = session
        .run(session.client().get_agent_env(GetAgentEnv { agent_id: agent, ..GetAgentEnv::default() }))?;
    let unusable = |(name, value): (&String, &Secret)| {
        name.is_empty() || name.contains(['=', '\0']) || value.expose().contains('\0')
    };
    if bundle.env.iter().any(unusable) {
        return Err("a secret has a name or a value that no environment can hold".into());
    }
    Ok(bundle)
}

fn names(bundle: &AgentEnv, output: Output) -> Ended {
    let names: Vec<&String> = bundle.env.keys().collect();
    output.answer(&json!({ "delivered": names, "count": names.len() }), || {
        let listed = names.iter().map(|name| shown(name) + "\n").collect::<String>();
        format!(
            "{listed}{} secrets. Values are never shown: dashclaw env -- COMMAND runs a program with them.",
            names.len()
        )
    })?;
    Ok(0)
}

fn variables(bundle: &AgentEnv) -> impl Iterator<Item = (&String, &str)> {
    bundle.env.iter().map(|(name, value)| (name, value.expose()))
}

/// Node marks the standard streams so that no program that it becomes has them.
#[cfg(unix)]
fn hand_on_streams() {
    use std::io::{stderr, stdin, stdout};
    use std::os::fd::AsFd;

    use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
    fn hand_on(stream: impl AsFd) {
        if let Ok(flags) = fcntl_getfd(&stream) {
            // One that is closed stays closed.
            let _ = fcntl_setfd(&stream, flags - FdFlags::CLOEXEC);
        }
    }
    hand_on(stdin());
    hand_on(stdout());
    hand_on(stderr());
}

/// Becomes the program, so that every signal and its end are its own.
#[cfg(unix)]
fn become_it(program: &OsStr, arguments: &[OsString], bundle: &AgentEnv) -> Ended {
    use std::os::unix::process::CommandExt as _;
    hand_on_streams();
    let error = Command::new(program).args(arguments).envs(variables(bundle)).exec();
    Err(format!("`{}` cannot be run: {error}", program.display()).into())
}

#[cfg(not(unix))]
fn become_it(program: &OsStr, arguments: &[OsString], bundle: &AgentEnv) -> Ended {
    let ended = Command::new(program).args(arguments).envs(variables(bundle)).status();
    let ended = ended.map_err(|error| {
        format!("`{}` cannot be run: {error}; a .cmd file is run by `cmd /c`", program.display())
    })?;
    Ok(ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(crate::failure::FAILED))
}
