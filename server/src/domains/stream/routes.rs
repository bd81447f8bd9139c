//! `GET /api/stream`: events as they happen.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use dashclaw::api::events::ReadEvents;
use futures_util::{FutureExt, stream};
use http::{HeaderMap, HeaderValue, header};
use tokio::time::{Instant, Interval, Sleep, interval_at, sleep};

use crate::app::App;
use crate::domains::sign_in;
use crate::events::Subscription;
use crate::events::listeners::Place;
use crate::failure::{Answer, Failure, Kind};
use crate::http::call::{Call, Reply};
use crate::http::route::Route;
use crate::keys::Caller;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this long; the client comes back with its last id.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// When a client that found no place may ask again, in seconds.
const FULL_RETRY: u64 = 15;

/// The block that the official Python client fills before it looks at what it has read.
const BLOCK: usize = 4096;
/// A comment longer than such a block.
static PADDING: [u8; BLOCK + 3] = {
    let mut comment = [b' '; BLOCK + 3];
    comment[0] = b':';
    comment[BLOCK + 1] = b'\n';
    comment[BLOCK + 2] = b'\n';
    comment
};

/// What is left to send on one stream.
struct Frames {
    app: Arc<App>,
    events: Subscription,
    /// Sent behind what was missed.
    connected: Option<Bytes>,
    /// Whether a comment follows each frame, so that the client sees it at once.
    padded: bool,
    padding_due: bool,
    heartbeat: Interval,
    end: Pin<Box<Sleep>>,
    /// Whose key it was opened with.
    caller: Option<Arc<Caller>>,
    _place: Option<Place>,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::of::<ReadEvents>(|call| async move { open(&call).await }.boxed())]
}

/// Opens a stream.
async fn open(call: &Call) -> Reply {
    let place = if call.in_process { None } else { Some(place(call)?) };
    let text = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok());
    let given = call.request::<ReadEvents>()?.last_event_id;
    let last_event_id = text("last-event-id").filter(|id| !id.is_empty()).or(given.as_deref());
    let last_event_id = last_event_id.filter(|id| !id.is_empty());
    let events = call.context.app.hub.subscribe(call.context.org_id(), last_event_id).await?;
    let frames = Frames {
        app: Arc::clone(&call.context.app),
        connected: Some(events.connected()),
        events,
        padded: fills_blocks(&call.headers),
        padding_due: false,
        heartbeat: interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
        end: Box::pin(sleep(LIFETIME)),
        caller: call.context.caller.clone(),
        _place: place,
    };
    let body = stream::unfold(frames, |mut frames| async move {
        frames.next().await.map(|frame| (Ok::<_, Infallible>(frame), frames))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn place(call: &Call) -> Answer<Place> {
    let full = || {
        let error = "Too many open event streams. Close some, or share one among all waits.";
        Failure::new(Kind::TooMany, error).code("TOO_MANY_STREAMS").retry_after(FULL_RETRY)
    };
    call.context.app.hub.listeners.take(call.context.org_id(), call.context.principal()).ok_or_else(full)
}

/// Whether the client is the official Python one, which has no name of its own: it shows only the library it is made of.
fn fills_blocks(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with("Python-urllib/"))
}

impl Frames {
    async fn next(&mut self) -> Option<Bytes> {
        // A key that was revoked opens nothing, and hears nothing more.
        if self.caller.as_ref().is_some_and(|caller| caller.revoked.is_cancelled()) {
            return None;
        }
        if std::mem::take(&mut self.padding_due) {
            return Some(Bytes::from_static(&PADDING));
        }
        let frame = self.frame().await?;
        self.padding_due = self.padded;
        Some(frame)
    }

    async fn frame(&mut self) -> Option<Bytes> {
        if self.connected.is_some() {
            return match self.events.missed().await {
                Some(frame) => Some(frame),
                None => self.connected.take(),
            };
        }
        tokio::select! {
            biased;
            () = self.app.stop.cancelled() => None,
            () = revoked(self.caller.as_deref()) => None,
            () = &mut self.end => None,
            // A listener that fell behind the buffer is cut off; it comes back with its last id and is caught up.
            frame = self.events.next() => frame,
            _ = self.heartbeat.tick() => {
                if self.is_signed_out().await {
                    return None;
                }
                Some(Bytes::from_static(b": heartbeat\n\n"))
            }
        }
    }
}

impl Frames {
    /// Whether the session that it was opened in has ended: by itself, or on another host.
    async fn is_signed_out(&self) -> bool {
        let Some(caller) = self.caller.as_deref() else { return false };
        let Some(session) = &caller.session else { return false };
        !sign_in::cases::lasts(&self.app, &caller.org_id, &session.id).await.unwrap_or(true)
    }
}

/// Ends when the caller's key is revoked.
async fn revoked(caller: Option<&Caller>) {
    match caller {
        Some(caller) => caller.revoked.cancelled().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_is_one_comment_that_fills_a_block() {
        let text = std::str::from_utf8(&PADDING).unwrap();
        assert!(text.len() > BLOCK && text.starts_with(':') && text.ends_with("\n\n"));
        assert_eq!(text.lines().count(), 2);
    }
}
