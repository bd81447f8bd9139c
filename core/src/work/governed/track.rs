//! `track`: work as an action of its own, without a guard call before it.

use std::fmt::Display;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::id_of;
use super::report::shortened;
use crate::api::actions::CreateAction;
use crate::catalogue::Operation;
use crate::client::call::written;
use crate::client::standing;
use crate::{CallOptions, DashClaw, Error, ErrorKind, Idempotency, Result};

/// The answer of [`DashClaw::track`].
#[derive(Clone, Debug)]
pub struct Tracked<T> {
    /// The action it ran under.
    pub action_id: String,
    /// What the work returned.
    pub result: T,
    /// Whether the action could be closed.
    pub closed: Result<()>,
}

impl DashClaw {
    /// Records `action`, runs `work` with its id, and closes it: completed, or failed when `work` returns an error.
    ///
    /// Each call is work of its own, even when the words are the same. For guard, approval and receipts see
    /// [`run_governed`](Self::run_governed).
    ///
    /// # Errors
    /// Those of [`create_action`](Self::create_action), [`ErrorKind::ApprovalTimeout`] for an action that awaits approval,
    /// and under a key of the caller's own [`ErrorKind::InDoubt`] for one that began before. `work` has not run then.
    pub async fn track<T, E, W, F>(
        &self,
        action: CreateAction,
        work: W,
    ) -> Result<Tracked<std::result::Result<T, E>>>
    where
        E: Display,
        W: FnOnce(String) -> F,
        F: Future<Output = std::result::Result<T, E>>,
    {
        let arguments = written(&action)?;
        let start = Instant::now();
        let options = CallOptions { idempotency: Idempotency::Call, ..CallOptions::default() };
        let action_id = self.begin_track(&arguments, &options).await?;
        let result = work(action_id.clone()).await;
        let failure = result.as_ref().err().map(ToString::to_string);
        let closed = self.finish_track(&action_id, failure.as_deref(), None, start.elapsed()).await;
        Ok(Tracked { action_id, result, closed })
    }

    /// The first half of [`track`](Self::track), for languages that run the work themselves: records the action and
    /// returns its id, or an error when its work may not run. `action` is the JSON object of `create_action`'s arguments;
    /// with [`Idempotency::Call`] each call is work of its own.
    pub async fn begin_track(&self, action: &[u8], options: &CallOptions) -> Result<String> {
        let created: Value = self.call_row(const { &CreateAction::ROW }, action, options).await?.json()?;
        let action_id = id_of(&created)?;
        let action = &created["action"];
        let status = action["status"].as_str().unwrap_or_default();
        let replay = created["idempotent_replay"] == true;
        match refusal(&action_id, status, replay, standing::approver(action).is_some()) {
            None => Ok(action_id),
            Some(error) => Err(self.redact_error(error).with(|fields| {
                fields.current_status = Some(status.to_owned());
                fields.action_id = Some(action_id);
            })),
        }
    }

    /// The second half of [`track`](Self::track): closes the action. `failure` is the error text of work that failed,
    /// `summary` what came out of work that did not.
    pub async fn finish_track(
        &self,
        action_id: &str,
        failure: Option<&str>,
        summary: Option<&str>,
        took: Duration,
    ) -> Result<()> {
        let mut outcome = json!({
            "action_id": action_id,
            "status": if failure.is_some() { "failed" } else { "completed" },
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        if let Some(text) = failure {
            outcome["error_message"] = json!(shortened(text));
        }
        if let Some(text) = summary {
            outcome["output_summary"] = json!(text);
        }
        self.call("update_outcome", outcome.to_string().as_bytes(), &CallOptions::default()).await?;
        Ok(())
    }
}

/// Why the work of a created action may not run; nothing when it may. What was approved since it was created has not run
/// yet, as far as anybody knows.
fn refusal(action_id: &str, status: &str, replay: bool, approved: bool) -> Option<Error> {
    let conflict = |text: String| Some(Error::new(ErrorKind::Conflict, text));
    match status {
        "pending_approval" => Some(Error::new(
            ErrorKind::ApprovalTimeout,
            format!(
                "action {action_id} awaits approval, so its work did not run; a client in the HITL mode `wait` waits for it"
            ),
        )),
        "running" if replay && !approved => {
            Some(standing::in_doubt(action_id, status, "its block began before and has not ended"))
        }
        "running" => None,
        "completed" if !replay => None,
        _ if replay => {
            conflict(format!("action {action_id} ended as `{status}` before; a replay is not new permission"))
        }
        _ => conflict(format!("action {action_id} is `{status}`, so its work did not run")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_only_for_what_is_under_way() {
        let kind = |status, replay| refusal("act_1", status, replay, false).map(|error| error.kind());
        assert_eq!(kind("running", false), None);
        assert_eq!(kind("running", true), Some(ErrorKind::InDoubt));
        assert!(refusal("act_1", "running", true, true).is_none());
        assert_eq!(kind("completed", false), None);
        assert_eq!(kind("completed", true), Some(ErrorKind::Conflict));
        assert_eq!(kind("pending_approval", false), Some(ErrorKind::ApprovalTimeout));
        for status in ["failed", "cancelled", "blocked", "", "paused"] {
            assert_eq!(kind(status, false), Some(ErrorKind::Conflict), "{status}");
        }
    }
}
