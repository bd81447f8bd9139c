//! The readings of a path: what the systems that may open it would make of its text.

use std::sync::LazyLock;

use regex::Regex;

use super::text::{add, fold, spellings};

/// What NTFS adds to a name to say which stream of a file is meant: `::$DATA`, `:$I30:$INDEX_ALLOCATION`.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static STREAM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:(?:^|:)[^:]*)?:\$[a-z0-9_]+$").unwrap());

/// A Windows drive, after any slashes: `c:`.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static DRIVE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^/*[a-z]:").unwrap());

/// The readings of a path, folded, with `/` as separator. The first is the plainest; a plain path has no other.
/// A `file:` URL is the path it names.
pub(super) fn path_readings(text: &str) -> Vec<String> {
    if is_plain(text) {
        return vec![text.to_owned()];
    }
    let mut readings = Vec::new();
    let spellings = spellings(text);
    for spelling in &spellings {
        for path in local_paths(&fold(&spelling.replace('\\', "/"))) {
            add(&mut readings, plain_path(&path, Names::Windows));
            add(&mut readings, plain_path(&path, Names::AsWritten));
        }
    }
    // The path as sent counts too: resolving `..` must not hide what the text itself names.
    for spelling in &spellings {
        add(&mut readings, fold(&spelling.replace('\\', "/")).into_owned());
    }
    readings
}

/// Whether the path can be read in one way only: lower-case ASCII without empty, dotted or encoded parts.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/');
    let parts = text.strip_prefix('/').unwrap_or(text);
    text.bytes().all(plain) && parts.split('/').all(|part| !part.is_empty() && !part.ends_with('.'))
}

/// What a folded text with `/` as separator names on this machine: the path of a `file:` URL, a path with and
/// without its drive.
pub(super) fn local_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for path in file_url_paths(text).unwrap_or_else(|| vec![text.to_owned()]) {
        // `\\?\` and `\\.\` stand before paths that Windows is not to interpret.
        let path =
            ["//?/", "//./", "/??/"].iter().find_map(|start| path.strip_prefix(start)).unwrap_or(&path);
        add(&mut paths, path.to_owned());
        if let Some(drive) = DRIVE.find(path) {
            add(&mut paths, path[drive.end()..].to_owned());
        }
        // From most folders a path that climbs again and again ends at the root.
        let plain = plain_path(path, Names::Windows);
        if plain.starts_with("../../") {
            add(&mut paths, format!("/{}", plain.replace("../", "")));
        }
    }
    paths
}

/// `file:/x`, `file:///x`, `file://localhost/x`; of `file://name/x` both `/x` and `/name/x`, since some readers
/// pass over the name, and some writers forget a slash.
fn file_url_paths(text: &str) -> Option<Vec<String>> {
    let rest = text.strip_prefix("file:").or_else(|| text.strip_prefix("url:file:"))?;
    let mut paths = Vec::new();
    for rest in [rest, rest.split(['?', '#']).next().unwrap_or_default()] {
        let path = rest.trim_start_matches('/');
        match rest.len() - path.len() {
            0 => add(&mut paths, path.to_owned()),
            2 => {
                let (_, below) = path.split_at(path.find('/').unwrap_or(path.len()));
                add(&mut paths, below.to_owned());
            }
            _ => {}
        }
        add(&mut paths, format!("/{path}"));
    }
    Some(paths)
}

/// How the parts of a path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// As they stand.
    AsWritten,
    /// As Windows does, which passes over dots and spaces at the end of a name, and over the default stream.
    Windows,
}

impl Names {
    fn read(self, part: &str) -> &str {
        if self == Self::AsWritten || part.is_empty() {
            return part;
        }
        let part = STREAM.find(part).map_or(part, |stream| &part[..stream.start()]);
        match part.trim_end_matches(' ') {
            dots @ ("." | "..") => dots,
            part => part.trim_end_matches(['.', ' ']),
        }
    }
}

/// A path in plain form: no empty or `.` parts, `..` resolved by text.
pub(super) fn plain_path(path: &str, names: Names) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let is_absolute = path.starts_with('/');
    for part in path.split('/').map(|part| names.read(part)) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            other => parts.push(other),
        }
    }
    let root = if is_absolute { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}
