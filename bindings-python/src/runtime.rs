//! The runtime of this process and the gate to the interpreter, which live and die together.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use dashclaw::Error;
use dashclaw::bridge::start_runtime;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tokio::runtime::Runtime;

use crate::asyncio::Bridge;
use crate::blocking::detached;
use crate::crossing::raise;
use crate::log;

/// What a process needs to run calls. Made on first use and never freed.
pub(crate) struct Cell {
    process: u32,
    runtime: OnceLock<dashclaw::Result<Runtime>>,
    /// Whether threads that Python did not start may still attach to the interpreter.
    open: RwLock<bool>,
    /// The bridge to the event loop that was used last.
    pub(crate) bridge: Mutex<Option<Bridge>>,
}

/// Only threads that hold the GIL lock this, and none gives the GIL up meanwhile, so no `fork` ever copies it locked.
static CELL: Mutex<Option<&'static Cell>> = Mutex::new(None);

/// This process's cell. After `fork` the parent's one is left alone: its threads do not exist here and its locks may be
/// held for ever.
pub(crate) fn cell(py: Python<'_>) -> PyResult<&'static Cell> {
    register_exit_hook(py)?;
    let process = std::process::id();
    let mut current = lock(&CELL);
    if let Some(cell) = *current
        && cell.process == process
    {
        return Ok(cell);
    }
    let cell = Cell { process, runtime: OnceLock::new(), open: RwLock::new(true), bridge: Mutex::new(None) };
    Ok(current.insert(Box::leak(Box::new(cell))))
}

impl Cell {
    /// The runtime, whose thread starts with the first call that needs it.
    pub(crate) fn runtime(&self, py: Python<'_>) -> PyResult<&Runtime> {
        self.detached_runtime().map_err(|error| raise(py, error))
    }

    /// The same for who does not hold the GIL.
    pub(crate) fn detached_runtime(&self) -> Result<&Runtime, &Error> {
        self.runtime.get_or_init(start_runtime).as_ref()
    }

    /// Runs `work` attached to the interpreter, unless that is shutting down.
    ///
    /// `Python::try_attach` alone is not enough: before Python 3.13 it cannot see that the interpreter is going away.
    pub(crate) fn attach<R>(&self, work: impl FnOnce(Python<'_>) -> R) -> Option<R> {
        let open = self.open()?;
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let done = Python::try_attach(work);
        drop(open);
        done
    }

    /// Keeps the interpreter from shutting down; nothing when it already does.
    ///
    /// It never waits: whoever waits here with the GIL held would stop those that the shutdown waits for.
    pub(crate) fn open(&self) -> Option<RwLockReadGuard<'_, bool>> {
        self.open.try_read().ok().filter(|open| **open)
    }
}

/// Lets no thread of ours attach any more, after those that are attached have finished.
#[pyfunction]
fn close_gate(py: Python<'_>) {
    let Some(cell) = *lock(&CELL) else { return };
    log::hand_over_all(py);
    if cell.process == std::process::id() {
        detached(py, || *cell.open.write().unwrap_or_else(PoisonError::into_inner) = false);
    }
}

fn register_exit_hook(py: Python<'_>) -> PyResult<()> {
    static REGISTERED: PyOnceLock<()> = PyOnceLock::new();
    REGISTERED
        .get_or_try_init(py, || {
            let hook = wrap_pyfunction!(close_gate, py)?;
            py.import("atexit")?.call_method1("register", (hook,)).map(drop)
        })
        .copied()
}

/// Locks what cannot be left half-changed by a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
