//! Event streams.

use std::sync::{Arc, Mutex as StdMutex};

use dashclaw::{Error, ErrorKind, EventStream};
use pyo3::prelude::*;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::crossing::{Outcome, cross, json, raise};
use crate::per_process::PerProcess;
use crate::runtime::lock;

/// A subscription to the server's events, which belongs to the process that opened it.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeEvents {
    stream: PerProcess<Arc<Stream>>,
    cancel: CancellationToken,
}

struct Stream {
    /// Nothing once it has ended.
    open: Mutex<Option<EventStream>>,
    last_event_id: StdMutex<String>,
}

impl NativeEvents {
    pub(crate) fn new(stream: EventStream, cancel: CancellationToken, last_event_id: String) -> Self {
        let stream = Stream { open: Mutex::new(Some(stream)), last_event_id: StdMutex::new(last_event_id) };
        Self { stream: PerProcess::new(Arc::new(stream)), cancel }
    }

    fn stream(&self, py: Python<'_>) -> PyResult<&Arc<Stream>> {
        let foreign =
            || Error::new(ErrorKind::Closed, "this event stream belongs to the process that opened it");
        self.stream.get().ok_or_else(|| raise(py, &foreign()))
    }
}

#[pymethods]
impl NativeEvents {
    /// The next event: `{"id", "event", "data"}`. Nothing at the end of the stream.
    #[pyo3(signature = (event_loop=None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let stream = Arc::clone(self.stream(py)?);
        let cancel = CancellationToken::new();
        let stopped = cancel.clone();
        cross(py, event_loop, cancel, async move {
            tokio::select! {
                next = stream.next() => next,
                // Only this waiting ends; the stream goes on.
                () = stopped.cancelled() => Err(Error::new(ErrorKind::Cancelled, "the waiting was stopped")),
            }
        })
    }

    /// Ends the stream.
    fn close(&self) {
        let Some(stream) = self.stream.get() else { return };
        self.cancel.cancel();
        // Whoever waits for an event now is woken by the token and drops the stream.
        if let Ok(mut open) = stream.open.try_lock() {
            open.take();
        }
    }

    #[getter]
    fn last_event_id(&self, py: Python<'_>) -> PyResult<String> {
        Ok(lock(&self.stream(py)?.last_event_id).clone())
    }
}

impl Stream {
    async fn next(&self) -> Outcome {
        let mut open = self.open.lock().await;
        let Some(stream) = open.as_mut() else { return Ok(None) };
        let next = stream.next().await;
        stream.last_event_id().clone_into(&mut lock(&self.last_event_id));
        match next {
            Some(Ok(event)) => json(&event),
            ended => {
                *open = None;
                ended.map_or(Ok(None), |error| error.map(|_| None))
            }
        }
    }
}
