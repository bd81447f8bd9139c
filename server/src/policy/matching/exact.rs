//! Whether a target lies under the prefix of a grant: byte for byte, and however it is read.

use super::target::{Place, TargetPrefix};

/// The prefix of a grant, read once.
///
/// A grant gives permission, so doubt is refusal: a target that would need folding, decoding or a choice between
/// readings is not covered. A prefix with a port covers that port only.
#[derive(Clone, Debug)]
pub struct ExactPrefix {
    text: String,
    readings: TargetPrefix,
}

impl ExactPrefix {
    /// Reads a prefix. What its author wrote around it and in capitals in its host does not count; of a target all
    /// counts.
    pub fn new(prefix: &str) -> Self {
        let written = Parts::read(prefix.trim());
        let scheme = written.scheme.map_or_else(String::new, |scheme| format!("{scheme}://"));
        let authority = format!("{scheme}{}", written.authority).to_ascii_lowercase();
        let text = format!("{authority}{}", written.path.trim_end_matches('/'));
        Self { readings: TargetPrefix::new(&text), text }
    }

    /// Whether the target lies under the prefix; `readings` are the target's.
    pub(super) fn covers(&self, target: &str, readings: &[Place]) -> bool {
        let prefix = Parts::read(&self.text);
        Parts::read(target).is_under(&prefix) && self.readings.covers_all(readings)
    }
}

/// The parts of a text as they stand.
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: &'a str,
    /// Empty, or starts with `/`.
    path: &'a str,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Self {
        let Some((scheme, rest)) = text.split_once("://") else {
            let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
            return Self { scheme: None, authority, path };
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Self { scheme: Some(scheme), authority, path }
    }

    fn is_under(&self, prefix: &Self) -> bool {
        // `file:///x` and its like name a path in another way than it is written.
        if self.scheme.is_some_and(|scheme| !is_plain(scheme) || self.authority.is_empty()) {
            return false;
        }
        let scheme_agrees = prefix.scheme.is_none() || prefix.scheme == self.scheme;
        let below = self.path.strip_prefix(prefix.path);
        scheme_agrees
            && self.authority_is(prefix)
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn authority_is(&self, prefix: &Self) -> bool {
        if self.authority == prefix.authority {
            // An absolute path has no authority; a prefix that says nothing at all covers nothing.
            return !self.authority.is_empty() || !prefix.path.is_empty();
        }
        let host = match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => self.authority,
        };
        if host == prefix.authority {
            return !host.is_empty();
        }
        let below = host.strip_suffix(prefix.authority).and_then(|labels| labels.strip_suffix('.'));
        let is_subdomain = below.is_some_and(|labels| labels.split('.').all(is_plain));
        is_subdomain && !prefix.authority.is_empty() && prefix.path.is_empty()
    }
}

/// A label or scheme in lower-case ASCII.
fn is_plain(label: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'_' | b'-');
    !label.is_empty() && label.bytes().all(plain)
}

#[cfg(test)]
#[path = "exact_tests.rs"]
mod tests;
