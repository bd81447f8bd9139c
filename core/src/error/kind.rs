//! The closed taxonomy of errors.

use serde::Serialize;

/// Declares the kinds with their stable codes, so that code, list and documentation cannot drift apart.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $code:literal,)+) => {
        /// What kind of error it is. The set is closed: it grows only with a new major version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum ErrorKind {
            $($(#[doc = $doc])* #[serde(rename = $code)] $kind,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of their documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The stable code, snake_case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)+
                }
            }

            /// What it means, for the documentation of every language.
            #[cfg(feature = "schema")]
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc, "\n"),*),)+
                }
            }
        }
    };
}

kinds! {
    /// An option of the client is missing or unusable.
    Configuration = "configuration",
    /// An argument is missing, of the wrong type, or an id of the wrong kind. Nothing was sent.
    InvalidArgument = "invalid_argument",
    /// The server could not be reached, or the connection broke; it is certain that nothing was changed.
    Connection = "connection",
    /// The deadline passed, and it is certain that this call changed nothing.
    Timeout = "timeout",
    /// The caller stopped the call, and it is certain that nothing was changed.
    Cancelled = "cancelled",
    /// 401: the API key is missing or wrong.
    Authentication = "authentication",
    /// 402 or 403: the key may not do this, or a quota is used up.
    Permission = "permission",
    /// 404: there is no such record.
    NotFound = "not_found",
    /// 409 or 410: the record's state forbids it; `current_status` says what the state is.
    Conflict = "conflict",
    /// 400, 413 or 422: the server refused the request's content.
    Validation = "validation",
    /// 429: too many requests; `retry_after` says how long to wait.
    RateLimited = "rate_limited",
    /// 5xx: the server failed.
    Server = "server",
    /// The answer is not what this operation returns: not JSON, cut short, too large, a redirect, an unknown verdict.
    MalformedResponse = "malformed_response",
    /// A policy blocks the action. `decision` holds the verdict.
    GuardBlocked = "guard_blocked",
    /// A human denied the action.
    ApprovalDenied = "approval_denied",
    /// Nobody decided before the deadline. The request for approval still stands.
    ApprovalTimeout = "approval_timeout",
    /// The request for approval expired on the server.
    ApprovalExpired = "approval_expired",
    /// A receipt is not valid.
    ReceiptInvalid = "receipt_invalid",
    /// An earlier run of this intent began, and nobody knows whether it took effect: it ended without a report, or never
    /// ended. Waiting settles nothing. Look, then report with `report_action_outcome`, or run it again with `rerun`.
    InDoubt = "in_doubt",
    /// A write may or may not have happened: the connection failed, the deadline passed or the call was stopped after it
    /// was sent. Ask, or repeat with the same `idempotency_key`.
    OutcomeUnknown = "outcome_unknown",
    /// The client was closed, or belongs to another process.
    Closed = "closed",
    /// The embedded instance cannot run: its database is locked or corrupt, a policy file is unreadable.
    Instance = "instance",
    /// A defect of the SDK itself.
    Internal = "internal",
}

impl ErrorKind {
    /// Whether errors of this kind usually pass by themselves.
    pub(super) const fn is_usually_retryable(self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Timeout | Self::RateLimited | Self::Server | Self::OutcomeUnknown
        )
    }
}
