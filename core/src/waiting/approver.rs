//! The approver's side: what waits for a human, as it changes.
//!
//! Events only wake the watching: what counts is the list, read again. A slow poll runs beside the stream, because
//! requests expire without an event, and because some networks hold streams back.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::approvals::GetPendingApprovals;
use crate::catalogue::Operation;
use crate::client::call::backoff;
use crate::deadline::later;
use crate::waiting::stop::{Stop, Stopped};
use crate::{
    CallOptions, DashClaw, Error, ErrorKind, EventOptions, EventStream, Response, Result, ServerEvent,
};

/// How often the list is read beside the event stream.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(15);
/// The least time between two reads, however many events come: people do not read faster.
const MIN_GAP: Duration = Duration::from_millis(100);
/// How many reads in a row may fail in passing before the watching ends.
const MAX_FAILURES: u32 = 10;
/// The most actions that the server lists at once.
const ARGUMENTS: &[u8] = br#"{"limit":200}"#;
/// What an action's event holds when the action waits.
const WAITING: &str = "\"pending_approval\"";

/// How approvals are watched.
#[derive(Clone, Debug, Default)]
pub struct ApproverOptions {
    /// How often the list is read beside the event stream; every 15 seconds unless given.
    pub interval: Option<Duration>,
    /// Ends the watching.
    pub cancel: Option<CancellationToken>,
}

/// The list of actions that wait for a human, again whenever it has changed.
#[derive(Debug)]
pub struct PendingApprovals {
    client: DashClaw,
    cancel: CancellationToken,
    /// Nothing when the server offers no stream: then the poll has to do.
    events: Option<EventStream>,
    interval: Duration,
    read_at: Instant,
    last_read: Option<Instant>,
    failures: u32,
    shown: Option<Shown>,
    ended: bool,
}

/// What was returned last.
#[derive(Debug)]
struct Shown {
    actions: Box<RawValue>,
    ids: BTreeSet<String>,
}

impl DashClaw {
    /// Watches the actions that wait for a human, the newest 200. Nothing is sent until the first
    /// [`next`](PendingApprovals::next).
    pub fn pending_approvals(&self, options: ApproverOptions) -> PendingApprovals {
        let cancel = options.cancel.unwrap_or_default();
        let events = EventOptions {
            max_reconnects: Some(u32::MAX),
            cancel: Some(cancel.clone()),
            last_event_id: None,
        };
        PendingApprovals {
            client: self.clone(),
            cancel,
            events: Some(self.events(events)),
            interval: options.interval.unwrap_or(DEFAULT_INTERVAL).max(MIN_GAP),
            read_at: Instant::now(),
            last_read: None,
            failures: 0,
            shown: None,
            ended: false,
        }
    }
}

impl PendingApprovals {
    /// The list as [`get_pending_approvals`](DashClaw::get_pending_approvals) answers it: at once the first time, then
    /// when its actions have changed. Nothing when the watching was stopped. An error ends it; one that passes by itself
    /// does so only when nothing was listed before, or after ten in a row.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Response>> {
        if self.ended {
            return None;
        }
        let (cancel, closed) = (self.cancel.clone(), self.client.closed().clone());
        let next = Stop::on_close(&closed).cancelled_by(&cancel).run(pin!(self.changed())).await;
        let next = next.map_or_else(Stopped::into_end, Some);
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }

    async fn changed(&mut self) -> Result<Response> {
        loop {
            self.rest().await;
            let read =
                self.client.call_row(&GetPendingApprovals::ROW, ARGUMENTS, &CallOptions::default()).await;
            let now = Instant::now();
            self.last_read = Some(now);
            match read {
                Ok(response) => {
                    self.failures = 0;
                    self.read_at = later(now, self.interval);
                    if self.is_news(&response)? {
                        return Ok(response);
                    }
                }
                Err(error) => {
                    self.failures += 1;
                    if !error.is_retryable() || self.shown.is_none() || self.failures >= MAX_FAILURES {
                        return Err(error);
                    }
                    self.read_at = later(now, backoff(self.failures, error.retry_after(), 0.5));
                }
            }
        }
    }

    /// Waits until it is time to read. Events bring that forward.
    async fn rest(&mut self) {
        // However fast events come, they do not put off what is due.
        while Instant::now() < self.read_at {
            // The future of the next event may be dropped at any time: the stream keeps what it has read.
            let news = async {
                match &mut self.events {
                    Some(events) => events.next().await,
                    None => std::future::pending().await,
                }
            };
            let Ok(event) = Stop::at(self.read_at).run(pin!(news)).await else { return };
            match event {
                Some(Ok(event)) => {
                    if self.concerns(&event) {
                        let earliest = self.last_read.map_or_else(Instant::now, |last| later(last, MIN_GAP));
                        self.read_at = self.read_at.min(earliest);
                    }
                }
                _ => self.events = None,
            }
        }
    }

    /// Whether the list may have changed: an action waits now, one of the list has changed, or events before the stream
    /// was open may have been missed.
    fn concerns(&self, event: &ServerEvent) -> bool {
        let data = event.data.get();
        match event.event.as_str() {
            "connected" => true,
            "action.created" | "action.updated" => {
                let listed = |shown: &Shown| shown.ids.iter().any(|id| data.contains(id));
                data.contains(WAITING) || self.shown.as_ref().is_some_and(listed)
            }
            _ => false,
        }
    }

    fn is_news(&mut self, response: &Response) -> Result<bool> {
        #[derive(Deserialize)]
        struct List {
            actions: Box<RawValue>,
        }
        #[derive(Deserialize)]
        struct Listed {
            action_id: Option<String>,
        }
        let List { actions } = response.json()?;
        if self.shown.as_ref().is_some_and(|shown| shown.actions.get() == actions.get()) {
            return Ok(false);
        }
        let listed: Vec<Listed> = serde_json::from_str(actions.get()).map_err(|error| {
            Error::new(ErrorKind::MalformedResponse, format!("the list of actions: {error}"))
        })?;
        let ids = listed.into_iter().filter_map(|one| one.action_id).collect();
        self.shown = Some(Shown { actions, ids });
        Ok(true)
    }
}
