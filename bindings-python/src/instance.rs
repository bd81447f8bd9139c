//! The embedded instance.

use std::path::PathBuf;
use std::sync::Arc;

use dashclaw::{Builder, Error, ErrorKind};
use dashclaw_server::{Instance, InstanceOptions};
use pyo3::prelude::*;

use crate::blocking::detached;
use crate::crossing::raise;
use crate::per_process::PerProcess;

/// A governance server inside this process, which belongs to the process that opened it.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeInstance(PerProcess<Arc<Instance>>);

#[pymethods]
impl NativeInstance {
    #[new]
    #[pyo3(signature = (path=None, policies=None))]
    fn new(py: Python<'_>, path: Option<PathBuf>, policies: Option<PathBuf>) -> PyResult<Self> {
        let options = InstanceOptions { path, policies, ..InstanceOptions::default() };
        let instance = detached(py, || Instance::open(&options)).map_err(|error| raise(py, &error))?;
        Ok(Self(PerProcess::new(Arc::new(instance))))
    }

    /// Ends streams, writes what waits, frees the database.
    fn close(&self, py: Python<'_>) {
        if let Some(instance) = self.0.get() {
            detached(py, || instance.shutdown());
        }
    }
}

impl NativeInstance {
    /// Lets a client reach this instance, with a key of the role `role`.
    pub(crate) fn install(&self, builder: Builder, role: &str) -> dashclaw::Result<Builder> {
        let instance = self.0.get().ok_or_else(foreign)?;
        instance.install(builder, role)
    }
}

/// What a forked child is told.
pub(crate) fn foreign() -> Error {
    Error::new(ErrorKind::Closed, "an embedded instance belongs to the process that opened it")
}
