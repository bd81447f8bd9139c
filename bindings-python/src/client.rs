//! The native client.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use dashclaw::bridge::{
    SharedApprovals, SharedEvents, SharedPages, SharedWorkOrders, api_key, seconds, start_of, stoppable,
    with_head,
};
use dashclaw::deadline::LONGEST;
use dashclaw::{Builder, CallOptions, DashClaw, Error, GovernedOptions, Response, WaitOptions};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::crossing::{cross, cross_call, json, raise};
use crate::events::NativeEvents;
use crate::hooks::Hooks;
use crate::instance::{NativeInstance, foreign};
use crate::lists::{NativeApprovals, NativePages, NativeWorkOrders};
use crate::log;
use crate::per_process::PerProcess;
use crate::runtime::{cell, lock};
use crate::trace::NativeTrace;

/// A client, in whatever process it is used. `event_loop` makes any of its calls an asyncio future of that loop.
#[pyclass(frozen, module = "dashclaw._native")]
pub(crate) struct NativeClient {
    /// JSON; a forked child makes its own client from it.
    options: SecretString,
    hooks: Hooks,
    /// The embedded instance to reach instead of a server.
    door: Option<Door>,
    /// Locked only with the GIL held, like the runtime's cell.
    core: Mutex<PerProcess<DashClaw>>,
    closed: AtomicBool,
}

/// How a client reaches an embedded instance: as the principal that it is.
struct Door {
    instance: Py<NativeInstance>,
    /// What a client is made from, with the principal's key.
    opened: PerProcess<Builder>,
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (options, printer, on_guard=None, on_recommendation=None, instance=None))]
    fn new(
        py: Python<'_>,
        options: String,
        printer: Py<PyAny>,
        on_guard: Option<Py<PyAny>>,
        on_recommendation: Option<Py<PyAny>>,
        instance: Option<(Py<NativeInstance>, String)>,
    ) -> PyResult<Self> {
        let options = SecretString::from(options);
        let hooks = Hooks::new(printer, on_guard, on_recommendation);
        let door = instance.map(|(instance, role)| {
            let opened =
                instance.get().install(Builder::default(), &role).map_err(|error| raise(py, &error))?;
            PyResult::Ok(Door { instance, opened: PerProcess::new(opened) })
        });
        Self::make(py, options, hooks, door.transpose()?)
    }

    /// A client that differs in these options, a JSON object; null means not given. It is open when this one is.
    fn changed(&self, py: Python<'_>, options: &str) -> PyResult<Self> {
        let door = self.door.as_ref().map(|door| {
            let opened = door.opened.get().ok_or_else(|| raise(py, &foreign()))?.clone();
            PyResult::Ok(Door { instance: door.instance.clone_ref(py), opened: PerProcess::new(opened) })
        });
        let options = overlaid(self.options.expose_secret(), options);
        let options =
            SecretString::from(options.map_err(|error| raise(py, &Error::configuration("options", error)))?);
        let changed = Self::make(py, options, self.hooks.clone_ref(py), door.transpose()?)?;
        if self.closed() {
            changed.close();
        }
        Ok(changed)
    }

    /// This client for one call, which writes into `trace` and carries its headers.
    fn traced(&self, py: Python<'_>, trace: &NativeTrace) -> PyResult<Self> {
        Ok(Self {
            options: SecretString::from(String::new()),
            hooks: self.hooks.clone_ref(py),
            door: None,
            core: Mutex::new(PerProcess::new(trace.0.client(&self.core(py)?))),
            closed: AtomicBool::new(self.closed()),
        })
    }

    /// What is known of the span of a call before it: a JSON object.
    fn span_start(&self, py: Python<'_>, operation: &str) -> PyResult<String> {
        self.core(py).map(|core| start_of(&core, operation))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.hooks.traverse(&visit)
    }

    fn __clear__(&self) {
        self.hooks.clear();
    }

    /// Calls an operation. `arguments` and `options` are JSON objects; so is the answer. A `whole` answer has a line of JSON
    /// before the body: `{"status", "headers", "request_id", "idempotency_key"}`.
    #[pyo3(signature = (operation, arguments, options=None, event_loop=None, whole=false))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: String,
        arguments: String,
        options: Option<&str>,
        event_loop: Option<&Bound<'py, PyAny>>,
        whole: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let (options, cancel) = call_options(py, options)?;
        let called = operation.clone();
        cross_call(py, event_loop, cancel, core, &called, |core| async move {
            core.call(&operation, arguments.as_bytes(), &options).await.map(|response| shown(response, whole))
        })
    }

    /// Waits for a human's decision; the answer is `get_action`'s, `whole` as that of a call.
    #[pyo3(signature = (action_id, timeout, interval, event_loop=None, whole=false))]
    fn wait_for_approval<'py>(
        &self,
        py: Python<'py>,
        action_id: String,
        timeout: Option<f64>,
        interval: f64,
        event_loop: Option<&Bound<'py, PyAny>>,
        whole: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let (options, cancel) = wait_options(py, timeout, interval)?;
        cross(py, event_loop, cancel, async move {
            core.wait_for_approval(&action_id, &options).await.map(|response| shown(response, whole))
        })
    }

    /// The half of governed work before it runs: the answer says whether it may, and under which action.
    #[pyo3(signature = (action, timeout, interval, rerun, options=None, event_loop=None))]
    #[expect(clippy::too_many_arguments, reason = "they are the options of one Python call")]
    fn begin_governed<'py>(
        &self,
        py: Python<'py>,
        action: String,
        timeout: Option<f64>,
        interval: f64,
        rerun: bool,
        options: Option<&str>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let (wait, cancel) = wait_options(py, timeout, interval)?;
        let call = CallOptions { cancel: Some(cancel.clone()), ..call_options(py, options)?.0 };
        let options = GovernedOptions { wait, rerun, call };
        cross(py, event_loop, cancel, async move {
            json(&core.begin_governed(action.as_bytes(), &options).await?)
        })
    }

    /// The half of governed work after it ran: reports its outcome.
    #[pyo3(signature = (action_id, failure, took, event_loop=None))]
    fn finish_governed<'py>(
        &self,
        py: Python<'py>,
        action_id: String,
        failure: Option<String>,
        took: f64,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let took = seconds("took", took).map_err(|error| raise(py, &error))?;
        // The work is done: its report goes out even when nobody waits for the answer any more.
        cross(py, event_loop, CancellationToken::new(), async move {
            core.finish_governed(&action_id, failure.as_deref(), took).await.map(|()| None)
        })
    }

    /// The half of tracked work before it runs: the answer holds the action's id.
    #[pyo3(signature = (action, options=None, event_loop=None))]
    fn begin_track<'py>(
        &self,
        py: Python<'py>,
        action: String,
        options: Option<&str>,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let (options, cancel) = call_options(py, options)?;
        cross(py, event_loop, cancel, async move {
            let action_id = core.begin_track(action.as_bytes(), &options).await?;
            json(&serde_json::json!({ "action_id": action_id }))
        })
    }

    /// The half of tracked work after it ran: closes its action.
    #[pyo3(signature = (action_id, failure, took, event_loop=None))]
    fn finish_track<'py>(
        &self,
        py: Python<'py>,
        action_id: String,
        failure: Option<String>,
        took: f64,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let took = seconds("took", took).map_err(|error| raise(py, &error))?;
        cross(py, event_loop, CancellationToken::new(), async move {
            core.finish_track(&action_id, failure.as_deref(), None, took).await.map(|()| None)
        })
    }

    /// Verifies a receipt with the server's published keys. `required` makes an invalid one an error.
    #[pyo3(signature = (document, required, event_loop=None))]
    fn verify_receipt<'py>(
        &self,
        py: Python<'py>,
        document: Vec<u8>,
        required: bool,
        event_loop: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let core = self.core(py)?;
        let cancel = CancellationToken::new();
        let stopped = cancel.clone();
        cross(py, event_loop, cancel, async move {
            let verify = async {
                if required {
                    core.require_valid_receipt(&document).await
                } else {
                    core.verify_receipt(&document).await
                }
            };
            json(&stoppable(&stopped, verify).await?)
        })
    }

    /// Subscribes to the server's events.
    #[pyo3(signature = (last_event_id=None))]
    fn events(&self, py: Python<'_>, last_event_id: Option<String>) -> PyResult<NativeEvents> {
        Ok(NativeEvents::new(SharedEvents::new(&self.core(py)?, last_event_id)))
    }

    /// Goes through all that an operation lists.
    #[pyo3(signature = (operation, arguments, options=None))]
    fn pages(
        &self,
        py: Python<'_>,
        operation: &str,
        arguments: &str,
        options: Option<&str>,
    ) -> PyResult<NativePages> {
        let (options, _) = call_options(py, options)?;
        let pages = SharedPages::new(&self.core(py)?, operation, arguments.as_bytes(), options);
        pages.map(NativePages::new).map_err(|error| raise(py, &error))
    }

    /// Works. `types` is a JSON array of texts, or empty.
    fn work_orders(&self, py: Python<'_>, types: &str, interval: f64) -> PyResult<NativeWorkOrders> {
        let orders = SharedWorkOrders::new(&self.core(py)?, types, interval);
        orders.map(NativeWorkOrders::new).map_err(|error| raise(py, &error))
    }

    /// The actions that wait for a human, as they change; read every `interval` seconds beside the event stream.
    fn pending_approvals(&self, py: Python<'_>, interval: f64) -> PyResult<NativeApprovals> {
        let interval = seconds("interval", interval).map_err(|error| raise(py, &error))?;
        Ok(NativeApprovals::new(SharedApprovals::new(&self.core(py)?, Some(interval))))
    }

    /// Sends heartbeats: now and every `interval` seconds. `arguments` is a JSON object.
    fn start_heartbeat(&self, py: Python<'_>, arguments: &str, interval: f64) -> PyResult<()> {
        let core = self.core(py)?;
        let _entered = cell(py)?.runtime(py)?.enter();
        seconds("interval", interval)
            .and_then(|interval| core.start_heartbeat(arguments.as_bytes(), interval))
            .map_err(|error| raise(py, &error))
    }

    /// Stops the heartbeats.
    fn stop_heartbeat(&self) {
        if let Some(core) = lock(&self.core).get() {
            core.stop_heartbeat();
        }
    }

    /// Stops calls under way and refuses later ones.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        if let Some(core) = lock(&self.core).get() {
            core.close();
        }
    }

    #[getter]
    fn closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    #[getter]
    fn agent_id(&self, py: Python<'_>) -> PyResult<String> {
        self.core(py).map(|core| core.agent_id().to_owned())
    }

    #[getter]
    fn agent_name(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.core(py).map(|core| core.agent_name().map(str::to_owned))
    }

    /// The key that is sent. It is in no text of this module's.
    #[getter]
    fn api_key(&self, py: Python<'_>) -> PyResult<String> {
        self.core(py).map(|core| api_key(&core).expose_secret().to_owned())
    }

    /// Why the way to the server is not safe; nothing when it is.
    #[getter]
    fn clear_text_warning(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.core(py).map(|core| core.clear_text_warning())
    }

    fn attachment_url(&self, py: Python<'_>, attachment_id: &str) -> PyResult<String> {
        self.core(py).map(|core| core.get_attachment_url(attachment_id))
    }

    #[getter]
    fn base_url(&self, py: Python<'_>) -> PyResult<String> {
        self.core(py).map(|core| core.base_url().to_owned())
    }
}

impl NativeClient {
    fn make(py: Python<'_>, options: SecretString, hooks: Hooks, door: Option<Door>) -> PyResult<Self> {
        log::listen(cell(py)?);
        log::attend(py)?;
        let core = build(py, &options, &hooks, door.as_ref())?;
        let core = Mutex::new(PerProcess::new(core));
        Ok(Self { options, hooks, door, core, closed: AtomicBool::new(false) })
    }

    /// This process's client.
    fn core(&self, py: Python<'_>) -> PyResult<DashClaw> {
        if let Some(core) = lock(&self.core).get() {
            return Ok(core.clone());
        }
        log::listen(cell(py)?);
        let fresh = build(py, &self.options, &self.hooks, self.door.as_ref())?;
        if self.closed() {
            fresh.close();
        }
        *lock(&self.core) = PerProcess::new(fresh.clone());
        Ok(fresh)
    }
}

fn build(py: Python<'_>, options: &SecretString, hooks: &Hooks, door: Option<&Door>) -> PyResult<DashClaw> {
    let builder = match door {
        Some(door) => door.opened.get().ok_or_else(|| raise(py, &foreign()))?.clone(),
        None => DashClaw::builder(),
    };
    let builder = builder.options(options.expose_secret().as_bytes()).map_err(|error| raise(py, &error))?;
    hooks.install(py, builder)?.build().map_err(|error| raise(py, &error))
}

/// What Python is given of an answer.
#[expect(clippy::unnecessary_wraps, reason = "it is what a native call ends with")]
fn shown(response: Response, whole: bool) -> Option<Bytes> {
    Some(if whole { with_head(&response) } else { response.body })
}

/// One JSON object with the members of another over its own.
fn overlaid(options: &str, changes: &str) -> serde_json::Result<String> {
    let mut options: BTreeMap<String, &RawValue> = serde_json::from_str(options)?;
    options.extend(serde_json::from_str::<BTreeMap<String, &RawValue>>(changes)?);
    serde_json::to_string(&options)
}

/// The options of one call, and the token that stops it.
fn call_options(py: Python<'_>, json: Option<&str>) -> PyResult<(CallOptions, CancellationToken)> {
    let options =
        json.map_or_else(|| Ok(CallOptions::default()), |json| CallOptions::from_json(json.as_bytes()));
    let cancel = CancellationToken::new();
    let options = options.map_err(|error| raise(py, &error))?;
    Ok((CallOptions { cancel: Some(cancel.clone()), ..options }, cancel))
}

/// How to wait for an approval, and the token that ends the waiting. Without `timeout` it takes as long as it takes.
fn wait_options(
    py: Python<'_>,
    timeout: Option<f64>,
    interval: f64,
) -> PyResult<(WaitOptions, CancellationToken)> {
    let cancel = CancellationToken::new();
    let options = || {
        dashclaw::Result::Ok(WaitOptions {
            timeout: Some(timeout.map_or(Ok(LONGEST), |timeout| seconds("timeout", timeout))?),
            interval: Some(seconds("interval", interval)?),
            cancel: Some(cancel.clone()),
        })
    };
    Ok((options().map_err(|error| raise(py, &error))?, cancel))
}
