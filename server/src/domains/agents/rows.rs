//! Where agents' signs of life are kept.

use dashclaw::api::actions::Action;
use dashclaw::api::agents::KnownAgent;

use crate::db::{DbResult, Row, Tx, values};

/// An agent's sign of life.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    pub(super) agent_id: String,
    pub(super) agent_name: Option<String>,
    pub(super) status: String,
    pub(super) current_task_id: Option<String>,
    /// JSON text.
    pub(super) metadata: Option<String>,
    pub(super) at: String,
}

/// Notes that an agent is there.
pub(super) async fn put_presence(tx: &Tx<'_>, presence: &Presence) -> DbResult<()> {
    let sql = "INSERT INTO agent_presence
        (org_id, agent_id, agent_name, status, current_task_id, metadata, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, agent_id) DO UPDATE SET
        agent_name = coalesce(excluded.agent_name, agent_presence.agent_name), status = excluded.status,
        current_task_id = excluded.current_task_id,
        metadata = coalesce(excluded.metadata, agent_presence.metadata), last_seen_at = excluded.last_seen_at";
    let Presence { agent_id, agent_name, status, current_task_id, metadata, at } = presence;
    tx.run(sql, &values![agent_id, agent_name, status, current_task_id, metadata, at]).await?;
    Ok(())
}

/// An agent that creates an action is there.
pub(crate) async fn note_action(tx: &Tx<'_>, action: &Action) -> DbResult<()> {
    let sql = "INSERT INTO agent_presence (org_id, agent_id, agent_name, status, last_seen_at)
        VALUES ($1, $2, $3, 'online', $4) ON CONFLICT (org_id, agent_id) DO UPDATE SET
        agent_name = coalesce(excluded.agent_name, agent_presence.agent_name),
        last_seen_at = excluded.last_seen_at";
    let Action { agent_id, agent_name, created_at, .. } = action;
    tx.run(sql, &values![agent_id, agent_name, created_at]).await?;
    Ok(())
}

/// The agents that gave a sign of life, acted, or have a public key; the one last heard of first.
pub(super) async fn list(tx: &Tx<'_>) -> DbResult<Vec<KnownAgent>> {
    // Whoever records an action is noted as present, so that presence and keys name everybody.
    let sql = "SELECT known.agent_id, seen.agent_name, seen.status, seen.current_task_id, seen.last_seen_at,
            (SELECT count(*) FROM actions WHERE org_id = $1 AND agent_id = known.agent_id)
        FROM (SELECT agent_id FROM agent_presence WHERE org_id = $1
            UNION SELECT agent_id FROM agent_identities WHERE org_id = $1) AS known
        LEFT JOIN agent_presence AS seen ON seen.org_id = $1 AND seen.agent_id = known.agent_id
        ORDER BY seen.last_seen_at DESC NULLS LAST, known.agent_id";
    tx.all(sql, &[], agent).await
}

fn agent(row: &Row<'_>) -> DbResult<KnownAgent> {
    let status: Option<String> = row.get(2)?;
    Ok(KnownAgent {
        agent_id: row.get(0)?,
        agent_name: row.get(1)?,
        status: status.map(Into::into),
        current_task_id: row.get(3)?,
        last_active: row.get(4)?,
        action_count: row.get(5)?,
        ..KnownAgent::default()
    })
}
