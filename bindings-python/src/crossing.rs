//! How results cross into Python.

use bytes::Bytes;
use dashclaw::bridge::without_panic;
use dashclaw::{DashClaw, Error, ErrorKind, Result};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::{asyncio, blocking};

/// What every native call ends with: JSON text, or nothing (`None`).
pub(crate) type Outcome = Result<Option<Bytes>>;

/// Runs `work` to its end: as a future of `event_loop`, or blocking when there is none. Python stops it through `cancel`.
pub(crate) fn cross<'py>(
    py: Python<'py>,
    event_loop: Option<&Bound<'py, PyAny>>,
    cancel: CancellationToken,
    work: impl Future<Output = Outcome> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let work = without_panic(work);
    match event_loop {
        Some(event_loop) => asyncio::spawn(py, event_loop, cancel, work),
        None => give(py, blocking::run(py, &cancel, work)?),
    }
}

/// The same for a call of `operation` by `core`.
pub(crate) fn cross_call<'py, W>(
    py: Python<'py>,
    event_loop: Option<&Bound<'py, PyAny>>,
    cancel: CancellationToken,
    core: DashClaw,
    operation: &str,
    work: impl FnOnce(DashClaw) -> W + Send,
) -> PyResult<Bound<'py, PyAny>>
where
    W: Future<Output = Outcome> + Send + 'static,
{
    match event_loop {
        Some(event_loop) => asyncio::spawn(py, event_loop, cancel, without_panic(work(core))),
        None => give(py, blocking::run_call(py, &cancel, core, operation, |core| without_panic(work(core)))?),
    }
}

/// The outcome as Python sees it.
pub(crate) fn give(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Ok(Some(body)) => Ok(PyBytes::new(py, &body).into_any()),
        Ok(None) => Ok(py.None().into_bound(py)),
        Err(error) => Err(raise(py, &error)),
    }
}

/// A value as JSON text.
pub(crate) fn json(value: &impl Serialize) -> Outcome {
    serde_json::to_vec(value)
        .map(|text| Some(text.into()))
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer could not be written: {error}")))
}

/// The exception for `error`: its class is defined in Python and chosen there by the error's kind.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    static FROM_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = FROM_JSON
        .import(py, "dashclaw._errors", "error_from_json")
        .and_then(|from_json| from_json.call1((error.to_json(),)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}
