//! This machine: the command on the path, hooks of coding agents, keys in shell profiles, the saved key.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::report::{Check, Status};
use crate::NAME;
#[cfg(unix)]
use crate::settings;

const CATEGORY: &str = "local-machine";
const PROFILES: [&str; 4] = [".bashrc", ".zshrc", ".profile", ".bash_profile"];
/// What mends a saved key that others can read.
pub(super) const CLOSE_CONFIG: &str = "close_config";

/// The checks that concern this machine.
pub(super) fn checks() -> Vec<Check> {
    let Some(home) = std::env::home_dir() else { return Vec::new() };
    [command_on_path(), hooks(&home), Some(leaks(&home)), saved_key()].into_iter().flatten().collect()
}

fn check(id: &str, title: &str, problem: Option<(Status, String)>) -> Check {
    let (status, message) = problem.unwrap_or((Status::Pass, String::new()));
    Check::local(id, CATEGORY, status, title, message)
}

/// The command that a shell would run is of this version.
fn command_on_path() -> Option<Check> {
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).map(|folder| folder.join(NAME)).find(|file| file.is_file())?;
    let asked =
        Command::new(&found).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let version = env!("CARGO_PKG_VERSION");
    let problem = (said.split_whitespace().next_back() != Some(version)).then(|| {
        let said = said.trim();
        (
            Status::Fail,
            format!(
                "{} says `{said}`, and this is {version}: install it again as you installed it",
                found.display()
            ),
        )
    });
    Some(check("local_cli_shim_stale", "The command on the path is this one", problem))
}

/// Every script that a hook of Claude Code names is there.
fn hooks(home: &Path) -> Option<Check> {
    let text = fs::read(home.join(".claude/settings.json")).ok()?;
    let settings: Value = serde_json::from_slice(&text).ok()?;
    let mut commands = BTreeSet::new();
    texts(settings.get("hooks")?, &mut commands);
    let scripts: Vec<PathBuf> = commands
        .iter()
        .filter(|command| command.contains(NAME))
        .flat_map(|command| command.split_whitespace())
        .map(|word| word.trim_matches(['"', '\'']))
        .filter(|word| [".py", ".js", ".mjs", ".sh"].iter().any(|ending| word.ends_with(ending)))
        .map(|word| word.strip_prefix("~/").map_or_else(|| PathBuf::from(word), |rest| home.join(rest)))
        .collect();
    if scripts.is_empty() {
        return None;
    }
    let gone: Vec<String> =
        scripts.iter().filter(|script| !script.exists()).map(|script| script.display().to_string()).collect();
    let problem = (!gone.is_empty())
        .then(|| (Status::Fail, format!("hooks name scripts that are not there: {}", gone.join(", "))));
    Some(check("local_hooks_trust", "Hooks lead to scripts that are there", problem))
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// Shell profiles, which every program that a user starts inherits, set no variables of ours. Names are told, never values.
fn leaks(home: &Path) -> Check {
    let mut found = BTreeSet::new();
    for profile in PROFILES {
        let text = fs::read_to_string(home.join(profile)).unwrap_or_default();
        for line in text.lines().map(str::trim_start) {
            let line = line.strip_prefix("export ").unwrap_or(line);
            if let Some((name, _)) = line.split_once('=')
                && name.starts_with("DASHCLAW_")
                && name.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_')
            {
                found.insert(format!("{name} in ~/{profile}"));
            }
        }
    }
    let names = found.into_iter().collect::<Vec<_>>().join(", ");
    let problem = (!names.is_empty()).then(|| {
        (Status::Warn, format!("every program that is started gets {names}: keep them in ~/.dashclaw/config.json, or in `dashclaw env`"))
    });
    check("local_env_leak", "Shell profiles set no variables of DashClaw", problem)
}

/// Nobody else can read the saved key.
#[cfg(unix)]
fn saved_key() -> Option<Check> {
    let title = "Only you can read the saved key";
    let open = settings::is_saved_readable_by_others()?;
    let problem = open.then(|| (Status::Fail, "others can read ~/.dashclaw/config.json".to_owned()));
    let found = check("local_config_mode", title, problem);
    Some(if open {
        found.with_fix(CLOSE_CONFIG, "~/.dashclaw/config.json becomes readable by you alone")
    } else {
        found
    })
}

#[cfg(not(unix))]
fn saved_key() -> Option<Check> {
    None
}

/// Lets nobody else read the saved key.
#[cfg(unix)]
pub(super) fn close_config() -> Result<String, String> {
    settings::close_saved().map(|path| format!("{} is readable by you alone", path.display()))
}

#[cfg(not(unix))]
pub(super) fn close_config() -> Result<String, String> {
    Err("this system has no such permissions".to_owned())
}
