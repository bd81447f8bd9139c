//! A request as handlers see it: who calls, and with which arguments.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dashclaw::catalogue::Received;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refusal::{Answer, Refusal};
use crate::app::App;
use crate::keys::{Caller, Role};
use crate::store::Page;

/// A request, read and checked.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    /// Nobody for public operations.
    pub(crate) caller: Option<Arc<Caller>>,
    /// The arguments that the operation's row knows.
    pub(crate) received: Received,
    /// The body as it was parsed.
    pub(crate) body: Map<String, Value>,
    /// The body as it came.
    pub(crate) raw: Bytes,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// Whether it came from this process and not over a socket.
    pub(crate) in_process: bool,
}

impl Call {
    /// Whose organisation this is about.
    pub(crate) fn org_id(&self) -> &str {
        self.caller.as_ref().map_or(&self.app.config.org_id, |caller| &caller.org_id)
    }

    /// Who is on record for what is decided.
    pub(crate) fn principal(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.principal)
    }

    /// Whether the caller may administer.
    pub(crate) fn is_admin(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.role == Role::Admin)
    }

    /// The arguments as the operation's request type.
    pub(crate) fn request<T: DeserializeOwned>(&self) -> Answer<T> {
        let arguments = Value::Object(self.received.arguments.clone());
        T::deserialize(arguments).map_err(|error| Refusal::validation(vec![error.to_string()]))
    }

    /// A text argument.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.received.arguments.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// A member of the query string.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let pair = self.query.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The page that is asked for; `limit` unless the request says otherwise.
    pub(crate) fn page(&self, limit: i64) -> Page {
        let number = |name: &str| self.received.arguments.get(name).and_then(Value::as_i64);
        Page { limit: number("limit").unwrap_or(limit), offset: number("offset").unwrap_or(0) }
    }
}

/// 200 with this body.
pub(crate) fn ok(body: &impl Serialize) -> Answer {
    reply(StatusCode::OK, body)
}

/// This status with this body.
pub(crate) fn reply(status: StatusCode, body: &impl Serialize) -> Answer {
    Ok(json_text(status, serde_json::to_string(body)?))
}

/// This status with JSON text that is written already.
pub(crate) fn json_text(status: StatusCode, text: impl Into<Bytes>) -> Response {
    let mut response = (status, axum::body::Body::from(text.into())).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
