//! The order of members, which signatures do not cover.

use crate::json::JsonString;

/// Whether the members of an object stand as some honest writer leaves them: in the issuer's order, sorted by
/// name (`sort_keys`, `BTreeMap`), or by length and then by bytes (PostgreSQL's `jsonb`).
///
/// Names that `issued` does not list may stand anywhere in the issuer's order.
pub(super) fn is_honest(names: &[&JsonString], issued: &[&str]) -> bool {
    let place = |name: &JsonString| issued.iter().position(|known| name.as_str() == Some(known));
    names.iter().filter_map(|name| place(name)).is_sorted()
        || names.is_sorted()
        || names.iter().map(|name| name.to_string_lossy()).is_sorted_by_key(|name| (name.len(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn honest(names: &[&str]) -> bool {
        let names: Vec<JsonString> = names.iter().map(|name| JsonString::from(*name)).collect();
        is_honest(&names.iter().collect::<Vec<_>>(), &["version", "kid", "alg"])
    }

    #[test]
    fn three_orders_are_honest() {
        assert!(honest(&["version", "kid", "alg"]));
        assert!(honest(&["alg", "kid", "version"]));
        assert!(honest(&["version", "new", "kid", "alg"]));
        assert!(!honest(&["kid", "version", "alg"]));
        assert!(!honest(&["kid", "alg", "version"]));
    }

    #[test]
    fn jsonb_sorts_by_length_first() {
        let names = ["z", "aa", "bbb"].map(JsonString::from);
        assert!(is_honest(&names.iter().collect::<Vec<_>>(), &["bbb", "aa", "z"]));
    }
}
