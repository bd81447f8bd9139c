//! What a row's rules mean to a caller, in sentences.

use dashclaw::ErrorKind;
use dashclaw::catalogue::{Expect, Place, Repeat, Row};

use super::Doc;

/// A way in which an operation may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of error.
    pub kind: ErrorKind,
    /// When it happens.
    pub when: &'static str,
}

impl Failure {
    /// What the facts of `row` and its `doc` say beyond what every operation has in common.
    pub(super) fn of(row: &Row, doc: &Doc) -> Vec<Self> {
        let in_path = row.fields.iter().any(|field| field.place == Place::Path);
        let has_body = row.fields.iter().any(|field| field.place == Place::Body);
        let writes = matches!(row.rules.repeat, Repeat::Keyed | Repeat::OneShot | Repeat::Never);
        let table = [
            (has_body, ErrorKind::Validation, "the server refuses the content"),
            (row.rules.admin, ErrorKind::Permission, "the API key lacks the admin role"),
            (in_path, ErrorKind::NotFound, "there is no such record"),
            (
                row.rules.repeat == Repeat::OneShot,
                ErrorKind::Conflict,
                "it was done before; `current_status` says how",
            ),
            (row.rules.expect == Expect::Creation, ErrorKind::GuardBlocked, "a policy blocks the action"),
            (
                row.rules.expect == Expect::Verdict,
                ErrorKind::MalformedResponse,
                "the answer is not one of the four verdicts",
            ),
            (writes, ErrorKind::OutcomeUnknown, "the answer was lost: it may or may not have happened"),
        ];
        let mut failures: Vec<Self> = table
            .into_iter()
            .filter(|(holds, ..)| *holds)
            .map(|(_, kind, when)| Self { kind, when })
            .collect();
        for kind in doc.errors() {
            if failures.iter().all(|known| known.kind != kind) {
                failures.push(Self { kind, when: "see the description" });
            }
        }
        failures
    }
}

/// What happens when a call is repeated.
pub const fn repeat(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Safe => "Reads only.",
        Repeat::Idempotent => "Safe to repeat.",
        Repeat::Keyed => "Safe to repeat under one idempotency key.",
        Repeat::OneShot => "The first one counts; later ones are conflicts.",
        Repeat::Never => "A repeat would do it twice.",
    }
}

/// The stable word for the class.
pub(crate) const fn repeat_word(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Safe => "safe",
        Repeat::Idempotent => "idempotent",
        Repeat::Keyed => "keyed",
        Repeat::OneShot => "one_shot",
        Repeat::Never => "never",
    }
}
