//! The class that Python raises for a kind of error.

use dashclaw::ErrorKind;

pub(super) const fn class(kind: ErrorKind) -> &'static str {
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
        ErrorKind::OutcomeUnknown => "OutcomeUnknownError",
        ErrorKind::Closed => "ClientClosedError",
        ErrorKind::Instance => "InstanceError",
        ErrorKind::Internal => "InternalError",
    }
}
