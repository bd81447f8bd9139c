//! The `.env` file of the working folder: whether it names the instance that is configured, and who may read it.

use std::fs;
use std::path::{Path, PathBuf};

use dashclaw::clock;

use super::report::{Check, Status};

const NAME: &str = ".env";
const CATEGORY: &str = "local-machine";
const URL: &str = "DASHCLAW_BASE_URL";
/// What mends an address.
pub(super) const SET_URL: &str = "set_env_base_url";

/// Nothing where there is no such file, or it says nothing of ours.
pub(super) fn check(server: Option<&str>) -> Option<Check> {
    let text = fs::read_to_string(NAME).ok()?;
    let named = value(&text, URL)?;
    let title = ".env names the instance";
    let Some(server) = server.filter(|server| *server != named.trim_end_matches('/')) else {
        return Some(Check::local("local_env_file", CATEGORY, Status::Pass, title, ""));
    };
    let message = format!("{NAME} says {URL}={named}, and {server} is configured");
    let check = Check::local("local_env_file", CATEGORY, Status::Warn, title, message);
    Some(check.with_fix(
        SET_URL,
        format!("in {NAME}, {URL}={named} becomes {URL}={server}; the file is backed up first"),
    ))
}

/// The value of a variable, as the last line that sets it says.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().filter_map(|line| setting(line, name)).next_back()
}

fn setting<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim();
    let unquoted = |quote| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    Some(unquoted('"').or_else(|| unquoted('\'')).unwrap_or(value))
}

/// Sets the address, in every line that sets it; all else stays as it is, byte for byte. Answers where the backup is.
pub(super) fn set_url(server: &str) -> Result<PathBuf, String> {
    let path = Path::new(NAME);
    let text = fs::read_to_string(path).map_err(|error| format!("{NAME} cannot be read: {error}"))?;
    let lines = text.split_inclusive('\n').map(|line| {
        let Some(old) = setting(line, URL) else { return line.to_owned() };
        match line.rfind(old).filter(|_| !old.is_empty()) {
            Some(at) => format!("{}{server}{}", &line[..at], &line[at + old.len()..]),
            None => format!("{URL}={server}\n"),
        }
    });
    let new: String = lines.collect();
    // A copy has the permissions of what it is copied from.
    let stamp = clock::now_iso().replace([':', '.'], "-");
    let backup = PathBuf::from(format!("{NAME}.dashclaw-bak-{stamp}"));
    fs::copy(path, &backup)
        .map_err(|error| format!("{NAME} cannot be backed up, so it was not written: {error}"))?;
    fs::write(path, new).map_err(|error| format!("{NAME} cannot be written: {error}"))?;
    Ok(backup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_as_shells_and_programs_read_it() {
        for (line, expected) in [
            ("DASHCLAW_BASE_URL=http://a", Some("http://a")),
            ("  export DASHCLAW_BASE_URL = 'http://a'", Some("http://a")),
            ("DASHCLAW_BASE_URL=\"\"", Some("")),
            ("# DASHCLAW_BASE_URL=http://a", None),
            ("DASHCLAW_BASE_URLS=http://a", None),
        ] {
            assert_eq!(setting(line, URL), expected, "{line}");
        }
        assert_eq!(value("DASHCLAW_BASE_URL=a\nX=1\nDASHCLAW_BASE_URL=b\n", URL), Some("b"));
    }
}
