//! The native client.

use std::sync::Arc;

use dashclaw::bridge::{
    SharedApprovals, SharedEvents, SharedPages, SharedWorkOrders, log, seconds, stoppable,
};
use dashclaw::{Begun, CallOptions, DashClaw, GovernedOptions, Idempotency, WaitOptions};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::approvals::NativeApprovals;
use crate::error::{Result, crossing, defect};
use crate::events::NativeEvents;
use crate::functions::NativeVerification;
use crate::hooks::{self, NativeHooks};
use crate::instance::NativeInstance;
use crate::lists::{NativePages, NativeWorkOrders};
use crate::runtime::{inside, run, run_detached};
use crate::stop::{Stop, token};

/// A client. Arguments and answers are JSON texts in UTF-8; times are seconds.
#[derive(Debug, uniffi::Object)]
pub struct NativeClient(DashClaw);

/// What [`NativeClient::begin_governed`] answers: [`dashclaw::Begun`], its records as JSON texts.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeBegun {
    /// Whether the work may run now. Otherwise an earlier run has completed it.
    pub run: bool,
    /// The action.
    pub action_id: String,
    /// The action as it was created or approved.
    pub action: Vec<u8>,
    /// What guard said.
    pub decision: Vec<u8>,
    /// The outcome of the earlier run.
    pub outcome: Option<Vec<u8>>,
}

#[uniffi::export]
impl NativeClient {
    /// Makes a client from a JSON object of options. With an `instance` it reaches that, in the role `role`.
    #[uniffi::constructor]
    #[expect(clippy::needless_pass_by_value, reason = "UniFFI gives objects away")]
    pub fn new(
        options: &str,
        hooks: Option<Arc<dyn NativeHooks>>,
        instance: Option<Arc<NativeInstance>>,
        role: &str,
    ) -> Result<Arc<Self>> {
        log::start(None);
        inside(|| {
            let mut builder = DashClaw::builder().options(options.as_bytes())?;
            if let Some(instance) = &instance {
                builder = instance.core().install(builder, role)?;
            }
            if let Some(hooks) = hooks {
                builder = hooks::install(hooks, builder);
            }
            builder.build().map(|client| Arc::new(Self(client)))
        })
    }

    /// Calls an operation. `options` are a JSON object: `timeout`, `max_retries`, `idempotency_key`, `idempotency`.
    pub async fn call(
        &self,
        operation: String,
        arguments: Vec<u8>,
        options: Option<String>,
        stop: Option<Arc<Stop>>,
    ) -> Result<Vec<u8>> {
        let client = self.0.clone();
        let options = call_options(options.as_deref(), token(stop))?;
        run(async move { Ok(client.call(&operation, &arguments, &options).await?.body.to_vec()) }).await
    }

    /// Waits for a human's decision; the answer is `get_action`'s.
    pub async fn wait_for_approval(
        &self,
        action_id: String,
        timeout: f64,
        interval: f64,
        stop: Option<Arc<Stop>>,
    ) -> Result<Vec<u8>> {
        let client = self.0.clone();
        let options = wait_options(timeout, interval, token(stop))?;
        run(async move { Ok(client.wait_for_approval(&action_id, &options).await?.body.to_vec()) }).await
    }

    /// The half of governed work before it runs: the answer says whether it may, and under which action. `action` are
    /// the arguments of `create_action`.
    pub async fn begin_governed(
        &self,
        action: Vec<u8>,
        timeout: f64,
        interval: f64,
        rerun: bool,
        options: Option<String>,
        stop: Option<Arc<Stop>>,
    ) -> Result<NativeBegun> {
        let client = self.0.clone();
        let stop = token(stop);
        let wait = wait_options(timeout, interval, stop.clone())?;
        let options = GovernedOptions { wait, rerun, call: call_options(options.as_deref(), stop)? };
        run(async move { begun(client.begin_governed(&action, &options).await?) }).await
    }

    /// The half of governed work after it ran: reports its outcome. The report goes out even when nobody waits for it.
    pub async fn finish_governed(&self, action_id: String, failure: Option<String>, took: f64) -> Result<()> {
        let client = self.0.clone();
        let took = seconds("took", took).map_err(crossing)?;
        run_detached(async move { client.finish_governed(&action_id, failure.as_deref(), took).await }).await
    }

    /// The half of tracked work before it runs: the action's id, or an error when the work may not run. `action` are the
    /// arguments of `create_action`.
    pub async fn begin_track(
        &self,
        action: Vec<u8>,
        options: Option<String>,
        stop: Option<Arc<Stop>>,
    ) -> Result<String> {
        let client = self.0.clone();
        let options = call_options(options.as_deref(), token(stop))?;
        // Each call is work of its own, even when the words are the same.
        let options = CallOptions { idempotency: Idempotency::Call, ..options };
        run(async move { client.begin_track(&action, &options).await }).await
    }

    /// The half of tracked work after it ran: closes its action, even when nobody waits for it.
    pub async fn finish_track(&self, action_id: String, failure: Option<String>, took: f64) -> Result<()> {
        let client = self.0.clone();
        let took = seconds("took", took).map_err(crossing)?;
        run_detached(async move { client.finish_track(&action_id, failure.as_deref(), None, took).await })
            .await
    }

    /// Verifies a receipt with the server's published keys. `required` makes an invalid one an error.
    pub async fn verify_receipt(
        &self,
        document: Vec<u8>,
        required: bool,
        stop: Option<Arc<Stop>>,
    ) -> Result<NativeVerification> {
        let (client, stop) = (self.0.clone(), token(stop));
        run(async move {
            let verify = async {
                if required {
                    client.require_valid_receipt(&document).await
                } else {
                    client.verify_receipt(&document).await
                }
            };
            stoppable(&stop, verify).await.map(NativeVerification::from)
        })
        .await
    }

    /// Subscribes to the server's events, from now on or behind `last_event_id`.
    pub fn events(&self, last_event_id: Option<String>) -> Arc<NativeEvents> {
        NativeEvents::new(SharedEvents::new(&self.0, last_event_id))
    }

    /// Watches what waits for a human.
    pub fn pending_approvals(&self) -> Arc<NativeApprovals> {
        NativeApprovals::new(SharedApprovals::new(&self.0, None))
    }

    /// Goes through all that an operation lists.
    #[expect(clippy::needless_pass_by_value, reason = "UniFFI gives bytes away")]
    pub fn pages(
        &self,
        operation: &str,
        arguments: Vec<u8>,
        options: Option<String>,
    ) -> Result<Arc<NativePages>> {
        let options = options
            .map_or_else(|| Ok(CallOptions::default()), |json| CallOptions::from_json(json.as_bytes()));
        let pages = SharedPages::new(&self.0, operation, &arguments, options.map_err(crossing)?);
        pages.map(NativePages::new).map_err(crossing)
    }

    /// Works. `types` is a JSON array of texts, or empty.
    pub fn work_orders(&self, types: &str, interval: f64) -> Result<Arc<NativeWorkOrders>> {
        SharedWorkOrders::new(&self.0, types, interval).map(NativeWorkOrders::new).map_err(crossing)
    }

    /// Sends heartbeats: now and every `interval` seconds.
    #[expect(clippy::needless_pass_by_value, reason = "UniFFI gives bytes away")]
    pub fn start_heartbeat(&self, arguments: Vec<u8>, interval: f64) -> Result<()> {
        inside(|| self.0.start_heartbeat(&arguments, seconds("interval", interval)?))
    }

    /// Stops the heartbeats.
    pub fn stop_heartbeat(&self) {
        self.0.stop_heartbeat();
    }

    /// Stops calls under way and refuses later ones.
    pub fn shut_down(&self) {
        self.0.close();
    }

    /// Whether it was shut down.
    pub fn is_shut_down(&self) -> bool {
        self.0.is_closed()
    }

    /// Which agent acts.
    pub fn agent_id(&self) -> String {
        self.0.agent_id().to_owned()
    }

    /// The agent's name for people.
    pub fn agent_name(&self) -> Option<String> {
        self.0.agent_name().map(str::to_owned)
    }

    /// Why the way to the server is not safe, for the one who made the client.
    pub fn clear_text_warning(&self) -> Option<String> {
        self.0.clear_text_warning()
    }

    /// Where an attachment is downloaded from.
    pub fn attachment_url(&self, attachment_id: &str) -> String {
        self.0.get_attachment_url(attachment_id)
    }

    /// Where the server is.
    pub fn base_url(&self) -> String {
        self.0.base_url().to_owned()
    }
}

fn call_options(json: Option<&str>, cancel: CancellationToken) -> Result<CallOptions> {
    let options =
        json.map_or_else(|| Ok(CallOptions::default()), |json| CallOptions::from_json(json.as_bytes()));
    Ok(CallOptions { cancel: Some(cancel), ..options.map_err(crossing)? })
}

fn wait_options(timeout: f64, interval: f64, cancel: CancellationToken) -> Result<WaitOptions> {
    Ok(WaitOptions {
        timeout: Some(seconds("timeout", timeout).map_err(crossing)?),
        interval: Some(seconds("interval", interval).map_err(crossing)?),
        cancel: Some(cancel),
    })
}

fn begun(begun: Begun) -> dashclaw::Result<NativeBegun> {
    let text = |value: &Value| {
        serde_json::to_vec(value).map_err(|error| defect(format!("the answer could not be written: {error}")))
    };
    Ok(NativeBegun {
        run: begun.run,
        action_id: begun.action_id,
        action: text(&begun.action)?,
        decision: text(&begun.decision)?,
        outcome: (!begun.outcome.is_null()).then(|| text(&begun.outcome)).transpose()?,
    })
}
