//! Records of the log on their way to Python's `logging`.
//!
//! No thread of ours runs a handler while a call waits for it, and no call waits for the interpreter to say something. What
//! comes up in a blocking call its own thread hands over, at the latest before the call returns. Everything else lies in a
//! queue until the event loop takes the outcomes of calls, or a moment has passed: then a thread of its own hands it over,
//! in the context of the call that it is about.

use std::cell::{Cell as Local, RefCell};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use dashclaw::bridge::log::{Record, start, want};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::runtime::{Cell, lock};

/// How many records may wait. When they come faster than handlers take them, the oldest are lost.
const MOST: usize = 10_000;
/// How long a record waits for the event loop.
const MOMENT: Duration = Duration::from_millis(100);

/// What `contextvars` hold where a call was made.
pub(crate) type Context = Option<Arc<Py<PyAny>>>;

struct Waiting {
    /// A JSON object.
    record: String,
    context: Context,
}

thread_local! {
    /// What has come up in the blocking call of this thread; nothing outside of one.
    static OURS: RefCell<Option<Vec<Waiting>>> = const { RefCell::new(None) };
    /// Whether a handler runs on this thread. What it calls is not logged: there would be no end to it.
    static HANDLING: Local<bool> = const { Local::new(false) };
}

tokio::task_local! {
    /// The context of the asynchronous call that a task is about.
    static CONTEXT: Context;
}

/// The records of one process that wait.
struct Queue {
    process: u32,
    waiting: Mutex<VecDeque<Waiting>>,
    news: Condvar,
    cell: OnceLock<&'static Cell>,
    carrier: OnceLock<()>,
    /// That of a process forked from this one, whose copy of this one may be locked for ever.
    of_child: OnceLock<Box<Self>>,
}

static FIRST: OnceLock<Queue> = OnceLock::new();

/// Hears from now on, in this process too.
pub(crate) fn listen(cell: &'static Cell) {
    let _ = Queue::current().cell.set(cell);
    start(Some(put));
}

/// Tells the core how much Python's `logging` wants to hear now. As long as nobody has loaded that, nobody hears.
pub(crate) fn attend(py: Python<'_>) -> PyResult<()> {
    static LEVEL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let level = match LEVEL.get(py) {
        Some(level) => level,
        None if is_loaded(py)? => LEVEL.import(py, "dashclaw._logging", "level")?.as_unbound(),
        None => return Ok(()),
    };
    want(level.bind(py).call0()?.extract()?);
    Ok(())
}

fn is_loaded(py: Python<'_>) -> PyResult<bool> {
    // Every call asks, and an import costs it a microsecond even of what is there.
    static SYS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let sys = SYS.get_or_try_init(py, || py.import("sys").map(Bound::unbind))?;
    let modules = sys.bind(py).getattr(intern!(py, "modules"))?;
    modules.cast_into::<PyDict>()?.contains(intern!(py, "logging"))
}

/// The context of a call that is made here, for [`within`].
pub(crate) fn context(py: Python<'_>) -> PyResult<Context> {
    static COPY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if !dashclaw::bridge::log::is_wanted() {
        return Ok(None);
    }
    let copy = COPY.import(py, "contextvars", "copy_context")?.call0()?;
    Ok(Some(Arc::new(copy.unbind())))
}

/// `work`, whose records are handed over in `context`.
pub(crate) async fn within<W: Future>(context: Context, work: W) -> W::Output {
    CONTEXT.scope(context, work).await
}

/// A blocking call, whose records its thread keeps until it hands them over.
pub(crate) struct Keeping(Option<Vec<Waiting>>);

impl Keeping {
    pub(crate) fn start() -> Self {
        Self(OURS.replace(Some(Vec::new())))
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        OURS.set(self.0.take());
    }
}

/// Hands over what this thread has kept of its blocking call.
pub(crate) fn hand_over_ours(py: Python<'_>) {
    let kept = OURS.with_borrow_mut(|ours| ours.as_mut().map(std::mem::take));
    hand_over(py, kept.unwrap_or_default());
}

/// Hands over all that waits in the queue.
pub(crate) fn hand_over_all(py: Python<'_>) {
    if FIRST.get().is_some() {
        hand_over(py, Queue::current().take());
    }
}

/// What a handler raises stops nothing; `logging` itself shows most of it.
fn hand_over(py: Python<'_>, records: impl IntoIterator<Item = Waiting>) {
    for Waiting { record, context } in records {
        let before = HANDLING.replace(true);
        if let Err(error) = emit(py, &record, context.as_ref()) {
            error.write_unraisable(py, None);
        }
        HANDLING.set(before);
    }
}

fn emit(py: Python<'_>, record: &str, context: Option<&Arc<Py<PyAny>>>) -> PyResult<()> {
    static EMIT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let emit = EMIT.import(py, "dashclaw._logging", "emit")?;
    match context {
        None => emit.call1((record,)),
        // Another thread may be within this one now.
        Some(context) => context
            .bind(py)
            .call_method0(intern!(py, "copy"))?
            .call_method1(intern!(py, "run"), (emit, record)),
    }
    .map(drop)
}

/// Takes a record, on any thread, with the interpreter's lock or without.
fn put(record: &Record) {
    if HANDLING.get() {
        return;
    }
    let context = CONTEXT.try_with(Clone::clone).unwrap_or_default();
    let waiting = Waiting { record: record.to_json().to_string(), context };
    let left = OURS.with_borrow_mut(|ours| match ours {
        Some(ours) => {
            ours.push(waiting);
            None
        }
        None => Some(waiting),
    });
    if let Some(waiting) = left {
        Queue::current().put(waiting);
    }
}

impl Queue {
    fn new() -> Self {
        Self {
            process: std::process::id(),
            waiting: Mutex::default(),
            news: Condvar::new(),
            cell: OnceLock::new(),
            carrier: OnceLock::new(),
            of_child: OnceLock::new(),
        }
    }

    fn current() -> &'static Self {
        let process = std::process::id();
        let mut queue = FIRST.get_or_init(Self::new);
        while queue.process != process {
            queue = queue.of_child.get_or_init(|| Box::new(Self::new()));
        }
        queue
    }

    fn put(&'static self, record: Waiting) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() == MOST {
            waiting.pop_front();
        }
        waiting.push_back(record);
        drop(waiting);
        self.news.notify_one();
        self.carrier.get_or_init(|| {
            let carrier = thread::Builder::new().name("dashclaw-log".to_owned());
            // Without it records wait for the next call.
            let _ = carrier.spawn(|| self.carry());
        });
    }

    fn take(&self) -> VecDeque<Waiting> {
        std::mem::take(&mut *lock(&self.waiting))
    }

    /// Hands over what nobody else has, until the interpreter ends.
    fn carry(&self) {
        loop {
            let waiting = lock(&self.waiting);
            drop(
                self.news
                    .wait_while(waiting, |waiting| waiting.is_empty())
                    .unwrap_or_else(PoisonError::into_inner),
            );
            thread::sleep(MOMENT);
            let Some(cell) = self.cell.get() else { continue };
            if cell.attach(|py| hand_over(py, self.take())).is_none() {
                return;
            }
        }
    }
}
