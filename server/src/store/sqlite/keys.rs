//! API keys in SQLite.

use dashclaw::api::orgs::ApiKey;
use rusqlite::{Connection, Row, params};

use super::{all, exists, first};
use crate::keys::{KeyHash, KeyRecord, Role};
use crate::store::{Revocation, Revoked, StoreResult};

const COLUMNS: &str =
    "key_hash, org_id, role, id, key_prefix, label, agent_id, created_at, last_used_at, revoked_at";

pub(super) fn add(connection: &Connection, keys: Vec<KeyRecord>) -> StoreResult<()> {
    let sql = "INSERT INTO api_keys (key_hash, org_id, role, id, key_prefix, label, agent_id, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for KeyRecord { org_id, hash, role, shown } in keys {
        let ApiKey { id, key_prefix, label, agent_id, created_at, .. } = shown;
        let label = label.unwrap_or_default();
        let row = params![hash, org_id, role.as_str(), id, key_prefix, label, agent_id, created_at];
        connection.execute(sql, row)?;
    }
    Ok(())
}

/// The key with this hash, unless it was revoked.
pub(super) fn in_force(connection: &Connection, hash: KeyHash) -> StoreResult<Option<KeyRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE key_hash = ?1 AND revoked_at IS NULL");
    first(connection, &sql, [hash], record)
}

pub(super) fn list(connection: &Connection, org_id: &str) -> StoreResult<Vec<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE org_id = ?1 ORDER BY created_at DESC, id DESC");
    all(connection, &sql, [org_id], |row| Ok(record(row)?.shown))
}

pub(super) fn revoke(
    connection: &Connection,
    org_id: &str,
    id: &str,
    revocation: Revocation,
) -> StoreResult<Revoked> {
    let Revocation { at, keep_an_admin, tell } = revocation;
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE org_id = ?1 AND id = ?2");
    let Some(mut key) = first(connection, &sql, [org_id, id], record)? else {
        return Ok(Revoked::NotFound);
    };
    if key.shown.revoked_at.is_none() {
        if keep_an_admin && key.role == Role::Admin && !other_admin(connection, org_id, id)? {
            return Ok(Revoked::LastAdmin);
        }
        let sql = "UPDATE api_keys SET revoked_at = ?2 WHERE key_hash = ?1";
        connection.execute(sql, params![key.hash, at])?;
        key.shown.revoked_at = Some(at);
    }
    tell(key.hash);
    Ok(Revoked::Done(Box::new(key.shown)))
}

fn other_admin(connection: &Connection, org_id: &str, id: &str) -> StoreResult<bool> {
    let sql =
        "SELECT 1 FROM api_keys WHERE org_id = ?1 AND id <> ?2 AND role = 'admin' AND revoked_at IS NULL";
    exists(connection, sql, [org_id, id])
}

fn record(row: &Row<'_>) -> StoreResult<KeyRecord> {
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

/// Whether the principal is a key that was revoked. A key that was never stored cannot be.
pub(super) fn is_revoked(connection: &Connection, principal: &str) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM api_keys WHERE id = ?1 AND revoked_at IS NOT NULL";
    exists(connection, sql, [principal])
}
