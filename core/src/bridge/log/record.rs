//! One record of the log.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value, json};
use tracing::Event;
use tracing::field::{Field, Visit};

use crate::clock::{iso, unix_millis};
use crate::terminal::printable;

/// The crate of the embedded instance.
const INSTANCE: &str = "dashclaw_server";
/// What it says of each request.
const ACCESS: &str = "dashclaw_server::access";

/// What was said, when, and how loud.
#[derive(Clone, Debug)]
pub struct Record {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: &'static str,
    /// `dashclaw`; `dashclaw.server` for an instance, and `dashclaw.server.access` for each request that it answers.
    pub target: &'static str,
    /// The event's stable name, such as `dashclaw.retry`; an instance's events have none.
    pub event: Option<&'static str>,
    /// Milliseconds since the Unix epoch.
    pub unix_millis: i64,
    /// Which client of the process it is about.
    pub client: Option<u64>,
    /// One sentence for people.
    pub message: String,
    /// What else is known.
    pub fields: Map<String, Value>,
}

/// Whether what is said under this target is of the SDK.
pub(super) fn is_ours(target: &str) -> bool {
    let of_instance =
        target.strip_prefix(INSTANCE).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    target == crate::telemetry::TARGET || of_instance
}

/// What that target is called for people.
pub(super) fn target(target: &str) -> &'static str {
    match target {
        crate::telemetry::TARGET => "dashclaw",
        ACCESS => "dashclaw.server.access",
        _ => "dashclaw.server",
    }
}

impl Record {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let is_client = metadata.target() == crate::telemetry::TARGET;
        let mut said = Said::default();
        event.record(&mut said);
        let client = said.fields.remove("client").as_ref().and_then(Value::as_u64);
        Self {
            level: match *metadata.level() {
                tracing::Level::ERROR => "error",
                tracing::Level::WARN => "warn",
                tracing::Level::INFO => "info",
                tracing::Level::DEBUG => "debug",
                tracing::Level::TRACE => "trace",
            },
            target: target(metadata.target()),
            event: is_client.then(|| metadata.name()),
            unix_millis: unix_millis(),
            client,
            message: said.message,
            fields: said.fields,
        }
    }

    /// The sentence with the fields behind it, as `name=value`: one line, whatever they hold.
    pub fn text(&self) -> String {
        let mut text = printable(&self.message);
        for (name, value) in &self.fields {
            let value = match value {
                Value::String(value) if is_word(value) => printable(value),
                other => printable(&other.to_string()),
            };
            let _ = write!(text, " {name}={value}");
        }
        text
    }

    /// A line for standard error, with the time and a line end.
    pub(super) fn line(&self) -> String {
        let (time, level) = (iso(self.unix_millis), self.level.to_uppercase());
        format!("{time} {level:5} {}: {}\n", self.target, self.text())
    }

    /// A JSON object for standard error: `time`, `level`, `target`, `message`, and the fields beside them.
    pub(super) fn json_line(&self) -> String {
        let mut object = self.fields.clone();
        let known =
            [("time", iso(self.unix_millis).as_str()), ("level", self.level), ("target", self.target)]
                .map(|(name, value)| (name.to_owned(), Value::from(value)));
        object.extend(known);
        object.extend(self.event.map(|event| ("event".to_owned(), event.into())));
        object.insert("message".to_owned(), self.message.as_str().into());
        format!("{}\n", Value::Object(object))
    }

    /// The record as a JSON object: `level`, `target`, `event`, `unix_millis`, `client`, `message`, `text`, `fields`.
    pub fn to_json(&self) -> Value {
        json!({
            "level": self.level, "target": self.target, "event": self.event, "unix_millis": self.unix_millis,
            "client": self.client, "message": self.message, "text": self.text(), "fields": self.fields,
        })
    }
}

/// Whether nobody could take a part of it for another field.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|char: char| char.is_whitespace() || matches!(char, '"' | '='))
}

#[derive(Default)]
struct Said {
    message: String,
    fields: Map<String, Value>,
}

impl Said {
    fn keep(&mut self, field: &Field, value: Value) {
        self.fields.insert(field.name().to_owned(), value);
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.keep(field, text.into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value.into());
    }
}
