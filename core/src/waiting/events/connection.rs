//! One connection to the event stream, until it is lost.

use std::collections::VecDeque;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;

use crate::api::events::ReadEvents;
use crate::catalogue::{Operation, Row};
use crate::client::call::{Answer, Asked, judge};
use crate::client::transport::{Body, TransportError};
use crate::deadline::later;
use crate::waiting::sse::{Event, Parser};
use crate::waiting::stop::Stop;
use crate::{DashClaw, Error, ErrorKind, Result};

/// The server sends a comment every 15 seconds; a stream that is silent for so long is dead although it looks open.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the server may take to open the stream.
const OPENING: Duration = Duration::from_secs(15);

/// How many bytes are read of why there is no stream.
const MAX_REFUSAL: usize = 64 * 1024;

/// The row of the stream: it is read by this module and not by the engine, but it is refused in the same words.
static STREAM: Row = ReadEvents::ROW;

/// Why there is no stream (any more).
#[derive(Clone, Debug)]
pub(crate) enum Lost {
    /// The server says that there is nothing more to come (204).
    Ended,
    /// The server refuses; trying again would not help.
    Refused(Error),
    /// It broke; another try may work.
    Broken(Error),
}

impl Lost {
    pub(crate) fn error(&self) -> Option<&Error> {
        match self {
            Self::Ended => None,
            Self::Refused(error) | Self::Broken(error) => Some(error),
        }
    }
}

/// An open stream.
pub(crate) struct Connection {
    body: Body,
    parser: Parser,
    ready: VecDeque<Event>,
    heard: Instant,
}

impl Connection {
    /// Opens the stream behind the event `last_id` (empty: from now on).
    pub(crate) async fn open(client: &DashClaw, last_id: &str) -> std::result::Result<Self, Lost> {
        let start = Instant::now();
        let opening = Stop::at(later(start, OPENING)).run(pin!(Self::request(client, last_id))).await;
        opening.unwrap_or_else(|_| {
            client.unanswered(start);
            Err(broken("the event stream did not open in time"))
        })
    }

    async fn request(client: &DashClaw, last_id: &str) -> std::result::Result<Self, Lost> {
        let request = stream_request(client, last_id).map_err(Lost::Refused)?;
        let transport = client.transport().map_err(Lost::Refused)?;
        let response = transport.send(request).await.map_err(|error| lost(&error))?;
        let (head, body) = response.into_parts();
        if head.status == StatusCode::NO_CONTENT {
            return Err(Lost::Ended);
        }
        if head.status != StatusCode::OK {
            return Err(refused(client, &head, body).await);
        }
        let kind = head
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("text/event-stream") {
            return Err(Lost::Refused(Error::new(
                ErrorKind::MalformedResponse,
                format!("the server answered `{kind}` instead of an event stream"),
            )));
        }
        Ok(Self {
            body,
            parser: Parser::default().resuming(last_id),
            ready: VecDeque::new(),
            heard: Instant::now(),
        })
    }

    /// How long the server asks to wait before the stream is opened anew.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.parser.retry()
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> std::result::Result<Event, Lost> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let Ok(chunk) = Stop::at(later(self.heard, SILENCE)).run(self.body.next()).await else {
                return Err(broken("the event stream fell silent"));
            };
            let chunk =
                chunk.ok_or_else(|| broken("the event stream was closed"))?.map_err(|error| lost(&error))?;
            self.heard = Instant::now();
            let events = self.parser.push(&chunk).map_err(|error| broken(&error.to_string()))?;
            self.ready.extend(events);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("last_id", &self.parser.last_id()).finish_non_exhaustive()
    }
}

fn stream_request(client: &DashClaw, last_id: &str) -> Result<http::Request<Bytes>> {
    let mut request = client.bare_request(STREAM.path)?;
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if !last_id.is_empty() {
        let id = HeaderValue::try_from(last_id)
            .map_err(|_| Error::argument("last_event_id", "must be the id of an earlier event"))?;
        headers.insert("last-event-id", id);
    }
    Ok(request)
}

async fn refused(client: &DashClaw, head: &http::response::Parts, body: Body) -> Lost {
    let mut body = body;
    let mut text = Vec::new();
    // However small its pieces are; what is said after that much explains nothing.
    while text.len() < MAX_REFUSAL
        && let Some(Ok(chunk)) = body.next().await
    {
        text.extend_from_slice(&chunk);
    }
    let answer = Answer { status: head.status, headers: &head.headers, body: &text };
    let error = match judge(&STREAM, Asked::default(), &answer, &|text| client.redact(text)) {
        Err(error) => client.redact_error(error),
        Ok(_) => Error::new(ErrorKind::MalformedResponse, "the server did not open an event stream"),
    };
    if error.is_retryable() { Lost::Broken(error) } else { Lost::Refused(error) }
}

fn lost(error: &TransportError) -> Lost {
    broken(&format!("the event stream broke: {}", error.message))
}

fn broken(message: &str) -> Lost {
    Lost::Broken(Error::new(ErrorKind::Connection, message))
}
