//! The exception that Kotlin throws for a kind of error.

use dashclaw::ErrorKind;
use serde::Serialize;

use super::kdoc;
use super::names::{constant, spell};
use crate::model::Doc;
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/kotlin_errors.kt.jinja");
const BASE: &str = "DashClawException";

/// The class: one of its own where callers catch the kind, otherwise the base.
pub(super) const fn class(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Connection => "ConnectionFailedException",
        ErrorKind::Timeout => "CallTimeoutException",
        ErrorKind::Authentication => "AuthenticationException",
        ErrorKind::Permission => "PermissionDeniedException",
        ErrorKind::NotFound => "NotFoundException",
        ErrorKind::Conflict => "ConflictException",
        ErrorKind::RateLimited => "RateLimitedException",
        ErrorKind::GuardBlocked => "GuardBlockedException",
        ErrorKind::ApprovalDenied => "ApprovalDeniedException",
        ErrorKind::ApprovalTimeout => "ApprovalTimeoutException",
        ErrorKind::ApprovalExpired => "ApprovalExpiredException",
        ErrorKind::ReceiptInvalid => "ReceiptInvalidException",
        ErrorKind::OutcomeUnknown => "OutcomeUnknownException",
        _ => BASE,
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
