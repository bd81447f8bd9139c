//! Giving up actions whose outcome nobody reported.

use dashclaw::clock;
use serde_json::json;

use crate::app::App;
use crate::store::StoreResult;

const MINUTE_MS: i64 = 60_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) orgs: usize,
    pub(crate) rows: usize,
}

/// Gives up what is due, and publishes a signal for each. An organisation that cannot be swept keeps no other from it; the
/// first failure is the answer.
pub(crate) async fn sweep(app: &App) -> StoreResult<Swept> {
    let mut swept = Swept::default();
    let mut failed = None;
    for org_id in app.store.orgs_with_unreported_actions().await? {
        match sweep_org(app, &org_id).await {
            Ok(rows) => {
                swept.orgs += 1;
                swept.rows += rows;
            }
            Err(error) => {
                tracing::error!(%error, org_id, "an organisation could not be swept");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(swept), Err)
}

async fn sweep_org(app: &App, org_id: &str) -> StoreResult<usize> {
    let minutes = app.org(org_id).await?.outcome_timeout_minutes();
    let since = clock::iso(clock::unix_millis() - minutes * MINUTE_MS);
    let lost = app.store.sweep_unreported(org_id, &since).await?;
    for action in &lost {
        let signal = json!({
            "type": "lost_confirmation",
            "severity": "warning",
            "label": format!("No outcome was reported for: {}", action.declared_goal),
            "detail": action.outcome_summary,
            "action_id": action.action_id,
            "agent_id": action.agent_id,
            "agent_name": action.agent_name,
            "action_type": action.action_type,
        });
        app.hub.publish(org_id, "signal.detected", &signal);
    }
    Ok(lost.len())
}
