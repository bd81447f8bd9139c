//! Reporting how governed work ended.

use std::time::Duration;

use serde_json::json;

use crate::{CallOptions, DashClaw, Result};

/// The most characters of an error text that the server keeps.
const MAX_MESSAGE: usize = 4000;

/// An error text that the server keeps.
pub(super) fn shortened(text: &str) -> String {
    if text.is_empty() { "the work failed".to_owned() } else { text.chars().take(MAX_MESSAGE).collect() }
}

impl DashClaw {
    /// The second half of [`run_governed`](Self::run_governed): reports the outcome, then closes the action.
    ///
    /// `failure` is the error text of work that failed. The report counts; closing is for the statistics (duration), so
    /// that its failure is only logged.
    pub async fn finish_governed(
        &self,
        action_id: &str,
        failure: Option<&str>,
        took: Duration,
    ) -> Result<()> {
        self.end_signs(action_id);
        let failure = failure.map(shortened);
        let outcome = match &failure {
            None => json!({ "action_id": action_id, "status": "completed" }),
            Some(text) => json!({ "action_id": action_id, "status": "failed", "error_message": text }),
        };
        let options = CallOptions::default();
        self.call("report_action_outcome", outcome.to_string().as_bytes(), &options).await?;
        let mut close = outcome;
        close["close_if_running"] = json!(true);
        close["duration_ms"] = json!(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if let Err(error) = self.call("update_outcome", close.to_string().as_bytes(), &options).await {
            self.tell_background("close_action", &error);
        }
        Ok(())
    }
}
