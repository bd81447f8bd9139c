//! What one listener has not heard yet.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::Lost;
use crate::waiting::sse::Event;

/// How much may wait for a reader that is slower than the stream: as many events, and as many bytes of them.
pub(super) const MAX_EVENTS: usize = 1000;
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What a listener hears.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// Events arrive from now on.
    Opened,
    Event(Arc<Event>),
    /// Events do not arrive; when it broke, they will again.
    Lost(Lost),
    /// More came than this listener could keep: what follows what it has heard is gone here.
    Behind,
    /// Nobody reads the stream any more.
    Unread,
}

/// What a listener wants to hear.
#[derive(Clone, Debug)]
pub(crate) enum Interest {
    /// Everything.
    All,
    /// That this action may have changed, however often.
    Action(String),
}

#[derive(Debug)]
pub(super) struct Mailbox {
    interest: Interest,
    start: String,
    inbox: Mutex<Inbox>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Inbox {
    waiting: VecDeque<Heard>,
    bytes: usize,
    /// Whether something did not fit, and so nothing behind it is taken any more.
    full: bool,
}

impl Mailbox {
    pub(super) fn new(interest: Interest, start: String) -> Self {
        Self { interest, start, inbox: Mutex::default(), news: Notify::new() }
    }

    pub(super) fn start(&self) -> &str {
        &self.start
    }

    pub(super) fn put(&self, heard: &Heard) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = match (&self.interest, heard) {
            (Interest::Action(id), Heard::Event(event)) => concerns(event, id) && !inbox.hints(),
            _ => true,
        };
        if wanted {
            inbox.put(heard);
            drop(inbox);
            self.news.notify_one();
        }
    }

    pub(super) async fn next(&self) -> Heard {
        loop {
            if let Some(heard) = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return heard;
            }
            self.news.notified().await;
        }
    }
}

impl Inbox {
    fn put(&mut self, heard: &Heard) {
        let bytes = size(heard);
        let fits = self.waiting.len() < MAX_EVENTS && self.bytes.saturating_add(bytes) <= MAX_BYTES;
        self.full |= !fits && !self.waiting.is_empty();
        if !self.full {
            self.bytes += bytes;
            self.waiting.push_back(heard.clone());
        }
    }

    fn take(&mut self) -> Option<Heard> {
        let next = self.waiting.pop_front();
        self.bytes -= next.as_ref().map_or(0, size);
        next.or_else(|| self.full.then_some(Heard::Behind))
    }

    /// Whether an event waits already: one is enough for those who only want to know that something may have changed.
    fn hints(&self) -> bool {
        self.waiting.iter().any(|heard| matches!(heard, Heard::Event(_)))
    }
}

fn size(heard: &Heard) -> usize {
    match heard {
        Heard::Event(event) => event.id.len() + event.event.len() + event.data.len(),
        _ => 0,
    }
}

/// Whether the action may have changed: the event is about it, or says that events from now on will arrive.
fn concerns(event: &Event, action_id: &str) -> bool {
    match event.event.as_str() {
        "action.updated" => event.data.contains(action_id),
        "connected" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn event(name: &str, data: &str) -> Heard {
        let (event, data) = (name.to_owned(), data.to_owned());
        Heard::Event(Arc::new(Event { event, data, ..Event::default() }))
    }

    fn heard(mailbox: &Mailbox) -> Option<String> {
        match mailbox.next().now_or_never()? {
            Heard::Event(event) => Some(event.data.clone()),
            other => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn a_reader_gets_all_that_fits_in_order_and_hears_that_more_came() {
        let mailbox = Mailbox::new(Interest::All, String::new());
        for number in 0..MAX_EVENTS {
            mailbox.put(&event("a", &number.to_string()));
        }
        assert_eq!(heard(&mailbox).unwrap(), "0");
        mailbox.put(&event("a", "last"));
        mailbox.put(&event("a", "too many"));
        assert_eq!(heard(&mailbox).unwrap(), "1");
        // Behind a gap nothing may follow.
        mailbox.put(&event("a", "behind the gap"));
        for number in 2..MAX_EVENTS {
            assert_eq!(heard(&mailbox).unwrap(), number.to_string());
        }
        assert_eq!(heard(&mailbox).unwrap(), "last");
        for _ in 0..2 {
            assert_eq!(heard(&mailbox).unwrap(), "Behind");
        }
    }

    #[test]
    fn bytes_count_too_but_one_event_always_fits() {
        let mailbox = Mailbox::new(Interest::All, String::new());
        mailbox.put(&event("a", &"x".repeat(MAX_BYTES + 1)));
        mailbox.put(&event("a", "small"));
        assert_eq!(heard(&mailbox).unwrap().len(), MAX_BYTES + 1);
        assert_eq!(heard(&mailbox).unwrap(), "Behind");
        let mailbox = Mailbox::new(Interest::All, String::new());
        for data in ["x".repeat(MAX_BYTES - 1), String::new()] {
            mailbox.put(&event("a", &data));
            assert_eq!(heard(&mailbox).unwrap(), data);
        }
    }

    #[test]
    fn a_wait_hears_once_that_its_action_may_have_changed() {
        let mailbox = Mailbox::new(Interest::Action("act_1".to_owned()), String::new());
        for (name, data) in [("action.created", "act_1"), ("action.updated", "act_2")] {
            mailbox.put(&event(name, data));
        }
        assert_eq!(heard(&mailbox), None);
        mailbox.put(&Heard::Opened);
        for _ in 0..3 * MAX_EVENTS {
            mailbox.put(&event("action.updated", r#"{"action_id":"act_1"}"#));
        }
        assert_eq!(heard(&mailbox).unwrap(), "Opened");
        assert!(heard(&mailbox).is_some());
        assert_eq!(heard(&mailbox), None);
        mailbox.put(&event("connected", "{}"));
        assert!(heard(&mailbox).is_some());
    }
}
