//! What each HTTP status of a refusal means: its kind of error, whether the same request may succeed later, and whether the
//! server may have acted all the same. Judging, repeating and telling lost answers all read this table.

use std::ops::RangeInclusive;

use crate::ErrorKind;

/// What a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: ErrorKind,
    /// Whether the same request may succeed later.
    pub(crate) retryable: bool,
    /// Whether the server may have done what was asked for, or some of it.
    pub(crate) may_have_acted: bool,
}

/// Of two rows that hold a status the first counts.
#[rustfmt::skip]
const TABLE: &[(RangeInclusive<u16>, ErrorKind, bool, bool)] = &[
    // status     kind                        retryable  may have acted
    (401..=401, ErrorKind::Authentication,    false,     false),
    (402..=403, ErrorKind::Permission,        false,     false),
    (404..=404, ErrorKind::NotFound,          false,     false),
    // Whoever says it gave up waiting, perhaps for the server behind it.
    (408..=408, ErrorKind::Validation,        true,      true),
    (409..=410, ErrorKind::Conflict,          false,     false),
    // It did not look at the request.
    (429..=429, ErrorKind::RateLimited,       true,      false),
    (400..=499, ErrorKind::Validation,        false,     false),
    // A gateway's 5xx does not say whether the server behind it acted.
    (500..=500, ErrorKind::Server,            true,      true),
    (502..=504, ErrorKind::Server,            true,      true),
    (500..=599, ErrorKind::Server,            false,     true),
];

/// What `status` means. One that is no refusal comes with an answer that was not the documented one.
pub(crate) fn meaning(status: u16) -> Meaning {
    let row = TABLE.iter().find(|(statuses, ..)| statuses.contains(&status));
    let &(_, kind, retryable, may_have_acted) =
        row.unwrap_or(&(0..=0, ErrorKind::MalformedResponse, false, false));
    Meaning { kind, retryable, may_have_acted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_counts_for_a_status() {
        for (at, (statuses, ..)) in TABLE.iter().enumerate() {
            let first = |status: &u16| TABLE.iter().position(|(held, ..)| held.contains(status)) == Some(at);
            assert!(statuses.clone().any(|status| first(&status)), "{statuses:?}");
        }
    }

    #[test]
    fn every_refusal_has_a_meaning_and_nothing_else_has() {
        for status in 0..=999 {
            let is_refusal = (400..=599).contains(&status);
            assert_eq!(meaning(status).kind != ErrorKind::MalformedResponse, is_refusal, "{status}");
            assert!(is_refusal || !meaning(status).retryable, "{status}");
        }
    }

    #[test]
    fn what_may_pass_by_itself_is_retryable() {
        let retryable: Vec<u16> = (0..=999).filter(|status| meaning(*status).retryable).collect();
        assert_eq!(retryable, [408, 429, 500, 502, 503, 504]);
        assert!(!meaning(429).may_have_acted && meaning(408).may_have_acted && meaning(501).may_have_acted);
    }
}
