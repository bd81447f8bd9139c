//! One connection, and what it is at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Version;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::Limits;

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    state: Mutex<State>,
    sent_away: Notify,
}

#[derive(Debug)]
struct State {
    /// How many requests are being answered.
    busy: usize,
    /// Whether there ever was a request.
    served: bool,
    /// Whether requests share the connection, so that a byte does not begin a head.
    multiplexed: bool,
    /// When it was last at rest.
    since: Instant,
    /// When the head began that is being read.
    head: Option<Instant>,
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Line>);

impl Line {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let state = State { busy: 0, served: false, multiplexed: false, since: now, head: Some(now) };
        Self { state: Mutex::new(state), sent_away: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came in.
    pub(super) fn heard(&self) {
        let mut state = self.lock();
        if state.busy == 0 && !state.multiplexed && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// A request's head is there.
    pub(super) fn begin(line: &Arc<Self>, version: Version) -> Busy {
        let mut state = line.lock();
        state.busy += 1;
        state.served = true;
        state.multiplexed = version == Version::HTTP_2;
        state.head = None;
        drop(state);
        Busy(Arc::clone(line))
    }

    /// Whether it can be closed without cutting off an answer: since when, those first that never asked for anything.
    pub(super) fn at_rest(&self) -> Option<(bool, Instant)> {
        let state = self.lock();
        (state.busy == 0).then_some((state.served, state.since))
    }

    /// Closes it.
    pub(super) fn send_away(&self) {
        self.sent_away.notify_one();
    }

    /// Waits until it is to be closed.
    pub(super) async fn sent_away(&self) {
        self.sent_away.notified().await;
    }

    /// Waits until it has taken too long for a head, or for the next request.
    pub(super) async fn overdue(&self, limits: Limits) {
        loop {
            let now = Instant::now();
            let deadline = self.deadline(limits);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return;
            }
            // A head that begins meanwhile is seen at the next look.
            let look = now + limits.head.min(limits.idle).max(Duration::from_millis(1));
            sleep_until(deadline.map_or(look, |deadline| deadline.min(look))).await;
        }
    }

    fn deadline(&self, limits: Limits) -> Option<Instant> {
        let state = self.lock();
        let idle = state.since + limits.idle;
        let head = state.head.map(|began| began + limits.head);
        (state.busy == 0).then_some(head.map_or(idle, |head| head.min(idle)))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy -= 1;
        if state.busy == 0 {
            state.since = Instant::now();
        }
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
