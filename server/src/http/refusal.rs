//! Answers that are errors: `{error, details?, code?, …}`.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use crate::store::StoreError;

/// An error answer. Its texts are the platform's.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    body: Map<String, Value>,
    /// For the log, and for the caller when the operator allows it.
    detail: Option<String>,
    retry_after: Option<u64>,
}

/// What a handler answers.
pub(crate) type Answer<T = Response> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        let body = Map::from_iter([("error".to_owned(), Value::String(error.into()))]);
        Self(Box::new(Parts { status, body, detail: None, retry_after: None }))
    }

    /// 400.
    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// 400 with one message for each problem.
    pub(crate) fn validation(problems: Vec<String>) -> Self {
        Self::bad_request("Validation failed").with("details", problems)
    }

    /// 401 without a usable key.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized - Invalid or missing API key")
    }

    /// 403.
    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    /// 404.
    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// 409.
    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    /// 500: something of ours is broken; `detail` goes to the log.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
        refusal.0.detail = Some(detail.into());
        refusal
    }

    /// 503: a decision that could not be stored is no decision.
    pub(crate) fn not_persisted(error: &StoreError) -> Self {
        let mut refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Guard decision could not be stored")
            .code("GUARD_AUDIT_PERSIST_FAILED");
        refusal.0.detail = Some(error.to_string());
        refusal.with("setup_url", "/setup")
    }

    /// Adds the platform's code.
    #[must_use]
    pub(crate) fn code(self, code: &str) -> Self {
        self.with("code", code)
    }

    /// Adds a member to the body.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.body.insert(name.to_owned(), value.into());
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The answer; `expose` shows what went wrong inside.
    pub(crate) fn into_response(mut self, expose: bool) -> Response {
        if let Some(detail) = self.0.detail.take() {
            tracing::error!(status = self.0.status.as_u16(), detail, "a request failed");
            let shown = if expose { detail } else { "redacted".to_owned() };
            self = self.with("detail", shown);
        }
        let Parts { status, body, retry_after, .. } = *self.0;
        let mut response = (status, axum::Json(Value::Object(body))).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed => Self::new(StatusCode::SERVICE_UNAVAILABLE, "The instance is shutting down")
                .code("DB_CONNECTION_FAILED"),
            StoreError::Failed(detail) => Self::internal(detail),
        }
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(format!("no random numbers: {error}"))
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error.to_string())
    }
}
