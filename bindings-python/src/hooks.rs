//! The Python functions that the core calls while a call is under way.

use std::sync::{Arc, Mutex, Weak};

use dashclaw::options::ApprovalBanner;
use dashclaw::{Builder, Callback};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::runtime::{Cell, cell, lock};

/// Prints for people, and is told of decisions and recommendations.
struct Functions {
    printer: Py<PyAny>,
    on_guard: Option<Py<PyAny>>,
    on_recommendation: Option<Py<PyAny>>,
}

/// The functions of one client, which alone keeps them alive: the core has weak references, so that Python's collector sees
/// every reference to them. Nothing when the collector has taken them.
pub(crate) struct Hooks(Mutex<Option<Arc<Functions>>>);

impl Hooks {
    pub(crate) fn new(
        printer: Py<PyAny>,
        on_guard: Option<Py<PyAny>>,
        on_recommendation: Option<Py<PyAny>>,
    ) -> Self {
        Self(Mutex::new(Some(Arc::new(Functions { printer, on_guard, on_recommendation }))))
    }

    /// The same functions for another client.
    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        let functions = lock(&self.0).clone();
        let copy = functions.map(|functions| {
            let copy = |function: &Py<PyAny>| function.clone_ref(py);
            Arc::new(Functions {
                printer: copy(&functions.printer),
                on_guard: functions.on_guard.as_ref().map(copy),
                on_recommendation: functions.on_recommendation.as_ref().map(copy),
            })
        });
        Self(Mutex::new(copy))
    }

    /// Gives the functions to a client of this process.
    pub(crate) fn install(&self, py: Python<'_>, builder: Builder) -> PyResult<Builder> {
        let cell = cell(py)?;
        let Some(functions) = lock(&self.0).clone() else { return Ok(builder) };
        let print = Arc::downgrade(&functions);
        let mut builder = builder.printer(Arc::new(move |banner, text| {
            let stream = if banner == ApprovalBanner::Stderr { "stderr" } else { "stdout" };
            call(cell, &print, |known| Some(&known.printer), |print| print.call1((stream, text)).map(drop));
        }));
        if functions.on_guard.is_some() {
            builder = builder.on_guard(callback(cell, &functions, |known| known.on_guard.as_ref()));
        }
        if functions.on_recommendation.is_some() {
            builder = builder
                .on_recommendation(callback(cell, &functions, |known| known.on_recommendation.as_ref()));
        }
        Ok(builder)
    }

    /// Shows the functions to Python's collector.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(functions) = self.0.try_lock() else { return Ok(()) };
        let Some(functions) = functions.as_ref() else { return Ok(()) };
        visit.call(&functions.printer)?;
        visit.call(&functions.on_guard)?;
        visit.call(&functions.on_recommendation)
    }

    /// Lets go of the functions.
    pub(crate) fn clear(&self) {
        let functions = lock(&self.0).take();
        drop(functions);
    }
}

/// Which of a client's functions.
type Which = fn(&Functions) -> Option<&Py<PyAny>>;

fn callback(cell: &'static Cell, functions: &Arc<Functions>, which: Which) -> Callback {
    let functions = Arc::downgrade(functions);
    Arc::new(move |json| call(cell, &functions, which, |function| function.call1((json,)).map(drop)))
}

/// Calls a Python function. What it raises decides nothing and is shown as any exception that nobody can catch.
fn call(
    cell: &Cell,
    functions: &Weak<Functions>,
    which: Which,
    run: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<()>,
) {
    let attached = |py: Python<'_>| {
        let function = functions.upgrade().and_then(|known| which(&known).map(|found| found.clone_ref(py)));
        let Some(function) = function else { return };
        let function = function.bind(py);
        if let Err(error) = run(function) {
            error.write_unraisable(py, Some(function));
        }
    };
    // The function may take long, or call us: other calls must not depend on the thread it runs on.
    tokio::task::block_in_place(|| cell.attach(attached));
}
