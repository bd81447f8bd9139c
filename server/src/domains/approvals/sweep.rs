//! Ending actions that nobody decided in time.

use dashclaw::clock;
use futures_util::FutureExt;

use crate::app::App;
use crate::db::{DbResult, Shard, Tx};
use crate::domains::actions::{rows, rules};
use crate::domains::guard::decide::approval_ms;

/// Ends what is due of the organisations in a database, and answers how many that were. An organisation that cannot be swept keeps no other from it; the first
/// failure is the answer.
pub(crate) async fn sweep(app: &App, shard: &Shard) -> DbResult<usize> {
    let orgs = shard.look_up_everywhere((), |(), tx| rows::orgs_with_waiting(tx).boxed()).await?;
    let (mut ended, mut failed) = (0, None);
    for org_id in orgs {
        match sweep_org(app, &org_id).await {
            Ok(rows) => ended += rows,
            Err(error) => {
                tracing::error!(%error, org_id, "what waits too long could not be ended");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(ended), Err)
}

async fn sweep_org(app: &App, org_id: &str) -> DbResult<usize> {
    let waits = approval_ms(app, &*app.org(org_id).await?);
    let now = clock::unix_millis();
    let times = (clock::iso(now), clock::iso(now - waits));
    app.db.write(org_id, times, |(now, since), tx| end(tx, now, since).boxed()).await
}

async fn end(tx: &Tx<'_>, now: &str, since: &str) -> DbResult<usize> {
    let overdue = rows::overdue(tx, now, since).await?;
    let count = overdue.len();
    for mut action in overdue {
        rules::expire(&mut action, now);
        rows::update(tx, &action).await?;
        tx.tell("action.updated", &action)?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::test_app::{app, call};

    async fn waiting(app: &Arc<App>, goal: &str) -> String {
        let body = json!({ "agent_id": "a", "action_type": "api", "declared_goal": goal, "target": "db", "content": "text" });
        let (status, made) = call(app, "POST", "/api/actions", body).await;
        assert_eq!(status, 202, "{made}");
        made["action_id"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn what_nobody_decides_in_time_expires_and_nothing_else_does() {
        let app = app().await;
        let rules = json!({ "action_types": ["api"] }).to_string();
        let policy = json!({ "name": "Ask", "policy_type": "require_approval", "rules": rules });
        assert_eq!(call(&app, "POST", "/api/policies", policy).await.0, 201);
        let (late, young) = (waiting(&app, "late").await, waiting(&app, "young").await);
        assert_eq!(sweep(&app, app.db.home()).await.unwrap(), 0);
        let ended = app.db.write("org_default", late.clone(), |id, tx| {
            rows::let_wait_until(tx, id, "2001-01-01T00:00:00.000Z").boxed()
        });
        ended.await.unwrap();
        // Whoever is slow decides nothing, though it is not swept yet.
        let path = format!("/api/actions/{late}/approve");
        let (status, refused) = call(&app, "POST", &path, json!({ "decision": "allow" })).await;
        assert_eq!((status.as_u16(), &refused["code"]), (410, &json!("APPROVAL_EXPIRED")));
        assert_eq!(sweep(&app, app.db.home()).await.unwrap(), 1);
        for (id, wanted) in [(&late, "expired"), (&young, "pending_approval")] {
            let (_, found) = call(&app, "GET", &format!("/api/actions/{id}"), Value::Null).await;
            assert_eq!(found["action"]["status"], wanted);
            assert_eq!(found["action"].get("decision"), None);
        }
    }
}
