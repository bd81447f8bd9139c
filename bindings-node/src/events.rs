//! Event streams.

use std::sync::Arc;

use dashclaw::bridge::SharedEvents;
use napi::Env;
use napi_derive::napi;

use crate::crossing::json;
use crate::mailbox::NativeMailbox;

/// A subscription to the server's events.
#[napi]
pub struct NativeEvents(Arc<SharedEvents>);

impl NativeEvents {
    pub(crate) fn new(stream: SharedEvents) -> Self {
        Self(Arc::new(stream))
    }
}

#[napi]
impl NativeEvents {
    /// The next event, as the call `call`: `{"id", "event", "data"}`. Nothing at the end of the stream.
    #[napi(catch_unwind)]
    pub fn next(&self, env: Env, mailbox: &NativeMailbox, call: u32, can_stop: bool) -> napi::Result<()> {
        let stream = Arc::clone(&self.0);
        mailbox.start(env, call, can_stop, |stop| async move {
            stream.next(&stop).await?.map_or(Ok(None), |event| json(&event))
        })
    }

    /// Ends the stream.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }

    /// The cursor behind the last event.
    #[napi(getter, catch_unwind)]
    pub fn last_event_id(&self) -> String {
        self.0.last_event_id()
    }
}
