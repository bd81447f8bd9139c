//! The exception that Kotlin throws for a kind of error.

use dashclaw::ErrorKind;
use serde::Serialize;

use super::kdoc;
use super::names::{constant, spell};
use crate::model::Doc;
use crate::{Result, classes, template};

const TEMPLATE: &str = include_str!("../../templates/kotlin_errors.kt.jinja");
const BASE: &str = "DashClawException";

/// The class: one of its own where callers catch the kind, otherwise the base.
pub(super) fn class(kind: ErrorKind) -> String {
    use ErrorKind::{
        ApprovalDenied, ApprovalExpired, ApprovalTimeout, Authentication, Conflict, Connection, GuardBlocked,
        InDoubt, NotFound, OutcomeUnknown, Permission, RateLimited, ReceiptInvalid, Timeout,
    };
    match kind {
        ApprovalDenied | ApprovalExpired | ApprovalTimeout | Authentication | Conflict | Connection
        | GuardBlocked | InDoubt | NotFound | OutcomeUnknown | Permission | RateLimited | ReceiptInvalid
        | Timeout => classes::class(kind).replace("Error", "Exception"),
        _ => BASE.to_owned(),
    }
}

/// The constant of `ErrorKind`, for a kind without a class of its own.
pub(super) fn kind(kind: ErrorKind) -> Option<String> {
    (class(kind) == BASE).then(|| constant(kind.as_str()))
}

#[derive(Serialize)]
struct Kind {
    constant: String,
    code: &'static str,
    doc: String,
}

/// `ErrorKind.kt`.
pub(super) fn module() -> Result<String> {
    let kinds = ErrorKind::ALL.iter().map(|kind| Kind {
        constant: constant(kind.as_str()),
        code: kind.as_str(),
        doc: kdoc::of_text(&[Doc::read(kind.doc()).line(&spell)], "    "),
    });
    template::fill(TEMPLATE, minijinja::context! { kinds => kinds.collect::<Vec<_>>() })
}
