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

/// Format and control characters, joiners, selectors of variants, fillers.
fn is_invisible(character: char) -> bool {
    let of_control = character.is_control() && !character.is_whitespace();
    of_control
        || matches!(
            u32::from(character),
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
                | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB
                | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF
        )
}
