//! The newest events of each organisation in memory, which all its listeners share, and each listener's own cursor. What is
//! held no longer, or was never told here, is read from the outbox.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::Value;
use tokio::sync::watch;

use super::listeners::Listeners;
#[cfg(feature = "postgres")]
use crate::db::Head;
use crate::db::outbox::{self, Event, Kept, News};
use crate::db::{Db, DbResult};

/// How many events are held in memory.
const HELD: usize = 1000;
/// How many bytes they may take together; the newest is held whatever its size.
const HELD_BYTES: usize = 8 * 1024 * 1024;
/// How many of the newest events a listener is given whose cursor nobody knows.
const UNKNOWN_REPLAY: i64 = 200;
/// How many events are read from the outbox at once.
const PAGE: i64 = 50;

/// All organisations' channels, and who listens.
#[derive(Debug)]
pub(crate) struct Hub {
    db: Db,
    /// What the ids of this database's events begin with.
    prefix: String,
    channels: Mutex<BTreeMap<String, Arc<Channel>>>,
    pub(crate) listeners: Arc<Listeners>,
}

#[derive(Debug)]
struct Channel {
    held: Mutex<Held>,
    news: watch::Sender<()>,
}

/// The newest events, written once and shared by everybody who is sent them. Their positions follow each other without a gap
/// and end with `last`.
#[derive(Debug, Default)]
struct Held {
    /// Nothing before the first event that was told here.
    last: Option<i64>,
    frames: VecDeque<Bytes>,
    bytes: usize,
}

/// What a listener finds at its cursor.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Frame(Bytes),
    /// There is none.
    Nothing,
    /// It is not in memory.
    NotHeld,
}

/// A listener's place in its organisation's events. It holds few of them, however slowly it reads.
#[derive(Debug)]
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    org_id: String,
    channel: Arc<Channel>,
    news: watch::Receiver<()>,
    /// The position of the last event that it was given, or passed over.
    cursor: i64,
    /// The newest event when it subscribed.
    newest: i64,
    /// How many events it has missed and is given first.
    replayed: i64,
    /// Why these may not be all that it has missed.
    replay_error: Option<&'static str>,
    /// The next ones, where they were read from the outbox.
    read: VecDeque<Bytes>,
}

impl Hub {
    /// The hub of a database. It hears of what happens from now on.
    pub(crate) async fn open(db: &Db) -> DbResult<Arc<Self>> {
        let epoch = db.home().look_up_everywhere((), |(), tx| outbox::epoch(tx).boxed()).await?;
        let hub = Arc::new(Self {
            db: db.clone(),
            prefix: format!("log-{epoch}-"),
            channels: Mutex::default(),
            listeners: Arc::default(),
        });
        // The database does not keep the hub, which keeps the database.
        let hears = Arc::downgrade(&hub);
        db.on_news(move |news| {
            if let Some(hub) = hears.upgrade() {
                hub.hear(&news);
            }
        });
        Ok(hub)
    }

    /// Takes events up and wakes the organisation's listeners.
    fn hear(&self, news: &News) {
        let channel = self.channel(&news.org_id);
        let mut held = channel.lock();
        // Who comes later begins behind this, or reads it from the outbox.
        if channel.news.receiver_count() == 0 {
            *held = Held::default();
            return;
        }
        let whole = news.events.iter().all(|event| held.push(event.position, || self.frame(event)));
        // Where several write, what lies between was told elsewhere, or is told later: it is read from the outbox.
        if !whole && !self.db.look(&news.org_id) {
            *held = Held::default();
        }
        drop(held);
        channel.news.send_replace(());
    }

    /// The organisations that somebody listens to.
    #[cfg(feature = "postgres")]
    pub(crate) fn listened(&self) -> Vec<String> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let listened = channels.iter().filter(|(_, channel)| channel.news.receiver_count() > 0);
        listened.map(|(org_id, _)| org_id.clone()).collect()
    }

    /// Looks at where an organisation stands, and says behind which position its listeners lack events.
    #[cfg(feature = "postgres")]
    pub(crate) fn see(&self, head: &Head) -> Option<i64> {
        let channel = self.channel(&head.org_id);
        let last = channel.lock().last?;
        (channel.news.receiver_count() > 0 && last < head.position).then_some(last)
    }

    /// Subscribes to the organisation's events, starting behind the one with this id.
    pub(crate) async fn subscribe(
        self: &Arc<Self>,
        org_id: &str,
        last_event_id: Option<&str>,
    ) -> DbResult<Subscription> {
        let channel = self.channel(org_id);
        // Before the look, so that what is told after it is news.
        let news = channel.news.subscribe();
        let kept = self.db.look_up(org_id, (), |(), tx| outbox::kept(tx).boxed()).await?;
        channel.lock().start(kept.newest);
        if channel.news.receiver_count() == 1 {
            // What other hosts do is looked at seldom while nobody listens here.
            self.db.look(org_id);
        }
        let (cursor, replay_error) = match last_event_id {
            None => (kept.newest, None),
            Some(id) => start(id.strip_prefix(&self.prefix), kept),
        };
        Ok(Subscription {
            hub: Arc::clone(self),
            org_id: org_id.to_owned(),
            channel,
            news,
            cursor,
            newest: kept.newest,
            replayed: kept.newest - cursor,
            replay_error,
            read: VecDeque::new(),
        })
    }

    /// An event as it is sent; the official parser wants exactly one space behind each colon.
    fn frame(&self, event: &Event) -> Bytes {
        let Event { position, name, data } = event;
        Bytes::from(format!("id: {}{position}\nevent: {name}\ndata: {data}\n\n", self.prefix))
    }

    fn channel(&self, org_id: &str) -> Arc<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(org_id) {
            return Arc::clone(channel);
        }
        let channel = Arc::new(Channel { held: Mutex::default(), news: watch::Sender::new(()) });
        channels.insert(org_id.to_owned(), Arc::clone(&channel));
        channel
    }
}

/// Where to read on behind the event with this position, and why that may not be all. An id that this database never gave
/// out tells nothing: then the newest events are given.
fn start(position: Option<&str>, kept: Kept) -> (i64, Option<&'static str>) {
    let Kept { newest, oldest } = kept;
    let known = position.and_then(|digits| digits.parse().ok()).filter(|known| (0..=newest).contains(known));
    match known {
        Some(position) if position + 1 >= oldest => (position, None),
        Some(_) => (oldest - 1, Some("replay_incomplete")),
        None => ((oldest - 1).max(newest - UNKNOWN_REPLAY), Some("unknown_cursor")),
    }
}

impl Channel {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Holds what comes behind this position, unless it holds something already.
    fn start(&mut self, position: i64) {
        self.last.get_or_insert(position);
    }

    /// Takes an event up, once, and says whether all before it was told here.
    fn push(&mut self, position: i64, frame: impl FnOnce() -> Bytes) -> bool {
        match self.last {
            Some(last) if position <= last => return true,
            Some(last) if position > last + 1 => return false,
            _ => {}
        }
        let frame = frame();
        self.last = Some(position);
        self.bytes += frame.len();
        self.frames.push_back(frame);
        while let Some(oldest) = self.frames.front()
            && (self.frames.len() > HELD || (self.bytes > HELD_BYTES && self.frames.len() > 1))
        {
            self.bytes -= oldest.len();
            self.frames.pop_front();
        }
        true
    }

    /// The event behind a cursor; `newest` is one that there is, whether or not it was told here.
    fn behind(&self, cursor: i64, newest: i64) -> Next {
        let last = self.last.unwrap_or(newest).max(newest);
        if cursor >= last {
            return Next::Nothing;
        }
        let held = i64::try_from(self.frames.len()).unwrap_or(i64::MAX);
        let place = self.last.and_then(|last| usize::try_from(cursor - (last - held)).ok());
        let frame = place.and_then(|place| self.frames.get(place));
        frame.map_or(Next::NotHeld, |frame| Next::Frame(frame.clone()))
    }
}

impl Subscription {
    /// What it has missed, one event after the other; nothing when it is caught up.
    pub(crate) async fn missed(&mut self) -> Option<Bytes> {
        if self.cursor < self.newest { self.next().await } else { None }
    }

    /// Waits for the next event; nothing when it is not kept any more, or cannot be read.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let held = match self.read.pop_front() {
                Some(frame) => Next::Frame(frame),
                None => self.channel.lock().behind(self.cursor, self.newest),
            };
            match held {
                Next::Frame(frame) => {
                    self.cursor += 1;
                    return Some(frame);
                }
                // What was told since the look is news already.
                Next::Nothing => self.news.changed().await.ok()?,
                Next::NotHeld => self.read = self.read_on().await?,
            }
        }
    }

    /// Reads on from the outbox. A position that is missing was removed.
    async fn read_on(&self) -> Option<VecDeque<Bytes>> {
        let cursor = self.cursor;
        let read =
            self.hub.db.scan(&self.org_id, cursor, |cursor, tx| outbox::behind(tx, *cursor, PAGE).boxed());
        let events =
            read.await.inspect_err(|error| tracing::warn!(%error, "events could not be read")).ok()?;
        let follows = events.first().is_some_and(|event| event.position == cursor + 1);
        follows.then(|| events.iter().map(|event| self.hub.frame(event)).collect())
    }

    /// The `connected` event, which has no id.
    pub(crate) fn connected(&self) -> Bytes {
        let data = serde_json::json!({
            "status": "ok",
            "orgId": self.org_id,
            "backend": "database",
            "realtimeStatus": "connected",
            "replayed": self.replayed,
            "lastEventId": format!("{}{}", self.hub.prefix, self.newest),
            "replayError": self.replay_error.map_or(Value::Null, Value::from),
        });
        Bytes::from(format!("event: connected\ndata: {data}\n\n"))
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
