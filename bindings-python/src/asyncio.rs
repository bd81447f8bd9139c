//! The bridge to asyncio.
//!
//! A call is a future of the running event loop. Our threads put outcomes into the loop's queue and wake the loop once for
//! all that are waiting, so that they hardly ever need the GIL. Cancelling the future stops the call.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;
use tokio_util::sync::CancellationToken;

use crate::blocking;
use crate::crossing::{Outcome, give};
use crate::log;
use crate::runtime::{Cell, cell, lock};

/// The queue of one event loop.
pub(crate) struct Bridge {
    event_loop: Py<PyWeakrefReference>,
    queue: Arc<Queue>,
    drain: Py<Drain>,
}

#[derive(Default)]
struct Queue {
    settled: Mutex<Vec<(Py<PyAny>, Outcome)>>,
    /// Whether the loop was woken and has not drained the queue since.
    woken: AtomicBool,
}

/// Starts `work` and returns the asyncio future of its outcome.
pub(crate) fn spawn<'py>(
    py: Python<'py>,
    event_loop: &Bound<'py, PyAny>,
    cancel: CancellationToken,
    work: impl Future<Output = Outcome> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let cell = cell(py)?;
    if cell.open().is_none() {
        return at_exit(py, event_loop, &cancel, work);
    }
    let runtime = cell.runtime(py)?;
    log::attend(py)?;
    let context = log::context(py)?;
    let (queue, drain) = bridge(cell, event_loop)?;
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    future.call_method1(intern!(py, "add_done_callback"), (Canceller(cancel),))?;
    let (awaited, event_loop) = (future.clone().unbind(), event_loop.clone().unbind());
    runtime.spawn(async move {
        let outcome = log::within(context, work).await;
        lock(&queue.settled).push((awaited, outcome));
        if queue.woken.swap(true, Ordering::AcqRel) {
            return;
        }
        let woken = cell
            .attach(|py| event_loop.call_method1(py, intern!(py, "call_soon_threadsafe"), (drain,)).is_ok());
        // A closed loop takes no outcomes any more, and nobody waits for them.
        if woken == Some(false) {
            lock(&queue.settled).clear();
            queue.woken.store(false, Ordering::Release);
        }
    });
    Ok(future)
}

/// The same when no thread of ours may wake a loop any more, as in what `atexit` runs: the call ends before its future is
/// there.
fn at_exit<'py>(
    py: Python<'py>,
    event_loop: &Bound<'py, PyAny>,
    cancel: &CancellationToken,
    work: impl Future<Output = Outcome> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let outcome = blocking::run(py, cancel, work)?;
    let future = event_loop.call_method0(intern!(py, "create_future"))?;
    settle(&future, outcome)?;
    Ok(future)
}

/// The queue of `event_loop`: the one of the last call, or a new one.
fn bridge(cell: &Cell, event_loop: &Bound<'_, PyAny>) -> PyResult<(Arc<Queue>, Py<Drain>)> {
    let py = event_loop.py();
    // Nothing may run Python code under the lock: a finaliser could call us.
    let last = lock(&cell.bridge)
        .as_ref()
        .map(|last| (last.event_loop.clone_ref(py), last.queue.clone(), last.drain.clone_ref(py)));
    if let Some((known, queue, drain)) = last
        && known.bind(py).upgrade().is_some_and(|known| known.is(event_loop))
    {
        return Ok((queue, drain));
    }
    let queue = Arc::<Queue>::default();
    let drain = Py::new(py, Drain(queue.clone()))?;
    let bridge = Bridge {
        event_loop: PyWeakrefReference::new(event_loop)?.unbind(),
        queue: queue.clone(),
        drain: drain.clone_ref(py),
    };
    let previous = lock(&cell.bridge).replace(bridge);
    drop(previous);
    Ok((queue, drain))
}

/// What the loop runs when woken: hands every waiting outcome to its future.
#[pyclass(frozen)]
struct Drain(Arc<Queue>);

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        // Before the queue is taken: an outcome that comes later must wake the loop again.
        self.0.woken.store(false, Ordering::Release);
        let settled = std::mem::take(&mut *lock(&self.0.settled));
        log::hand_over_all(py);
        for (future, outcome) in settled {
            settle(future.bind(py), outcome)?;
        }
        Ok(())
    }
}

fn settle(future: &Bound<'_, PyAny>, outcome: Outcome) -> PyResult<()> {
    let py = future.py();
    if future.call_method0(intern!(py, "done"))?.is_truthy()? {
        return Ok(());
    }
    match give(py, outcome) {
        Ok(value) => future.call_method1(intern!(py, "set_result"), (value,)),
        Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),)),
    }
    .map(drop)
}

/// Stops the call when its future is cancelled.
#[pyclass(frozen)]
struct Canceller(CancellationToken);

#[pymethods]
impl Canceller {
    fn __call__(&self, future: &Bound<'_, PyAny>) -> PyResult<()> {
        if future.call_method0(intern!(future.py(), "cancelled"))?.is_truthy()? {
            self.0.cancel();
        }
        Ok(())
    }
}
