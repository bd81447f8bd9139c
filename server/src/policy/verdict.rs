//! The four words a guard call can answer with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A guard verdict, ordered by strictness: combining several is taking the maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go ahead.
    #[default]
    Allow,
    /// Go ahead; something is worth knowing.
    Warn,
    /// Wait until a human has approved.
    RequireApproval,
    /// Do not act.
    Block,
}

impl Verdict {
    /// Every verdict, from the most permissive to the strictest.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Warn, Self::RequireApproval, Self::Block];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::RequireApproval => "require_approval",
            Self::Block => "block",
        }
    }

    /// Reads the word on the wire; anything else is not a verdict.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictness_is_the_order() {
        assert!(Verdict::ALL.is_sorted());
        assert_eq!(Verdict::Warn.max(Verdict::Block), Verdict::Block);
        assert_eq!(Verdict::RequireApproval.max(Verdict::Warn), Verdict::RequireApproval);
    }

    #[test]
    fn words_read_back_and_nothing_else_does() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_word(verdict.as_str()), Some(verdict));
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
        }
        assert_eq!(Verdict::from_word("Allow"), None);
        assert_eq!(Verdict::from_word(""), None);
    }
}
