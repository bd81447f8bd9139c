//! Giving up actions whose outcome nobody reported.

use dashclaw::api::actions::Action;
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::app::App;
use crate::db::{DbResult, Shard, Tx};
use crate::domains::actions::{rows, rules};

const MINUTE_MS: i64 = 60_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) orgs: usize,
    pub(crate) rows: usize,
}

/// Gives up what is due anywhere. A database that does not answer keeps no other from it; the first failure is the answer.
pub(crate) async fn sweep(app: &App) -> DbResult<Swept> {
    let mut swept = Swept::default();
    let mut failed = None;
    for shard in app.db.shards() {
        match sweep_shard(app, shard).await {
            Ok(Swept { orgs, rows }) => {
                swept.orgs += orgs;
                swept.rows += rows;
            }
            Err(error) => drop(failed.get_or_insert(error)),
        }
    }
    failed.map_or(Ok(swept), Err)
}

/// Gives up what is due of the organisations in a database, and publishes a signal for each. One that cannot be swept keeps
/// no other from it; the first failure is the answer.
pub(crate) async fn sweep_shard(app: &App, shard: &Shard) -> DbResult<Swept> {
    let mut swept = Swept::default();
    let mut failed = None;
    for org_id in orgs(shard).await? {
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

async fn orgs(shard: &Shard) -> DbResult<Vec<String>> {
    shard.look_up_everywhere((), |(), tx| rows::orgs_with_unreported(tx).boxed()).await
}

/// Gives every action up as lost that has waited for its outcome since before `since`.
async fn give_up(tx: &Tx<'_>, since: &str) -> DbResult<Vec<Action>> {
    let mut lost = rows::unreported(tx, since).await?;
    for action in &mut lost {
        rules::give_up(action, &clock::now_iso());
        rows::update(tx, action).await?;
        tx.tell("signal.detected", &signal(action))?;
    }
    Ok(lost)
}

async fn sweep_org(app: &App, org_id: &str) -> DbResult<usize> {
    let minutes = app.org(org_id).await?.outcome_timeout_minutes();
    let since = clock::iso(clock::unix_millis() - minutes * MINUTE_MS);
    let lost = app.db.write(org_id, since, |since, tx| give_up(tx, since).boxed()).await?;
    Ok(lost.len())
}

fn signal(action: &Action) -> Value {
    json!({
        "type": "lost_confirmation",
        "severity": "warning",
        "label": format!("No outcome was reported for: {}", action.declared_goal),
        "detail": action.outcome_summary,
        "action_id": action.action_id,
        "agent_id": action.agent_id,
        "agent_name": action.agent_name,
        "action_type": action.action_type,
    })
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
