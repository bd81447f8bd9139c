//! What waits for a human.

use crate::db::{DbResult, Tx};

/// How many actions wait for a human, and since when the first of them has.
pub(super) async fn waiting(tx: &Tx<'_>) -> DbResult<(i64, Option<String>)> {
    let sql =
        "SELECT count(*), min(waiting_since) FROM actions WHERE org_id = $1 AND status = 'pending_approval'";
    tx.single(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))).await
}
