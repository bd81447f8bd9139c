//! Where sessions and what happened in them are kept.

use dashclaw::api::sessions::{Session, SessionEvent, SessionOverview};
use dashclaw::clock;
use serde_json::{Map, Value as Json};

use crate::db::{DbResult, Row, ToValue, Tx, Where, encode, values};

/// Which sessions are listed.
#[derive(Clone, Debug, Default)]
pub(super) struct SessionFilter {
    pub(super) agent_id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) limit: i64,
}

/// Stores a session.
pub(super) async fn insert(tx: &Tx<'_>, session: &Session) -> DbResult<()> {
    let sql = "INSERT INTO sessions (org_id, id, agent_id, status, record) VALUES ($1, $2, $3, $4, $5)";
    let record = encode(session)?;
    tx.run(sql, &values![session.id.as_str(), session.agent_id, session.status.as_str(), record]).await?;
    Ok(())
}

/// Reads a session.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<Session>> {
    tx.one("SELECT record FROM sessions WHERE org_id = $1 AND id = $2", &values![id], |row| row.record(0))
        .await
}

/// The agent that it belongs to.
pub(crate) async fn agent_of(tx: &Tx<'_>, id: &str) -> DbResult<Option<String>> {
    tx.one("SELECT agent_id FROM sessions WHERE org_id = $1 AND id = $2", &values![id], |row| row.get(0))
        .await
}

/// Stores what a session became.
pub(super) async fn update(tx: &Tx<'_>, session: &Session) -> DbResult<()> {
    let sql = "UPDATE sessions SET status = $3, record = $4 WHERE org_id = $1 AND id = $2";
    tx.run(sql, &values![session.id.as_str(), session.status.as_str(), encode(session)?]).await?;
    Ok(())
}

/// Adds an event to a session.
pub(super) async fn add_event(
    tx: &Tx<'_>,
    session_id: &str,
    event_type: &str,
    payload: &Map<String, Json>,
) -> DbResult<()> {
    let sql = "INSERT INTO session_events (org_id, session_id, seq, event_type, payload, created_at)
        SELECT $1, $2, 1 + coalesce(max(seq), 0), $3, $4, $5 FROM session_events WHERE org_id = $1 AND session_id = $2";
    tx.run(sql, &values![session_id, event_type, encode(payload)?, clock::now_iso()]).await?;
    Ok(())
}

/// What happened in a session, oldest first.
pub(super) async fn events(tx: &Tx<'_>, session_id: &str) -> DbResult<Vec<SessionEvent>> {
    let sql = "SELECT seq, event_type, payload, created_at FROM session_events
        WHERE org_id = $1 AND session_id = $2 ORDER BY seq";
    tx.all(sql, &values![session_id], event).await
}

fn event(row: &Row<'_>) -> DbResult<SessionEvent> {
    Ok(SessionEvent {
        seq: row.get(0)?,
        event_type: row.get(1)?,
        payload: row.record(2)?,
        created_at: row.get(3)?,
        ..SessionEvent::default()
    })
}

/// Lists sessions, newest first, with counts over their actions.
pub(super) async fn list(tx: &Tx<'_>, filter: &SessionFilter) -> DbResult<Vec<SessionOverview>> {
    let mut admitted = Where::org("org_id")
        .given("agent_id =", filter.agent_id.as_ref())
        .given("status =", filter.status.as_ref());
    let limit = admitted.place(filter.limit.to_value());
    let sql = format!("SELECT record FROM sessions {admitted} ORDER BY seq DESC LIMIT {limit}");
    let mut overviews: Vec<SessionOverview> = tx.all(&sql, admitted.values(), |row| row.record(0)).await?;
    for overview in &mut overviews {
        count(tx, overview).await?;
    }
    Ok(overviews)
}

/// Adds what happened in a session.
async fn count(tx: &Tx<'_>, overview: &mut SessionOverview) -> DbResult<()> {
    let id = overview.id.as_str().to_owned();
    let sql =
        "SELECT count(*), max(timestamp_start), CAST(coalesce(sum(cost_estimate), 0) AS DOUBLE PRECISION),
        max(risk_score) FROM actions WHERE org_id = $1 AND session_id = $2";
    (overview.action_count, overview.last_action_at, overview.total_cost, overview.max_risk) =
        tx.single(sql, &values![id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).await?;
    let sql =
        "SELECT outcome_status, status, declared_goal FROM actions WHERE org_id = $1 AND session_id = $2
        ORDER BY timestamp_start DESC, id DESC LIMIT 1";
    let last = tx.one(sql, &values![id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).await?;
    if let Some((outcome, status, goal)) = last {
        overview.last_outcome_status = outcome;
        overview.last_status = status;
        overview.last_declared_goal = goal;
    }
    let sql = "SELECT count(*) FROM session_events WHERE org_id = $1 AND session_id = $2";
    overview.event_count = tx.single(sql, &values![id], |row| row.get(0)).await?;
    let last_action = overview.last_action_at.clone().unwrap_or_default();
    overview.last_activity = last_action.max(overview.updated_at.clone());
    Ok(())
}
