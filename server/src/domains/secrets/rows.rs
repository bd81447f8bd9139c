//! Where secrets are kept, sealed.

use crate::db::{DbResult, Row, Tx, Where, values};

/// A secret as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) name: String,
    /// Empty where it is for all agents.
    pub(super) agent_id: String,
    pub(super) sealed: String,
    pub(super) delivered: bool,
    pub(super) rotate_after_days: Option<i64>,
    pub(super) rotated_ms: i64,
    pub(super) created_by: String,
    pub(super) created_ms: i64,
}

const COLUMNS: &str =
    "id, name, agent_id, sealed, delivered, rotate_after_days, rotated_ms, created_by, created_ms";

fn kept(row: &Row<'_>) -> DbResult<Kept> {
    Ok(Kept {
        id: row.get(0)?,
        name: row.get(1)?,
        agent_id: row.get(2)?,
        sealed: row.get(3)?,
        delivered: row.get::<i64>(4)? != 0,
        rotate_after_days: row.get(5)?,
        rotated_ms: row.get(6)?,
        created_by: row.get(7)?,
        created_ms: row.get(8)?,
    })
}

/// Keeps a secret, unless its name is taken. Answers whether it was.
pub(super) async fn insert(tx: &Tx<'_>, secret: &Kept) -> DbResult<bool> {
    let sql = format!(
        "INSERT INTO secrets (org_id, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (org_id, agent_id, name) DO NOTHING"
    );
    let Kept { id, name, agent_id, sealed, delivered, rotate_after_days, rotated_ms, created_by, created_ms } =
        secret;
    let row = values![
        id,
        name,
        agent_id,
        sealed,
        *delivered,
        *rotate_after_days,
        *rotated_ms,
        created_by,
        *created_ms
    ];
    Ok(tx.run(&sql, &row).await? > 0)
}

/// Reads a secret.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM secrets WHERE org_id = $1 AND id = $2");
    tx.one(&sql, &values![id], kept).await
}

/// All secrets, or those of one agent, by name.
pub(super) async fn list(tx: &Tx<'_>, agent_id: Option<&str>) -> DbResult<Vec<Kept>> {
    let admitted = Where::org("org_id").given("agent_id =", agent_id);
    let sql = format!("SELECT {COLUMNS} FROM secrets {admitted} ORDER BY name, agent_id");
    tx.all(&sql, admitted.values(), kept).await
}

/// Those that are delivered to an agent: its own, and those for all.
pub(super) async fn delivered_to(tx: &Tx<'_>, agent_id: &str) -> DbResult<Vec<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM secrets WHERE org_id = $1 AND agent_id IN ('', $2) AND delivered = 1 ORDER BY name"
    );
    tx.all(&sql, &values![agent_id], kept).await
}

/// Gives a secret another value.
pub(super) async fn rotate(tx: &Tx<'_>, id: &str, sealed: &str, now_ms: i64) -> DbResult<()> {
    let sql = "UPDATE secrets SET sealed = $3, rotated_ms = $4 WHERE org_id = $1 AND id = $2";
    tx.run(sql, &values![id, sealed, now_ms]).await?;
    Ok(())
}

/// Removes a secret, and says whether it was there.
pub(super) async fn delete(tx: &Tx<'_>, id: &str) -> DbResult<bool> {
    Ok(tx.run("DELETE FROM secrets WHERE org_id = $1 AND id = $2", &values![id]).await? > 0)
}
