//! Which interpreter of the process this module belongs to.

use std::sync::Mutex;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

use crate::runtime::lock;

/// The builtins of the first interpreter that loaded the module, kept so that no other one has their address.
static FIRST: Mutex<Option<Py<PyModule>>> = Mutex::new(None);

/// Refuses every interpreter but the first: the runtime's threads and what the module knows of Python are that one's.
pub(crate) fn only_one(py: Python<'_>) -> PyResult<()> {
    let builtins = py.import("builtins")?;
    let mut first = lock(&FIRST);
    if first.get_or_insert_with(|| builtins.clone().unbind()).is(&builtins) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "dashclaw runs in one interpreter of a process, and another one has loaded it; use processes or threads, and under \
         mod_wsgi `WSGIApplicationGroup %{GLOBAL}`",
    ))
}
