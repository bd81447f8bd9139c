//! Where sessions of the page are kept.

use crate::db::{DbResult, Row, Tx, values};
use crate::keys::KeyHash;

/// A session as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) org_id: String,
    pub(super) id: String,
    pub(super) cookie_hash: KeyHash,
    pub(super) header_hash: KeyHash,
    pub(super) key_hash: KeyHash,
    pub(super) name: String,
    pub(super) created_ms: i64,
    pub(super) used_ms: i64,
}

const COLUMNS: &str = "org_id, id, cookie_hash, header_hash, key_hash, name, created_ms, used_ms";

fn session(row: &Row<'_>) -> DbResult<Session> {
    Ok(Session {
        org_id: row.get(0)?,
        id: row.get(1)?,
        cookie_hash: row.get(2)?,
        header_hash: row.get(3)?,
        key_hash: row.get(4)?,
        name: row.get(5)?,
        created_ms: row.get(6)?,
        used_ms: row.get(7)?,
    })
}

/// Stores a session.
pub(super) async fn insert(tx: &Tx<'_>, session: &Session) -> DbResult<()> {
    let sql = format!("INSERT INTO page_sessions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let Session { id, cookie_hash, header_hash, key_hash, name, created_ms, used_ms, .. } = session;
    tx.run(&sql, &values![id, cookie_hash, header_hash, key_hash, name, created_ms, used_ms]).await?;
    Ok(())
}

/// The session with this cookie, of whatever organisation.
pub(super) async fn by_cookie(tx: &Tx<'_>, cookie_hash: &KeyHash) -> DbResult<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM page_sessions WHERE cookie_hash = $1");
    tx.one(&sql, &values![cookie_hash], session).await
}

/// The session with this id.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM page_sessions WHERE org_id = $1 AND id = $2");
    tx.one(&sql, &values![id], session).await
}

/// Notes when a session was last used.
pub(super) async fn note_use(tx: &Tx<'_>, id: &str, now_ms: i64) -> DbResult<()> {
    let sql = "UPDATE page_sessions SET used_ms = $3 WHERE org_id = $1 AND id = $2";
    tx.run(sql, &values![id, now_ms]).await?;
    Ok(())
}

/// Removes a session.
pub(super) async fn remove(tx: &Tx<'_>, id: &str) -> DbResult<()> {
    tx.run("DELETE FROM page_sessions WHERE org_id = $1 AND id = $2", &values![id]).await?;
    Ok(())
}

/// Removes sessions that were begun, or last used, before these times.
pub(super) async fn remove_ended(tx: &Tx<'_>, created_ms: i64, used_ms: i64) -> DbResult<()> {
    let sql = "DELETE FROM page_sessions WHERE org_id = $1 AND (created_ms <= $2 OR used_ms <= $3)";
    tx.run(sql, &values![created_ms, used_ms]).await?;
    Ok(())
}
