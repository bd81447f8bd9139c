//! The closed taxonomy of errors.
//!
//! A kind is one row here: the generator writes its class, its constant and its documentation in every language.

use serde::Serialize;

/// One kind, as the generator writes it into every language.
#[cfg(feature = "schema")]
#[derive(Clone, Copy, Debug)]
pub struct KindRow {
    /// The variant's name.
    pub name: &'static str,
    /// The stable code, snake_case.
    pub code: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Its class, in languages that have one for every kind: no name that a language has for itself.
    pub class: &'static str,
    /// The built-in exceptions that the class derives from in Python, so that code which knows only those keeps working.
    pub python: &'static [&'static str],
    /// Whether Kotlin has a class of its own for it, because programs catch it. The others are its base class.
    pub kotlin: bool,
    /// Whether errors of this kind usually pass by themselves.
    pub retryable: bool,
}

/// Declares the kinds, so that code, list, classes and documentation cannot drift apart:
///
/// ```text
/// Variant = "code" ClassName(Python's built-in classes) [flags];
/// ```
///
/// Flags: `passing` for errors that usually pass by themselves, `caught` for those that have a class in Kotlin.
macro_rules! kinds {
    ($(
        $(#[doc = $doc:literal])*
        $kind:ident = $code:literal $class:ident($($python:ident),*) [$($flag:ident),*];
    )+) => {
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

            /// Whether errors of this kind usually pass by themselves.
            pub(super) const fn is_usually_retryable(self) -> bool {
                match self {
                    $(Self::$kind => false $(|| flag!($flag is passing))*,)+
                }
            }

            /// What the generator writes of it.
            #[cfg(feature = "schema")]
            pub const fn row(self) -> KindRow {
                match self {
                    $(Self::$kind => KindRow {
                        name: stringify!($kind),
                        code: $code,
                        doc: concat!($($doc, "\n"),*),
                        class: stringify!($class),
                        python: &[$(stringify!($python)),*],
                        kotlin: false $(|| flag!($flag is caught))*,
                        retryable: self.is_usually_retryable(),
                    },)+
                }
            }
        }
    };
}

/// Whether two flags are the same; any other word does not compile.
macro_rules! flag {
    (passing is passing) => {
        true
    };
    (caught is caught) => {
        true
    };
    (passing is caught) => {
        false
    };
    (caught is passing) => {
        false
    };
}

kinds! {
    /// An option of the client is missing or unusable; `argument` names it.
    Configuration = "configuration" ConfigurationError(ValueError) [];
    /// An argument is missing, of the wrong type, or an id of the wrong kind. Nothing was sent.
    InvalidArgument = "invalid_argument" InvalidArgumentError(ValueError, TypeError) [];
    /// The server could not be reached, or the connection broke; it is certain that nothing was changed.
    Connection = "connection" ConnectionFailedError(ConnectionError) [passing, caught];
    /// The deadline passed, and it is certain that this call changed nothing.
    Timeout = "timeout" RequestTimeoutError(TimeoutError) [passing, caught];
    /// The caller stopped the call, and it is certain that nothing was changed.
    Cancelled = "cancelled" CallCancelledError() [];
    /// 401: the API key is missing or wrong.
    Authentication = "authentication" AuthenticationError() [caught];
    /// 402 or 403: the key may not do this, or a quota is used up.
    Permission = "permission" PermissionDeniedError() [caught];
    /// 404: there is no such record.
    NotFound = "not_found" NotFoundError() [caught];
    /// 409 or 410: the record's state forbids it; `current_status` says what the state is.
    Conflict = "conflict" ConflictError() [caught];
    /// 400, 413 or 422: the server refused the request's content.
    Validation = "validation" ValidationError(ValueError) [];
    /// 429: too many requests; `retry_after` says how long to wait.
    RateLimited = "rate_limited" RateLimitedError() [passing, caught];
    /// 5xx: the server failed.
    Server = "server" ServerError() [passing];
    /// The answer is not what this operation returns: not JSON, cut short, too large, a redirect, an unknown verdict. It is
    /// never taken for permission.
    MalformedResponse = "malformed_response" MalformedResponseError() [];
    /// A policy blocks the action. `decision` holds the verdict.
    GuardBlocked = "guard_blocked" GuardBlockedError() [caught];
    /// A human denied the action. `decision` is its status: `failed` or `cancelled`.
    ApprovalDenied = "approval_denied" ApprovalDeniedError() [caught];
    /// Nobody decided before the deadline. The request for approval still stands.
    ApprovalTimeout = "approval_timeout" ApprovalTimeoutError(TimeoutError) [caught];
    /// The request for approval expired on the server.
    ApprovalExpired = "approval_expired" ApprovalExpiredError() [caught];
    /// A receipt is not valid; `details` holds the code of the check that failed.
    ReceiptInvalid = "receipt_invalid" ReceiptInvalidError(ValueError) [caught];
    /// An earlier run of this intent began, and nobody knows whether it took effect: it ended without a report, or never
    /// ended. Waiting settles nothing. Look, then report with `report_action_outcome` for `action_id`, or run it again with
    /// `rerun`.
    InDoubt = "in_doubt" OutcomeInDoubtError() [caught];
    /// A write may or may not have happened: the connection failed, the deadline passed or the call was stopped after it
    /// was sent. Ask, or repeat with the same `idempotency_key`.
    OutcomeUnknown = "outcome_unknown" OutcomeUnknownError() [passing, caught];
    /// The client was closed, or belongs to another process.
    Closed = "closed" ClientClosedError() [];
    /// The embedded instance cannot run: its database is locked or corrupt, a policy file is unreadable.
    Instance = "instance" InstanceError() [];
    /// A defect of the SDK itself.
    Internal = "internal" InternalError() [];
}
