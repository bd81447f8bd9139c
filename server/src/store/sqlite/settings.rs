//! Settings and learning events in SQLite.

use std::collections::BTreeMap;

use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, params};
use serde_json::Value;

use super::{Sqlite, encode, premises};
use crate::store::{Settings, Stored};

impl Settings for Sqlite {
    fn version(&self, org_id: &str) -> Stored<'_, i64> {
        let org_id = org_id.to_owned();
        self.reader.look_up(move |connection| premises::version(connection, &org_id)).boxed()
    }

    fn settings(&self, org_id: &str) -> Stored<'_, BTreeMap<String, String>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("SELECT name, value FROM settings WHERE org_id = ?1")?;
            let settings = statement.query_map([org_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(settings.collect::<Result<_, _>>()?)
        };
        self.reader.look_up(work).boxed()
    }

    fn put_setting(&self, org_id: &str, name: &str, value: Option<String>) -> Stored<'_, ()> {
        let (org_id, name) = (org_id.to_owned(), name.to_owned());
        let work = move |connection: &Connection| {
            match value {
                Some(value) => connection.execute(
                    "INSERT OR REPLACE INTO settings (org_id, name, value, updated_at) VALUES (?1, ?2, ?3, ?4)",
                    params![org_id, name, value, clock::now_iso()],
                )?,
                None => connection
                    .execute("DELETE FROM settings WHERE org_id = ?1 AND name = ?2", params![org_id, name])?,
            };
            premises::raise_version(connection, &org_id)
        };
        self.writer.run(work).boxed()
    }

    fn add_learning_events(&self, org_id: &str, events: Vec<Value>) -> Stored<'_, usize> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "INSERT INTO learning_events (org_id, record, created_at) VALUES (?1, ?2, ?3)";
            let mut statement = connection.prepare_cached(sql)?;
            for event in &events {
                statement.execute(params![org_id, encode(event)?, clock::now_iso()])?;
            }
            Ok(events.len())
        };
        self.writer.run(work).boxed()
    }
}
