//! Where an organisation's settings are kept, and the version of all that its decisions are made on.

use std::collections::BTreeMap;

use dashclaw::clock;

use crate::db::{DbResult, Tx, values};

/// The version of the organisation's policies and settings; 0 before the first of them.
pub(crate) async fn version(tx: &Tx<'_>) -> DbResult<i64> {
    let sql = "SELECT coalesce(max(version), 0) FROM heads WHERE org_id = $1";
    tx.single(sql, &[], |row| row.get(0)).await
}

/// Raises the version. It belongs into every transaction that changes a policy or a setting.
pub(crate) async fn raise_version(tx: &Tx<'_>) -> DbResult<()> {
    let sql = "INSERT INTO heads (org_id, version, position) VALUES ($1, 1, 0)
        ON CONFLICT (org_id) DO UPDATE SET version = heads.version + 1";
    tx.run(sql, &[]).await?;
    Ok(())
}

/// All settings.
pub(crate) async fn all(tx: &Tx<'_>) -> DbResult<BTreeMap<String, String>> {
    let sql = "SELECT name, value FROM settings WHERE org_id = $1";
    Ok(tx.all(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))).await?.into_iter().collect())
}

/// A setting; nothing when it is not set.
pub(crate) async fn get(tx: &Tx<'_>, name: &str) -> DbResult<Option<String>> {
    tx.one("SELECT value FROM settings WHERE org_id = $1 AND name = $2", &values![name], |row| row.get(0))
        .await
}

/// Sets a setting, or removes it.
pub(crate) async fn put(tx: &Tx<'_>, name: &str, value: Option<&str>) -> DbResult<()> {
    match value {
        Some(value) => {
            let sql = "INSERT INTO settings (org_id, name, value, updated_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (org_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
            tx.run(sql, &values![name, value, clock::now_iso()]).await?;
        }
        None => {
            tx.run("DELETE FROM settings WHERE org_id = $1 AND name = $2", &values![name]).await?;
        }
    }
    raise_version(tx).await
}
