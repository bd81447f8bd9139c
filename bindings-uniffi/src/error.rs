//! The one error, as an object: a field more breaks nobody, and changes nothing here.

use std::fmt;
use std::sync::Arc;

use dashclaw::{Error, ErrorKind};

/// The result of every fallible function here.
pub(crate) type Result<T> = std::result::Result<T, Arc<NativeError>>;

/// What went wrong.
#[derive(uniffi::Object)]
#[uniffi::export(Debug, Display)]
pub struct NativeError(Error);

#[uniffi::export]
impl NativeError {
    /// Every field, as a JSON object.
    pub fn fields(&self) -> String {
        self.0.to_json()
    }
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
