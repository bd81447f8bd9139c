//! The one error of the SDK. It crosses into every language as fields, never as text.

mod kind;

use std::fmt;
use std::time::Duration;

pub use kind::ErrorKind;
use serde::Serialize;
use serde_json::Value;

use crate::deadline::length;

/// The result of every fallible function here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with everything a caller needs to decide what to do next.
///
/// Its text never holds an API key, a token or a signing key.
#[derive(Clone)]
pub struct Error(Box<Fields>);

/// The fields of an [`Error`], as they cross into other languages.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Fields {
    /// Which of the closed set of kinds this is.
    pub kind: ErrorKind,
    /// One sentence for people.
    pub message: String,
    /// The HTTP status, when the server answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The server's own code, such as `SIGNATURE_REQUIRED`; otherwise the kind's.
    pub code: String,
    /// The server's `details`: a list of messages, or a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The whole JSON body of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The server's id for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long the server asks to wait, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
    /// The key that the request carried: send the same one to ask or repeat safely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The operation, snake_case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The argument at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// The verdict behind [`ErrorKind::GuardBlocked`], or the status behind [`ErrorKind::ApprovalDenied`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Value>,
    /// What the record's state is, for [`ErrorKind::Conflict`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_status: Option<String>,
    /// The action that this is about, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_id: Option<String>,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Fields {
            kind,
            message: message.into(),
            status: None,
            code: kind.as_str().to_owned(),
            details: None,
            body: None,
            request_id: None,
            retryable: kind.is_usually_retryable(),
            retry_after: None,
            idempotency_key: None,
            operation: None,
            argument: None,
            decision: None,
            current_status: None,
            action_id: None,
        }))
    }

    /// A refused argument: which, and what was expected.
    pub fn argument(name: impl Into<String>, problem: impl fmt::Display) -> Self {
        let name = name.into();
        Self::new(ErrorKind::InvalidArgument, format!("`{name}` {problem}"))
            .with(|fields| fields.argument = Some(name))
    }

    /// A refused option of the client: which, and what was expected.
    pub fn configuration(option: &str, problem: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Configuration, format!("`{option}` {problem}"))
            .with(|fields| fields.argument = Some(option.to_owned()))
    }

    /// The same error with some fields set.
    #[must_use]
    pub fn with(mut self, set: impl FnOnce(&mut Fields)) -> Self {
        set(&mut self.0);
        self
    }

    /// Which kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The server's own code, or the kind's.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The HTTP status, when the server answered.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after.and_then(length)
    }

    /// The key that the request carried.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key.as_deref()
    }

    /// All fields.
    pub fn fields(&self) -> &Fields {
        &self.0
    }

    /// The fields as JSON text, for the way into another language.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_else(|_| r#"{"kind":"internal","code":"internal","message":"the error could not be written","retryable":false}"#.to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}
