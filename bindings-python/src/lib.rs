//! The native half of the Python package `dashclaw`: the module `dashclaw._native`.
//!
//! The bridge moves bytes; it decides nothing. Arguments, options and answers cross as JSON; the classes that people see
//! are written in Python. Importing the module starts nothing.

mod asyncio;
mod blocking;
mod client;
mod command;
mod crossing;
mod events;
mod functions;
mod hooks;
mod instance;
mod interpreter;
mod lists;
mod log;
mod per_process;
mod runtime;
mod trace;

use pyo3::prelude::*;

/// The native half of `dashclaw`.
// The cell of the runtime counts on the GIL.
#[pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::client::NativeClient;
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::events::NativeEvents;
    #[pymodule_export]
    use crate::functions::{
        canonical_json, derive_idempotency_key, error_kinds, printable, respell, sign_action, verify_receipt,
        version,
    };
    #[pymodule_export]
    use crate::instance::NativeInstance;
    #[pymodule_export]
    use crate::lists::{NativeApprovals, NativePages, NativeWorkOrders};
    #[pymodule_export]
    use crate::trace::NativeTrace;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::only_one(module.py())
    }
}
