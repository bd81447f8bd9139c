//! What a secret may be called and hold, and which of several an agent gets.

use std::collections::BTreeMap;

const MAX_NAME: usize = 128;
const DAY_MS: i64 = 86_400_000;

/// What is wrong with a secret, one sentence each.
pub(super) fn problems(name: Option<&str>, value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if name.is_some_and(|name| !is_variable(name)) {
        problems.push("`name` must be letters, digits and `_`, and begin with no digit".to_owned());
    }
    // No environment can hold it.
    if value.is_empty() || value.contains('\0') {
        problems.push("`value` must be a text that is not empty, without U+0000".to_owned());
    }
    problems
}

/// Whether a variable of a process may be called so.
fn is_variable(name: &str) -> bool {
    let mut letters = name.bytes();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    begins && name.len() <= MAX_NAME && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a secret should have another value by now.
pub(super) fn is_due(rotate_after_days: Option<i64>, rotated_ms: i64, now_ms: i64) -> bool {
    rotate_after_days.is_some_and(|days| now_ms - rotated_ms >= days.saturating_mul(DAY_MS))
}

/// The secrets that one agent gets: those for all, and its own in their place. Each comes as whether it is its own, its name and
/// its value.
pub(super) fn delivered<T>(secrets: impl IntoIterator<Item = (bool, String, T)>) -> BTreeMap<String, T> {
    let (own, of_all): (Vec<_>, Vec<_>) = secrets.into_iter().partition(|(own, _, _)| *own);
    of_all.into_iter().chain(own).map(|(_, name, value)| (name, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_variable() {
        for name in ["A", "_", "a_1", "DB_URL", &"x".repeat(128)] {
            assert_eq!(problems(Some(name), "v"), Vec::<String>::new(), "{name}");
        }
        for name in ["", "1A", "A-B", "A B", "Ä", "A=B", "A\0", &"x".repeat(129)] {
            assert_eq!(problems(Some(name), "v").len(), 1, "{name}");
        }
        assert_eq!(
            [problems(None, "").len(), problems(None, "a\0b").len(), problems(None, " ").len()],
            [1, 1, 0]
        );
    }

    #[test]
    fn an_agents_own_takes_the_place_of_that_for_all() {
        let given = |own, name: &str, value| (own, name.to_owned(), value);
        let both = [given(true, "A", 1), given(false, "A", 2), given(false, "B", 3)];
        assert_eq!(delivered(both), BTreeMap::from([("A".to_owned(), 1), ("B".to_owned(), 3)]));
    }

    #[test]
    fn a_value_is_due_after_its_days() {
        assert!(!is_due(None, 0, i64::MAX) && !is_due(Some(1), 0, DAY_MS - 1));
        assert!(is_due(Some(1), 0, DAY_MS) && !is_due(Some(i64::MAX), 0, DAY_MS));
    }
}
