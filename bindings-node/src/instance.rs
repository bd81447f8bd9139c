//! The embedded instance.

use std::sync::Arc;

use dashclaw_server::{Instance, InstanceOptions};
use napi::Env;
use napi_derive::napi;

use crate::crossing::raise;
use crate::mailbox::NativeMailbox;

/// A governance server inside this process.
#[napi]
pub struct NativeInstance(Arc<Instance>);

#[napi]
impl NativeInstance {
    /// Opens it; that blocks for some milliseconds.
    #[napi(constructor, catch_unwind)]
    pub fn new(path: Option<String>, policies: Option<String>) -> napi::Result<Self> {
        let options = InstanceOptions {
            path: path.map(Into::into),
            policies: policies.map(Into::into),
            ..InstanceOptions::default()
        };
        Instance::open(&options).map(|instance| Self(Arc::new(instance))).map_err(raise)
    }

    /// Ends streams, writes what waits, frees the database, as the call `call`.
    #[napi(catch_unwind)]
    pub fn close(&self, env: Env, mailbox: &NativeMailbox, call: u32) -> napi::Result<()> {
        let instance = Arc::clone(&self.0);
        mailbox.start(env, call, false, |_| async move {
            let _ = tokio::task::spawn_blocking(move || instance.shutdown()).await;
            Ok(None)
        })
    }

    /// The same at once: it blocks until the database is free.
    #[napi(catch_unwind)]
    pub fn close_now(&self) {
        self.0.shutdown();
    }
}

impl NativeInstance {
    pub(crate) fn get(&self) -> &Instance {
        &self.0
    }
}
