//! Where policies are kept.

use dashclaw::api::policies::Policy;
use serde_json::Value as Json;

use crate::db::{DbResult, Row, Tx, values};

/// All policies, in the order in which they were stored.
pub(crate) async fn all(tx: &Tx<'_>) -> DbResult<Vec<Policy>> {
    let sql =
        "SELECT id, org_id, name, policy_type, rules, active, agent_ids, created_by, created_at, updated_at
        FROM policies WHERE org_id = $1 ORDER BY seq";
    tx.all(sql, &[], from_row).await
}

fn from_row(row: &Row<'_>) -> DbResult<Policy> {
    Ok(Policy {
        id: row.get::<String>(0)?.into(),
        org_id: row.get(1)?,
        name: row.get(2)?,
        policy_type: row.get::<String>(3)?.into(),
        rules: row.get::<String>(4)?.into(),
        active: row.get(5)?,
        agent_ids: row.get(6)?,
        created_by: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        ..Policy::default()
    })
}

/// The rules as they are stored: JSON text.
fn rules(policy: &Policy) -> String {
    match &policy.rules.0 {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How many policies there are.
pub(super) async fn count(tx: &Tx<'_>) -> DbResult<i64> {
    tx.single("SELECT count(*) FROM policies WHERE org_id = $1", &[], |row| row.get(0)).await
}

/// Whether another policy has this name.
pub(super) async fn name_taken(tx: &Tx<'_>, policy: &Policy) -> DbResult<bool> {
    let sql = "SELECT 1 FROM policies WHERE org_id = $1 AND name = $2 AND id <> $3";
    tx.exists(sql, &values![policy.name, policy.id.as_str()]).await
}

/// Stores a policy; `managed` when it comes from a file.
pub(super) async fn insert(tx: &Tx<'_>, policy: &Policy, managed: bool) -> DbResult<()> {
    let sql =
        "INSERT INTO policies (org_id, id, name, policy_type, rules, active, agent_ids, created_by, managed,
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let rules = rules(policy);
    tx.run(
        sql,
        &values![
            policy.id.as_str(),
            policy.name,
            policy.policy_type.as_str(),
            rules,
            policy.active,
            policy.agent_ids,
            policy.created_by,
            managed,
            policy.created_at,
            policy.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Stores what a policy became.
pub(super) async fn update(tx: &Tx<'_>, policy: &Policy) -> DbResult<()> {
    let sql = "UPDATE policies SET name = $3, policy_type = $4, rules = $5, active = $6, agent_ids = $7, updated_at = $8
        WHERE org_id = $1 AND id = $2";
    let rules = rules(policy);
    tx.run(
        sql,
        &values![
            policy.id.as_str(),
            policy.name,
            policy.policy_type.as_str(),
            rules,
            policy.active,
            policy.agent_ids,
            policy.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Removes a policy; false when there was none.
pub(super) async fn delete(tx: &Tx<'_>, id: &str) -> DbResult<bool> {
    Ok(tx.run("DELETE FROM policies WHERE org_id = $1 AND id = $2", &values![id]).await? > 0)
}

/// Whether a policy that does not come from a file has this name.
pub(super) async fn is_unmanaged(tx: &Tx<'_>, name: &str) -> DbResult<bool> {
    tx.exists("SELECT 1 FROM policies WHERE org_id = $1 AND name = $2 AND managed = 0", &values![name]).await
}

/// Removes every policy that came from a file.
pub(super) async fn delete_managed(tx: &Tx<'_>) -> DbResult<()> {
    tx.run("DELETE FROM policies WHERE org_id = $1 AND managed = 1", &[]).await?;
    Ok(())
}
