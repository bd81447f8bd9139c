//! What a user's pattern may cost.

use regex_syntax::hir::{Hir, HirKind};

/// Most positions of a pattern with its repeats written out: what the longest pattern without repeats has. A search
/// looks at each of them at every character, so this bounds the one step that no deadline can stop.
const MAX_WEIGHT: usize = 512;

/// Whether a search for a pattern would be too long, such as `(?:a|b|ab){1700}c`.
pub(super) fn is_too_heavy(pattern: &Hir) -> bool {
    weight(pattern) > MAX_WEIGHT
}

fn weight(pattern: &Hir) -> usize {
    match pattern.kind() {
        // A word is looked for as a whole, whatever its length.
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) | HirKind::Literal(_) => 1,
        HirKind::Capture(group) => weight(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(0, |sum, part| sum.saturating_add(weight(part)))
        }
        HirKind::Repetition(repeat) => {
            let most = repeat.max.unwrap_or(repeat.min.saturating_add(1)).max(1);
            // A repeated word is written out letter by letter.
            let once = match repeat.sub.kind() {
                HirKind::Literal(literal) => literal.0.len(),
                _ => weight(&repeat.sub),
            };
            once.saturating_mul(usize::try_from(most).unwrap_or(usize::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pattern: &str) -> bool {
        is_too_heavy(&regex_syntax::parse(pattern).unwrap())
    }

    #[test]
    fn repeats_are_written_out() {
        for light in [
            "guarantee",
            r"\b\d{3}-\d{2}-\d{4}\b",
            ".{0,100}secret.{0,100}",
            r"(?:\w+\s+){0,10}refund",
            "a*",
            "x{512}",
            r"[^\s]{20,100}",
        ] {
            assert!(!refused(light), "{light}");
        }
        let longest = format!("(?i){}", "a".repeat(500));
        assert!(!refused(&longest), "the longest pattern without repeats");
        for heavy in [
            "(?:a|b|ab|a?){1734}c",
            "x{513}",
            "(?:a{25}){25}",
            "(?:ab?){1,300}",
            ".{900}.{900}",
            "(?:abc){200}",
            "a{513,}",
        ] {
            assert!(refused(heavy), "{heavy}");
        }
    }
}
