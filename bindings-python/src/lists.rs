//! What is gone through one after the other: pages of a list, work orders.

use std::sync::Arc;

use dashclaw::bridge::{SharedApprovals, SharedPages, SharedWorkOrders};
use dashclaw::{CallOptions, Error, ErrorKind};
use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::crossing::{Outcome, cross, raise};
use crate::per_process::PerProcess;
use crate::runtime::cell;

fn foreign(py: Python<'_>) -> PyErr {
    raise(py, &Error::new(ErrorKind::Closed, "this belongs to the process that made it"))
}

/// Asks what belongs to this process for its next one, which `ask` waits for until its token is cancelled.
fn next<'py, T, F>(
    py: Python<'py>,
    event_loop: Option<&Bound<'py, PyAny>>,
    source: &PerProcess<Arc<T>>,
    ask: impl FnOnce(Arc<T>, CancellationToken) -> F,
) -> PyResult<Bound<'py, PyAny>>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let source = Arc::clone(source.get().ok_or_else(|| foreign(py))?);
    let cancel = CancellationToken::new();
    let asked = ask(source, cancel.clone());
    cross(py, event_loop, cancel, asked)
}

/// The pages of a list, which belong to the process that asked for them.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativePages(PerProcess<Arc<SharedPages>>);

impl NativePages {
    pub(crate) fn new(pages: SharedPages) -> Self {
        Self(PerProcess::new(Arc::new(pages)))
    }
}

#[pymethods]
impl NativePages {
    /// The items of the next page, a JSON array. Nothing at the end.
    #[pyo3(signature = (event_loop=None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        next(
            py,
            event_loop,
            &self.0,
            |pages, stop| async move { Ok(pages.next(&stop).await?.map(Into::into)) },
        )
    }
}

/// The actions that wait for a human, as they change; they belong to the process that asked for them.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeApprovals(PerProcess<Arc<SharedApprovals>>);

impl NativeApprovals {
    pub(crate) fn new(list: SharedApprovals) -> Self {
        Self(PerProcess::new(Arc::new(list)))
    }
}

#[pymethods]
impl NativeApprovals {
    /// The list when it is other than before. Nothing at the end.
    #[pyo3(signature = (event_loop=None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        next(py, event_loop, &self.0, |list, stop| async move {
            Ok(list.next(&stop).await?.map(|next| next.body))
        })
    }

    /// Ends it.
    fn close(&self) {
        if let Some(list) = self.0.get() {
            list.close();
        }
    }
}

/// A worker, which belongs to the process that started it.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeWorkOrders(PerProcess<Arc<SharedWorkOrders>>);

impl NativeWorkOrders {
    pub(crate) fn new(orders: SharedWorkOrders) -> Self {
        Self(PerProcess::new(Arc::new(orders)))
    }

    fn orders(&self, py: Python<'_>) -> PyResult<Arc<SharedWorkOrders>> {
        self.0.get().map(Arc::clone).ok_or_else(|| foreign(py))
    }
}

#[pymethods]
impl NativeWorkOrders {
    /// The next order. Nothing when the worker was stopped.
    #[pyo3(signature = (event_loop=None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        next(
            py,
            event_loop,
            &self.0,
            |orders, stop| async move { Ok(orders.next(&stop).await?.map(Into::into)) },
        )
    }

    /// Reports that an order is done. `output` and `cost` are JSON objects; so is the answer.
    #[pyo3(signature = (id, output, cost, event_loop=None))]
    fn complete<'py>(
        &self,
        py: Python<'py>,
        id: String,
        output: String,
        cost: Option<String>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let orders = self.orders(py)?;
        let cancel = CancellationToken::new();
        let options = CallOptions { cancel: Some(cancel.clone()), ..CallOptions::default() };
        cross(py, event_loop, cancel, async move {
            orders.complete(&id, &output, cost.as_deref(), &options).await.map(|response| Some(response.body))
        })
    }

    /// Reports that it could not be done.
    #[pyo3(signature = (id, code, message, event_loop=None))]
    fn fail<'py>(
        &self,
        py: Python<'py>,
        id: String,
        code: String,
        message: String,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let orders = self.orders(py)?;
        let cancel = CancellationToken::new();
        let options = CallOptions { cancel: Some(cancel.clone()), ..CallOptions::default() };
        cross(py, event_loop, cancel, async move {
            orders.fail(&id, &code, &message, &options).await.map(|response| Some(response.body))
        })
    }

    /// Stops the worker without waiting.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(orders) = self.0.get() {
            let _entered = cell(py)?.runtime(py)?.enter();
            orders.stop();
        }
        Ok(())
    }

    /// Stops the worker and waits until its last order is accounted for.
    #[pyo3(signature = (event_loop=None))]
    fn close<'py>(
        &self,
        py: Python<'py>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let orders = self.orders(py)?;
        cross(py, event_loop, CancellationToken::new(), async move {
            orders.close().await;
            Ok(None)
        })
    }
}
