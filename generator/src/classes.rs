//! The classes of errors, in languages that have classes.

use dashclaw::ErrorKind;

/// The class for a kind of error: no name that a language has for itself, such as `TimeoutError`.
pub(crate) const fn class(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Configuration => "ConfigurationError",
        ErrorKind::InvalidArgument => "InvalidArgumentError",
        ErrorKind::Connection => "ConnectionFailedError",
        ErrorKind::Timeout => "RequestTimeoutError",
        ErrorKind::Cancelled => "CallCancelledError",
        ErrorKind::Authentication => "AuthenticationError",
        ErrorKind::Permission => "PermissionDeniedError",
        ErrorKind::NotFound => "NotFoundError",
        ErrorKind::Conflict => "ConflictError",
        ErrorKind::Validation => "ValidationError",
        ErrorKind::RateLimited => "RateLimitedError",
        ErrorKind::Server => "ServerError",
        ErrorKind::MalformedResponse => "MalformedResponseError",
        ErrorKind::GuardBlocked => "GuardBlockedError",
        ErrorKind::ApprovalDenied => "ApprovalDeniedError",
        ErrorKind::ApprovalTimeout => "ApprovalTimeoutError",
        ErrorKind::ApprovalExpired => "ApprovalExpiredError",
        ErrorKind::ReceiptInvalid => "ReceiptInvalidError",
        ErrorKind::InDoubt => "OutcomeInDoubtError",
        ErrorKind::OutcomeUnknown => "OutcomeUnknownError",
        ErrorKind::Closed => "ClientClosedError",
        ErrorKind::Instance => "InstanceError",
        ErrorKind::Internal => "InternalError",
    }
}

/// The class with its article: "a `ConflictError`".
pub(crate) fn a_class(kind: ErrorKind) -> String {
    let class = class(kind);
    let article = if class.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{article} `{class}`")
}
