//! Where the server is and who asks: from the environment, then from `~/.dashclaw/config.json`, then from whoever sits at the
//! terminal.

mod file;
mod prompt;

use std::io::IsTerminal;
use std::path::PathBuf;

use dashclaw::DashClaw;
use secrecy::{ExposeSecret as _, SecretString};

use crate::failure::Failure;
use crate::output::Output;

/// Who asks unless it is said.
const OPERATOR: &str = "cli-operator";
const MISSING: &str = "it is not known where the server is: set DASHCLAW_BASE_URL and DASHCLAW_API_KEY, or run the command at a \
                       terminal once and let it save them";

/// Where the server is and who asks.
#[derive(Debug)]
pub(crate) struct Settings {
    base_url: String,
    api_key: SecretString,
    agent_id: String,
}

impl Settings {
    /// Looks them up, and asks at a terminal for what is missing.
    pub(crate) fn find(output: Output) -> Result<Self, Failure> {
        let partial = Partial::find()?;
        if let Some(settings) = partial.whole() {
            return Ok(settings);
        }
        if !can_ask() {
            return Err(Failure::new(MISSING));
        }
        prompt::ask(&partial, output)
    }

    /// The same for a command that never asks.
    pub(crate) fn known() -> Result<Option<Self>, Failure> {
        Ok(Partial::find()?.whole())
    }

    /// A client with these settings.
    pub(crate) fn client(&self) -> Result<DashClaw, Failure> {
        let client = DashClaw::builder()
            .base_url(&*self.base_url)
            .api_key(self.api_key.expose_secret())
            .agent_id(&*self.agent_id)
            .user_agent(concat!("dashclaw-cli/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(client)
    }
}

/// What is known so far.
#[derive(Debug, Default)]
pub(crate) struct Partial {
    base_url: Option<String>,
    api_key: Option<SecretString>,
    agent_id: Option<String>,
}

impl Partial {
    /// From the environment and, field by field where that says nothing, from the file. Where the environment says it all the
    /// file is not read, so that a broken one stops nothing.
    fn find() -> Result<Self, Failure> {
        let said = Self {
            base_url: variable("DASHCLAW_BASE_URL"),
            api_key: variable("DASHCLAW_API_KEY").map(SecretString::from),
            agent_id: variable("DASHCLAW_AGENT_ID"),
        };
        if said.base_url.is_some() && said.api_key.is_some() {
            return Ok(said);
        }
        let saved = file::read()?;
        Ok(Self {
            base_url: said.base_url.or(saved.base_url),
            api_key: said.api_key.or(saved.api_key),
            agent_id: said.agent_id.or(saved.agent_id),
        })
    }

    fn whole(&self) -> Option<Settings> {
        Some(Settings {
            base_url: self.base_url.clone()?,
            api_key: self.api_key.clone()?,
            agent_id: self.agent_id.clone().unwrap_or_else(|| OPERATOR.to_owned()),
        })
    }
}

/// Forgets what is saved: the path of the file, and whether there was one.
pub(crate) fn forget() -> Result<(PathBuf, bool), Failure> {
    file::remove()
}

/// Whether what is saved can be read by others than its owner; nothing where nothing is saved.
#[cfg(unix)]
pub(crate) fn is_saved_readable_by_others() -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = std::fs::metadata(file::path().ok()?).ok()?;
    Some(found.permissions().mode() & 0o077 != 0)
}

/// Lets nobody but its owner read what is saved, and answers where that is.
#[cfg(unix)]
pub(crate) fn close_saved() -> Result<PathBuf, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = file::path().map_err(|problem| problem.to_string())?;
    let closed = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600));
    closed.map(|()| path.clone()).map_err(|error| format!("`{}` cannot be closed: {error}", path.display()))
}

/// Whether somebody sits at a terminal whom a question can be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question; only `y` and `yes` are a yes.
pub(crate) fn ask_whether(question: &str) -> Result<bool, Failure> {
    prompt::line(question).map(|answer| matches!(&*answer.to_lowercase(), "y" | "yes"))
}

/// Whether `stream` is a terminal that understands more than text.
pub(crate) fn is_full_terminal(stream: &impl IsTerminal) -> bool {
    // A terminal of Windows has no name.
    let named = cfg!(windows) || variable("TERM").is_some_and(|term| term != "dumb");
    named && stream.is_terminal()
}

/// Whether the user wants no colours: <https://no-color.org>.
pub(crate) fn is_without_colour() -> bool {
    variable("NO_COLOR").is_some()
}

/// Reads an environment variable; an empty one counts as not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    raw_variable(name).filter(|value| !value.is_empty())
}

/// Reads an environment variable, also an empty one.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn raw_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
