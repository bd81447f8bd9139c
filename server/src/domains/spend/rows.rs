//! Sums over what is kept elsewhere.

use crate::db::{DbResult, Tx, Where};

/// What language models cost the actions that began since a time, in US dollars.
pub(super) async fn models(tx: &Tx<'_>, agent_id: Option<&str>, since: &str) -> DbResult<f64> {
    let admitted =
        Where::org("org_id").given("agent_id =", agent_id).given("timestamp_start >=", Some(since));
    let sql =
        format!("SELECT CAST(coalesce(sum(cost_estimate), 0) AS DOUBLE PRECISION) FROM actions {admitted}");
    tx.single(&sql, admitted.values(), |row| row.get(0)).await
}

/// What purchases that were not blocked since a time cost, in US dollars.
pub(super) async fn purchases(tx: &Tx<'_>, agent_id: Option<&str>, since_ms: i64) -> DbResult<f64> {
    let admitted = Where::org("org_id")
        .given("agent_id =", agent_id)
        .given("created_ms >=", Some(&since_ms))
        .when(true, "spent_usd IS NOT NULL");
    let sql = format!(
        "SELECT CAST(coalesce(sum(spent_usd), 0) AS DOUBLE PRECISION) FROM guard_decisions {admitted}"
    );
    tx.single(&sql, admitted.values(), |row| row.get(0)).await
}
