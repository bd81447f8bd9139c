//! The one error, as an object: a field more breaks nobody.

use std::fmt;
use std::sync::Arc;

use dashclaw::{Error, ErrorKind};
use serde_json::Value;

/// The result of every fallible function here.
pub(crate) type Result<T> = std::result::Result<T, Arc<NativeError>>;

/// What went wrong. Each accessor is a field of [`dashclaw::ErrorFields`].
#[derive(uniffi::Object)]
#[uniffi::export(Debug, Display)]
pub struct NativeError(Error);

#[uniffi::export]
impl NativeError {
    /// The stable code of its kind, snake_case.
    pub fn kind(&self) -> String {
        self.0.kind().as_str().to_owned()
    }

    /// One sentence for people.
    pub fn message(&self) -> String {
        self.0.fields().message.clone()
    }

    /// The server's own code, or the kind's.
    pub fn code(&self) -> String {
        self.0.code().to_owned()
    }

    /// The HTTP status, when the server answered.
    pub fn status(&self) -> Option<u16> {
        self.0.status()
    }

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        self.0.is_retryable()
    }

    /// How many seconds the server asks to wait.
    pub fn retry_after(&self) -> Option<f64> {
        self.0.fields().retry_after
    }

    /// The key that the request carried.
    pub fn idempotency_key(&self) -> Option<String> {
        self.0.fields().idempotency_key.clone()
    }

    /// What the record's state is.
    pub fn current_status(&self) -> Option<String> {
        self.0.fields().current_status.clone()
    }

    /// The argument at fault.
    pub fn argument(&self) -> Option<String> {
        self.0.fields().argument.clone()
    }

    /// The server's details, as JSON text.
    pub fn details(&self) -> Option<String> {
        text(self.0.fields().details.as_ref())
    }

    /// The whole body of a refusal, as JSON text.
    pub fn body(&self) -> Option<String> {
        text(self.0.fields().body.as_ref())
    }

    /// The server's id for the request.
    pub fn request_id(&self) -> Option<String> {
        self.0.fields().request_id.clone()
    }

    /// The operation, snake_case.
    pub fn operation(&self) -> Option<String> {
        self.0.fields().operation.clone()
    }

    /// The action that this is about.
    pub fn action_id(&self) -> Option<String> {
        self.0.fields().action_id.clone()
    }

    /// The verdict of a guard, or the status of a denied action, as JSON text.
    pub fn decision(&self) -> Option<String> {
        text(self.0.fields().decision.as_ref())
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.map(Value::to_string)
}

/// The error as it crosses.
pub(crate) fn crossing(error: Error) -> Arc<NativeError> {
    Arc::new(NativeError(error))
}

/// A defect of the SDK.
pub(crate) fn defect(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Internal, message)
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NativeError {}
