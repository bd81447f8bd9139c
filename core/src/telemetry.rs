//! What a client tells about its work, besides results: events for logs, and the record of a traced call.
//!
//! Each event is written here once: its name, its level and its fields are the same in every language. No event holds an API
//! key, a token, a body or a header, nor the words of a refusal, which may quote any of them.

mod names;
mod trace;

use std::time::Duration;

use tokio::time::Instant;
pub(crate) use trace::{Entered, Scope};
pub use trace::{Trace, start_of};

use crate::catalogue::Row;
use crate::{DashClaw, Error, ErrorKind};

/// The target of every event of the SDK.
pub(crate) const TARGET: &str = "dashclaw";

/// Emits one event: level, name, client, fields, and a sentence for people.
macro_rules! tell {
    ($level:ident, $name:literal, $client:expr, $text:literal $(, $field:ident = $value:expr)* $(,)?) => {
        tracing::event!(
            name: $name, target: TARGET, tracing::Level::$level, client = $client.number() $(, $field = $value)*, $text
        )
    };
}

/// One try of a request.
pub(crate) struct Try<'a> {
    pub(crate) client: &'a DashClaw,
    pub(crate) row: &'static Row,
    /// 0 for the first one.
    pub(crate) retry: u32,
    pub(crate) start: Instant,
}

impl Try<'_> {
    pub(crate) fn sent(&self) {
        let (row, attempt) = (self.row, self.retry + 1);
        tell!(
            DEBUG,
            "dashclaw.request",
            self.client,
            "request",
            operation = row.name,
            method = row.method.as_str(),
            path = row.path,
            attempt = attempt
        );
    }

    pub(crate) fn answered(&self, status: u16, request_id: Option<&str>) {
        let request_id = || request_id.map(|id| self.client.redact(id));
        tell!(
            DEBUG,
            "dashclaw.response",
            self.client,
            "response",
            operation = self.row.name,
            attempt = self.retry + 1,
            status = status,
            duration_ms = millis(self.start.elapsed()),
            request_id = request_id()
        );
        if let Some(scope) = self.client.scope() {
            scope.answered(self.row, status, self.retry, request_id().as_deref());
        }
    }

    pub(crate) fn failed(&self, error: &Error) {
        let request_id = || error.fields().request_id.as_deref().map(|id| self.client.redact(id));
        tell!(
            DEBUG,
            "dashclaw.failure",
            self.client,
            "request failed",
            operation = self.row.name,
            attempt = self.retry + 1,
            error = error.kind().as_str(),
            status = error.status(),
            reason = reason(self.client, error),
            duration_ms = millis(self.start.elapsed()),
            request_id = request_id()
        );
        if let (Some(scope), Some(status)) = (self.client.scope(), error.status()) {
            scope.answered(self.row, status, self.retry, request_id().as_deref());
        }
    }

    /// The request is repeated after `delay`.
    pub(crate) fn repeats(&self, delay: Duration, error: &Error) {
        tell!(
            INFO,
            "dashclaw.retry",
            self.client,
            "retrying",
            operation = self.row.name,
            attempt = self.retry + 2,
            delay_ms = millis(delay),
            error = error.kind().as_str(),
            status = error.status()
        );
        if let Some(scope) = self.client.scope() {
            scope.repeats(self.retry + 1, delay, error);
        }
    }
}

impl DashClaw {
    /// The API key would travel in clear text.
    pub(crate) fn tell_clear_text(&self) {
        if self.clear_text_warning().is_some() {
            tell!(WARN, "dashclaw.clear_text", self, "the API key travels in clear text; use https");
        }
    }

    pub(crate) fn tell_stream_opened(&self) {
        tell!(DEBUG, "dashclaw.stream.opened", self, "event stream opened");
    }

    /// The event stream broke, and is opened anew; or it is over, and `again` is false.
    pub(crate) fn tell_stream_lost(&self, error: Option<&Error>, again: bool) {
        let kind = error.map(|error| error.kind().as_str());
        let reason = error.and_then(|error| reason(self, error));
        tell!(
            INFO,
            "dashclaw.stream.lost",
            self,
            "event stream lost",
            error = kind,
            reason = reason,
            again = again
        );
    }

    pub(crate) fn tell_approval_waiting(&self, action_id: &str) {
        tell!(INFO, "dashclaw.approval.waiting", self, "waiting for approval", action_id = action_id);
    }

    pub(crate) fn tell_approval_subscribed(&self, action_id: &str) {
        tell!(
            DEBUG,
            "dashclaw.approval.subscribed",
            self,
            "listening for the decision",
            action_id = action_id
        );
        if let Some(scope) = self.scope() {
            scope.event(names::SUBSCRIBED, []);
        }
    }

    pub(crate) fn tell_approval_pending(&self, action_id: &str) {
        tell!(INFO, "dashclaw.approval.pending", self, "approval is pending", action_id = action_id);
        if let Some(scope) = self.scope() {
            scope.event(names::PENDING, []);
        }
    }

    /// How the waiting ended: `approved`, or the kind of its error.
    pub(crate) fn tell_approval_decided(&self, action_id: &str, outcome: &'static str, since: Instant) {
        tell!(
            INFO,
            "dashclaw.approval.decided",
            self,
            "waiting for approval ended",
            action_id = action_id,
            outcome = outcome,
            duration_ms = millis(since.elapsed())
        );
        if let Some(scope) = self.scope() {
            scope.decided(action_id, outcome);
        }
    }

    /// Something went wrong in the background, where no caller is told.
    pub(crate) fn tell_background(&self, task: &'static str, error: &Error) {
        tell!(
            WARN,
            "dashclaw.background",
            self,
            "a task in the background failed",
            task = task,
            error = error.kind().as_str(),
            status = error.status(),
            reason = reason(self, error)
        );
    }

    /// The same where it is of no consequence.
    pub(crate) fn tell_missed(&self, task: &'static str, error: &Error) {
        tell!(
            DEBUG,
            "dashclaw.missed",
            self,
            "a report did not arrive",
            task = task,
            error = error.kind().as_str(),
            status = error.status()
        );
    }
}

/// Why a connection failed, in the words of the operating system or of TLS. What a server wrote is told to the caller alone.
fn reason(client: &DashClaw, error: &Error) -> Option<String> {
    let ours = error.status().is_none() && error.kind() == ErrorKind::Connection;
    ours.then(|| client.redact(&error.to_string()))
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
