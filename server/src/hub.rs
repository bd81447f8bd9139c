//! Realtime events: each organisation has a buffer that late subscribers are caught up from.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use dashclaw::clock;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

/// How many events are kept for replay.
const BUFFER: usize = 1000;
/// How long an event is kept, in milliseconds.
const BUFFER_MS: i64 = 600_000;
/// How many events one reconnection is caught up with.
pub(crate) const MAX_REPLAY: usize = 200;

/// One event as it goes to every subscriber.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    cursor: u64,
    at_ms: i64,
    name: &'static str,
    /// JSON on one line.
    data: Arc<str>,
}

impl Event {
    /// The event as a frame of the stream; the official parser wants exactly one space behind each colon.
    pub(crate) fn frame(&self) -> String {
        let Self { cursor, name, data, .. } = self;
        format!("id: mem-{cursor}\nevent: {name}\ndata: {data}\n\n")
    }
}

/// All organisations' channels.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    channels: Mutex<BTreeMap<String, Channel>>,
}

#[derive(Debug)]
struct Channel {
    last: u64,
    buffer: VecDeque<Event>,
    live: broadcast::Sender<Event>,
}

impl Default for Channel {
    fn default() -> Self {
        Self { last: 0, buffer: VecDeque::new(), live: broadcast::channel(BUFFER).0 }
    }
}

/// What a subscriber gets: events it has missed, then everything new, with no gap between them.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) missed: Vec<Event>,
    pub(crate) live: broadcast::Receiver<Event>,
    /// The cursor of the newest event there is.
    pub(crate) last: String,
    /// Why `missed` may not be complete.
    pub(crate) replay_error: Option<&'static str>,
}

impl Hub {
    /// Publishes an event to the organisation's subscribers.
    pub(crate) fn publish(&self, org_id: &str, name: &'static str, data: &impl Serialize) {
        match serde_json::to_string(data) {
            Ok(data) => self.publish_text(org_id, name, data.into()),
            Err(error) => tracing::error!(%error, name, "an event could not be written"),
        }
    }

    /// Publishes an event whose data is JSON text on one line.
    pub(crate) fn publish_text(&self, org_id: &str, name: &'static str, data: Arc<str>) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if !channels.contains_key(org_id) {
            channels.insert(org_id.to_owned(), Channel::default());
        }
        let Some(channel) = channels.get_mut(org_id) else { return };
        channel.last += 1;
        let event = Event { cursor: channel.last, at_ms: clock::unix_millis(), name, data };
        channel.forget(event.at_ms);
        if channel.buffer.len() == BUFFER {
            channel.buffer.pop_front();
        }
        channel.buffer.push_back(event.clone());
        // Nobody may be listening.
        let _ = channel.live.send(event);
    }

    /// Subscribes to the organisation's events, starting behind the one with this id.
    pub(crate) fn subscribe(&self, org_id: &str, last_event_id: Option<&str>) -> Subscription {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = channels.entry(org_id.to_owned()).or_default();
        channel.forget(clock::unix_millis());
        let (missed, replay_error) = last_event_id.map_or((Vec::new(), None), |id| channel.replay(id));
        let last = format!("mem-{}", channel.last);
        Subscription { missed, live: channel.live.subscribe(), last, replay_error }
    }
}

impl Channel {
    /// Drops what is too old.
    fn forget(&mut self, now_ms: i64) {
        while self.buffer.front().is_some_and(|event| event.at_ms + BUFFER_MS < now_ms) {
            self.buffer.pop_front();
        }
    }

    /// The events behind `id`, the newest when there are too many. An id that was never given out is from before a restart: all there is may be new then.
    fn replay(&self, id: &str) -> (Vec<Event>, Option<&'static str>) {
        let cursor = id.strip_prefix("mem-").and_then(|digits| digits.parse::<u64>().ok());
        let known = cursor.filter(|cursor| *cursor <= self.last);
        let after = known.unwrap_or(0);
        let behind = self.buffer.iter().filter(|event| event.cursor > after);
        let too_many = behind.clone().count().saturating_sub(MAX_REPLAY);
        let missed: Vec<Event> = behind.skip(too_many).cloned().collect();
        let complete = missed.last().map_or(after == self.last, |last| last.cursor == self.last)
            && missed.first().is_none_or(|first| first.cursor == after + 1);
        let error = match known {
            None => Some("unknown_cursor"),
            Some(_) if !complete => Some("replay_incomplete"),
            Some(_) => None,
        };
        (missed, error)
    }
}

/// The `connected` event, which has no id.
pub(crate) fn connected_frame(org_id: &str, subscription: &Subscription) -> String {
    let data = serde_json::json!({
        "status": "ok",
        "orgId": org_id,
        "backend": "memory",
        "realtimeStatus": "connected",
        "replayed": subscription.missed.len(),
        "lastEventId": subscription.last,
        "replayError": subscription.replay_error.map_or(Value::Null, Value::from),
    });
    format!("event: connected\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors(events: &[Event]) -> Vec<u64> {
        events.iter().map(|event| event.cursor).collect()
    }

    #[test]
    fn a_subscriber_is_caught_up_from_its_cursor() {
        let hub = Hub::default();
        for n in 0..5 {
            hub.publish("org", "action.created", &n);
        }
        let subscription = hub.subscribe("org", Some("mem-3"));
        assert_eq!((cursors(&subscription.missed), subscription.replay_error), (vec![4, 5], None));
        assert_eq!(subscription.missed[0].frame(), "id: mem-4\nevent: action.created\ndata: 3\n\n");
        assert!(hub.subscribe("org", None).missed.is_empty());
        assert!(hub.subscribe("other", Some("mem-0")).missed.is_empty());
    }

    #[test]
    fn a_cursor_from_before_a_restart_replays_everything() {
        let hub = Hub::default();
        hub.publish("org", "x", &1);
        for id in ["mem-99", "nonsense"] {
            let subscription = hub.subscribe("org", Some(id));
            assert_eq!(
                (cursors(&subscription.missed), subscription.replay_error),
                (vec![1], Some("unknown_cursor"))
            );
        }
    }

    #[test]
    fn replay_and_buffer_are_bounded_and_say_so() {
        let hub = Hub::default();
        for n in 0..1500 {
            hub.publish("org", "x", &n);
        }
        let subscription = hub.subscribe("org", Some("mem-1"));
        assert_eq!((subscription.missed.len(), subscription.replay_error), (200, Some("replay_incomplete")));
        assert_eq!(subscription.missed[0].cursor, 1301);
    }

    #[tokio::test]
    async fn nothing_falls_between_replay_and_live() {
        // As many as are replayed at most: the subscription may come behind the last of them.
        const EVENTS: u64 = MAX_REPLAY as u64;
        for _ in 0..20 {
            let hub = Arc::new(Hub::default());
            let publisher = {
                let hub = hub.clone();
                std::thread::spawn(move || (0..EVENTS).for_each(|n| hub.publish("org", "x", &n)))
            };
            let mut subscription = hub.subscribe("org", Some("mem-0"));
            publisher.join().unwrap();
            let mut seen = cursors(&subscription.missed);
            while let Ok(event) = subscription.live.try_recv() {
                seen.push(event.cursor);
            }
            assert_eq!(seen, (1..=EVENTS).collect::<Vec<_>>());
        }
    }
}
