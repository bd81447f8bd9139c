//! Removing old records in SQLite: found by a connection that reads, removed by the writer in small batches, so that no
//! other write waits for long.

use std::collections::BTreeSet;

use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, params};

use super::{Sqlite, all};
use crate::store::{Retention, StoreResult, Stored};

/// The states in which an action has ended; one whose outcome is settled has ended as well.
const ENDED: &str =
    "(status IN ('completed', 'failed', 'cancelled', 'blocked', 'expired') OR outcome_status <> 'pending')";

/// Where records are removed by their own age.
const REMOVED_FROM: [&str; 4] = ["guard_decisions", "actions", "session_events", "learning_events"];

/// What is old enough, by its place in its table.
#[derive(Default)]
struct Old {
    decisions: Vec<i64>,
    actions: Vec<(i64, String)>,
    session_events: Vec<(String, i64)>,
    learning_events: Vec<i64>,
}

impl Retention for Sqlite {
    fn organisations(&self) -> Stored<'_, Vec<String>> {
        let work = |connection: &Connection| {
            let mut found = BTreeSet::new();
            for table in REMOVED_FROM {
                // One look for each organisation, however many records it has, where an index begins with it.
                let sql = format!(
                    "WITH RECURSIVE found (org_id) AS (SELECT min(org_id) FROM {table} UNION ALL
                        SELECT (SELECT min(org_id) FROM {table} WHERE org_id > found.org_id)
                        FROM found WHERE org_id IS NOT NULL)
                    SELECT org_id FROM found WHERE org_id IS NOT NULL"
                );
                found.extend(all(connection, &sql, [], |row| Ok(row.get::<_, String>(0)?))?);
            }
            Ok(found.into_iter().collect())
        };
        self.reader.look_up(work).boxed()
    }

    fn remove_older(&self, org_id: &str, before_ms: i64, most: u32) -> Stored<'_, usize> {
        let org_id = org_id.to_owned();
        async move {
            let searched = org_id.clone();
            let old =
                self.reader.look_up(move |connection| find(connection, &searched, before_ms, most)).await?;
            if old.is_empty() {
                return Ok(0);
            }
            self.writer.run(move |connection| remove(connection, &org_id, &old)).await
        }
        .boxed()
    }
}

impl Old {
    fn is_empty(&self) -> bool {
        self.decisions.is_empty()
            && self.actions.is_empty()
            && self.session_events.is_empty()
            && self.learning_events.is_empty()
    }
}

/// Oldest first: a table is walked in its own order, so that the search ends with the first batch.
fn find(connection: &Connection, org_id: &str, before_ms: i64, most: u32) -> StoreResult<Old> {
    let before = clock::iso(before_ms);
    let number = |row: &Row<'_>| Ok(row.get::<_, i64>(0)?);
    // `waiting_since` is the server's time; an agent chooses its action's `timestamp_start`.
    let actions = format!(
        "SELECT id, action_id FROM actions
            WHERE +org_id = ?1 AND waiting_since < ?2 AND {ENDED} ORDER BY id LIMIT ?3"
    );
    Ok(Old {
        decisions: all(
            connection,
            "SELECT seq FROM guard_decisions WHERE org_id = ?1 AND created_ms < ?2 ORDER BY created_ms LIMIT ?3",
            params![org_id, before_ms, most],
            number,
        )?,
        actions: all(connection, &actions, params![org_id, before, most], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?,
        // The newest stays, because the next one takes its number from it.
        session_events: all(
            connection,
            "SELECT session_id, seq FROM session_events AS e WHERE org_id = ?1 AND created_at < ?2 AND seq <
                (SELECT max(seq) FROM session_events WHERE org_id = ?1 AND session_id = e.session_id) LIMIT ?3",
            params![org_id, before, most],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?,
        learning_events: all(
            connection,
            "SELECT seq FROM learning_events WHERE org_id = ?1 AND created_at < ?2 ORDER BY seq LIMIT ?3",
            params![org_id, before, most],
            number,
        )?,
    })
}

fn remove(connection: &Connection, org_id: &str, old: &Old) -> StoreResult<usize> {
    let mut removed = 0;
    for seq in &old.decisions {
        removed += connection.prepare_cached("DELETE FROM guard_decisions WHERE seq = ?1")?.execute([seq])?;
    }
    let action = format!("DELETE FROM actions WHERE id = ?1 AND {ENDED}");
    for (id, action_id) in &old.actions {
        // It may have gone on since it was found.
        if connection.prepare_cached(&action)?.execute([id])? == 0 {
            continue;
        }
        removed += 1;
        for table in ["assumptions", "loops"] {
            let sql = format!("DELETE FROM {table} WHERE org_id = ?1 AND action_id = ?2");
            connection.prepare_cached(&sql)?.execute([org_id, action_id])?;
        }
    }
    let event = "DELETE FROM session_events WHERE org_id = ?1 AND session_id = ?2 AND seq = ?3";
    for (session_id, seq) in &old.session_events {
        removed += connection.prepare_cached(event)?.execute(params![org_id, session_id, seq])?;
    }
    for seq in &old.learning_events {
        removed += connection.prepare_cached("DELETE FROM learning_events WHERE seq = ?1")?.execute([seq])?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_went_on_since_it_was_found_stays() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE actions (id INTEGER PRIMARY KEY, org_id, action_id, status, outcome_status);
                 CREATE TABLE assumptions (org_id, action_id); CREATE TABLE loops (org_id, action_id);
                 INSERT INTO actions VALUES (1, 'org', 'act_1', 'running', 'pending'),
                    (2, 'org', 'act_2', 'pending_approval', 'pending'), (3, 'org', 'act_3', 'failed', 'failed');
                 INSERT INTO assumptions VALUES ('org', 'act_1'), ('org', 'act_3'), ('other', 'act_3');
                 INSERT INTO loops VALUES ('org', 'act_1'), ('org', 'act_2'), ('org', 'act_3'), ('other', 'act_3');",
            )
            .unwrap();
        let actions = (1..=3).map(|id| (id, format!("act_{id}"))).collect();
        assert_eq!(remove(&connection, "org", &Old { actions, ..Old::default() }).unwrap(), 1);
        let left = |sql: &str| all(&connection, sql, [], |row| Ok(row.get::<_, String>(0)?)).unwrap();
        assert_eq!(left("SELECT action_id FROM actions ORDER BY id"), ["act_1", "act_2"]);
        for (table, rows) in [
            ("assumptions", &["org act_1", "other act_3"][..]),
            ("loops", &["org act_1", "org act_2", "other act_3"]),
        ] {
            assert_eq!(
                left(&format!("SELECT org_id || ' ' || action_id FROM {table} ORDER BY 1")),
                rows,
                "{table}"
            );
        }
    }
}
