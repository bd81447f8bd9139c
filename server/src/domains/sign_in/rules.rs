//! How long a session lasts, and what its holder may be called.

use crate::policy::names;

/// How long a session lasts that nobody uses, in milliseconds.
pub(super) const IDLE_MS: i64 = 12 * 3_600_000;
/// How long any session lasts, in milliseconds.
pub(super) const TOTAL_MS: i64 = 7 * 24 * 3_600_000;
const MAX_NAME: usize = 64;

/// Whether a session of these times lasts still.
pub(super) fn lasts(created_ms: i64, used_ms: i64, now_ms: i64) -> bool {
    now_ms < created_ms + TOTAL_MS && now_ms < used_ms + IDLE_MS
}

/// What others see of who signs in, or what is wrong with it.
pub(super) fn name(given: &str) -> Result<String, String> {
    let name = given.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(format!("`name` must have 1 to {MAX_NAME} characters"));
    }
    // It stands before the key's id in brackets, which it must not imitate.
    if name.contains(['(', ')']) {
        return Err("`name` must not contain brackets".to_owned());
    }
    names::problem("name", name).map_or_else(|| Ok(name.to_owned()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_rests_and_when_it_is_old() {
        assert!(lasts(0, 0, IDLE_MS - 1) && !lasts(0, 0, IDLE_MS));
        assert!(lasts(0, TOTAL_MS - 1, TOTAL_MS - 1) && !lasts(0, TOTAL_MS, TOTAL_MS));
    }

    #[test]
    fn names_are_what_they_look_like() {
        assert_eq!(name(" Anna Müller "), Ok("Anna Müller".to_owned()));
        for wrong in ["", "  ", "a\u{202e}b", "a\nb", "Anna (key_1)", &"x".repeat(65)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
