//! How results cross into JavaScript.

use bytes::Bytes;
use dashclaw::{Error, ErrorKind, Result};
use serde::Serialize;

/// What every call ends with: JSON text, or nothing.
pub(crate) type Outcome = Result<Option<Bytes>>;

/// A value as JSON text.
pub(crate) fn json(value: &impl Serialize) -> Outcome {
    serde_json::to_vec(value)
        .map(|text| Some(text.into()))
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer could not be written: {error}")))
}

/// What is thrown for `error`: its fields as JSON. JavaScript makes the error that people see from them.
pub(crate) fn raise(error: Error) -> napi::Error {
    napi::Error::from_reason(error.to_json())
}
