//! `GET /api/stream`: events as they happen.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures_util::stream;
use http::{HeaderValue, header};
use tokio::sync::broadcast;
use tokio::time::{Instant, Interval, Sleep, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use crate::http::call::Call;
use crate::hub::{Event, connected_frame};
use crate::keys::Caller;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this long; the client comes back with its last id.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// What is left to send on one stream.
struct Frames {
    first: VecDeque<String>,
    live: broadcast::Receiver<Event>,
    heartbeat: Interval,
    end: Pin<Box<Sleep>>,
    stop: CancellationToken,
    /// Whose key it was opened with.
    caller: Option<Arc<Caller>>,
}

/// Opens a stream.
pub(super) fn open(call: &Call) -> Response {
    let header =
        call.headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let last_event_id = header.or_else(|| call.query("lastEventId"));
    let subscription = call.app.hub.subscribe(call.org_id(), last_event_id);
    let connected = connected_frame(call.org_id(), &subscription);
    let frames = Frames {
        first: subscription.missed.iter().map(Event::frame).chain([connected]).collect(),
        live: subscription.live,
        heartbeat: interval_at(Instant::now() + HEARTBEAT, HEARTBEAT),
        end: Box::pin(sleep(LIFETIME)),
        stop: call.app.stop.clone(),
        caller: call.caller.clone(),
    };
    let body = stream::unfold(frames, |mut frames| async move {
        frames.next().await.map(|frame| (Ok::<_, Infallible>(frame), frames))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl Frames {
    async fn next(&mut self) -> Option<String> {
        if self.caller.as_ref().is_some_and(|caller| caller.revoked.is_cancelled()) {
            return None;
        }
        if let Some(frame) = self.first.pop_front() {
            return Some(frame);
        }
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            () = revoked(self.caller.as_deref()) => None,
            () = &mut self.end => None,
            // A subscriber that fell behind the buffer is cut off; it comes back with its last id and is caught up.
            event = self.live.recv() => event.ok().map(|event| event.frame()),
            _ = self.heartbeat.tick() => Some(": heartbeat\n\n".to_owned()),
        }
    }
}

/// Ends when the caller's key is revoked.
async fn revoked(caller: Option<&Caller>) {
    match caller {
        Some(caller) => caller.revoked.cancelled().await,
        None => std::future::pending().await,
    }
}
