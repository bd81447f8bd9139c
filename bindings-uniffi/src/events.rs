//! Event streams.

use std::sync::Arc;

use dashclaw::ServerEvent;
use dashclaw::bridge::SharedEvents;

use crate::error::Result;
use crate::runtime::run;
use crate::stop::{Stop, token};

/// What happened on the server.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeEvent {
    /// The cursor to resume behind; empty for events that cannot be resumed behind.
    pub id: String,
    /// What happened: `action.updated`, …
    pub event: String,
    /// The record it happened to: the JSON text as the server wrote it.
    pub data: Vec<u8>,
}

/// A subscription to the server's events.
#[derive(Debug, uniffi::Object)]
pub struct NativeEvents(Arc<SharedEvents>);

impl NativeEvents {
    pub(crate) fn new(events: SharedEvents) -> Arc<Self> {
        Arc::new(Self(Arc::new(events)))
    }
}

#[uniffi::export]
impl NativeEvents {
    /// The next event; nothing at the end of the stream. `stop` ends this waiting only.
    pub async fn next(&self, stop: Option<Arc<Stop>>) -> Result<Option<NativeEvent>> {
        let (events, stop) = (Arc::clone(&self.0), token(stop));
        run(async move { Ok(events.next(&stop).await?.map(NativeEvent::from)) }).await
    }

    /// Ends the stream.
    pub fn finish(&self) {
        self.0.close();
    }

    /// The cursor behind the last event.
    pub fn last_event_id(&self) -> String {
        self.0.last_event_id()
    }
}

impl Drop for NativeEvents {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl From<ServerEvent> for NativeEvent {
    fn from(event: ServerEvent) -> Self {
        let data: Box<str> = event.data.into();
        Self { id: event.id, event: event.event, data: String::from(data).into_bytes() }
    }
}
