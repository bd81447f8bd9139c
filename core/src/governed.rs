//! `run_governed`: guard, create, wait, run, report. Nothing runs unless the verdict allows it.

mod context;
mod report;
mod track;

pub use context::ActionContext;
pub use track::Tracked;

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::actions::CreateAction;
use crate::call::{blocked, written};
use crate::catalogue::Operation;
use crate::deadline::after;
use crate::modes::members;
use crate::{CallOptions, DashClaw, Error, ErrorKind, Idempotency, Result, WaitOptions};

/// How an action is run.
#[derive(Clone, Debug, Default)]
pub struct GovernedOptions {
    /// How an approval is waited for, and an earlier run of the same intent that has not reported yet.
    pub wait: WaitOptions,
    /// Runs an intent again whose earlier run failed, was lost, or has not reported: the caller's consent.
    pub rerun: bool,
    /// Options of the single calls.
    pub call: CallOptions,
}

/// The answer of [`DashClaw::begin_governed`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Begun {
    /// Whether the work may run now. Otherwise an earlier run has completed it.
    pub run: bool,
    /// The action.
    pub action_id: String,
    /// The action as it was created or approved.
    pub action: Value,
    /// What guard said.
    pub decision: Value,
    /// The outcome of the earlier run; null when there was none.
    pub outcome: Value,
}

/// The answer of [`DashClaw::run_governed`].
#[derive(Clone, Debug)]
pub enum Ran<T> {
    /// The work ran now.
    Now {
        /// The action it ran under.
        action_id: String,
        /// What the work returned.
        result: T,
        /// Whether its outcome could be reported.
        reported: Result<()>,
    },
    /// An earlier run of the same intent had completed it.
    Before {
        /// The action it ran under.
        action_id: String,
        /// The recorded outcome.
        outcome: Value,
    },
}

impl DashClaw {
    /// Asks guard, records the action, waits for approval where it is required, runs `work` and reports its outcome.
    ///
    /// `work` is given the action's id. A replay of an intent is never new permission: a completed one is not run
    /// again, a pending one is waited for, a failed or lost one needs [`GovernedOptions::rerun`].
    ///
    /// # Errors
    /// [`ErrorKind::GuardBlocked`], those of [`wait_for_approval`](Self::wait_for_approval), [`ErrorKind::Conflict`]
    /// for an intent that failed before, and those of the single calls. `work` has not run then.
    pub async fn run_governed<T, E, W, F>(
        &self,
        action: CreateAction,
        options: &GovernedOptions,
        work: W,
    ) -> Result<Ran<std::result::Result<T, E>>>
    where
        E: Display,
        W: FnOnce(String) -> F,
        F: Future<Output = std::result::Result<T, E>>,
    {
        let arguments = written(&action)?;
        let begun = self.begin_governed(&arguments, options).await?;
        if !begun.run {
            return Ok(Ran::Before { action_id: begun.action_id, outcome: begun.outcome });
        }
        let start = Instant::now();
        let result = work(begun.action_id.clone()).await;
        let failure = result.as_ref().err().map(ToString::to_string);
        let reported = self.finish_governed(&begun.action_id, failure.as_deref(), start.elapsed()).await;
        Ok(Ran::Now { action_id: begun.action_id, result, reported })
    }

    /// The first half of [`run_governed`](Self::run_governed), for languages that run the work themselves: `action` is
    /// the JSON object of `create_action`'s arguments.
    pub async fn begin_governed(&self, action: &[u8], options: &GovernedOptions) -> Result<Begun> {
        let row = const { &CreateAction::ROW };
        self.prepare(row, action, &options.call)?;
        let decision = self.probe(&members(action)?).await?;
        if decision["decision"] == "block" {
            return Err(self.redact_error(blocked(decision)));
        }
        let mut created: Value = self.call_row(row, action, &options.call).await?.json()?;
        let mut replay = created["idempotent_replay"] == true;
        let mut action_id = id_of(&created)?;
        if replay && let Some(outcome) = self.settled(&action_id, &created, options).await? {
            if outcome["status"] == "completed" {
                return Ok(Begun {
                    run: false,
                    action_id,
                    action: created["action"].take(),
                    decision,
                    outcome,
                });
            }
            // Its outcome is final, so another run needs a record of its own.
            let fresh =
                CallOptions { idempotency: Idempotency::Call, idempotency_key: None, ..options.call.clone() };
            let mut again = members(action)?;
            again.remove("idempotency_key");
            created = self.call_row(row, &crate::modes::to_json(&again)?, &fresh).await?.json()?;
            action_id = id_of(&created)?;
            replay = false;
        }
        let status = created["action"]["status"].as_str().unwrap_or_default().to_owned();
        let approved = match status.as_str() {
            "running" | "completed" if !replay || status == "running" => created["action"].take(),
            "pending_approval" => {
                let mut read: Value = self.wait_for_approval(&action_id, &options.wait).await?.json()?;
                read["action"].take()
            }
            _ => return Err(refused(&action_id, &status)),
        };
        Ok(Begun { run: true, action_id, action: approved, decision, outcome: Value::Null })
    }

    /// The final outcome of an earlier run of the same intent; nothing when this run may go on with the record.
    async fn settled(
        &self,
        action_id: &str,
        created: &Value,
        options: &GovernedOptions,
    ) -> Result<Option<Value>> {
        let status = created["action"]["status"].as_str().unwrap_or_default();
        let outcome = self.outcome(action_id).await?;
        match outcome["status"].as_str() {
            Some("completed") => Ok(Some(outcome)),
            Some("pending") | None if status == "pending_approval" || options.rerun => Ok(None),
            Some("pending") | None if status == "running" => {
                self.await_outcome(action_id, &options.wait).await.map(Some)
            }
            Some("pending") | None => Err(refused(action_id, status)),
            Some(_) if options.rerun => Ok(Some(outcome)),
            Some(ended) => Err(refused(action_id, ended)),
        }
    }

    async fn outcome(&self, action_id: &str) -> Result<Value> {
        let arguments = json!({ "action_id": action_id }).to_string();
        self.call("get_action_outcome", arguments.as_bytes(), &CallOptions::default()).await?.json()
    }

    /// Waits until the earlier run has reported. It may be at work this moment.
    async fn await_outcome(&self, action_id: &str, wait: &WaitOptions) -> Result<Value> {
        let deadline = after(wait.timeout.unwrap_or(crate::DEFAULT_WAIT));
        let cancel = wait.cancel.clone().unwrap_or_default();
        loop {
            let outcome = self.outcome(action_id).await?;
            match outcome["status"].as_str() {
                Some("completed") => return Ok(outcome),
                Some("pending") | None => {}
                Some(ended) => return Err(refused(action_id, ended)),
            }
            let next = after(wait.interval.unwrap_or(crate::DEFAULT_INTERVAL));
            tokio::select! {
                () = cancel.cancelled() => return Err(Error::new(ErrorKind::Cancelled, "the waiting was stopped")),
                () = tokio::time::sleep_until(next.min(deadline)) => {}
            }
            if Instant::now() >= deadline {
                let message = format!("an earlier run of action {action_id} has not reported its outcome");
                return Err(Error::new(ErrorKind::Timeout, message)
                    .with(|fields| fields.action_id = Some(action_id.to_owned())));
            }
        }
    }
}

fn id_of(created: &Value) -> Result<String> {
    let id = created["action"]["action_id"].as_str().or_else(|| created["action_id"].as_str());
    id.map(str::to_owned)
        .ok_or_else(|| Error::new(ErrorKind::MalformedResponse, "the created action has no id"))
}

/// An intent that ended in a way that does not allow another run without the caller's consent.
fn refused(action_id: &str, status: &str) -> Error {
    let message = format!(
        "action {action_id} ended as `{status}` before; it runs again only with the caller's consent"
    );
    Error::new(ErrorKind::Conflict, message).with(|fields| {
        fields.current_status = Some(status.to_owned());
        fields.action_id = Some(action_id.to_owned());
    })
}
