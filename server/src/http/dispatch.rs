//! What happens to a request before its handler: limits, key, role, body, arguments.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use bytes::Bytes;
use dashclaw::catalogue::{Method, Received};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use prometheus_client::metrics::histogram::Histogram;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use url::form_urlencoded;

use super::InProcess;
use super::around::{Client, Served};
use super::call::{Call, Reply};
use super::door::{self, Sends};
use super::limits::Limiter;
use super::principal;
use super::refusal::refuse;
use super::route::{Access, Checks, Route};
use super::session;
use super::to_the_end::{ToTheEnd, guarded};
use crate::access;
use crate::app::App;
use crate::context::Context;
use crate::failure::{Answer, Failure, Kind};
use crate::keys::{Caller, Role};

/// The longest body that is read, in bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// How long a client may take to send one, however evenly it trickles.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How deep objects and lists may stand in each other. What is stored stands some levels deeper in its record, and a reader
/// of JSON follows 128.
const MAX_DEPTH: usize = 64;
/// How many requests that write may be under way, those whose caller has gone included.
pub(super) const MAX_WRITING: usize = 4096;

/// A route in the router.
#[derive(Debug)]
pub(super) struct Dispatch {
    pub(super) app: Arc<App>,
    pub(super) limiter: Option<Arc<Limiter>>,
    /// A place for each request that writes.
    pub(super) writing: Arc<Semaphore>,
    pub(super) route: Route,
    /// The names of the path's parameters, in order.
    pub(super) names: Vec<String>,
    /// How long its answers take, by the first digit of their status.
    pub(super) times: [OnceLock<Histogram>; 6],
}

/// What a request brings that says who asks.
struct Brought<'a> {
    headers: &'a HeaderMap,
    /// The name and port that it was sent to.
    host: Option<&'a str>,
}

impl Dispatch {
    pub(super) async fn answer(&self, request: Request) -> Response {
        let begun = Instant::now();
        let mut caller = None;
        let answer = self.run(request, &mut caller).await;
        let mut answer =
            answer.unwrap_or_else(|failure| refuse(failure, self.app.config.expose_error_detail));
        self.time(answer.status(), begun.elapsed());
        if access::is_heard() {
            let is_probe = self.route.access == Access::Probe;
            answer.extensions_mut().insert(Served { route: self.route.path, caller, is_probe });
        }
        answer
    }

    fn time(&self, status: StatusCode, taken: Duration) {
        let class = usize::from(status.as_u16() / 100);
        let Some(times) = self.times.get(class) else { return };
        let Route { method, path, .. } = &self.route;
        let times = times.get_or_init(|| self.app.metrics.answers(method.as_str(), path, class));
        times.observe(taken.as_secs_f64());
    }

    /// `seen` is who asks, once that is known.
    async fn run(&self, mut request: Request, seen: &mut Option<Arc<Caller>>) -> Reply {
        let in_process = request.extensions().get::<InProcess>().is_some();
        let host = if in_process { None } else { door::host(&request)? };
        let client = request.extensions().get::<Client>().and_then(|client| client.0);
        let brought = Brought { headers: request.headers(), host: host.as_deref() };
        let caller = if in_process {
            self.admit(&brought, seen).await?
        } else {
            self.admit_within_limits(client, &brought, seen).await?
        };
        let path = self.path_arguments(&mut request).await?;
        let mut query: Vec<(String, String)> =
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let (parts, body) = request.into_parts();
        let raw = match self.route.method {
            Method::Get => Bytes::new(),
            // A caller in this process has given it whole, and may have no clock to wait by.
            _ if in_process => read(&parts.headers, body).await?,
            _ => in_time(read(&parts.headers, body)).await?,
        };
        let mut body = self.parse(&raw)?;
        let writes = self.route.method != Method::Get;
        if let Some(caller) = caller.as_deref().filter(|_| writes) {
            principal::claim(caller, self.route.row, &path, &mut query, &mut body)?;
        }
        let received = self.route.row.map(|row| row.receive(&path, &query, &body)).unwrap_or_default();
        if self.route.checks == Checks::ByRow && !received.problems.is_empty() {
            return Err(Failure::validation(received.problems));
        }
        let app = Arc::clone(&self.app);
        let received = with_path(received, path);
        let holder = caller.clone();
        let context = Context { app, caller, size: raw.len() };
        let call =
            Call { context, received, body, raw, query, headers: parts.headers, host, client, in_process };
        if writes {
            principal::owns(&call, &self.route).await?;
        }
        let answer = self.perform(call).await?;
        principal::still_holds(holder.as_deref(), &self.route)?;
        Ok(answer)
    }

    /// Runs the handler. One that writes ends even when the caller has gone.
    async fn perform(&self, call: Call) -> Reply {
        if !self.route.writes() {
            return guarded((self.route.handler)(call)).await;
        }
        let place = Arc::clone(&self.writing).acquire_owned().await;
        let work = (self.route.handler)(call);
        ToTheEnd::new(Box::pin(async move {
            let _place = place;
            work.await
        }))
        .await
    }

    /// As [`admit`](Self::admit), as often as the limit says.
    async fn admit_within_limits(
        &self,
        client: Option<IpAddr>,
        brought: &Brought<'_>,
        seen: &mut Option<Arc<Caller>>,
    ) -> Answer<Option<Arc<Caller>>> {
        let limiter = self.limiter.as_ref().filter(|_| self.route.access != Access::Probe);
        let Some(limiter) = limiter else { return self.admit(brought, seen).await };
        if self.is_open() {
            limiter.admit_stranger(client, self.route.path)?;
            return self.admit(brought, seen).await;
        }
        // Who guesses is told nothing about further keys; a key that has been seen to be valid is no guess.
        if limiter.is_guessing(client) && !self.app.has_seen(self.key(brought.headers)) {
            return Err(limiter.failure());
        }
        let caller = self.caller(brought).await?;
        seen.clone_from(&caller);
        match &caller {
            Some(caller) => limiter.admit(caller, client, self.route.path)?,
            None => limiter.admit_failure(client)?,
        }
        self.may(caller)
    }

    fn is_open(&self) -> bool {
        matches!(self.route.access, Access::Public | Access::Probe | Access::Cron)
    }

    async fn admit(
        &self,
        brought: &Brought<'_>,
        seen: &mut Option<Arc<Caller>>,
    ) -> Answer<Option<Arc<Caller>>> {
        if self.is_open() {
            return Ok(None);
        }
        let caller = self.caller(brought).await?;
        seen.clone_from(&caller);
        self.may(caller)
    }

    async fn caller(&self, Brought { headers, host }: &Brought<'_>) -> Answer<Option<Arc<Caller>>> {
        match self.key(headers) {
            "" => {}
            key => return Ok(self.app.caller(key).await?),
        }
        let Some(host) = host else { return Ok(None) };
        let Some(halves) = session::halves(headers, host) else { return Ok(None) };
        let sends = match self.route.method {
            Method::Get => Sends::Nothing,
            Method::Delete => Sends::Word,
            Method::Post | Method::Patch | Method::Put => Sends::Body,
        };
        door::is_of_own_page(&self.app.config, headers, host, sends)?;
        Ok(self.app.signed_in(halves).await?)
    }

    fn key<'a>(&self, headers: &'a HeaderMap) -> &'a str {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let bearer = || text("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let key = text("x-api-key");
        key.or_else(|| if self.route.bearer_key { bearer() } else { None }).unwrap_or_default()
    }

    /// Whether the caller may ask for this.
    fn may(&self, caller: Option<Arc<Caller>>) -> Answer<Option<Arc<Caller>>> {
        let caller = caller.ok_or_else(Failure::unauthorized)?;
        let may_write = caller.role != Role::Readonly || self.route.access == Access::AnyKey;
        if !may_write && self.route.method != Method::Get {
            return Err(Failure::forbidden("Forbidden - readonly API key"));
        }
        if let Access::Admin(refusal) = self.route.access
            && caller.role != Role::Admin
        {
            return Err(Failure::forbidden(refusal));
        }
        Ok(Some(caller))
    }

    async fn path_arguments(&self, request: &mut Request) -> Answer<Vec<(String, String)>> {
        if self.names.is_empty() {
            return Ok(Vec::new());
        }
        let params = request.extract_parts::<RawPathParams>().await;
        let params = params.map_err(|_| Failure::bad_request("Invalid path"))?;
        Ok(self.names.iter().cloned().zip(params.iter().map(|(_, value)| value.to_owned())).collect())
    }

    /// The body as an object; no body is an empty one.
    fn parse(&self, raw: &Bytes) -> Answer<Map<String, Value>> {
        if raw.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        let invalid = || Failure::bad_request("Invalid JSON body");
        // An endpoint that answers broken JSON in its own way looks at the raw body itself.
        let lenient = self.route.access == Access::Public;
        let mut body = match serde_json::from_slice(raw) {
            Ok(Value::Object(body)) => body,
            _ if lenient => Map::new(),
            _ => return Err(invalid()),
        };
        if !body.values().all(|value| is_at_most(value, MAX_DEPTH - 1)) {
            return Err(Failure::bad_request(format!("JSON body is nested deeper than {MAX_DEPTH} levels")));
        }
        for (name, field) in self.route.other_names {
            if body.get(*field).is_none_or(Value::is_null) {
                let value = body.get(*name).cloned().unwrap_or(Value::Null);
                body.insert((*field).to_owned(), value);
            }
        }
        Ok(body)
    }
}

/// Whether a value has no more than so many levels.
fn is_at_most(value: &Value, levels: usize) -> bool {
    match value {
        Value::Object(members) => levels > 0 && members.values().all(|member| is_at_most(member, levels - 1)),
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_at_most(item, levels - 1)),
        _ => true,
    }
}

/// A route at another path than its row's knows what stands there, too.
fn with_path(mut received: Received, path: Vec<(String, String)>) -> Received {
    for (name, value) in path {
        received.arguments.entry(name).or_insert(Value::String(value));
    }
    received
}

async fn in_time(body: impl Future<Output = Answer<Bytes>>) -> Answer<Bytes> {
    let late = |_| Failure::new(Kind::TooSlow, "The request body took too long");
    tokio::time::timeout(BODY_TIME, body).await.map_err(late)?
}

async fn read(headers: &HeaderMap, body: Body) -> Answer<Bytes> {
    let too_large = || Failure::new(Kind::TooLarge, "Request body too large").with("maxBytes", MAX_BODY);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Failure::bad_request("The request body could not be read")),
    }
}
