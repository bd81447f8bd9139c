//! Where API keys are kept: their hashes, and what is told of them.

use dashclaw::api::orgs::ApiKey;

use crate::db::{DbResult, Row, Tx, values};
use crate::keys::{KeyHash, KeyRecord, Role};

const COLUMNS: &str =
    "key_hash, org_id, role, id, key_prefix, label, agent_id, created_at, last_used_at, revoked_at";

/// Stores the record of a key.
pub(super) async fn insert(tx: &Tx<'_>, key: &KeyRecord) -> DbResult<()> {
    let sql = "INSERT INTO api_keys (key_hash, org_id, role, id, key_prefix, label, agent_id, created_at)
        VALUES ($2, $1, $3, $4, $5, $6, $7, $8)";
    let ApiKey { id, key_prefix, label, agent_id, created_at, .. } = &key.shown;
    let label = label.as_deref().unwrap_or_default();
    tx.run(sql, &values![key.hash, key.role.as_str(), id, key_prefix, label, agent_id, created_at]).await?;
    Ok(())
}

/// The key with this hash, of whatever organisation, unless it was revoked.
pub(super) async fn in_force(tx: &Tx<'_>, hash: &KeyHash) -> DbResult<Option<KeyRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL");
    tx.one(&sql, &values![hash], record).await
}

/// Whether any organisation has a key, revoked or not.
pub(super) async fn any(tx: &Tx<'_>) -> DbResult<bool> {
    tx.exists("SELECT 1 FROM api_keys LIMIT 1", &[]).await
}

/// All keys, newest first.
pub(super) async fn list(tx: &Tx<'_>) -> DbResult<Vec<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE org_id = $1 ORDER BY created_at DESC, id DESC");
    tx.all(&sql, &[], |row| Ok(record(row)?.shown)).await
}

/// The key with this id.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<KeyRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE org_id = $1 AND id = $2");
    tx.one(&sql, &values![id], record).await
}

/// Whether a key of the admin role other than this one is in force.
pub(super) async fn has_other_admin(tx: &Tx<'_>, id: &str) -> DbResult<bool> {
    let sql =
        "SELECT 1 FROM api_keys WHERE org_id = $1 AND id <> $2 AND role = 'admin' AND revoked_at IS NULL";
    tx.exists(sql, &values![id]).await
}

/// Notes that a key was revoked.
pub(super) async fn revoke(tx: &Tx<'_>, id: &str, at: &str) -> DbResult<()> {
    tx.run("UPDATE api_keys SET revoked_at = $3 WHERE org_id = $1 AND id = $2", &values![id, at]).await?;
    Ok(())
}

/// Notes when a key was last used.
pub(super) async fn note_use(tx: &Tx<'_>, id: &str, at: &str) -> DbResult<()> {
    tx.run("UPDATE api_keys SET last_used_at = $3 WHERE org_id = $1 AND id = $2", &values![id, at]).await?;
    Ok(())
}

/// Whether the principal is a key that was revoked. A key that was never stored cannot be.
pub(crate) async fn is_revoked(tx: &Tx<'_>, principal: &str) -> DbResult<bool> {
    let sql = "SELECT 1 FROM api_keys WHERE org_id = $1 AND id = $2 AND revoked_at IS NOT NULL";
    tx.exists(sql, &values![principal]).await
}

fn record(row: &Row<'_>) -> DbResult<KeyRecord> {
    let role: String = row.get(2)?;
    let key_prefix: String = row.get(4)?;
    let shown = ApiKey {
        id: row.get(3)?,
        prefix: Some(key_prefix.clone()),
        key_prefix,
        label: row.get(5)?,
        role: role.as_str().into(),
        agent_id: row.get(6)?,
        created_at: row.get(7)?,
        last_used_at: row.get(8)?,
        revoked_at: row.get(9)?,
        ..ApiKey::default()
    };
    // A role that this version does not know may do the least.
    let role = Role::from_word(&role).unwrap_or(Role::Readonly);
    Ok(KeyRecord { hash: row.get(0)?, org_id: row.get(1)?, role, shown })
}
