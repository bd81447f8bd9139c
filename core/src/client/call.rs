//! One call: its options, its arguments, its answer. Building a request and judging a response are pure functions.

mod arguments;
mod creation;
mod judge;
mod message;
#[cfg(test)]
mod official;
mod request;
mod retry;
mod status;

use std::fmt;
use std::time::Duration;

pub(crate) use arguments::Arguments;
use bytes::Bytes;
pub(crate) use creation::Asked;
use http::HeaderMap;
pub(crate) use judge::{Answer, blocked, handed_on_instead, judge};
pub(crate) use message::explained;
pub(crate) use request::{Prepared, fresh_key, percent_encoded, prepare, quote, value_of};
pub(crate) use retry::{Failure, backoff, may_retry, share};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::json::require_finite;
use crate::{Error, ErrorKind, Result};

/// What may differ from call to call.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// How long the call may take in all, retries included.
    pub timeout: Option<Duration>,
    /// How often a request that is safe to repeat is repeated.
    pub max_retries: Option<u32>,
    /// The key that the request carries, where the operation takes one.
    pub idempotency_key: Option<String>,
    /// Where the key comes from when none is given.
    pub idempotency: Idempotency,
    /// What becomes of an action that was created before with the same key.
    pub on_replay: OnReplay,
    /// Stops the call.
    pub cancel: Option<CancellationToken>,
}

/// Where the idempotency key of a created record comes from when the caller gives none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idempotency {
    /// From the whole intent and the current hour: the same intent is the same record.
    #[default]
    Intent,
    /// A fresh one per call: every call makes a new record.
    Call,
}

/// What becomes of an action that was created before with the same key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReplay {
    /// It is judged by its state, like a fresh one: only an action that is `running` or `pending_approval` is a result.
    #[default]
    Judge,
    /// It is returned whatever its state, for a caller that wants the record. It is no permission.
    Return,
}

/// Few requests are longer, in bytes of JSON.
const USUAL_LENGTH: usize = 512;

/// A typed request as the JSON text of its arguments.
pub(crate) fn written(request: &impl Serialize) -> Result<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL_LENGTH);
    serde_json::to_writer(&mut text, request)
        .map_err(|error| Error::argument("request", format!("cannot be written as JSON: {error}")))?;
    require_finite(request).map_err(|problem| {
        Error::argument(problem.member.as_deref().unwrap_or("request"), problem.to_string())
    })?;
    Ok(text)
}

/// The answer to a call: the exact bytes of the response body, which is a JSON object.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The body as it came; of an operation that may answer with other text, an object that holds that text.
    pub body: Bytes,
    /// The headers.
    pub headers: HeaderMap,
    /// The server's id for the request.
    pub request_id: Option<String>,
    /// The key that the request carried.
    pub idempotency_key: Option<String>,
}

/// Shows neither body nor headers, which may hold a secret.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("request_id", &self.request_id)
            .field("idempotency_key", &self.idempotency_key)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// The body as `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let misfit = |problem: &dyn fmt::Display| {
            Error::new(
                ErrorKind::MalformedResponse,
                format!("the response does not have the documented form: {problem}"),
            )
            .with(|fields| {
                fields.status = Some(self.status);
                fields.request_id.clone_from(&self.request_id);
                fields.idempotency_key.clone_from(&self.idempotency_key);
            })
        };
        let body = std::str::from_utf8(&self.body).map_err(|error| misfit(&error))?;
        serde_json::from_str(body).map_err(|error| misfit(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::actions::UpdateOutcome;

    #[test]
    fn a_request_with_a_number_that_is_not_finite_is_refused_by_the_argument() {
        let outcome = UpdateOutcome { cost_estimate: Some(f64::NAN), ..UpdateOutcome::default() };
        let error = written(&outcome).unwrap_err();
        assert_eq!(
            (error.kind(), error.fields().argument.as_deref()),
            (ErrorKind::InvalidArgument, Some("cost_estimate"))
        );
    }

    #[test]
    fn a_response_does_not_show_what_it_holds() {
        let body = br#"{"key":{"raw_key":"oc_live_1"}}"#;
        let response = Response { body: Bytes::from_static(body), ..Response::default() };
        assert!(!format!("{response:?}").contains("oc_live_1"));
    }

    #[test]
    fn wrong_call_options_are_named() {
        let cases = [
            (r#"{"timeout":"soon"}"#, "`timeout` must be a number of seconds, 0 or more"),
            (r#"{"max_retries":-1}"#, "`max_retries` must be a whole number, 0 or more"),
            (r#"{"idempotency":"always"}"#, "`idempotency` must be `intent` or `call`"),
            (r#"{"on_replay":true}"#, "`on_replay` must be `judge` or `return`"),
            (r#"{"time_out":1}"#, "`time_out` is not an option of a call; did you mean `timeout`?"),
        ];
        for (json, expected) in cases {
            let error = CallOptions::from_json(json.as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::InvalidArgument, expected));
        }
    }
}
