//! The Python functions that the core calls while a call is under way.

use std::sync::Arc;

use dashclaw::config::ApprovalBanner;
use dashclaw::{Builder, Callback};
use pyo3::prelude::*;

use crate::runtime::{Cell, cell};

/// Prints for people, and is told of decisions and recommendations.
pub(crate) struct Hooks {
    printer: Arc<Py<PyAny>>,
    on_guard: Option<Arc<Py<PyAny>>>,
    on_recommendation: Option<Arc<Py<PyAny>>>,
}

impl Hooks {
    pub(crate) fn new(
        printer: Py<PyAny>,
        on_guard: Option<Py<PyAny>>,
        on_recommendation: Option<Py<PyAny>>,
    ) -> Self {
        Self {
            printer: Arc::new(printer),
            on_guard: on_guard.map(Arc::new),
            on_recommendation: on_recommendation.map(Arc::new),
        }
    }

    /// Gives the functions to a client of this process.
    pub(crate) fn install(&self, py: Python<'_>, builder: Builder) -> PyResult<Builder> {
        let cell = cell(py)?;
        let print = Arc::clone(&self.printer);
        let mut builder = builder.printer(Arc::new(move |banner, text| {
            let stream = if banner == ApprovalBanner::Stderr { "stderr" } else { "stdout" };
            call(cell, &print, |print| print.call1((stream, text)).map(drop));
        }));
        if let Some(function) = &self.on_guard {
            builder = builder.on_guard(callback(cell, function));
        }
        if let Some(function) = &self.on_recommendation {
            builder = builder.on_recommendation(callback(cell, function));
        }
        Ok(builder)
    }
}

fn callback(cell: &'static Cell, function: &Arc<Py<PyAny>>) -> Callback {
    let function = Arc::clone(function);
    Arc::new(move |json| call(cell, &function, |function| function.call1((json,)).map(drop)))
}

/// Calls a Python function. What it raises decides nothing and is shown as any exception that nobody can catch.
fn call(cell: &Cell, function: &Py<PyAny>, run: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<()>) {
    let attached = |py: Python<'_>| {
        let function = function.bind(py);
        if let Err(error) = run(function) {
            error.write_unraisable(py, Some(function));
        }
    };
    // The function may take long, or call us: other calls must not depend on the thread it runs on.
    tokio::task::block_in_place(|| cell.attach(attached));
}
