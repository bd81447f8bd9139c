//! The record of a traced call.

use std::sync::Arc;

use dashclaw::bridge::Trace;
use pyo3::prelude::*;

/// What a call does, for the spans of OpenTelemetry.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeTrace(pub(crate) Arc<Trace>);

#[pymethods]
impl NativeTrace {
    /// `headers` are those of the program's propagator.
    #[new]
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 gives arguments away")]
    fn new(operation: &str, headers: Vec<(String, String)>) -> Self {
        Self(Trace::new(operation, &headers))
    }

    /// The spans as a JSON array.
    fn to_json(&self) -> String {
        self.0.to_json()
    }
}
