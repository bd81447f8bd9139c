//! Sessions in SQLite.

use dashclaw::api::sessions::{Session, SessionEvent, SessionOverview, SessionStatus, UpdateSession};
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::{Sqlite, all, encode, first, record};
use crate::store::{SessionChanged, SessionFilter, Sessions, StoreResult, Stored};

impl Sessions for Sqlite {
    fn create_session(&self, session: Session) -> Stored<'_, ()> {
        let work = move |connection: &Connection| {
            let sql =
                "INSERT INTO sessions (org_id, id, agent_id, status, record) VALUES (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute(params![
                session.org_id,
                session.id.as_str(),
                session.agent_id,
                session.status.as_str(),
                encode(&session)?,
            ])?;
            add_event(connection, &session, "session.created", &Map::new())
        };
        self.writer.run(work).boxed()
    }

    fn session(&self, org_id: &str, id: &str) -> Stored<'_, Option<Session>> {
        let (org_id, id) = (org_id.to_owned(), id.to_owned());
        self.reader.look_up(move |connection| read(connection, &org_id, &id)).boxed()
    }

    fn sessions(&self, org_id: &str, filter: SessionFilter) -> Stored<'_, Vec<SessionOverview>> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| list(connection, &org_id, &filter)).boxed()
    }

    fn change_session(&self, org_id: &str, change: UpdateSession) -> Stored<'_, SessionChanged> {
        let org_id = org_id.to_owned();
        self.writer.run(move |connection| change_one(connection, &org_id, change)).boxed()
    }

    fn session_events(&self, org_id: &str, id: &str) -> Stored<'_, Option<Vec<SessionEvent>>> {
        let (org_id, id) = (org_id.to_owned(), id.to_owned());
        let work = move |connection: &Connection| {
            if read(connection, &org_id, &id)?.is_none() {
                return Ok(None);
            }
            let sql = "SELECT seq, event_type, payload, created_at FROM session_events
                WHERE org_id = ?1 AND session_id = ?2 ORDER BY seq";
            all(connection, sql, [&org_id, &id], event).map(Some)
        };
        self.reader.scan(work).boxed()
    }
}

fn read(connection: &Connection, org_id: &str, id: &str) -> StoreResult<Option<Session>> {
    let sql = "SELECT record FROM sessions WHERE org_id = ?1 AND id = ?2";
    first(connection, sql, [org_id, id], |row| record(row, 0))
}

fn event(row: &Row<'_>) -> StoreResult<SessionEvent> {
    Ok(SessionEvent {
        seq: row.get(0)?,
        event_type: row.get(1)?,
        payload: record(row, 2)?,
        created_at: row.get(3)?,
        ..SessionEvent::default()
    })
}

fn add_event(
    connection: &Connection,
    session: &Session,
    event_type: &str,
    payload: &Map<String, Value>,
) -> StoreResult<()> {
    let sql = "INSERT INTO session_events (org_id, session_id, seq, event_type, payload, created_at)
        SELECT ?1, ?2, 1 + coalesce(max(seq), 0), ?3, ?4, ?5 FROM session_events WHERE org_id = ?1 AND session_id = ?2";
    let payload = encode(payload)?;
    connection.prepare_cached(sql)?.execute(params![
        session.org_id,
        session.id.as_str(),
        event_type,
        payload,
        clock::now_iso(),
    ])?;
    Ok(())
}

fn change_one(connection: &Connection, org_id: &str, change: UpdateSession) -> StoreResult<SessionChanged> {
    let Some(mut session) = read(connection, org_id, change.session_id.as_str())? else {
        return Ok(SessionChanged::NotFound);
    };
    if session.status == SessionStatus::Closed {
        return Ok(SessionChanged::Closed);
    }
    let closes = change.status == Some(SessionStatus::Closed);
    let event_type = if closes { "session.closed" } else { "session.updated" };
    let Value::Object(mut payload) = serde_json::to_value(&change)? else {
        return Ok(SessionChanged::NotFound);
    };
    payload.remove("session_id");
    session.status = change.status.unwrap_or(session.status);
    session.green_level = change.green_level.or(session.green_level);
    session.branch_freshness = change.branch_freshness.or(session.branch_freshness);
    session.commits_behind = change.commits_behind.or(session.commits_behind);
    session.blocked_reason = change.blocked_reason.or(session.blocked_reason);
    session.summary = change.summary.or(session.summary);
    session.updated_at = clock::now_iso();
    let sql = "UPDATE sessions SET status = ?3, record = ?4 WHERE org_id = ?1 AND id = ?2";
    connection.prepare_cached(sql)?.execute(params![
        org_id,
        session.id.as_str(),
        session.status.as_str(),
        encode(&session)?,
    ])?;
    add_event(connection, &session, event_type, &payload)?;
    Ok(SessionChanged::Done(Box::new(session)))
}

fn list(connection: &Connection, org_id: &str, filter: &SessionFilter) -> StoreResult<Vec<SessionOverview>> {
    let sql = "SELECT record FROM sessions WHERE org_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
        AND (?3 IS NULL OR status = ?3) ORDER BY seq DESC LIMIT ?4";
    let params = params![org_id, filter.agent_id, filter.status, filter.limit];
    let mut overviews: Vec<SessionOverview> = all(connection, sql, params, |row| record(row, 0))?;
    for overview in &mut overviews {
        count(connection, org_id, overview)?;
    }
    Ok(overviews)
}

/// Adds what happened in a session.
fn count(connection: &Connection, org_id: &str, overview: &mut SessionOverview) -> StoreResult<()> {
    let key = params![org_id, overview.id.as_str()];
    let sql = "SELECT count(*), max(timestamp_start), total(cost_estimate), max(risk_score)
        FROM actions WHERE org_id = ?1 AND session_id = ?2";
    connection.prepare_cached(sql)?.query_row(key, |row| {
        overview.action_count = row.get(0)?;
        overview.last_action_at = row.get(1)?;
        overview.total_cost = row.get(2)?;
        overview.max_risk = row.get(3)?;
        Ok(())
    })?;
    let sql =
        "SELECT outcome_status, status, declared_goal FROM actions WHERE org_id = ?1 AND session_id = ?2
        ORDER BY timestamp_start DESC, id DESC LIMIT 1";
    let last =
        connection.prepare_cached(sql)?.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    if let Some((outcome, status, goal)) = last.optional()? {
        overview.last_outcome_status = outcome;
        overview.last_status = status;
        overview.last_declared_goal = goal;
    }
    let sql = "SELECT count(*) FROM session_events WHERE org_id = ?1 AND session_id = ?2";
    overview.event_count = connection.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
    let last_action = overview.last_action_at.clone().unwrap_or_default();
    overview.last_activity = last_action.max(overview.updated_at.clone());
    Ok(())
}
