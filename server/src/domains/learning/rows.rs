//! Where events about recommendations are kept.

use dashclaw::clock;
use serde_json::Value as Json;

use crate::db::{DbResult, Tx, encode, values};

/// Stores an event.
pub(super) async fn insert(tx: &Tx<'_>, event: &Json) -> DbResult<()> {
    let sql = "INSERT INTO learning_events (org_id, record, created_at) VALUES ($1, $2, $3)";
    tx.run(sql, &values![encode(event)?, clock::now_iso()]).await?;
    Ok(())
}
