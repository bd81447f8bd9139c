//! The outbox: what happened is written down in the transaction that made it happen, and numbered when that ends.
//!
//! Each organisation counts for itself: its positions have no gap and follow the order of the commits, so a position is all
//! that a reader needs to remember. They are taken by the last statements of a transaction, which keeps the time short in
//! which others wait for the same row.

use dashclaw::clock;
use serde::Serialize;

use super::{DbResult, Tx, values};

/// Something that happened, not yet numbered.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) name: &'static str,
    /// JSON text on one line.
    pub(super) data: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The first of an organisation has the position 1.
    pub(crate) position: i64,
    pub(crate) name: String,
    /// JSON text on one line.
    pub(crate) data: String,
}

/// The events of one transaction, in their order.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) org_id: String,
    pub(crate) events: Vec<Event>,
}

/// Which events of an organisation there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The position of the newest; 0 before the first.
    pub(crate) newest: i64,
    /// The position of the oldest that is kept; one more than the newest when there is none.
    pub(crate) oldest: i64,
}

impl Tx<'_> {
    /// Tells that something happened. Listeners hear of it once what this transaction did lasts, and only then.
    pub(crate) fn tell(&self, name: &'static str, data: &impl Serialize) -> DbResult<()> {
        self.tell_text(name, serde_json::to_string(data)?);
        Ok(())
    }

    /// Tells that something happened, in JSON text on one line.
    pub(crate) fn tell_text(&self, name: &'static str, data: String) {
        self.note(Told { name, data });
    }

    /// Numbers and stores what was told. It is the last thing that a transaction does.
    pub(super) async fn store_told(&self) -> DbResult<Option<News>> {
        let told = self.take_told();
        let Ok(count @ 1..) = i64::try_from(told.len()) else { return Ok(None) };
        let sql = "INSERT INTO heads (org_id, version, position) VALUES ($1, 0, $2)
            ON CONFLICT (org_id) DO UPDATE SET position = heads.position + excluded.position RETURNING position";
        let newest: i64 = self.single(sql, &values![count], |row| row.get(0)).await?;
        let now_ms = clock::unix_millis();
        let mut events = Vec::with_capacity(told.len());
        for (position, Told { name, data }) in (newest - count + 1..).zip(told) {
            let sql =
                "INSERT INTO events (org_id, position, name, data, created_ms) VALUES ($1, $2, $3, $4, $5)";
            self.run(sql, &values![position, name, data, now_ms]).await?;
            events.push(Event { position, name: name.to_owned(), data });
        }
        Ok(Some(News { org_id: self.org_id().to_owned(), events }))
    }
}

/// What the ids of this database's events begin with.
pub(crate) async fn epoch(tx: &Tx<'_>) -> DbResult<String> {
    tx.single("SELECT epoch FROM event_epochs WHERE id = 'default'", &[], |row| row.get(0)).await
}

/// Which events there are.
pub(crate) async fn kept(tx: &Tx<'_>) -> DbResult<Kept> {
    let newest = tx.one("SELECT position FROM heads WHERE org_id = $1", &[], |row| row.get(0)).await?;
    let newest = newest.unwrap_or(0);
    let oldest = "SELECT position FROM events WHERE org_id = $1 ORDER BY position LIMIT 1";
    let oldest = tx.one(oldest, &[], |row| row.get(0)).await?;
    Ok(Kept { newest, oldest: oldest.unwrap_or(newest + 1) })
}

/// The events behind a position, at most `most`, in their order.
pub(crate) async fn behind(tx: &Tx<'_>, position: i64, most: i64) -> DbResult<Vec<Event>> {
    let sql = "SELECT position, name, data FROM events WHERE org_id = $1 AND position > $2 ORDER BY position LIMIT $3";
    tx.all(sql, &values![position, most], |row| {
        Ok(Event { position: row.get(0)?, name: row.get(1)?, data: row.get(2)? })
    })
    .await
}

/// Removes events that were told before a time, in unix milliseconds, the oldest first and at most `most`. Answers how many.
pub(crate) async fn remove(tx: &Tx<'_>, before_ms: i64, most: i64) -> DbResult<usize> {
    let sql = "SELECT position, created_ms FROM events WHERE org_id = $1 ORDER BY position LIMIT $2";
    let oldest: Vec<(i64, i64)> = tx.all(sql, &values![most], |row| Ok((row.get(0)?, row.get(1)?))).await?;
    let old = oldest.into_iter().take_while(|(_, created_ms)| *created_ms < before_ms).last();
    let Some((last, _)) = old else { return Ok(0) };
    tx.run("DELETE FROM events WHERE org_id = $1 AND position <= $2", &values![last]).await
}

/// The organisations that have events.
pub(crate) async fn organisations(tx: &Tx<'_>) -> DbResult<Vec<String>> {
    tx.all("SELECT org_id FROM heads WHERE position > 0", &[], |row| row.get(0)).await
}
