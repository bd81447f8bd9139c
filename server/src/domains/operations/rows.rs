//! Counts over actions.

use dashclaw::api::operations::{Throughput, WorkflowFigures};

use crate::db::{DbResult, Tx, values};

/// How many actions began since each of two times.
pub(super) async fn throughput(tx: &Tx<'_>, last_hour: &str, last_day: &str) -> DbResult<Throughput> {
    let sql = "SELECT count(*) FILTER (WHERE timestamp_start > $2), count(*)
        FROM actions WHERE org_id = $1 AND timestamp_start > $3";
    tx.single(sql, &values![last_hour, last_day], |row| {
        Ok(Throughput { last_1h: row.get(0)?, last_24h: row.get(1)?, ..Throughput::default() })
    })
    .await
}

/// How long the actions took that began since a time and are completed: milliseconds, sorted.
pub(super) async fn durations(tx: &Tx<'_>, since: &str) -> DbResult<Vec<i64>> {
    let sql = "SELECT duration_ms FROM actions WHERE org_id = $1 AND status = 'completed'
        AND timestamp_start > $2 AND duration_ms > 0 ORDER BY duration_ms";
    tx.all(sql, &values![since], |row| row.get(0)).await
}

/// When the actions began that wait for a human.
pub(super) async fn waiting(tx: &Tx<'_>) -> DbResult<Vec<String>> {
    let sql = "SELECT timestamp_start FROM actions WHERE org_id = $1 AND status = 'pending_approval'";
    tx.all(sql, &[], |row| row.get(0)).await
}

/// Counts over the workflows that began since a time.
pub(super) async fn workflows(tx: &Tx<'_>, since: &str) -> DbResult<WorkflowFigures> {
    let sql = "SELECT count(*) FILTER (WHERE status = 'running'), count(*) FILTER (WHERE status = 'failed'),
            count(*) FILTER (WHERE status = 'completed'),
            CAST(coalesce(avg(duration_ms) FILTER (WHERE status = 'completed' AND duration_ms > 0), 0) AS BIGINT)
        FROM actions WHERE org_id = $1 AND action_type = 'workflow_execute' AND timestamp_start > $2";
    tx.single(sql, &values![since], |row| {
        Ok(WorkflowFigures {
            running: row.get(0)?,
            failed_24h: row.get(1)?,
            completed_24h: row.get(2)?,
            avg_duration_ms: row.get(3)?,
            ..WorkflowFigures::default()
        })
    })
    .await
}
