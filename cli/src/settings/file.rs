//! `~/.dashclaw/config.json`, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::Partial;
use crate::failure::Failure;

/// Where it is.
pub(super) fn path() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().ok_or("there is no home folder")?;
    Ok(home.join(".dashclaw").join("config.json"))
}

/// What it says; nothing when there is none. A file that cannot be understood is an error, since going on without it would ask
/// for what it holds and overwrite it.
pub(super) fn read() -> Result<Partial, Failure> {
    let Ok(path) = path() else { return Ok(Partial::default()) };
    match members(&path)? {
        None => Ok(Partial::default()),
        Some(members) => {
            let text = |name: &str| {
                members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            Ok(Partial {
                base_url: text("baseUrl"),
                api_key: text("apiKey").map(SecretString::from),
                agent_id: text("agentId"),
            })
        }
    }
}

fn members(path: &Path) -> Result<Option<Map<String, Value>>, Failure> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("`{}` cannot be read: {error}", path.display()).into()),
    };
    // The reader's own words would quote the key.
    let broken = || {
        Failure::new(format!(
            "`{}` is not a JSON object: mend it, or remove it with `dashclaw logout`",
            path.display()
        ))
    };
    serde_json::from_slice(&text).map(Some).map_err(|_| broken())
}

/// Saves these beside what else the file says. It is replaced whole, and nobody else may read it, whatever was allowed before.
pub(super) fn save(base_url: &str, api_key: &SecretString) -> Result<PathBuf, Failure> {
    let path = path()?;
    let mut kept = members(&path)?.unwrap_or_default();
    kept.insert("baseUrl".to_owned(), base_url.into());
    kept.insert("apiKey".to_owned(), api_key.expose_secret().into());
    let text = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())? + "\n";
    replace(&path, &text).map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?;
    Ok(path)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // A link leads to where its owner keeps the file.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = path.with_extension(format!("json.{}", std::process::id()));
    let written = create(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Removes it: its path, and whether there was one.
pub(super) fn remove() -> Result<(PathBuf, bool), Failure> {
    let path = path()?;
    match fs::remove_file(&path) {
        Ok(()) => Ok((path, true)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((path, false)),
        Err(error) => Err(format!("`{}` cannot be removed: {error}", path.display()).into()),
    }
}
