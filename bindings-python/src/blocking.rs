//! Calls that block the calling thread: the one place that waits with the GIL released.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use dashclaw::bridge::Lane;
use dashclaw::{DashClaw, ErrorKind};
use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::crossing::{Outcome, raise};
use crate::log;
use crate::runtime::{Cell, cell};

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
    run_on(py, cancel, || Ok((None, work)))
}

/// The same for a call of `operation`, on a lane where there is one.
pub(crate) fn run_call<W>(
    py: Python<'_>,
    cancel: &CancellationToken,
    core: DashClaw,
    operation: &str,
    work: impl FnOnce(DashClaw) -> W + Send,
) -> PyResult<Outcome>
where
    W: Future<Output = Outcome> + Send,
{
    run_on(py, cancel, || {
        let lane = core.lane(operation)?;
        let core = lane.as_ref().map_or(core, |lane| lane.client().clone());
        Ok((lane, work(core)))
    })
}

/// Runs what `start` begins; it is called without the GIL.
fn run_on<W>(
    py: Python<'_>,
    cancel: &CancellationToken,
    start: impl FnOnce() -> dashclaw::Result<(Option<Lane>, W)> + Send,
) -> PyResult<Outcome>
where
    W: Future<Output = Outcome> + Send,
{
    let cell = cell(py)?;
    log::attend(py)?;
    let _kept = log::Keeping::start();
    let mut start = Some(start);
    let mut started = None;
    let mut drive_for = |limit: Duration| {
        detached(py, || {
            if let Some(start) = start.take() {
                match start() {
                    Ok((lane, work)) => started = Some((lane, Box::pin(work))),
                    Err(error) => return Some(Err(error)),
                }
            }
            let (lane, work) = started.as_mut()?;
            match lane {
                Some(lane) => lane.drive(work.as_mut(), limit),
                None => park(cell, work.as_mut(), limit),
            }
        })
    };
    loop {
        let outcome = drive_for(SIGNAL_CHECK);
        log::hand_over_ours(py);
        if let Some(outcome) = outcome {
            return Ok(outcome);
        }
        if let Err(interrupt) = py.check_signals() {
            cancel.cancel();
            let last_words = drive_for(LAST_WORDS);
            log::hand_over_ours(py);
            if let Some(Err(error)) = last_words
                && error.kind() == ErrorKind::OutcomeUnknown
            {
                interrupt.set_cause(py, Some(raise(py, &error)));
            }
            return Err(interrupt);
        }
        log::attend(py)?;
    }
}

/// Waits for `work`, which the runtime's thread carries on; nothing when it takes longer than `limit`.
fn park<W: Future<Output = Outcome>>(cell: &Cell, mut work: Pin<&mut W>, limit: Duration) -> Option<Outcome> {
    let runtime = match cell.detached_runtime() {
        Ok(runtime) => runtime,
        Err(error) => return Some(Err(error.clone())),
    };
    let _entered = runtime.enter();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
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
