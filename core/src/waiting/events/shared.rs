//! The one event stream of a client, from which all its waits and readers hear.
//!
//! It opens with the first listener and ends with the last. A task of its own reads it, so that none of them has to: a
//! listener that is slow, or gone, holds up no other.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio_util::sync::{CancellationToken, DropGuard};

use super::mailbox::{Heard, Interest, Mailbox};
use super::{Connection, Lost, pause};
use crate::DashClaw;
use crate::waiting::sse::Event;
use crate::waiting::stop::{Stop, Stopped};

/// Where a client keeps its stream, which only the listeners keep open.
#[derive(Debug, Default)]
pub(crate) struct SharedStream(Mutex<Weak<Stream>>);

#[derive(Debug)]
struct Stream {
    state: Mutex<State>,
    /// Ends the reading with the last listener.
    _end: DropGuard,
}

#[derive(Debug, Default)]
struct State {
    mailboxes: Vec<Arc<Mailbox>>,
    /// Whether events arrive now.
    open: bool,
    /// The `connected` event, which says from when on they do.
    greeting: Option<Arc<Event>>,
    last_id: String,
    /// Whether nobody reads any more.
    over: bool,
}

/// One listener's part of the stream.
#[derive(Debug)]
pub(crate) struct Listener {
    stream: Arc<Stream>,
    mailbox: Arc<Mailbox>,
}

impl DashClaw {
    /// Listens to the client's event stream from now on. Must be called within a Tokio runtime.
    pub(crate) fn listen(&self, interest: &Interest) -> Listener {
        let mut current = lock(&self.stream().0);
        let known = current.upgrade().and_then(|stream| Listener::join(stream, interest));
        known.unwrap_or_else(|| {
            let end = CancellationToken::new();
            let state = Mutex::default();
            let stream = Arc::new(Stream { state, _end: end.clone().drop_guard() });
            *current = Arc::downgrade(&stream);
            let mailbox = lock(&stream.state).admit(interest);
            tokio::spawn(read(self.untraced(), Reading(Arc::downgrade(&stream)), end));
            Listener { stream, mailbox }
        })
    }
}

impl Listener {
    /// Nothing when the stream has ended in the meantime.
    fn join(stream: Arc<Stream>, interest: &Interest) -> Option<Self> {
        let mut state = lock(&stream.state);
        let mailbox = (!state.over).then(|| state.admit(interest));
        drop(state);
        mailbox.map(|mailbox| Self { stream, mailbox })
    }

    /// What is heard next. Dropping the future loses nothing.
    pub(crate) async fn next(&self) -> Heard {
        self.mailbox.next().await
    }

    /// The event behind which this listener began to listen; empty when there was none yet.
    pub(crate) fn start(&self) -> &str {
        self.mailbox.start()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        lock(&self.stream.state).mailboxes.retain(|mailbox| !Arc::ptr_eq(mailbox, &self.mailbox));
    }
}

impl State {
    /// A new listener, who is told at once where the stream stands.
    fn admit(&mut self, interest: &Interest) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::new(interest.clone(), self.last_id.clone()));
        if self.open {
            mailbox.put(&Heard::Opened);
            if let Some(greeting) = &self.greeting {
                let greeting = Event { id: self.last_id.clone(), ..Event::clone(greeting) };
                mailbox.put(&Heard::Event(Arc::new(greeting)));
            }
        }
        self.mailboxes.push(Arc::clone(&mailbox));
        mailbox
    }

    fn tell(&mut self, heard: &Heard) {
        match heard {
            Heard::Opened => self.open = true,
            Heard::Event(event) => {
                // One that follows a lost connection speaks of what was missed, which is nothing to those who come later.
                if event.event == "connected" && self.last_id.is_empty() {
                    self.greeting = Some(Arc::clone(event));
                }
                self.last_id.clone_from(&event.id);
            }
            Heard::Lost(Lost::Broken(_)) => self.open = false,
            Heard::Lost(_) | Heard::Behind | Heard::Unread => (self.open, self.over) = (false, true),
        }
        for mailbox in &self.mailboxes {
            mailbox.put(heard);
        }
    }
}

/// The right to read a stream. Whoever gives it up, also by being dropped with its runtime, says so.
struct Reading(Weak<Stream>);

impl Reading {
    fn tell(&self, heard: &Heard) {
        if let Some(stream) = self.0.upgrade() {
            lock(&stream.state).tell(heard);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.tell(&Heard::Unread);
    }
}

/// Reads until the last listener is gone, the client is closed, or the server wants no further try.
async fn read(client: DashClaw, mut reading: Reading, end: CancellationToken) {
    let stop = Stop::with(&client).cancelled_by(&end);
    if stop.run(pin!(read_on(&client, &reading))).await == Err(Stopped::Closed) {
        // Each listener sees that for itself, and has nothing more to hear.
        reading.0 = Weak::new();
    }
}

async fn read_on(client: &DashClaw, reading: &Reading) {
    let (mut last_id, mut failures, mut retry) = (String::new(), 0, None);
    loop {
        let lost = match Connection::open(client, &last_id).await {
            Ok(mut connection) => {
                client.tell_stream_opened();
                reading.tell(&Heard::Opened);
                loop {
                    match connection.next().await {
                        Ok(event) => {
                            last_id.clone_from(&event.id);
                            failures = 0;
                            reading.tell(&Heard::Event(Arc::new(event)));
                        }
                        Err(lost) => {
                            retry = connection.retry().or(retry);
                            break lost;
                        }
                    }
                }
            }
            Err(lost) => lost,
        };
        let passes = matches!(lost, Lost::Broken(_));
        client.tell_stream_lost(lost.error(), passes);
        reading.tell(&Heard::Lost(lost));
        if !passes {
            return;
        }
        pause(failures, retry).await;
        failures += 1;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
