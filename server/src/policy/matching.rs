//! Matching of paths against globs and of targets against prefixes.

use regex::{RegexSet, RegexSetBuilder};
use url::Url;

/// A compiled list of path globs. `**` crosses `/`, `*` does not, `?` is one character that is not `/`; a
/// relative glob also matches below any folder; a glob that ends in `/` covers everything beneath.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: RegexSet,
    patterns: Vec<String>,
}

impl Globs {
    /// Compiles the globs.
    ///
    /// # Errors
    /// Returns a message when a glob is too large to compile; every text is otherwise a valid glob.
    pub fn new(patterns: Vec<String>) -> Result<Self, String> {
        let set = RegexSetBuilder::new(patterns.iter().map(|pattern| glob_regex(pattern)))
            .dot_matches_new_line(true)
            .build()
            .map_err(|_| "path globs are too large".to_owned())?;
        Ok(Self { set, patterns })
    }

    /// The first glob that matches the path, as written by the policy's author.
    pub fn first_match(&self, path: &str) -> Option<&str> {
        let plain = path_text(path);
        // The path as sent counts too: resolving `..` must not hide what the text itself names.
        let index =
            self.set.matches(&plain).iter().next().or_else(|| self.set.matches(path).iter().next())?;
        self.patterns.get(index).map(String::as_str)
    }
}

/// What a wildcard means, the longest first.
const WILDCARDS: [(&str, &str); 4] = [("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]")];

fn glob_regex(glob: &str) -> String {
    let mut rest = glob.strip_prefix("./").unwrap_or(glob);
    let mut regex = String::from(if rest.starts_with('/') { "^" } else { "^(?:.*/)?" });
    while !rest.is_empty() {
        let wildcard = WILDCARDS.iter().find_map(|(glob, regex)| Some((rest.strip_prefix(glob)?, regex)));
        if let Some((after, meaning)) = wildcard {
            regex.push_str(meaning);
            rest = after;
        } else {
            let (literal, after) = rest.split_at(rest.find(['*', '?']).unwrap_or(rest.len()));
            regex.push_str(&regex::escape(literal));
            rest = after;
        }
    }
    regex.push_str(if glob.ends_with('/') { ".*$" } else { "$" });
    regex
}

/// A path in plain form: `/` as separator, no empty or `.` parts, `..` resolved by text.
pub fn path_text(path: &str) -> String {
    let unified = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in unified.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if unified.starts_with('/') => {}
            other => parts.push(other),
        }
    }
    let root = if unified.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Whether a target lies under a prefix.
///
/// A URL target is compared by host. A prefix with a `/` matches at path boundaries; a host prefix matches the host
/// or a subdomain of it; an empty prefix or target never matches.
pub fn target_has_prefix(target: &str, prefix: &str) -> bool {
    let prefix = prefix.trim();
    if prefix.is_empty() || target.trim().is_empty() {
        return false;
    }
    let Some(target) = Place::read(target.trim()) else { return false };
    let Some(prefix) = Place::read(prefix) else { return false };
    let scheme_agrees = prefix.scheme.is_none() || prefix.scheme == target.scheme;
    scheme_agrees && target.is_under(&prefix)
}

/// A target or prefix taken apart: `https://host/path`, `host/path`, `/path` or `name`.
struct Place {
    scheme: Option<String>,
    host: String,
    /// Empty, or starts with `/` and does not end with one.
    path: String,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        if text.contains("://") {
            let url = Url::parse(text).ok()?;
            let host = url.host_str()?.trim_end_matches('.').to_lowercase();
            return Some(Self { scheme: Some(url.scheme().to_owned()), host, path: trimmed(url.path()) });
        }
        let plain = path_text(text);
        let (host, path) = plain.split_at(plain.find('/').unwrap_or(plain.len()));
        Some(Self { scheme: None, host: without_port(host).to_lowercase(), path: trimmed(path) })
    }

    fn is_under(&self, prefix: &Self) -> bool {
        if prefix.path.is_empty() {
            let subdomain = self.host.strip_suffix(&prefix.host).is_some_and(|rest| rest.ends_with('.'));
            return !prefix.host.is_empty() && (self.host == prefix.host || subdomain);
        }
        let below = self.path.strip_prefix(&prefix.path);
        self.host == prefix.host && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn trimmed(path: &str) -> String {
    path.trim_end_matches('/').to_owned()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glob(pattern: &str, path: &str) -> bool {
        Globs::new(vec![pattern.to_owned()]).unwrap().first_match(path).is_some()
    }

    #[test]
    fn globs() {
        let table = [
            (".env", ".env", true),
            (".env", "app/.env", true),
            (".env", "/srv/app/.env", true),
            (".env", "app/.environment", false),
            (".env", "app/x/../.env", true),
            (".env", r"app\.env", true),
            ("./.env", "app/.env", true),
            ("*.pem", "keys/a.pem", true),
            ("*.pem", "a.pem/x", false),
            ("/etc/*", "/etc/passwd", true),
            ("/etc/*", "/etc/ssh/config", false),
            ("/etc/*", "/srv/etc/passwd", false),
            ("/etc/**", "/etc/ssh/config", true),
            ("/etc/**", "/srv/../etc/ssh/config", true),
            ("src/**/secret.rs", "src/secret.rs", true),
            ("src/**/secret.rs", "src/a/b/secret.rs", true),
            ("src/**/secret.rs", "src/a/notsecret.rs", false),
            ("secrets/", "app/secrets/a/b", true),
            ("secrets/", "app/secrets", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a.c", "abc", false),
            ("[x]", "x", false),
            ("[x]", "[x]", true),
            ("été/*", "été/ça", true),
        ];
        for (pattern, path, expected) in table {
            assert_eq!(glob(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_glob_named_is_the_one_written() {
        let globs = Globs::new(vec!["*.pem".into(), ".env".into()]).unwrap();
        assert_eq!(globs.first_match("a/.env"), Some(".env"));
        assert_eq!(globs.first_match("readme"), None);
    }

    #[test]
    fn prefixes() {
        let table = [
            ("https://api.example.com/v1/users", "api.example.com", true),
            ("https://API.example.com/v1", "example.com", true),
            ("https://notexample.com/", "example.com", false),
            ("https://example.com.evil.net/", "example.com", false),
            ("https://example.com@evil.net/", "example.com", false),
            ("https://api.example.com/v1/users", "api.example.com/v1", true),
            ("https://api.example.com/v10", "api.example.com/v1", false),
            ("https://api.example.com/v1/../admin", "api.example.com/v1", false),
            ("https://api.example.com/v1", "https://api.example.com/v1/", true),
            ("http://api.example.com/v1", "https://api.example.com/v1", false),
            ("db.internal:5432", "db.internal", true),
            ("good.example@evil.example", "good.example", false),
            ("/srv/app/data", "/srv/app", true),
            ("/srv/application", "/srv/app", false),
            ("/srv/app/../../etc/passwd", "/srv/app", false),
            ("src/main.rs", "src", true),
            ("src/main.rs", "src/", true),
            ("staging-db", "staging-db", true),
            ("anything", "", false),
            ("anything", "   ", false),
            ("", "x", false),
            ("://", "x", false),
            ("/", "/", false),
        ];
        for (target, prefix, expected) in table {
            assert_eq!(target_has_prefix(target, prefix), expected, "{target} {prefix}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_glob(pattern in ".{0,256}", path in ".{0,300}") {
            let globs = Globs::new(vec![pattern]).unwrap();
            let _ = globs.first_match(&path);
        }

        #[test]
        fn a_literal_glob_matches_itself_below_any_folder(name in "[a-z.\\[\\](){}+^$|]{1,20}", folder in "[a-z]{1,9}") {
            prop_assume!(name != "." && name != "..");
            prop_assert!(glob(&name, &name));
            let below = format!("/{folder}/{name}");
            prop_assert!(glob(&name, &below));
        }

        #[test]
        fn prefixes_never_panic(target in ".{0,80}", prefix in ".{0,80}") {
            let _ = target_has_prefix(&target, &prefix);
        }
    }
}
