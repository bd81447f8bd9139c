//! Stopping a call from outside.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// Stops the calls it was given to. UniFFI carries no cancellation of its own into Rust.
#[derive(Debug, Default, uniffi::Object)]
pub struct Stop(CancellationToken);

#[uniffi::export]
impl Stop {
    /// One that has not been used.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Stops them, those that begin later too.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// The token of `stop`, or one that nobody cancels.
pub(crate) fn token(stop: Option<Arc<Stop>>) -> CancellationToken {
    stop.map(|stop| stop.0.clone()).unwrap_or_default()
}
