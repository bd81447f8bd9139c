//! One try of a request: head, body within limits, judgement.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use secrecy::ExposeSecret;

use crate::catalogue::Expect;
use crate::client::call::{Answer, Failure, Prepared, handed_on_instead, judge};
use crate::client::options::Config;
use crate::client::transport::{Body, Sent, TransportError};
use crate::{DashClaw, Error, ErrorKind, Response, Result};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How a try fails that is not answered in its time: by then the request was probably sent.
pub(super) const UNANSWERED: Failure = Failure::Transport(Sent::Maybe);

/// How a try failed.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) failure: Failure,
}

impl Failed {
    fn transport(error: &TransportError) -> Self {
        let kind = ErrorKind::Connection;
        let message = match error.sent {
            Sent::No => format!("the server cannot be reached: {}", error.message),
            Sent::Maybe => format!("the connection failed: {}", error.message),
        };
        Self { error: Error::new(kind, message), failure: Failure::Transport(error.sent) }
    }

    /// No answer came in the time of this try.
    pub(super) fn unanswered() -> Self {
        let error = Error::new(ErrorKind::Timeout, "the server did not answer in the time of this try");
        Self { error, failure: UNANSWERED }
    }

    /// An answer that came and cannot be used; a repeat would not help.
    fn final_answer(error: Error) -> Self {
        let failure = Failure::Status(error.status().unwrap_or_default());
        Self { error, failure }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.error.retry_after()
    }
}

/// The base URL, read once: its scheme and host go with every request.
pub(super) fn origin(config: &Config) -> Result<Uri> {
    Uri::try_from(config.base_url.as_str())
        .map_err(|error| Error::configuration("base_url", error.to_string()))
}

/// The headers that every request of a client carries.
pub(super) fn fixed_headers(config: &Config) -> Result<HeaderMap> {
    // Room for those that single requests add.
    let mut headers = HeaderMap::with_capacity(12);
    let own = concat!("dashclaw/", env!("CARGO_PKG_VERSION"));
    let agent = config
        .network
        .user_agent
        .as_ref()
        .map_or_else(|| own.to_owned(), |product| format!("{product} {own}"));
    let agent = HeaderValue::try_from(agent)
        .map_err(|_| Error::configuration("user_agent", "must be printable ASCII on one line"))?;
    headers.insert(USER_AGENT, agent);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(API_KEY, secret("api_key", config.api_key.expose_secret())?);
    if let Some(token) = &config.auth_token {
        headers.insert(AUTHORIZATION, secret("auth_token", &format!("Bearer {}", token.expose_secret()))?);
    }
    Ok(headers)
}

fn secret(option: &str, text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Error::configuration(option, "cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

impl DashClaw {
    /// Sends `prepared` once and reads the whole answer.
    pub(super) async fn attempt(
        &self,
        prepared: &Prepared,
        trace: Option<&HeaderValue>,
    ) -> Result<Response, Failed> {
        let request = self.request(prepared, trace).map_err(Failed::final_answer)?;
        let transport = self.transport().map_err(Failed::final_answer)?;
        let response = transport.send(request).await.map_err(|error| Failed::transport(&error))?;
        let (head, body) = response.into_parts();
        let body = self.read(body).await?;
        let answer = Answer { status: head.status, headers: &head.headers, body: &body };
        match judge(prepared.row, prepared.asked(), &answer, &|text| self.redact(text)) {
            Ok(mended) => {
                let body = mended.unwrap_or_else(|| body.clone());
                let answer = Answer { status: head.status, headers: &head.headers, body: &body };
                Ok(Response {
                    status: head.status.as_u16(),
                    request_id: head
                        .headers
                        .get(REQUEST_ID)
                        .and_then(|id| id.to_str().ok())
                        .map(str::to_owned),
                    idempotency_key: prepared.idempotency_key.clone(),
                    body: handed_on_instead(prepared.row, &answer).unwrap_or_else(|| body.clone()),
                    headers: head.headers,
                })
            }
            Err(error) => Err(Failed::final_answer(self.with_hint(error))),
        }
    }

    /// What may be wrong with the address when nothing, or something else, is found there. A server may well be mounted
    /// under `/api`, so such a base URL is not refused.
    fn with_hint(&self, error: Error) -> Error {
        let doubled = self.0.origin.path().trim_end_matches('/').ends_with("/api");
        if !doubled || !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::MalformedResponse) {
            return error;
        }
        error.with(|fields| {
            fields
                .message
                .push_str("; `base_url` ends in `/api`, with which every path begins: leave it out there");
        })
    }

    /// A GET of `target` (path and query) with this client's headers.
    pub(crate) fn bare_request(&self, target: &str) -> Result<Request<Bytes>> {
        let prefix = self.0.origin.path().trim_end_matches('/');
        let mut parts = self.0.origin.clone().into_parts();
        let path = if prefix.is_empty() {
            PathAndQuery::try_from(target)
        } else {
            PathAndQuery::try_from(format!("{prefix}{target}"))
        };
        let unfit = |problem: &dyn std::fmt::Display| {
            Error::argument("arguments", format!("do not fit in a URL: {problem}"))
        };
        parts.path_and_query = Some(path.map_err(|error| unfit(&error))?);
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = Uri::from_parts(parts).map_err(|error| unfit(&error))?;
        request.headers_mut().clone_from(&self.0.headers);
        Ok(request)
    }

    fn request(&self, prepared: &Prepared, trace: Option<&HeaderValue>) -> Result<Request<Bytes>> {
        let mut request = self.bare_request(&prepared.target)?;
        *request.method_mut() = method(prepared);
        *request.body_mut() = prepared.body.clone().unwrap_or_default();
        let headers = request.headers_mut();
        if prepared.row.rules.public {
            headers.remove(API_KEY);
            headers.remove(AUTHORIZATION);
        }
        if prepared.row.rules.expect == Expect::Bytes {
            headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        }
        if prepared.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(scope) = self.scope() {
            scope.carry(headers);
        } else if let Some(trace) = trace {
            headers.insert(TRACEPARENT, trace.clone());
        }
        Ok(request)
    }

    /// Reads a body up to the client's limit.
    async fn read(&self, mut body: Body) -> Result<Bytes, Failed> {
        let limit = self.config().limits.max_response_bytes;
        let mut read = BytesMut::new();
        let mut first = Bytes::new();
        while let Some(chunk) = body.next().await {
            let chunk =
                chunk.map_err(|error| Failed::transport(&TransportError { sent: Sent::Maybe, ..error }))?;
            if first.len() + read.len() + chunk.len() > limit {
                let message = format!("the server's answer is longer than {limit} bytes");
                return Err(Failed::final_answer(Error::new(ErrorKind::MalformedResponse, message)));
            }
            // Nearly every answer is one chunk, which then need not be copied.
            if first.is_empty() && read.is_empty() {
                first = chunk;
            } else {
                read.extend_from_slice(&std::mem::take(&mut first));
                read.extend_from_slice(&chunk);
            }
        }
        Ok(if read.is_empty() { first } else { read.freeze() })
    }
}

fn method(prepared: &Prepared) -> http::Method {
    use crate::catalogue::Method;
    match prepared.row.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Patch => http::Method::PATCH,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
    }
}
