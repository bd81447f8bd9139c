//! The native client.

use std::sync::Arc;

use dashclaw::bridge::{
    SharedApprovals, SharedEvents, SharedPages, SharedWorkOrders, number, runtime, seconds, start_of,
    stoppable,
};
use dashclaw::{CallOptions, DashClaw, GovernedOptions, WaitOptions};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Reference};
use napi_derive::napi;

use crate::crossing::{json, raise};
use crate::events::NativeEvents;
use crate::hooks::Hooks;
use crate::instance::NativeInstance;
use crate::lists::{NativeApprovals, NativePages, NativeWorkOrders};
use crate::log::{Registration, listen};
use crate::mailbox::NativeMailbox;
use crate::trace::NativeTrace;

/// What a client wants to be told.
#[napi(object)]
pub struct NativeHooks {
    /// Whether it wants to be told decisions.
    pub guard: bool,
    /// Whether it wants to be told recommendations.
    pub recommendation: bool,
    /// Up to which level its logger is told what it does; nothing without a logger.
    pub log: Option<String>,
}

/// How governed work is begun. Times are seconds.
#[napi(object)]
pub struct NativeGoverned {
    /// How long an approval is waited for.
    pub timeout: f64,
    /// How often the action is read meanwhile.
    pub interval: f64,
    /// Whether an intent runs again that has failed before.
    pub rerun: bool,
    /// The options of the single calls, a JSON object.
    pub options: Option<String>,
}

/// A client. Every call is numbered by JavaScript and ends as a letter in the mailbox.
#[napi]
pub struct NativeClient {
    core: DashClaw,
    mailbox: Reference<NativeMailbox>,
    logged: Option<Arc<Registration>>,
}

#[napi]
impl NativeClient {
    /// `options` is a JSON object. `roots` are certificates in PEM form to trust as well. `instance` is reached instead of a server, in the role `role`.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        mailbox: Reference<NativeMailbox>,
        options: String,
        hooks: NativeHooks,
        roots: Option<Buffer>,
        instance: Option<&NativeInstance>,
        role: Option<String>,
    ) -> napi::Result<Self> {
        let mut builder = DashClaw::builder().options(options.as_bytes()).map_err(raise)?;
        if let Some(roots) = roots {
            builder = builder.extra_roots_pem(roots.as_ref());
        }
        if let (Some(instance), Some(role)) = (instance, role) {
            builder = instance.get().install(builder, &role).map_err(raise)?;
        }
        listen();
        let tell = Hooks { mailbox: Arc::clone(mailbox.shared()) };
        let core = tell.install(builder, hooks.guard, hooks.recommendation).build().map_err(raise)?;
        let logged = hooks
            .log
            .map(|level| Arc::new(Registration::new(number(&core), Arc::clone(mailbox.shared()), level)));
        Ok(Self { core, mailbox, logged })
    }

    /// This client for one call, which writes into `trace` and carries its headers.
    #[napi(catch_unwind)]
    pub fn traced(&self, env: Env, trace: &NativeTrace) -> napi::Result<Self> {
        let (core, mailbox) = (trace.0.client(&self.core), self.mailbox.clone(env)?);
        Ok(Self { core, mailbox, logged: self.logged.clone() })
    }

    /// What is known of the span of a call before it: a JSON object.
    #[napi(catch_unwind)]
    pub fn span_start(&self, operation: String) -> String {
        start_of(&self.core, &operation)
    }

    /// Which of the process's clients it is, for its logger.
    #[napi(getter)]
    pub fn number(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody makes so many clients")]
        let number = number(&self.core) as f64;
        number
    }

    /// Calls an operation. `arguments` and `options` are JSON objects; so is the answer.
    #[napi(catch_unwind)]
    pub fn call(
        &self,
        env: Env,
        call: u32,
        stoppable: bool,
        operation: String,
        arguments: String,
        options: Option<String>,
    ) -> napi::Result<()> {
        let (core, options) = (self.core.clone(), call_options(options.as_deref())?);
        self.mailbox.start(env, call, stoppable, |stop| async move {
            let options = CallOptions { cancel: Some(stop), ..options };
            core.call(&operation, arguments.as_bytes(), &options).await.map(|response| Some(response.body))
        })
    }

    /// Waits for a human's decision; the answer is `get_action`'s. Times are seconds.
    #[napi(catch_unwind)]
    pub fn wait_for_approval(
        &self,
        env: Env,
        call: u32,
        stoppable: bool,
        action_id: String,
        timeout: f64,
        interval: f64,
    ) -> napi::Result<()> {
        let (core, options) = (self.core.clone(), wait_options(timeout, interval)?);
        self.mailbox.start(env, call, stoppable, |stop| async move {
            let options = WaitOptions { cancel: Some(stop), ..options };
            core.wait_for_approval(&action_id, &options).await.map(|response| Some(response.body))
        })
    }

    /// The half of governed work before it runs: the answer says whether it may, and under which action.
    #[napi(catch_unwind)]
    pub fn begin_governed(
        &self,
        env: Env,
        call: u32,
        stoppable: bool,
        action: String,
        how: NativeGoverned,
    ) -> napi::Result<()> {
        let NativeGoverned { timeout, interval, rerun, options } = how;
        let core = self.core.clone();
        let (wait, options) = (wait_options(timeout, interval)?, call_options(options.as_deref())?);
        self.mailbox.start(env, call, stoppable, |stop| async move {
            let wait = WaitOptions { cancel: Some(stop.clone()), ..wait };
            let call = CallOptions { cancel: Some(stop), ..options };
            let options = GovernedOptions { wait, rerun, call };
            json(&core.begin_governed(action.as_bytes(), &options).await?)
        })
    }

    /// The half of governed work after it ran: reports its outcome. `took` is seconds.
    #[napi(catch_unwind)]
    pub fn finish_governed(
        &self,
        env: Env,
        call: u32,
        action_id: String,
        failure: Option<String>,
        took: f64,
    ) -> napi::Result<()> {
        let core = self.core.clone();
        // The work is done: its report cannot be stopped.
        self.mailbox.start(env, call, false, |_| async move {
            let took = seconds("took", took)?;
            core.finish_governed(&action_id, failure.as_deref(), took).await.map(|()| None)
        })
    }

    /// The half of tracked work before it runs: the answer holds the action's id.
    #[napi(catch_unwind)]
    pub fn begin_track(
        &self,
        env: Env,
        call: u32,
        stoppable: bool,
        action: String,
        options: Option<String>,
    ) -> napi::Result<()> {
        let core = self.core.clone();
        let options = call_options(options.as_deref())?;
        self.mailbox.start(env, call, stoppable, |stop| async move {
            let options = CallOptions { cancel: Some(stop), ..options };
            let action_id = core.begin_track(action.as_bytes(), &options).await?;
            json(&serde_json::json!({ "action_id": action_id }))
        })
    }

    /// The half of tracked work after it ran: closes its action. `took` is seconds.
    #[napi(catch_unwind)]
    pub fn finish_track(
        &self,
        env: Env,
        call: u32,
        action_id: String,
        failure: Option<String>,
        summary: Option<String>,
        took: f64,
    ) -> napi::Result<()> {
        let core = self.core.clone();
        self.mailbox.start(env, call, false, |_| async move {
            let took = seconds("took", took)?;
            let (failure, summary) = (failure.as_deref(), summary.as_deref());
            core.finish_track(&action_id, failure, summary, took).await.map(|()| None)
        })
    }

    /// Verifies a receipt with the server's published keys. `required` makes an invalid one an error.
    #[napi(catch_unwind)]
    pub fn verify_receipt(
        &self,
        env: Env,
        call: u32,
        can_stop: bool,
        document: Buffer,
        required: bool,
    ) -> napi::Result<()> {
        let (core, document) = (self.core.clone(), document.to_vec());
        self.mailbox.start(env, call, can_stop, |stop| async move {
            let verify = async {
                if required {
                    core.require_valid_receipt(&document).await
                } else {
                    core.verify_receipt(&document).await
                }
            };
            json(&stoppable(&stop, verify).await?)
        })
    }

    /// Subscribes to the server's events.
    #[napi(catch_unwind)]
    pub fn events(&self, last_event_id: Option<String>) -> NativeEvents {
        NativeEvents::new(SharedEvents::new(&self.core, last_event_id))
    }

    /// Goes through all that an operation lists.
    #[napi(catch_unwind)]
    pub fn pages(
        &self,
        operation: String,
        arguments: String,
        options: Option<String>,
    ) -> napi::Result<NativePages> {
        let options = call_options(options.as_deref())?;
        let pages = SharedPages::new(&self.core, &operation, arguments.as_bytes(), options);
        pages.map(NativePages::new).map_err(raise)
    }

    /// Works. `types` is a JSON array of texts, or empty; `interval` is seconds.
    #[napi(catch_unwind)]
    pub fn work_orders(&self, types: String, interval: f64) -> napi::Result<NativeWorkOrders> {
        SharedWorkOrders::new(&self.core, &types, interval).map(NativeWorkOrders::new).map_err(raise)
    }

    /// The actions that wait for a human, as they change; read every `interval` seconds beside the event stream.
    #[napi(catch_unwind)]
    pub fn pending_approvals(&self, interval: f64) -> napi::Result<NativeApprovals> {
        let interval = seconds("interval", interval).map_err(raise)?;
        Ok(NativeApprovals::new(SharedApprovals::new(&self.core, Some(interval))))
    }

    /// Sends heartbeats: now and every `interval` seconds. `arguments` is a JSON object.
    #[napi(catch_unwind)]
    pub fn start_heartbeat(&self, arguments: String, interval: f64) -> napi::Result<()> {
        let _entered = runtime().map_err(raise)?.enter();
        let interval = seconds("interval", interval).map_err(raise)?;
        self.core.start_heartbeat(arguments.as_bytes(), interval).map_err(raise)
    }

    /// Stops the heartbeats.
    #[napi(catch_unwind)]
    pub fn stop_heartbeat(&self) {
        self.core.stop_heartbeat();
    }

    /// Stops calls under way and refuses later ones.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.core.close();
    }

    /// Whether it was closed.
    #[napi(getter)]
    pub fn closed(&self) -> bool {
        self.core.is_closed()
    }

    /// Which agent acts.
    #[napi(getter)]
    pub fn agent_id(&self) -> String {
        self.core.agent_id().to_owned()
    }

    /// The agent's name for people.
    #[napi(getter)]
    pub fn agent_name(&self) -> Option<String> {
        self.core.agent_name().map(str::to_owned)
    }

    /// Where an attachment is downloaded from.
    #[napi(catch_unwind)]
    pub fn attachment_url(&self, attachment_id: String) -> String {
        self.core.get_attachment_url(&attachment_id)
    }

    /// Why the way to the server is not safe; nothing when it is.
    #[napi(getter)]
    pub fn clear_text_warning(&self) -> Option<String> {
        self.core.clear_text_warning()
    }

    /// Where the server is.
    #[napi(getter)]
    pub fn base_url(&self) -> String {
        self.core.base_url().to_owned()
    }
}

/// The options of one call.
fn call_options(json: Option<&str>) -> napi::Result<CallOptions> {
    let options =
        json.map_or_else(|| Ok(CallOptions::default()), |json| CallOptions::from_json(json.as_bytes()));
    options.map_err(raise)
}

/// How to wait for an approval.
fn wait_options(timeout: f64, interval: f64) -> napi::Result<WaitOptions> {
    Ok(WaitOptions {
        timeout: Some(seconds("timeout", timeout).map_err(raise)?),
        interval: Some(seconds("interval", interval).map_err(raise)?),
        ..WaitOptions::default()
    })
}
