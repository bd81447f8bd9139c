//! Path globs, compiled once.

use regex::{RegexSet, RegexSetBuilder};

use super::text::fold;

/// A compiled list of path globs. `**` crosses `/`, `*` does not, `?` is one character that is not `/`; a
/// relative glob also matches below any folder; a glob that ends in `/` or `/**` covers the folder and everything
/// beneath. Globs and paths are compared folded.
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

    /// The first glob that matches one of a path's readings, as written by the policy's author.
    pub(in crate::policy) fn first_match(&self, readings: &[String]) -> Option<&str> {
        let index = readings.iter().find_map(|path| self.set.matches(path).iter().next())?;
        self.patterns.get(index).map(String::as_str)
    }
}

/// What a wildcard means, the longest first.
const WILDCARDS: [(&str, &str); 4] = [("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]")];

fn glob_regex(glob: &str) -> String {
    let glob = plain_glob(glob);
    let folder = glob.strip_suffix("/**").or_else(|| glob.strip_suffix('/'));
    let mut rest = folder.unwrap_or(&glob);
    let mut regex = String::from(if glob.starts_with('/') { "^" } else { "^(?:.*/)?" });
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
    regex.push_str(if folder.is_some() { "(?:/.*)?$" } else { "$" });
    regex
}

/// The glob folded, with `/` as separator, without empty or `.` parts; a `/` at its end stays.
fn plain_glob(glob: &str) -> String {
    let unified = fold(glob).replace('\\', "/");
    let parts: Vec<&str> = unified.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let root = if unified.starts_with('/') { "/" } else { "" };
    let end = if unified.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    format!("{root}{}{end}", parts.join("/"))
}

#[cfg(test)]
#[path = "globs_tests.rs"]
mod tests;
