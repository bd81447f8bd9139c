//! Calls that block the calling thread: the one place that waits with the GIL released.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use dashclaw::ErrorKind;
use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::crossing::{Outcome, raise};
use crate::runtime::cell;

/// How long Python's signal handlers may have to wait for us.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// How long an interrupted call may take to say what became of it.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Runs `work` on this thread, open to signals all the time. A handler's exception (Ctrl-C) stops it through `cancel`;
/// when it is then not known whether a write happened, that error becomes the exception's cause.
pub(crate) fn run(
    py: Python<'_>,
    cancel: &CancellationToken,
    work: impl Future<Output = Outcome> + Send,
) -> PyResult<Outcome> {
    let runtime = cell(py)?.runtime(py)?;
    let mut work = pin!(work);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut poll_for = |limit: Duration| {
        detached(py, || {
            let _entered = runtime.enter();
            let end = Instant::now() + limit;
            loop {
                if let Poll::Ready(outcome) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(outcome);
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return None;
                }
                thread::park_timeout(left);
            }
        })
    };
    loop {
        if let Some(outcome) = poll_for(SIGNAL_CHECK) {
            return Ok(outcome);
        }
        if let Err(interrupt) = py.check_signals() {
            cancel.cancel();
            if let Some(Err(error)) = poll_for(LAST_WORDS)
                && error.kind() == ErrorKind::OutcomeUnknown
            {
                interrupt.set_cause(py, Some(raise(py, &error)));
            }
            return Err(interrupt);
        }
    }
}

/// Runs what takes long and needs no interpreter with the GIL released.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    py.detach(work)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}
