//! Whether a target lies under the prefix of a rule that restricts: when any plausible reading of it does.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::host::{self, hosts};
use super::paths::{Names, local_paths, plain_path};
use super::text::{add, fold, spellings};

/// Schemes, the `@` of `jdbc:oracle:thin:@host`, slashes, and what follows: `host/db`.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static SCHEMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)^((?:[a-z][a-z0-9+.-]*:+)*)(@?)([/\\]*)(.*)$").unwrap());

/// Parameters within the parts of a path, which some servers pass over: `/v1;x=1/u`.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static PARAMETERS: LazyLock<Regex> = LazyLock::new(|| Regex::new(";[^/]*").unwrap());

/// Schemes whose readers find the host also without the two slashes: `https:host`.
const SLASHLESS: [&str; 6] = ["http", "https", "ws", "wss", "ftp", "ssh"];

/// One reading of a target or prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Lower case, when the text names one.
    scheme: Option<String>,
    /// Empty for an absolute path; the first part of a relative one.
    host: String,
    /// Folded and plain. Empty, or starts with `/` and does not end with one.
    path: String,
}

/// The prefix of a rule that restricts, read once.
///
/// A prefix with a path matches at the boundaries of parts, a host prefix matches the host and its subdomains, and
/// `/` every absolute path. Ports do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPrefix {
    places: Vec<Place>,
}

impl TargetPrefix {
    /// Reads a prefix; one that says nothing covers nothing.
    pub fn new(prefix: &str) -> Self {
        let prefix = prefix.trim();
        // `*.example.com` and `.example.com` are how others write a host with its subdomains.
        let prefix = prefix.strip_prefix("*.").unwrap_or(prefix);
        let is_domain = prefix.starts_with('.') && !prefix.starts_with("./") && !prefix.starts_with("..");
        let mut places = places(if is_domain { &prefix[1..] } else { prefix });
        if is_domain {
            places.extend(self::places(prefix));
        }
        // Who names a drive means that drive only.
        if places.iter().any(Place::has_drive) {
            places.retain(Place::has_drive);
        }
        Self { places }
    }

    /// Whether one of a target's readings lies under the prefix.
    pub(super) fn covers_any(&self, target: &[Place]) -> bool {
        target.iter().any(|place| self.covers(place))
    }

    /// Whether a target lies under the prefix however it is read.
    pub(super) fn covers_all(&self, target: &[Place]) -> bool {
        !target.is_empty() && target.iter().all(|place| self.covers(place))
    }

    fn covers(&self, target: &Place) -> bool {
        self.places.iter().any(|prefix| target.is_under(prefix))
    }
}

impl Place {
    fn has_drive(&self) -> bool {
        self.host.is_empty() && self.path.as_bytes().get(2) == Some(&b':')
    }

    fn is_under(&self, prefix: &Self) -> bool {
        if self.scheme.is_some() && prefix.scheme.is_some() && self.scheme != prefix.scheme {
            return false;
        }
        if prefix.path.is_empty() {
            let subdomain = self.host.strip_suffix(&prefix.host).is_some_and(|rest| rest.ends_with('.'));
            return !prefix.host.is_empty() && (self.host == prefix.host || subdomain);
        }
        let root = prefix.path == "/";
        let below = self.path.strip_prefix(&prefix.path);
        self.host == prefix.host && below.is_some_and(|rest| root || rest.is_empty() || rest.starts_with('/'))
    }
}

/// Every plausible reading of a target.
pub(super) fn places(text: &str) -> Vec<Place> {
    // A set, since a text made for it has as many readings as letters.
    let mut places = BTreeSet::new();
    for spelling in spellings(text) {
        read(&spelling, &mut places);
        for url in embedded_urls(&spelling) {
            read(url, &mut places);
        }
    }
    places.into_iter().collect()
}

/// URLs that stand in a text between other words, quotes or brackets: `GET https://host/`, `<https://host/>`.
fn embedded_urls(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || "\"'`<>(){}[]|,;".contains(c));
    words.filter(move |word| word.len() < text.len() && word.contains("://"))
}

fn read(text: &str, places: &mut BTreeSet<Place>) {
    let Some(found) = SCHEMES.captures(text) else { return };
    let (schemes, mark, slashes, rest) = (&found[1], &found[2], found[3].len(), &found[4]);
    let scheme = schemes.trim_end_matches(':').rsplit(':').next().unwrap_or_default().to_lowercase();
    let first = rest.split(['/', '\\']).next().unwrap_or_default();
    let names_user = !mark.is_empty() || first.contains('@');
    let is_drive = schemes.len() == 2 && !names_user;
    let is_local = scheme == "file" || (schemes.is_empty() && (slashes > 0 || rest.starts_with("..")));
    if is_drive || is_local {
        local(text, places);
    } else if slashes == 1 || slashes > 2 {
        // A rooted path, as in `unix:/run/x` and `sqlite:///srv/x`; of a URL of the web it is one reading more.
        local(&format!("/{rest}"), places);
    }
    let on_network = match slashes {
        0 => SLASHLESS.contains(&&*scheme) || (names_user && !schemes.is_empty()),
        1 => !schemes.is_empty(),
        2 => true,
        _ => schemes.is_empty() || SLASHLESS.contains(&&*scheme),
    };
    if on_network && !is_drive {
        network(&scheme, rest, places);
    }
    if slashes == 0 || (slashes == 1 && !schemes.is_empty() && !is_drive) {
        unrooted(text, places);
    }
}

/// A path of this machine.
fn local(text: &str, places: &mut BTreeSet<Place>) {
    for path in local_paths(&fold(text).replace('\\', "/")) {
        let path = plain_path(&path, Names::Windows);
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        places.insert(Place { scheme: None, host: String::new(), path });
    }
}

/// `//user@host:port/path`, after the slashes.
fn network(scheme: &str, rest: &str, places: &mut BTreeSet<Place>) {
    let scheme = (!scheme.is_empty()).then(|| scheme.to_owned());
    let mut ends = vec![rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())];
    // Some readers end the authority at `/` alone, and so find another host in `a.example\@b.example`.
    let slash = rest.find('/').unwrap_or(rest.len());
    if slash > ends[0] && rest[ends[0]..slash].contains('@') {
        ends.push(slash);
    }
    for end in ends {
        let (authority, path) = rest.split_at(end);
        for name in named_hosts(authority) {
            for host in hosts(host::without_port(name)) {
                for path in url_paths(path) {
                    places.insert(Place { scheme: scheme.clone(), host: host.clone(), path });
                }
            }
        }
    }
}

/// The hosts of `user:password@host:1,host:2`; of `a@b@c` both that readers find.
fn named_hosts(authority: &str) -> impl Iterator<Item = &str> {
    let names = authority.split(',').flat_map(|part| {
        let users = usize::from(part.contains('@'));
        part.split('@').skip(users)
    });
    names.map(str::trim).filter(|name| !name.is_empty())
}

fn url_paths(path: &str) -> Vec<String> {
    let folded = fold(path.split(['?', '#']).next().unwrap_or_default()).replace('\\', "/");
    let mut paths = Vec::new();
    for path in [PARAMETERS.replace_all(&folded, "").as_ref(), folded.as_ref()] {
        for names in [Names::AsWritten, Names::Windows] {
            add(&mut paths, plain_path(path, names).trim_end_matches('/').to_owned());
        }
    }
    paths
}

/// `host/path`, `host:port`, `user@host:path`, `./folder/file` or a bare name.
fn unrooted(text: &str, places: &mut BTreeSet<Place>) {
    let unified = text.replace('\\', "/");
    let mut texts = vec![&*unified];
    texts.extend(unified.split_once(['?', '#']).map(|(before, _)| before));
    for text in texts {
        let plain = plain_path(text, Names::AsWritten);
        let (first, rest) = plain.split_at(plain.find('/').unwrap_or(plain.len()));
        for name in named_hosts(first) {
            let (name, after) = host::split_port(name);
            let path = if after.is_empty() { rest.to_owned() } else { format!("/{after}{rest}") };
            for host in hosts(name) {
                for path in url_paths(&path) {
                    places.insert(Place { scheme: None, host: host.clone(), path });
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
