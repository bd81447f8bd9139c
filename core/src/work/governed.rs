//! `run_governed`: create, which is judged, wait, run, report. Nothing runs unless the verdict allows it.

mod claim;
mod context;
mod earlier;
mod report;
mod signs;
#[cfg(test)]
mod signs_tests;
mod track;

pub use context::ActionContext;
pub(crate) use signs::Runs;
pub use track::Tracked;

use std::fmt::Display;

use earlier::Earlier;
use serde::Serialize;
use serde_json::{Value, json};
use signs::AtWork;
use tokio::time::Instant;

use crate::api::actions::CreateAction;
use crate::catalogue::Operation;
use crate::client::call::{blocked, written};
use crate::client::modes::{members, to_json};
use crate::client::standing;
use crate::proof::idempotency::derive_idempotency_key;
use crate::{CallOptions, DashClaw, Error, ErrorKind, OnReplay, Result, WaitOptions};

/// How often one intent is run again: a server must not lead us from one record to the next for ever.
const MAX_RERUNS: u32 = 100;

/// How an action is run.
#[derive(Clone, Debug, Default)]
pub struct GovernedOptions {
    /// How an approval is waited for, and an earlier run of the same intent that has not reported yet.
    pub wait: WaitOptions,
    /// Runs an intent again whose earlier run failed, was lost, or died without a report: the caller's consent. A run that
    /// is at work is waited for all the same, and of several that run it again at once one does. What a policy or a human
    /// refused stays refused.
    pub rerun: bool,
    /// Options of the single calls; `on_replay` counts for nothing here.
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
    /// What guard said: the verdict of the creation, or the answer of guard where that has none. Null when an earlier run
    /// has completed the work.
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
    /// Records the action, which is judged by that, waits for approval where it is required, runs `work` and reports its
    /// outcome. Guard is asked where the creation says no verdict: of an action that was created before, and on servers that
    /// do not judge what they create.
    ///
    /// `work` is given the action's id. A replay of an intent is never new permission: a completed one is not run
    /// again, a pending one is waited for, and so is one that is at work; a failed or lost one needs
    /// [`GovernedOptions::rerun`], and what was refused stays refused. While `work` runs, the action's record is touched
    /// every second at first, later every ten, so that other processes can tell.
    ///
    /// # Errors
    /// [`ErrorKind::GuardBlocked`], [`ErrorKind::ApprovalDenied`] and the others of
    /// [`wait_for_approval`](Self::wait_for_approval); [`ErrorKind::Conflict`] for an intent that failed before;
    /// [`ErrorKind::InDoubt`] for one whose earlier run began and gives no sign of life; [`ErrorKind::Timeout`] for one
    /// that is at work longer than [`GovernedOptions::wait`] says; [`ErrorKind::MalformedResponse`] for an action that is
    /// said to run though guard requires an approval that nobody gave; and those of the single calls. `work` has not run
    /// then.
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
        let _at_work = AtWork(self, begun.action_id.clone());
        let start = Instant::now();
        let result = work(begun.action_id.clone()).await;
        let failure = result.as_ref().err().map(ToString::to_string);
        let reported = self.finish_governed(&begun.action_id, failure.as_deref(), start.elapsed()).await;
        Ok(Ran::Now { action_id: begun.action_id, result, reported })
    }

    /// The first half of [`run_governed`](Self::run_governed), for languages that run the work themselves: `action` is
    /// the JSON object of `create_action`'s arguments. When the work may run, signs of life are given for it until
    /// [`finish_governed`](Self::finish_governed).
    pub async fn begin_governed(&self, action: &[u8], options: &GovernedOptions) -> Result<Begun> {
        // Errors about an earlier run quote what is on record.
        self.begin(action, options).await.map_err(|error| self.redact_error(error))
    }

    async fn begin(&self, action: &[u8], options: &GovernedOptions) -> Result<Begun> {
        let row = const { &CreateAction::ROW };
        // What a replay means for this run is more than its state says: its outcome counts.
        let call = CallOptions { on_replay: OnReplay::Return, ..options.call.clone() };
        let mut created: Value = self.call_row(row, action, &call).await?.json()?;
        let mut action_id = id_of(&created)?;
        let mut replaces = None;
        let mut reruns = 0;
        while created["idempotent_replay"] == true {
            match self.earlier(&action_id, &created, options).await? {
                Earlier::Completed(outcome) => {
                    let (action, decision) = (created["action"].take(), Value::Null);
                    return Ok(Begun { run: false, action_id, action, decision, outcome });
                }
                Earlier::Unfinished { run_id } => {
                    replaces = run_id;
                    break;
                }
                Earlier::Over if reruns == MAX_RERUNS => {
                    return Err(standing::conflict(&action_id, "failed", "it was run again too often"));
                }
                Earlier::Over => {
                    reruns += 1;
                    created = self.create_again(action, &action_id, &call).await?;
                    action_id = id_of(&created)?;
                }
            }
        }
        let decision = self.verdict_on(action, &action_id, &created).await?;
        // Whoever created it running is alone with it.
        let alone = created["idempotent_replay"] != true && created["action"]["status"] == "running";
        let action = self.permitted(&action_id, created, &decision, options).await?;
        let ours = alone || self.claim(&action_id, replaces.as_deref(), &options.call).await?;
        if ours && self.begin_signs(&action_id) {
            return Ok(Begun { run: true, action_id, action, decision, outcome: Value::Null });
        }
        // Several could begin, and another one has.
        let outcome = self.await_run(&action_id, options).await?;
        Ok(Begun { run: false, action_id, action, decision, outcome })
    }

    /// What guard says of the action: the verdict of its creation, which is the binding one. A replay holds none, and nor
    /// does the answer of a server that creates without a verdict: there guard is asked before anything runs.
    async fn verdict_on(&self, action: &[u8], action_id: &str, created: &Value) -> Result<Value> {
        let binding = &created["decision"];
        if !binding.is_null() && created["idempotent_replay"] != true {
            return Ok(binding.clone());
        }
        let decision = self.probe(&members(action)?).await?;
        if decision["decision"] == "block" {
            if created["idempotent_replay"] != true {
                self.abandon(action_id).await;
            }
            let error = blocked(decision).with(|fields| fields.action_id = Some(action_id.to_owned()));
            return Err(self.redact_error(error));
        }
        Ok(decision)
    }

    /// Creates the action once more, after the one of this id is over. The key follows from that id, so that of several
    /// which run it again at once one creates it, and the others find what that one does.
    async fn create_again(&self, action: &[u8], over: &str, call: &CallOptions) -> Result<Value> {
        let key = derive_idempotency_key(json!({ "rerun_of": over }).to_string().as_bytes())
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        let call = CallOptions { idempotency_key: Some(key), ..call.clone() };
        let mut again = members(action)?;
        again.remove("idempotency_key");
        let row = const { &CreateAction::ROW };
        let created: Value = self.call_row(row, &to_json(&again)?, &call).await?.json()?;
        if id_of(&created)? == over {
            let message = "the server replays an action though the idempotency key is new";
            return Err(Error::new(ErrorKind::MalformedResponse, message));
        }
        Ok(created)
    }

    /// The created action once its work may run. What runs must show why it may, where guard wants an approval.
    async fn permitted(
        &self,
        action_id: &str,
        mut created: Value,
        decision: &Value,
        options: &GovernedOptions,
    ) -> Result<Value> {
        let (action, verdict) = (&created["action"], &created["decision"]);
        match standing::text(action, "status").unwrap_or_default() {
            "pending_approval" => {
                let mut read: Value = self.wait_for_pending(action_id, &options.wait).await?.json()?;
                Ok(read["action"].take())
            }
            "running" => {
                let unshown = decision["decision"] == "require_approval"
                    && !standing::shows_permission(action, verdict);
                match standing::objection(action, verdict) {
                    Some(objection) => {
                        Err(objection.with(|fields| fields.action_id = Some(action_id.to_owned())))
                    }
                    None if unshown => Err(unapproved(action_id)),
                    None => Ok(created["action"].take()),
                }
            }
            status => Err(standing::conflict(action_id, status, "only an action that is `running` runs")),
        }
    }
}

fn id_of(created: &Value) -> Result<String> {
    let id = created["action"]["action_id"].as_str().or_else(|| created["action_id"].as_str());
    id.map(str::to_owned)
        .ok_or_else(|| Error::new(ErrorKind::MalformedResponse, "the created action has no id"))
}

/// Guard requires an approval, and the server lets the action run without a word about one.
fn unapproved(action_id: &str) -> Error {
    let message = format!(
        "guard requires approval of action {action_id}, and the server says that it is `running` without a decision or an \
         approver"
    );
    Error::new(ErrorKind::MalformedResponse, message).with(|fields| {
        fields.current_status = Some("running".to_owned());
        fields.action_id = Some(action_id.to_owned());
    })
}
