//! What every answer carries: an id for the log, and headers that keep browsers from misusing it.

use axum::response::{IntoResponse, Response};
use http::header::{HeaderName, HeaderValue};
use http::{StatusCode, header};

use crate::ids;

/// The id of an answer, for the log.
pub(super) const REQUEST_ID: &str = "x-request-id";
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
];
const PREFLIGHT: [(HeaderName, HeaderValue); 2] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PATCH, DELETE, OPTIONS")),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type, x-api-key")),
];

/// What a browser is told that asks whether it may ask.
pub(super) fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(PREFLIGHT);
    response
}

/// Adds what every answer carries.
pub(super) fn add(response: &mut Response) {
    response.headers_mut().extend(FIXED);
    let id = ids::request().ok().and_then(|id| HeaderValue::try_from(id).ok());
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}
