//! The event stream `GET /api/stream`: what happens on the server, as it happens.

mod connection;
mod mailbox;
#[cfg(test)]
mod retry_tests;
mod shared;
#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod stream_server;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use connection::Connection;
pub(crate) use connection::Lost;
pub(crate) use mailbox::{Heard, Interest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
pub(crate) use shared::{Listener, SharedStream};
use tokio_util::sync::CancellationToken;

use crate::client::call::backoff;
use crate::json::mended;
use crate::waiting::sse::Event;
use crate::waiting::stop::{Stop, Stopped};
use crate::{DashClaw, Error, ErrorKind, Result};

/// How long a server may make us wait before a lost stream is opened anew.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a lost stream is opened anew without hearing a single event in between, unless the options say otherwise.
const DEFAULT_RECONNECTS: u32 = 10;

/// What happened on the server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ServerEvent {
    /// The cursor to resume behind; empty for events that cannot be resumed behind.
    pub id: String,
    /// What happened: `action.updated`, `guard.decision.created`, …
    pub event: String,
    /// The record it happened to: any JSON value.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub data: Box<RawValue>,
}

/// Where an event stream starts and what it survives.
#[derive(Clone, Debug, Default)]
pub struct EventOptions {
    /// Starts behind this event instead of now; the server keeps 10 minutes.
    pub last_event_id: Option<String>,
    /// How often in a row a lost stream is opened anew; 10 unless given.
    pub max_reconnects: Option<u32>,
    /// Ends the stream.
    pub cancel: Option<CancellationToken>,
}

/// A subscription to the server's events. It reconnects by itself and skips events it has already returned.
///
/// All subscriptions and waits of a client share one connection. Only one that starts behind an earlier event has its own,
/// and one that is read so slowly that 1,000 events or 16 MiB wait for it: it goes on behind the last of them.
#[derive(Debug)]
pub struct EventStream {
    client: DashClaw,
    cancel: CancellationToken,
    source: Source,
    last_id: String,
    reconnects: u32,
    max_reconnects: u32,
    /// How long the server asked to wait before a connection is opened anew.
    retry: Option<Duration>,
    ended: bool,
}

/// Where a subscription hears its events.
#[derive(Debug)]
enum Source {
    /// Nothing was asked for yet.
    Unopened,
    /// From the stream that all of the client share.
    Shared(Listener),
    /// From a connection of its own, opened when there is none.
    Own(Option<Box<Connection>>),
}

impl DashClaw {
    /// Subscribes to the server's events. Nothing is sent until the first [`next`](EventStream::next).
    pub fn events(&self, options: EventOptions) -> EventStream {
        let last_id = options.last_event_id.unwrap_or_default();
        EventStream {
            client: self.clone(),
            cancel: options.cancel.unwrap_or_default(),
            source: if last_id.is_empty() { Source::Unopened } else { Source::Own(None) },
            last_id,
            reconnects: 0,
            retry: None,
            max_reconnects: options.max_reconnects.unwrap_or(DEFAULT_RECONNECTS),
            ended: false,
        }
    }
}

impl EventStream {
    /// The next event; nothing when the stream was stopped. An error ends it. Must be called within a Tokio runtime;
    /// dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<ServerEvent>> {
        if self.ended {
            return None;
        }
        let (cancel, closed) = (self.cancel.clone(), self.client.closed().clone());
        let next = Stop::on_close(&closed).cancelled_by(&cancel).run(pin!(self.advance())).await;
        let next = next.unwrap_or_else(Stopped::into_end);
        self.ended = !matches!(next, Some(Ok(_)));
        if self.ended {
            self.source = Source::Unopened;
        }
        next
    }

    /// The cursor behind the last event; give it to a later stream to go on where this one ended.
    pub fn last_event_id(&self) -> &str {
        &self.last_id
    }

    async fn advance(&mut self) -> Option<Result<ServerEvent>> {
        loop {
            let lost = match self.hear().await {
                Ok(event) => match self.accept(event) {
                    Some(event) => return Some(Ok(event)),
                    None => continue,
                },
                Err(lost) => lost,
            };
            match lost {
                Lost::Ended => return None,
                Lost::Refused(error) => return Some(Err(error)),
                Lost::Broken(error) if self.reconnects >= self.max_reconnects => return Some(Err(error)),
                Lost::Broken(error) => {
                    if matches!(self.source, Source::Own(_)) {
                        self.client.tell_stream_lost(Some(&error), true);
                    }
                }
            }
            if let Source::Own(connection) = &mut self.source {
                let asked = connection.take().and_then(|connection| connection.retry());
                self.retry = asked.or(self.retry);
                pause(self.reconnects, self.retry).await;
            }
            self.reconnects += 1;
        }
    }

    async fn hear(&mut self) -> std::result::Result<Event, Lost> {
        loop {
            match &mut self.source {
                Source::Unopened => {
                    let listener = self.client.listen(&Interest::All);
                    listener.start().clone_into(&mut self.last_id);
                    self.source = Source::Shared(listener);
                }
                Source::Shared(listener) => match listener.next().await {
                    Heard::Opened => {}
                    Heard::Event(event) => return Ok(Arc::unwrap_or_clone(event)),
                    Heard::Lost(lost) => return Err(lost),
                    Heard::Unread if self.last_id.is_empty() => self.source = Source::Unopened,
                    Heard::Behind if self.last_id.is_empty() => return Err(Lost::Refused(too_slow())),
                    Heard::Behind | Heard::Unread => self.source = Source::Own(None),
                },
                Source::Own(Some(connection)) => return connection.next().await,
                Source::Own(connection) => {
                    *connection = Some(Box::new(Connection::open(&self.client, &self.last_id).await?));
                    self.client.tell_stream_opened();
                }
            }
        }
    }

    /// Keeps the cursor, and drops what is no JSON: it cannot be an event of ours. An event without an id of its own is no
    /// repetition of the one before it.
    fn accept(&mut self, event: Event) -> Option<ServerEvent> {
        self.reconnects = 0;
        let seen =
            event.is_named && !event.id.is_empty() && event.id == self.last_id && event.event != "connected";
        self.last_id.clone_from(&event.id);
        let data = RawValue::from_string(mended(&event.data).unwrap_or(event.data)).ok()?;
        (!seen).then_some(ServerEvent { id: event.id, event: event.event, data })
    }
}

/// Waits before the connection is opened anew, after so many in a row that brought no event: as long as the server asked at
/// first, and longer the more have failed.
async fn pause(failures: u32, retry: Option<Duration>) {
    let own = backoff(failures, None, 0.5);
    let asked = retry.map(|asked| asked.min(LONGEST_PAUSE));
    tokio::time::sleep(asked.map_or(own, |asked| if failures == 0 { asked } else { own.max(asked) })).await;
}

fn too_slow() -> Error {
    Error::new(
        ErrorKind::Connection,
        "events came faster than they were read, and have no ids behind which the server could go on",
    )
}
