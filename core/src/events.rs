//! The event stream `GET /api/stream`: what happens on the server, as it happens.

mod connection;

use std::time::Duration;

pub(crate) use connection::{Connection, Lost};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::call::backoff;
use crate::{DashClaw, Error, ErrorKind, Result};

/// How often a lost stream is opened anew without hearing a single event in between, unless the options say otherwise.
const DEFAULT_RECONNECTS: u32 = 10;

/// What happened on the server.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ServerEvent {
    /// The cursor to resume behind; empty for events that cannot be resumed behind.
    pub id: String,
    /// What happened: `action.updated`, `guard.decision.created`, …
    pub event: String,
    /// The record it happened to: any JSON value.
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
#[derive(Debug)]
pub struct EventStream {
    client: DashClaw,
    cancel: CancellationToken,
    connection: Option<Connection>,
    last_id: String,
    reconnects: u32,
    max_reconnects: u32,
    ended: bool,
}

impl DashClaw {
    /// Subscribes to the server's events. Nothing is sent until the first [`next`](EventStream::next).
    pub fn events(&self, options: EventOptions) -> EventStream {
        EventStream {
            client: self.clone(),
            cancel: options.cancel.unwrap_or_default(),
            connection: None,
            last_id: options.last_event_id.unwrap_or_default(),
            reconnects: 0,
            max_reconnects: options.max_reconnects.unwrap_or(DEFAULT_RECONNECTS),
            ended: false,
        }
    }
}

impl EventStream {
    /// The next event; nothing when the stream was stopped. An error ends it.
    pub async fn next(&mut self) -> Option<Result<ServerEvent>> {
        if self.ended {
            return None;
        }
        let (cancel, closed) = (self.cancel.clone(), self.client.closed().clone());
        let next = tokio::select! {
            biased;
            () = closed.cancelled() => Some(Err(Error::new(ErrorKind::Closed, "the client was closed"))),
            () = cancel.cancelled() => None,
            next = self.advance() => next,
        };
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }

    /// The cursor behind the last event; give it to a later stream to go on where this one ended.
    pub fn last_event_id(&self) -> &str {
        &self.last_id
    }

    async fn advance(&mut self) -> Option<Result<ServerEvent>> {
        loop {
            let lost = match self.connected().await {
                Ok(connection) => match connection.next().await {
                    Ok(event) => match self.accept(event) {
                        Some(event) => return Some(Ok(event)),
                        None => continue,
                    },
                    Err(lost) => lost,
                },
                Err(lost) => lost,
            };
            self.connection = None;
            match lost {
                Lost::Ended => return None,
                Lost::Refused(error) => return Some(Err(error)),
                Lost::Broken(error) if self.reconnects >= self.max_reconnects => return Some(Err(error)),
                Lost::Broken(_) => tokio::time::sleep(self.delay()).await,
            }
            self.reconnects += 1;
        }
    }

    async fn connected(&mut self) -> std::result::Result<&mut Connection, Lost> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.client, &self.last_id).await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Keeps the cursor, and drops what is no JSON: it cannot be an event of ours.
    fn accept(&mut self, event: crate::sse::Event) -> Option<ServerEvent> {
        self.reconnects = 0;
        let seen = !event.id.is_empty() && event.id == self.last_id && event.event != "connected";
        self.last_id.clone_from(&event.id);
        let data = RawValue::from_string(event.data).ok()?;
        (!seen).then_some(ServerEvent { id: event.id, event: event.event, data })
    }

    fn delay(&self) -> Duration {
        backoff(self.reconnects, None, 0.5)
    }
}
