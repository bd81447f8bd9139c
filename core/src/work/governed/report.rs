//! Reporting how governed work ended.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{CallOptions, DashClaw, Result};

/// The most characters of an error text that the server keeps.
const MAX_MESSAGE: usize = 4000;

/// An error text that the server keeps.
pub(super) fn shortened(text: &str) -> String {
    if text.is_empty() { "the work failed".to_owned() } else { text.chars().take(MAX_MESSAGE).collect() }
}

impl DashClaw {
    /// The second half of [`run_governed`](Self::run_governed): reports the outcome and closes the action.
    ///
    /// `failure` is the error text of work that failed. The report counts; closing is for the statistics (duration), so
    /// that its failure is only logged. A server that closes with the report says so, and is asked for nothing more.
    pub async fn finish_governed(
        &self,
        action_id: &str,
        failure: Option<&str>,
        took: Duration,
    ) -> Result<()> {
        self.end_signs(action_id);
        let mut report = json!({
            "action_id": action_id,
            "status": if failure.is_some() { "failed" } else { "completed" },
            "close_if_running": true,
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        if let Some(failure) = failure {
            report["error_message"] = shortened(failure).into();
        }
        let options = CallOptions::default();
        let body = report.to_string();
        let reported: Value = self.call("report_action_outcome", body.as_bytes(), &options).await?.json()?;
        if reported["action_status"].is_null() {
            self.close_action(&report).await;
        }
        Ok(())
    }

    /// Ends the record of an action that was created and may not run.
    pub(super) async fn abandon(&self, action_id: &str) {
        let cancelled = json!({ "action_id": action_id, "status": "cancelled", "close_if_running": true });
        self.close_action(&cancelled).await;
    }

    async fn close_action(&self, close: &Value) {
        let closed = self.call("update_outcome", close.to_string().as_bytes(), &CallOptions::default()).await;
        if let Err(error) = closed {
            self.tell_background("close_action", &error);
        }
    }
}
