//! Known failures: a list that may only shrink. A listed case that passes fails the run.

use std::collections::BTreeMap;
use std::path::Path;

/// What is known to fail: why, by case and language.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<(String, String), String>);

impl Known {
    /// Reads lines `<case> | <language> | <why>`; empty lines and those that begin with `#` are comments.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line: &str| match line.split('|').map(str::trim).collect::<Vec<_>>()[..] {
            [case, language, why] if !why.is_empty() => {
                Ok(((case.to_owned(), language.to_owned()), why.to_owned()))
            }
            _ => Err(format!("known failures: not `case | language | why`: {line}")),
        };
        Ok(Self(lines.map(entry).collect::<Result<_, _>>()?))
    }

    pub(crate) fn why(&self, case: &str, language: &str) -> Option<&str> {
        self.0.get(&(case.to_owned(), language.to_owned())).map(String::as_str)
    }

    /// Entries that name no case.
    pub(crate) fn strangers(&self, known: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.0.keys().map(|(case, _)| case.as_str()).filter(move |case| !known(case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_needs_a_reason() {
        let known = Known::parse("# comment\n\nguard/a | python | the reason\n").unwrap();
        assert_eq!(known.why("guard/a", "python"), Some("the reason"));
        assert_eq!(known.why("guard/a", "rust"), None);
        assert_eq!(known.strangers(|case| case == "guard/b").count(), 1);
        assert!(Known::parse("guard/a | python").is_err());
    }
}
