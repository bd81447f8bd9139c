//! Scanners of free text: prompt injection and secrets.

pub mod injection;
pub mod secrets;

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a note.
    Medium,
    /// Worth a warning.
    High,
    /// Not to be let through.
    Critical,
}

impl Severity {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Distinct categories in the order found.
fn distinct<'a>(categories: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for category in categories {
        if !seen.contains(&category) {
            seen.push(category);
        }
    }
    seen
}
