//! A failure as an HTTP answer.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::failure::{Failure, Kind, Parts};

/// What went wrong inside; it stands beside the answer until that is given out.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    detail: String,
    is_told: bool,
}

impl Cause {
    /// Tells the log which answer it belongs to.
    pub(super) fn log(self, status: StatusCode, request_id: &str) {
        let (status, Self { detail, is_told }) = (status.as_u16(), self);
        if is_told {
            tracing::debug!(status, request_id, detail, "a request failed");
        } else {
            tracing::error!(status, request_id, detail, "a request failed");
        }
    }
}

/// The answer that tells a failure; `expose` shows what went wrong inside.
pub(super) fn refuse(failure: Failure, expose: bool) -> Response {
    let Parts { kind, mut body, detail, is_told, retry_after } = failure.into_parts();
    let status = status(kind);
    if let Some(detail) = &detail {
        let shown = if expose { detail.clone() } else { "redacted".to_owned() };
        body.insert("detail".to_owned(), shown.into());
    }
    let mut response = (status, axum::Json(Value::Object(body))).into_response();
    if let Some(detail) = detail {
        response.extensions_mut().insert(Cause { detail, is_told });
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::BadRequest => StatusCode::BAD_REQUEST,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::Misdirected => StatusCode::MISDIRECTED_REQUEST,
        Kind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::NotServed => StatusCode::NOT_IMPLEMENTED,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
