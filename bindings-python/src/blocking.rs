//! Calls that block the calling thread: the one place that waits with the GIL released.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use dashclaw::bridge::log::hears_calls;
use dashclaw::bridge::{Carrier, Lane, Place, carry};
use dashclaw::{DashClaw, Error, ErrorKind};
use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::crossing::{Outcome, raise};
use crate::log;
use crate::runtime::{Cell, cell};

/// How long Python's signal handlers may have to wait for us.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// How long an interrupted call may take to say what became of it.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// What is waited for.
type Work<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Who carries the work on while this thread waits for it.
enum Driver {
    /// This thread.
    Lane(Lane),
    /// The runtime's, alone or together with this one.
    Runtime { _place: Option<Place> },
}

/// Runs `work` on this thread, open to signals all the time. A handler's exception (Ctrl-C) stops it through `cancel`;
/// when it is then not known whether a write happened, that error becomes the exception's cause.
pub(crate) fn run(
    py: Python<'_>,
    cancel: &CancellationToken,
    work: impl Future<Output = Outcome> + Send,
) -> PyResult<Outcome> {
    run_on(py, cancel, |_| Ok((Box::pin(work) as Work<'_>, Driver::Runtime { _place: None })))
}

/// The same for a call of `operation`, carried by whoever does it best.
pub(crate) fn run_call<W>(
    py: Python<'_>,
    cancel: &CancellationToken,
    core: DashClaw,
    operation: &str,
    work: impl FnOnce(DashClaw) -> W + Send,
) -> PyResult<Outcome>
where
    W: Future<Output = Outcome> + Send + 'static,
{
    run_on(py, cancel, |cell| {
        let alone = Driver::Runtime { _place: None };
        let (begun, driver) = match core.carrier(operation)? {
            Carrier::Lane(lane) => (lane.begin(work(lane.client().clone())), Driver::Lane(lane)),
            // What another thread has to say would not be handed over before the call returns.
            Carrier::Runtime(_) if hears_calls() => return Ok((Box::pin(work(core)), alone)),
            Carrier::Runtime(place) => {
                let runtime = cell.detached_runtime().map_err(Clone::clone)?;
                (Some(carry(runtime, work(core))), Driver::Runtime { _place: Some(place) })
            }
            Carrier::Both => return Ok((Box::pin(work(core)), alone)),
        };
        let begun = begun.ok_or_else(|| Error::new(ErrorKind::Internal, "the lane is gone"))?;
        Ok((Box::pin(begun), driver))
    })
}

/// Runs what `start` begins; it is called without the GIL.
fn run_on<'w>(
    py: Python<'_>,
    cancel: &CancellationToken,
    start: impl FnOnce(&'static Cell) -> dashclaw::Result<(Work<'w>, Driver)> + Send,
) -> PyResult<Outcome> {
    let cell = cell(py)?;
    log::attend(py)?;
    let _kept = log::Keeping::start();
    let mut start = Some(start);
    let mut started = None;
    let mut drive_for = |limit: Duration| {
        detached(py, || {
            if let Some(start) = start.take() {
                match start(cell) {
                    Ok(begun) => started = Some(begun),
                    Err(error) => return Some(Err(error)),
                }
            }
            let (work, driver) = started.as_mut()?;
            match driver {
                Driver::Lane(lane) => lane.drive(work.as_mut(), limit),
                Driver::Runtime { .. } => park(cell, work.as_mut(), limit),
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

/// Waits for `work`, which the runtime's thread carries on or helps to; nothing when it takes longer than `limit`.
fn park(
    cell: &Cell,
    mut work: Pin<&mut (dyn Future<Output = Outcome> + Send + '_)>,
    limit: Duration,
) -> Option<Outcome> {
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
