//! Event streams.

use std::sync::Arc;

use dashclaw::bridge::SharedEvents;
use dashclaw::{Error, ErrorKind};
use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::crossing::{cross, json, raise};
use crate::per_process::PerProcess;

/// A subscription to the server's events, which belongs to the process that opened it.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeEvents(PerProcess<Arc<SharedEvents>>);

impl NativeEvents {
    pub(crate) fn new(stream: SharedEvents) -> Self {
        Self(PerProcess::new(Arc::new(stream)))
    }

    fn stream(&self, py: Python<'_>) -> PyResult<&Arc<SharedEvents>> {
        let foreign =
            || Error::new(ErrorKind::Closed, "this event stream belongs to the process that opened it");
        self.0.get().ok_or_else(|| raise(py, &foreign()))
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
            stream.next(&stopped).await?.map_or(Ok(None), |event| json(&event))
        })
    }

    /// Ends the stream.
    fn close(&self) {
        if let Some(stream) = self.0.get() {
            stream.close();
        }
    }

    #[getter]
    fn last_event_id(&self, py: Python<'_>) -> PyResult<String> {
        self.stream(py).map(|stream| stream.last_event_id())
    }
}
