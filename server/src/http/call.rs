//! A request as handlers see it: who calls, and with which arguments.

use std::net::IpAddr;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dashclaw::catalogue::Received;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::door::{self, Sends};
use super::{bearer, session};
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::identity::Bearer;

/// What a handler answers.
pub(crate) type Reply = Answer<Response>;

/// A request, read and checked.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) context: Context,
    /// The arguments that the operation's row knows.
    pub(crate) received: Received,
    /// The body as it was parsed.
    pub(crate) body: Map<String, Value>,
    /// The body as it came.
    pub(crate) raw: Bytes,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The name and port that it was sent to; nothing where there is no socket.
    pub(crate) host: Option<String>,
    /// Where it comes from, as far as that is known.
    pub(crate) client: Option<IpAddr>,
    /// Whether it came from this process and not over a socket.
    pub(crate) in_process: bool,
}

impl Call {
    /// The arguments as the operation's request type.
    pub(crate) fn request<T: DeserializeOwned>(&self) -> Answer<T> {
        let arguments = Value::Object(self.received.arguments.clone());
        T::deserialize(arguments).map_err(|error| Failure::validation(vec![error.to_string()]))
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

    /// The token that the agent brings.
    pub(crate) fn bearer(&self) -> Bearer {
        bearer::bearer(&self.headers)
    }

    /// Refuses what the instance's own page did not send.
    pub(crate) fn must_be_own_page(&self) -> Answer<()> {
        let host = self.host.as_deref().unwrap_or_default();
        door::is_of_own_page(&self.context.app.config, &self.headers, host, Sends::Body)
    }

    /// A cookie with this half of a session, or one that takes it away.
    pub(crate) fn cookie(&self, half: Option<&str>) -> String {
        let host = self.host.as_deref().unwrap_or_default();
        session::cookie(host, half, door::is_secure(&self.context.app.config, host))
    }

    /// Refuses what does not fit the operation's row, where the handler had to look at something else first.
    pub(crate) fn check(&self) -> Answer<()> {
        match self.received.problems.as_slice() {
            [] => Ok(()),
            problems => Err(Failure::validation(problems.to_vec())),
        }
    }
}

/// 200 with this body.
pub(crate) fn ok(body: &impl Serialize) -> Reply {
    reply(StatusCode::OK, body)
}

/// This status with this body.
pub(crate) fn reply(status: StatusCode, body: &impl Serialize) -> Reply {
    Ok(json_text(status, serde_json::to_string(body)?))
}

/// This status with JSON text that is written already.
pub(crate) fn json_text(status: StatusCode, text: impl Into<Bytes>) -> Response {
    let mut response = (status, axum::body::Body::from(text.into())).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
