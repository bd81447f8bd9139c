//! The timer that gives up actions whose outcome nobody reported, and removes what is kept no longer.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use dashclaw::clock;

use crate::app::App;
use crate::blocking::wait;
use crate::domains::retention::cases::{remove_expired, remove_old_events};

const EVERY: Duration = Duration::from_secs(60);
/// Old records are looked for once in so many sweeps.
const SWEEPS_A_REMOVAL: u32 = 60;

/// The sweeping thread. It needs no runtime, because an instance may be opened where there is none.
#[derive(Debug)]
pub(crate) struct Sweeper {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
    /// The process whose thread it is; a forked child has the handle without the thread.
    process: u32,
}

impl Sweeper {
    /// Starts the timer; the first sweep follows one period later, so that a start stays quick.
    pub(crate) fn start(app: Arc<App>) -> std::io::Result<Self> {
        Self::start_every(EVERY, clock::unix_millis, app)
    }

    fn start_every(every: Duration, now_ms: fn() -> i64, app: Arc<App>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new().name("dashclaw-sweep".into()).spawn(move || {
            let mut sweeps = 0_u32;
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = wait(crate::domains::outcomes::sweep::sweep(&app)) {
                    tracing::warn!(%error, "a sweep failed");
                }
                if sweeps.is_multiple_of(SWEEPS_A_REMOVAL) {
                    remove_old(&app, now_ms());
                }
                sweeps = sweeps.wrapping_add(1);
            }
        })?;
        Ok(Self { stop, thread, process: std::process::id() })
    }

    /// Ends the thread.
    pub(crate) fn stop(self) {
        drop(self.stop);
        if self.process != std::process::id() {
            return;
        }
        // Only a panic makes this fail, and then the thread has ended as well.
        let _ = self.thread.join();
    }
}

fn remove_old(app: &App, now_ms: i64) {
    if let Err(error) = wait(remove_expired(app, now_ms)) {
        tracing::warn!(%error, "old records could not be removed");
    }
    if let Err(error) = wait(remove_old_events(app, now_ms)) {
        tracing::warn!(%error, "old events could not be removed");
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
