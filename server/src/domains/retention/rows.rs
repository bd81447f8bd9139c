//! Finding and removing old records: found by a connection that reads, removed by one that writes in small batches, so that
//! no other write waits for long.

use std::collections::BTreeSet;

use dashclaw::clock;

use crate::db::{DbResult, Tx, values};

/// The states in which an action has ended; one whose outcome is settled has ended as well.
const ENDED: &str =
    "(status IN ('completed', 'failed', 'cancelled', 'blocked', 'expired') OR outcome_status <> 'pending')";

/// Where records are removed by their own age.
const REMOVED_FROM: [&str; 4] = ["guard_decisions", "actions", "session_events", "learning_events"];

/// What is old enough, by its place in its table.
#[derive(Clone, Debug, Default)]
pub(super) struct Old {
    decisions: Vec<i64>,
    actions: Vec<(i64, String)>,
    session_events: Vec<(String, i64)>,
    learning_events: Vec<i64>,
}

impl Old {
    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.decisions.is_empty()
            && self.actions.is_empty()
            && self.session_events.is_empty()
            && self.learning_events.is_empty()
    }
}

/// All organisations that have records which could be removed, whether or not a key or a setting of them is stored.
pub(super) async fn organisations(tx: &Tx<'_>) -> DbResult<Vec<String>> {
    let mut found = BTreeSet::new();
    for table in REMOVED_FROM {
        // One look for each organisation, however many records it has, where an index begins with it.
        let sql = format!(
            "WITH RECURSIVE found (org_id) AS (SELECT min(org_id) FROM {table} UNION ALL
                SELECT (SELECT min(org_id) FROM {table} WHERE org_id > found.org_id)
                FROM found WHERE org_id IS NOT NULL)
            SELECT org_id FROM found WHERE org_id IS NOT NULL"
        );
        found.extend(tx.all(&sql, &[], |row| row.get::<String>(0)).await?);
    }
    Ok(found.into_iter().collect())
}

/// Finds up to `most` records of each kind that are older than `before_ms`, in milliseconds since the Unix epoch: guard
/// decisions, ended actions, events of sessions but for the newest of each, and learning events. Oldest first.
pub(super) async fn find(tx: &Tx<'_>, before_ms: i64, most: i64) -> DbResult<Old> {
    let before = clock::iso(before_ms);
    // `waiting_since` is the server's time; an agent chooses its action's `timestamp_start`.
    let actions = format!(
        "SELECT id, action_id FROM actions WHERE org_id = $1 AND waiting_since < $2 AND {ENDED}
            ORDER BY waiting_since LIMIT $3"
    );
    let decisions =
        "SELECT seq FROM guard_decisions WHERE org_id = $1 AND created_ms < $2 ORDER BY created_ms LIMIT $3";
    // The newest stays, because the next one takes its number from it.
    let session_events = "SELECT session_id, seq FROM session_events AS event WHERE org_id = $1 AND created_at < $2
        AND seq < (SELECT max(seq) FROM session_events WHERE org_id = $1 AND session_id = event.session_id) LIMIT $3";
    let learning =
        "SELECT seq FROM learning_events WHERE org_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3";
    Ok(Old {
        decisions: tx.all(decisions, &values![before_ms, most], |row| row.get(0)).await?,
        actions: tx.all(&actions, &values![before, most], |row| Ok((row.get(0)?, row.get(1)?))).await?,
        session_events: tx
            .all(session_events, &values![before, most], |row| Ok((row.get(0)?, row.get(1)?)))
            .await?,
        learning_events: tx.all(learning, &values![before, most], |row| row.get(0)).await?,
    })
}

/// Removes them, actions with their assumptions and loops, and answers how many records those were.
pub(super) async fn remove(tx: &Tx<'_>, old: &Old) -> DbResult<usize> {
    let mut removed = 0;
    for seq in &old.decisions {
        removed +=
            tx.run("DELETE FROM guard_decisions WHERE org_id = $1 AND seq = $2", &values![seq]).await?;
    }
    let action = format!("DELETE FROM actions WHERE org_id = $1 AND id = $2 AND {ENDED}");
    for (id, action_id) in &old.actions {
        // It may have gone on since it was found.
        if tx.run(&action, &values![id]).await? == 0 {
            continue;
        }
        removed += 1;
        for table in ["assumptions", "loops"] {
            let sql = format!("DELETE FROM {table} WHERE org_id = $1 AND action_id = $2");
            tx.run(&sql, &values![action_id]).await?;
        }
    }
    let event = "DELETE FROM session_events WHERE org_id = $1 AND session_id = $2 AND seq = $3";
    for (session_id, seq) in &old.session_events {
        removed += tx.run(event, &values![session_id, seq]).await?;
    }
    for seq in &old.learning_events {
        removed +=
            tx.run("DELETE FROM learning_events WHERE org_id = $1 AND seq = $2", &values![seq]).await?;
    }
    Ok(removed)
}
