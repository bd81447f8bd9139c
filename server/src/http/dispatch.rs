//! What happens to a request before its handler: limits, key, role, body, arguments.

use std::sync::Arc;

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use bytes::Bytes;
use dashclaw::catalogue::{Method, Received};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::call::Call;
use super::limits::Limiter;
use super::principal;
use super::refusal::{Answer, Refusal};
use super::route::{Access, Checks, Route};
use super::{InProcess, client_address};
use crate::app::App;
use crate::keys::{Caller, Role};

/// The longest body that is read, in bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// Other names that the platform takes: path, the name it takes, the field it means.
const OTHER_NAMES: [(&str, &str, &str); 2] =
    [("/api/guard", "action", "action_type"), ("/api/guard", "intent", "declared_goal")];

/// A route in the router.
#[derive(Debug)]
pub(super) struct Dispatch {
    pub(super) app: Arc<App>,
    pub(super) limiter: Option<Arc<Limiter>>,
    pub(super) route: Route,
    /// The names of the path's parameters, in order.
    pub(super) names: Vec<String>,
}

impl Dispatch {
    pub(super) async fn answer(&self, request: Request) -> Response {
        let answer = self.run(request).await;
        answer.unwrap_or_else(|refusal| refusal.into_response(self.app.config.expose_error_detail))
    }

    async fn run(&self, mut request: Request) -> Answer {
        if let Some(limiter) = &self.limiter
            && request.extensions().get::<InProcess>().is_none()
        {
            limiter.admit(client_address(&request), request.uri().path())?;
        }
        let caller = self.admit(request.headers()).await?;
        let path = self.path_arguments(&mut request).await?;
        let mut query: Vec<(String, String)> =
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let (parts, body) = request.into_parts();
        let raw =
            if self.route.method == Method::Get { Bytes::new() } else { read(&parts.headers, body).await? };
        let mut body = self.parse(&raw)?;
        if let Some(caller) = caller.as_deref().filter(|_| self.route.method != Method::Get) {
            principal::claim(caller, self.route.row, &path, &mut query, &mut body)?;
        }
        let received = self.route.row.map(|row| row.receive(&path, &query, &body)).unwrap_or_default();
        if self.route.checks == Checks::ByRow && !received.problems.is_empty() {
            return Err(Refusal::validation(received.problems));
        }
        let app = Arc::clone(&self.app);
        let received = with_path(received, path);
        let call = Call { app, caller, received, body, raw, query, headers: parts.headers };
        if self.route.method != Method::Get {
            principal::owns(&call, self.route.path).await?;
        }
        let caller = call.caller.clone();
        let answer = (self.route.handler)(call).await?;
        principal::still_holds(caller.as_deref(), &self.route)?;
        Ok(answer)
    }

    async fn admit(&self, headers: &HeaderMap) -> Answer<Option<Arc<Caller>>> {
        if matches!(self.route.access, Access::Public | Access::Cron) {
            return Ok(None);
        }
        let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
        let caller = if key.is_empty() { None } else { self.app.caller(key).await? };
        let caller = caller.ok_or_else(Refusal::unauthorized)?;
        if caller.role == Role::Readonly && self.route.method != Method::Get {
            return Err(Refusal::forbidden("Forbidden - readonly API key"));
        }
        if let Access::Admin(refusal) = self.route.access
            && caller.role != Role::Admin
        {
            return Err(Refusal::forbidden(refusal));
        }
        Ok(Some(caller))
    }

    async fn path_arguments(&self, request: &mut Request) -> Answer<Vec<(String, String)>> {
        if self.names.is_empty() {
            return Ok(Vec::new());
        }
        let params = request.extract_parts::<RawPathParams>().await;
        let params = params.map_err(|_| Refusal::bad_request("Invalid path"))?;
        Ok(self.names.iter().cloned().zip(params.iter().map(|(_, value)| value.to_owned())).collect())
    }

    /// The body as an object; no body is an empty one.
    fn parse(&self, raw: &Bytes) -> Answer<Map<String, Value>> {
        if raw.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        let invalid = || Refusal::bad_request("Invalid JSON body");
        // An endpoint that answers broken JSON in its own way looks at the raw body itself.
        let lenient = self.route.access == Access::Public;
        let mut body = match serde_json::from_slice(raw) {
            Ok(Value::Object(body)) => body,
            _ if lenient => Map::new(),
            _ => return Err(invalid()),
        };
        for (path, name, field) in OTHER_NAMES {
            if path == self.route.path && body.get(field).is_none_or(Value::is_null) {
                let value = body.get(name).cloned().unwrap_or(Value::Null);
                body.insert(field.to_owned(), value);
            }
        }
        Ok(body)
    }
}

/// Routes without a row still know what stands in their path.
fn with_path(mut received: Received, path: Vec<(String, String)>) -> Received {
    for (name, value) in path {
        received.arguments.entry(name).or_insert(Value::String(value));
    }
    received
}

async fn read(headers: &HeaderMap, body: Body) -> Answer<Bytes> {
    let too_large =
        || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large").with("maxBytes", MAX_BODY);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Refusal::bad_request("The request body could not be read")),
    }
}
