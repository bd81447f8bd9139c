//! A timer that is always about to go off while calls are made.
//!
//! A runtime with several threads wakes the one that waits for the network whenever a timer is set that is due before
//! all others: two system calls and a context switch, for a deadline that hardly ever passes. With an earlier timer in
//! the wheel, setting a deadline costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Shorter than the deadlines of ordinary calls, and long enough to be no load.
const TICK: Duration = Duration::from_millis(500);

/// The timer of one client. It stops by itself when no call was made for one tick.
#[derive(Debug, Default)]
pub(super) struct Ticker {
    calls: AtomicU64,
    running: AtomicBool,
}

impl Ticker {
    /// Says that a call is being made.
    pub(super) fn keep(self: &Arc<Self>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.running.swap(true, Ordering::AcqRel) {
            let running = Running(Arc::clone(self));
            tokio::spawn(async move { running.tick().await });
        }
    }
}

/// Ends with the task, also when its runtime is shut down.
struct Running(Arc<Ticker>);

impl Running {
    async fn tick(&self) {
        let mut seen = 0;
        loop {
            let calls = self.0.calls.load(Ordering::Relaxed);
            if calls == seen {
                return;
            }
            seen = calls;
            tokio::time::sleep(TICK).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_runs_while_calls_are_made_and_not_longer() {
        let ticker = Arc::new(Ticker::default());
        let runs = || ticker.running.load(Ordering::Acquire);
        ticker.keep();
        tokio::time::sleep(TICK / 2).await;
        assert!(runs());
        ticker.keep();
        tokio::time::sleep(TICK).await;
        assert!(runs());
        tokio::time::sleep(TICK).await;
        assert!(!runs());
        ticker.keep();
        assert!(runs());
    }

    #[test]
    fn it_starts_again_in_another_runtime() {
        let ticker = Arc::new(Ticker::default());
        for _ in 0..2 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async { ticker.keep() });
            drop(runtime);
            assert!(!ticker.running.load(Ordering::Acquire));
        }
    }
}
