//! A checkout of the platform, where the working folder is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use serde_json::Value;

use super::fix;
use super::report::{Check, Status};
use crate::settings::variable;

const CATEGORY: &str = "local-repo";
/// What mends a library that is older than its sources.
pub(super) const REBUILD: &str = "rebuild_mcp_lib";
/// What mends a `.gitattributes` that differs in white space alone.
pub(super) const RESTORE: &str = "restore_gitattributes";

/// The checks of the checkout at `given`, which is taken at its word, or of the working folder.
pub(super) fn checks(given: Option<&Path>) -> Vec<Check> {
    let here = Path::new(".");
    match given.or_else(|| is_checkout(here).then_some(here)) {
        Some(folder) => [library(folder), attributes(folder), plugin(folder)].into_iter().flatten().collect(),
        None => Vec::new(),
    }
}

fn is_checkout(folder: &Path) -> bool {
    let package = fs::read(folder.join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let named = package.is_some_and(|package| {
        package["name"].as_str().is_some_and(|name| ["dashclaw-platform", "dashclaw"].contains(&name))
    });
    named || (folder.join("drizzle").is_dir() && folder.join("mcp-server").is_dir())
}

/// The MCP server's library is as new as its sources.
fn library(folder: &Path) -> Option<Check> {
    let sources = newest(&folder.join("mcp-server/src"))?;
    let built = newest(&folder.join("mcp-server/lib"));
    let title = "The library of the MCP server is as new as its sources";
    if built.is_some_and(|built| built >= sources) {
        return Some(Check::local("local_mcp_lib_stale", CATEGORY, Status::Pass, title, ""));
    }
    let found = Check::local(
        "local_mcp_lib_stale",
        CATEGORY,
        Status::Fail,
        title,
        "mcp-server/lib is older than mcp-server/src",
    );
    Some(found.with_fix(REBUILD, "npm run build in mcp-server"))
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let times = entries.filter_map(|entry| {
        let found = entry.metadata().ok()?;
        if found.is_dir() { newest(&entry.path()) } else { found.modified().ok() }
    });
    times.max()
}

/// `.gitattributes` is as it was committed.
fn attributes(folder: &Path) -> Option<Check> {
    let same = |more: &[&str]| {
        let mut git = Command::new("git");
        git.args(["diff", "--quiet"]).args(more).args(["--", ".gitattributes"]).current_dir(folder);
        git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?.code()
    };
    let title = ".gitattributes is as it was committed";
    let found = |status, message| Check::local("local_gitattributes_drift", CATEGORY, status, title, message);
    match same(&[])? {
        0 => Some(found(Status::Pass, "")),
        1 if same(&["--ignore-all-space", "--ignore-cr-at-eol", "--ignore-blank-lines"])? == 0 => {
            let found = found(Status::Fail, ".gitattributes differs in white space from what was committed");
            Some(found.with_fix(RESTORE, "git checkout -- .gitattributes"))
        }
        1 => Some(found(Status::Warn, ".gitattributes was changed")),
        // No repository.
        _ => None,
    }
}

/// The plugin of OpenClaw is switched on, and leads somewhere. It is looked at and never changed.
fn plugin(folder: &Path) -> Option<Check> {
    let named = variable("DASHCLAW_OPENCLAW_CONFIG").map(PathBuf::from);
    let home = std::env::home_dir().map(|home| home.join(".openclaw/openclaw.json"));
    let mut places = named.into_iter().chain(home).chain([folder.join("openclaw.plugin.json")]);
    let config = places.find_map(|file| fs::read(file).ok())?;
    let config: Value = serde_json::from_slice(&config).ok()?;
    let entry = &config["plugins"]["entries"]["dashclaw-governance"];
    let leads = entry["path"].as_str().is_none_or(|path| Path::new(path).exists());
    let works = entry["enabled"].as_bool() == Some(true) && leads;
    let title = "The plugin of OpenClaw is switched on";
    let (status, message) = if works {
        (Status::Pass, "")
    } else {
        (Status::Warn, "dashclaw-governance is off, or its path leads nowhere")
    };
    Some(Check::local("local_openclaw_plugin", CATEGORY, status, title, message))
}

/// Mends one of them.
pub(super) fn mend(action: &str, given: Option<&Path>) -> Result<String, String> {
    let folder = given.unwrap_or(Path::new("."));
    if action == REBUILD {
        fix::run("npm", &["run", "build"], &folder.join("mcp-server"))?;
        return Ok("mcp-server was built".to_owned());
    }
    fix::run("git", &["checkout", "--", ".gitattributes"], folder)?;
    Ok(".gitattributes is as it was committed".to_owned())
}
