//! The one error of the SDK. It crosses into every language as fields, never as text.

mod fields;
mod kind;

use std::fmt;
use std::time::Duration;

pub use fields::Fields;
#[cfg(feature = "schema")]
pub use fields::{FieldRow, Holds};
pub use kind::ErrorKind;
#[cfg(feature = "schema")]
pub use kind::KindRow;

use crate::deadline::length;

/// The result of every fallible function here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with everything a caller needs to decide what to do next.
///
/// Its text never holds an API key, a token or a signing key.
#[derive(Clone)]
pub struct Error(Box<Fields>);

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (code, retryable) = (kind.as_str().to_owned(), kind.is_usually_retryable());
        Self(Box::new(Fields::new(kind, message.into(), code, retryable)))
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
