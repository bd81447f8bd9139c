//! Realtime events: each organisation has a buffer that all its listeners read from, each at its own cursor.

pub(crate) mod listeners;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dashclaw::clock;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use self::listeners::Listeners;

/// How many events are kept for replay.
const BUFFER: usize = 1000;
/// How many bytes they may take together; the newest is kept whatever its size.
const BUFFER_BYTES: usize = 8 * 1024 * 1024;
/// How long an event is kept, in milliseconds.
const BUFFER_MS: i64 = 600_000;
/// How many events one reconnection is caught up with.
pub(crate) const MAX_REPLAY: u64 = 200;

/// One event. Its bytes are written once and shared by everybody who is sent them.
#[derive(Debug)]
struct Event {
    at_ms: i64,
    frame: Bytes,
}

/// All organisations' channels, and who listens.
#[derive(Debug)]
pub(crate) struct Hub {
    /// What the ids of this hub's events begin with. Their numbers begin anew with each start of the instance: without it a
    /// listener that comes back after one would be told that it has missed nothing.
    prefix: Arc<str>,
    channels: Mutex<BTreeMap<String, Arc<Channel>>>,
    pub(crate) listeners: Arc<Listeners>,
}

#[derive(Debug)]
struct Channel {
    buffer: Mutex<Buffer>,
    news: watch::Sender<()>,
}

/// The newest events. Their cursors follow each other without a gap and end with `last`.
#[derive(Debug)]
struct Buffer {
    prefix: Arc<str>,
    last: u64,
    events: VecDeque<Event>,
    bytes: usize,
}

/// A listener's place in its organisation's events. It holds no event, however slowly it reads.
#[derive(Debug)]
pub(crate) struct Subscription {
    channel: Arc<Channel>,
    news: watch::Receiver<()>,
    /// The last event it was given, or passed over.
    cursor: u64,
    /// The newest event when it subscribed.
    newest: u64,
    /// How many events it has missed and is given first.
    replayed: u64,
    /// Why these may not be all that it has missed.
    replay_error: Option<&'static str>,
}

/// What a listener finds at its cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// An event.
    Frame(Bytes),
    /// It has seen all there is.
    Nothing,
    /// It was too slow: what it has not seen is forgotten.
    Lost,
}

impl Default for Hub {
    fn default() -> Self {
        let start = RandomState::new().hash_one(());
        Self {
            prefix: format!("mem-{start:016x}-").into(),
            channels: Mutex::default(),
            listeners: Arc::default(),
        }
    }
}

impl Hub {
    /// Publishes an event to the organisation's listeners.
    pub(crate) fn publish(&self, org_id: &str, name: &'static str, data: &impl Serialize) {
        match serde_json::to_string(data) {
            Ok(data) => self.channel(org_id).publish(name, &data),
            Err(error) => tracing::error!(%error, name, "an event could not be written"),
        }
    }

    /// Publishes an event whose data is JSON text on one line.
    pub(crate) fn publish_text(&self, org_id: &str, name: &'static str, data: &str) {
        self.channel(org_id).publish(name, data);
    }

    /// Subscribes to the organisation's events, starting behind the one with this id.
    pub(crate) fn subscribe(&self, org_id: &str, last_event_id: Option<&str>) -> Subscription {
        let channel = self.channel(org_id);
        let news = channel.news.subscribe();
        let mut buffer = channel.lock();
        buffer.forget(clock::unix_millis());
        let newest = buffer.last;
        let (cursor, replay_error) = last_event_id.map_or((newest, None), |id| buffer.replay(id));
        drop(buffer);
        Subscription { channel, news, cursor, newest, replayed: newest - cursor, replay_error }
    }

    fn channel(&self, org_id: &str) -> Arc<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(org_id) {
            return Arc::clone(channel);
        }
        let channel =
            Arc::new(Channel { buffer: Mutex::new(Buffer::new(&self.prefix)), news: watch::Sender::new(()) });
        channels.insert(org_id.to_owned(), Arc::clone(&channel));
        channel
    }
}

impl Channel {
    fn publish(&self, name: &str, data: &str) {
        self.lock().push(name, data, clock::unix_millis());
        self.news.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffer {
    fn new(prefix: &Arc<str>) -> Self {
        Self { prefix: Arc::clone(prefix), last: 0, events: VecDeque::new(), bytes: 0 }
    }

    /// The id of the event at this cursor.
    fn id(&self, cursor: u64) -> String {
        format!("{}{cursor}", self.prefix)
    }

    /// Adds an event; the official parser wants exactly one space behind each colon.
    fn push(&mut self, name: &str, data: &str, now_ms: i64) {
        self.last += 1;
        let frame = Bytes::from(format!("id: {}\nevent: {name}\ndata: {data}\n\n", self.id(self.last)));
        self.bytes += frame.len();
        self.events.push_back(Event { at_ms: now_ms, frame });
        self.forget(now_ms);
    }

    /// Drops what is too old or too much.
    fn forget(&mut self, now_ms: i64) {
        while let Some(oldest) = self.events.front()
            && (oldest.at_ms + BUFFER_MS < now_ms
                || self.events.len() > BUFFER
                || (self.bytes > BUFFER_BYTES && self.events.len() > 1))
        {
            self.bytes -= oldest.frame.len();
            self.events.pop_front();
        }
    }

    /// The last event that is forgotten, or 0.
    fn forgotten(&self) -> u64 {
        self.last - self.events.len() as u64
    }

    /// Where to read on behind `id`: at the newest events when there are too many. An id that was never given out is from
    /// before a restart: all there is may be new then.
    fn replay(&self, id: &str) -> (u64, Option<&'static str>) {
        let cursor = id.strip_prefix(&*self.prefix).and_then(|digits| digits.parse::<u64>().ok());
        let known = cursor.filter(|cursor| *cursor <= self.last);
        let start = known.unwrap_or(0).max(self.forgotten()).max(self.last.saturating_sub(MAX_REPLAY));
        let error = match known {
            None => Some("unknown_cursor"),
            Some(cursor) if cursor != start => Some("replay_incomplete"),
            Some(_) => None,
        };
        (start, error)
    }

    fn behind(&self, cursor: u64) -> Next {
        if cursor >= self.last {
            return Next::Nothing;
        }
        let place = cursor.checked_sub(self.forgotten()).and_then(|place| usize::try_from(place).ok());
        let event = place.and_then(|place| self.events.get(place));
        event.map_or(Next::Lost, |event| Next::Frame(event.frame.clone()))
    }
}

impl Subscription {
    /// What it has missed, one event after the other; [`Next::Nothing`] when it is caught up.
    pub(crate) fn missed(&mut self) -> Next {
        if self.cursor < self.newest { self.advance() } else { Next::Nothing }
    }

    /// Waits for the next event; nothing when it was too slow.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.advance() {
                Next::Frame(frame) => return Some(frame),
                Next::Lost => return None,
                // What was published since the look is news already.
                Next::Nothing => self.news.changed().await.ok()?,
            }
        }
    }

    fn advance(&mut self) -> Next {
        let next = self.channel.lock().behind(self.cursor);
        if matches!(next, Next::Frame(_)) {
            self.cursor += 1;
        }
        next
    }

    /// The `connected` event, which has no id.
    pub(crate) fn connected(&self, org_id: &str) -> Bytes {
        let data = serde_json::json!({
            "status": "ok",
            "orgId": org_id,
            "backend": "memory",
            "realtimeStatus": "connected",
            "replayed": self.replayed,
            "lastEventId": self.channel.lock().id(self.newest),
            "replayError": self.replay_error.map_or(Value::Null, Value::from),
        });
        Bytes::from(format!("event: connected\ndata: {data}\n\n"))
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
