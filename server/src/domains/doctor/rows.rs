//! Counts over actions.

use crate::db::{DbResult, Tx};

/// How many actions there are, how many of them wait for a human, and since when the first of these has.
pub(super) async fn actions(tx: &Tx<'_>) -> DbResult<(i64, i64, Option<String>)> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE status = 'pending_approval'),
            min(waiting_since) FILTER (WHERE status = 'pending_approval') FROM actions WHERE org_id = $1";
    tx.single(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).await
}
