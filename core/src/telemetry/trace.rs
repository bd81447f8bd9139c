//! The record of one traced call, from which a language makes the spans of its OpenTelemetry.
//!
//! The language starts the first span, so that its id can go to the server, and fills it from this record at the end; spans
//! below it, of which only their times matter, it makes then.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::millis;
use super::names::{self, Attribute};
use crate::api::find;
use crate::catalogue::{Expect, Row};
use crate::client::call::Arguments;
use crate::client::options::variable;
use crate::{DashClaw, Error, Response, Result, clock};

/// How many spans and events are kept of one call.
const MOST: usize = 128;
/// Longer texts are no name of anything.
const LONGEST: usize = 256;
/// What speaks to the server and is no call.
const STREAMS: [&str; 3] = ["wait_for_approval", "events", "pending_approvals"];
/// The span that the language has started.
const ROOT: usize = 0;

/// Seconds since the Unix epoch, and nanoseconds.
type Time = (u64, u32);

/// The record of a call.
#[derive(Debug)]
pub struct Trace {
    /// What carries the caller's trace context to the server.
    headers: HeaderMap,
    with_experimental: bool,
    spans: Mutex<Vec<Span>>,
}

#[derive(Debug, Serialize)]
struct Span {
    name: String,
    parent: Option<usize>,
    start: Time,
    end: Time,
    attributes: Map<String, Value>,
    events: Vec<Event>,
    /// The kind of the error that it ended with.
    error: Option<&'static str>,
    #[serde(skip)]
    is_taken: bool,
}

#[derive(Debug, Serialize)]
struct Event {
    name: &'static str,
    time: Time,
    attributes: Map<String, Value>,
}

/// Where in the record a client writes.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    trace: Arc<Trace>,
    span: usize,
    /// Whether requests are of no interest, such as those that read an action again and again.
    is_quiet: bool,
}

/// A client within a span that ends with it.
pub(crate) struct Entered(DashClaw);

/// What a language knows of a span before the call: its `name`, its `kind` (`client`, `internal`) and `attributes`.
pub fn start_of(client: &DashClaw, operation: &str) -> String {
    let row = find(operation).filter(|row| row.rules.expect != Expect::Events);
    let mut known = vec![
        (names::OPERATION, json!(operation)),
        (names::ADDRESS, json!(client.config().base_url.host_str())),
        (names::PORT, json!(client.config().base_url.port_or_known_default())),
        (names::AGENT_ID, json!(client.agent_id())),
        (names::AGENT_NAME, json!(client.agent_name())),
    ];
    known.extend(row.map(|row| (names::METHOD, json!(row.method.as_str()))));
    let is_client = row.is_some() || STREAMS.contains(&operation);
    let attributes = attributes(known, with_experimental());
    let name = format!("{}{operation}", names::SPAN);
    json!({ "name": name, "kind": if is_client { "client" } else { "internal" }, "attributes": attributes })
        .to_string()
}

impl Trace {
    /// The record of a call of `operation`. `headers` are those of the program's propagator; what is no header is left out.
    pub fn new(operation: &str, headers: &[(String, String)]) -> Arc<Self> {
        let headers = headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::try_from(value).ok()?))
        });
        let root = Span::new(format!("{}{operation}", names::SPAN), None);
        Arc::new(Self {
            headers: headers.collect(),
            with_experimental: with_experimental(),
            spans: Mutex::new(vec![root]),
        })
    }

    /// `client`, whose calls write into this record and carry its headers.
    pub fn client(self: &Arc<Self>, client: &DashClaw) -> DashClaw {
        client.within(Scope { trace: Arc::clone(self), span: ROOT, is_quiet: false })
    }

    /// The spans so far as a JSON array; the first one is that of the call. Times are `[seconds, nanoseconds]`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&*self.spans()).unwrap_or_default()
    }

    fn spans(&self) -> MutexGuard<'_, Vec<Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set<const N: usize>(&self, span: usize, values: [(Attribute, Value); N]) {
        if let Some(span) = self.spans().get_mut(span) {
            span.attributes.extend(attributes(values, self.with_experimental));
        }
    }
}

impl Span {
    fn new(name: String, parent: Option<usize>) -> Self {
        let now = clock::unix_time();
        let (attributes, events) = (Map::new(), Vec::new());
        Self { name, parent, start: now, end: now, attributes, events, error: None, is_taken: false }
    }
}

impl Scope {
    /// Writes what carries the trace context. What the client sends by itself stays.
    pub(crate) fn carry(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.trace.headers {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }

    pub(super) fn event<const N: usize>(&self, name: &'static str, values: [(Attribute, Value); N]) {
        if let Some(span) = self.trace.spans().get_mut(self.span)
            && span.events.len() < MOST
        {
            let attributes = attributes(values, self.trace.with_experimental);
            span.events.push(Event { name, time: clock::unix_time(), attributes });
        }
    }

    pub(super) fn answered(&self, row: &Row, status: u16, retry: u32, request_id: Option<&str>) {
        if self.is_quiet {
            return;
        }
        let resends = if retry == 0 { Value::Null } else { json!(retry) };
        let values = [
            (names::METHOD, json!(row.method.as_str())),
            (names::STATUS, json!(status)),
            (names::REQUEST_ID, json!(request_id)),
            (names::RESENDS, resends),
        ];
        self.trace.set(self.span, values);
    }

    pub(super) fn repeats(&self, resend: u32, delay: Duration, error: &Error) {
        let values = [
            (names::RESENDS, json!(resend)),
            (names::DELAY, json!(millis(delay))),
            (names::ERROR, json!(error.kind().as_str())),
        ];
        self.event(names::RETRY, values);
    }

    pub(super) fn decided(&self, action_id: &str, outcome: &str) {
        self.event(names::DECIDED, [(names::OUTCOME, json!(outcome))]);
        self.trace.set(self.span, [(names::OUTCOME, json!(outcome)), (names::ACTION_ID, json!(action_id))]);
    }

    /// The span of `operation` below this one: the first one of that name is the span of the call itself.
    fn enter(&self, operation: &str) -> usize {
        let name = format!("{}{operation}", names::SPAN);
        let mut spans = self.trace.spans();
        if let Some(root) = spans.get_mut(ROOT)
            && root.name == name
            && !root.is_taken
        {
            root.is_taken = true;
            return ROOT;
        }
        if spans.len() >= MOST {
            return self.span;
        }
        let mut span = Span::new(name, Some(self.span));
        span.attributes = attributes([(names::OPERATION, json!(operation))], true);
        spans.push(span);
        spans.len() - 1
    }
}

impl DashClaw {
    /// This client within a span of its own, when the call is traced.
    pub(crate) fn enter(&self, operation: &str) -> Option<Entered> {
        let scope = self.scope().filter(|scope| !scope.is_quiet)?;
        let scope = Scope { span: scope.enter(operation), ..scope.clone() };
        Some(Entered(self.within(scope)))
    }

    /// This client, whose requests are no spans: the caller tells about them.
    pub(crate) fn quiet(&self) -> Self {
        match self.scope() {
            None => self.clone(),
            Some(scope) => self.within(Scope { is_quiet: true, ..scope.clone() }),
        }
    }
}

impl Entered {
    pub(crate) fn client(&self) -> &DashClaw {
        &self.0
    }

    /// Keeps what the arguments and the answer of `row` say, and ends the span.
    pub(crate) fn leave_row(&self, row: &'static Row, arguments: &[u8], ended: &Result<Response>) {
        self.ask(row, arguments);
        if let (Ok(response), false) = (ended, row.rules.secret) {
            self.tell(&response.body);
        }
        self.leave(ended.as_ref().err());
    }

    pub(crate) fn leave(&self, error: Option<&Error>) {
        let Some(scope) = self.0.scope() else { return };
        if let Some(error) = error {
            let fields = error.fields();
            let decision =
                fields.decision.as_ref().map(|decision| decision.get("decision").unwrap_or(decision));
            self.set([
                (names::ERROR, json!(error.kind().as_str())),
                (names::DECISION, name(decision)),
                (names::ACTION_ID, json!(fields.action_id)),
                (names::STATUS, json!(error.status())),
            ]);
        }
        if let Some(span) = scope.trace.spans().get_mut(scope.span) {
            span.end = clock::unix_time();
            span.error = error.map(|error| error.kind().as_str());
        }
    }

    fn ask(&self, row: &'static Row, arguments: &[u8]) {
        if row.field("action_type").is_none() {
            return;
        }
        let Ok(asked) = Arguments::read(row, arguments) else { return };
        let given = |name| serde_json::from_str::<Value>(asked.value(name)?).ok();
        let tool = given("tool");
        self.set([
            (names::ACTION_TYPE, name(given("action_type").as_ref())),
            (names::TOOL, name(tool.as_ref().and_then(|tool| tool.get("name")))),
        ]);
    }

    fn tell(&self, body: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Value>(body) else { return };
        let action = answer.get("action_id").or_else(|| answer.get("action")?.get("action_id"));
        let decision = answer.get("decision").map(|known| known.get("decision").unwrap_or(known));
        let replay = answer.get("idempotent_replay").and_then(Value::as_bool).filter(|replay| *replay);
        self.set([
            (names::DECISION, name(decision)),
            (names::ACTION_ID, name(action)),
            (names::REPLAY, json!(replay)),
        ]);
    }

    /// Sets attributes of this span; which action it is about is also of interest to the whole call.
    fn set<const N: usize>(&self, values: [(Attribute, Value); N]) {
        let Some(scope) = self.0.scope() else { return };
        for (attribute, value) in &values {
            if scope.span != ROOT && attribute.name == names::ACTION_ID.name {
                scope.trace.set(ROOT, [(*attribute, value.clone())]);
            }
        }
        scope.trace.set(scope.span, values);
    }
}

/// A text that can be a name; nothing otherwise.
fn name(value: Option<&Value>) -> Value {
    value
        .filter(|value| value.as_str().is_some_and(|text| text.len() <= LONGEST))
        .cloned()
        .unwrap_or_default()
}

fn attributes(
    values: impl IntoIterator<Item = (Attribute, Value)>,
    with_experimental: bool,
) -> Map<String, Value> {
    let given = values
        .into_iter()
        .filter(|(attribute, value)| !value.is_null() && (attribute.is_stable || with_experimental));
    given.map(|(attribute, value)| (attribute.name.to_owned(), value)).collect()
}

fn with_experimental() -> bool {
    let (opt_in, word) = names::OPT_IN;
    variable(opt_in).is_some_and(|words| words.split(',').any(|given| given.trim() == word))
}
