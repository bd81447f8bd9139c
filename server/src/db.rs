//! What an instance remembers: statements that are written once, in transactions of the database that it has.
//!
//! What is written is atomic: it happens wholly or not at all, and once it has answered, it lasts.

mod conditions;
mod error;
pub(crate) mod outbox;
#[cfg(test)]
mod plan;
mod row;
mod sqlite;
mod storing;
mod tx;
mod value;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use conditions::Where;
pub(crate) use error::{DbError, DbResult, Fails};
use futures_util::future::BoxFuture;
use outbox::News;
use prometheus_client::metrics::histogram::Histogram;
pub(crate) use row::Row;
use serde::Serialize;
use sqlite::Sqlite;
use storing::Storing;
pub(crate) use tx::Tx;
pub(crate) use value::{ToValue, Value, values};

use crate::metrics::times;

/// What is done in a transaction. Whatever it fails with, nothing of it is kept.
pub(crate) type Work<'a, T, E = DbError> = BoxFuture<'a, Result<T, E>>;

/// The database of an instance.
///
/// Work is a function of what it is given and a transaction, because it may be run more than once: what it was given stays.
#[derive(Clone)]
pub(crate) struct Db {
    on: Arc<Sqlite>,
    storing: Arc<Storing>,
    write_times: Histogram,
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl Page {
    /// The page that is asked for; the first one of `most` unless the request says otherwise.
    pub(crate) fn asked(limit: Option<i64>, offset: Option<i64>, most: i64) -> Self {
        Self { limit: limit.unwrap_or(most), offset: offset.unwrap_or(0) }
    }
}

impl Db {
    /// Opens the database in this file, or one in memory. The error is one sentence for people.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, String> {
        let on = Arc::new(Sqlite::open(path)?);
        Ok(Self { on, storing: Arc::default(), write_times: times() })
    }

    /// A short read: a few rows by an index. It sees everything that was acknowledged before it began.
    pub(crate) async fn look_up<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        let org_id = Some(org_id.to_owned());
        self.on.look_up(move |connection| sqlite::poll(connection, org_id.as_deref(), &given, work)).await
    }

    /// A read that may take long, as that of a list. It holds up nobody.
    pub(crate) async fn scan<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        let org_id = Some(org_id.to_owned());
        self.on.scan(move |connection| sqlite::poll(connection, org_id.as_deref(), &given, work)).await
    }

    /// Writes. It answers once what was written lasts; when `work` fails, nothing of it is kept.
    pub(crate) async fn write<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        let org_id = Some(org_id.to_owned());
        let asked = Instant::now();
        let written =
            self.on.write(move |connection| sqlite::write(connection, org_id.as_deref(), &given, work)).await;
        self.write_times.observe(asked.elapsed().as_secs_f64());
        self.note_failure(written.as_ref().err());
        written
    }

    /// Reads or writes what belongs to no organisation, or finds organisations.
    pub(crate) async fn everywhere<D, T, W>(&self, given: D, work: W) -> DbResult<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T> + Send + 'static,
    {
        let done = self.on.write(move |connection| sqlite::write(connection, None, &given, work)).await;
        self.note_failure(done.as_ref().err());
        done
    }

    fn note_failure(&self, error: Option<&impl Fails>) {
        if let Some(why) = error.and_then(Fails::unavailable) {
            self.storing.failed(why);
        }
    }

    /// Has `hear` told of what happened: once it lasts, in the order of the commits, whether or not anybody waits for the
    /// answer. It is called between two commits, so it must be quick.
    pub(crate) fn on_news(&self, hear: impl Fn(News) + Send + Sync + 'static) {
        self.on.on_news(Box::new(hear));
    }

    /// How long writes took, from asking for them to their end, in seconds.
    pub(crate) fn write_times(&self) -> Histogram {
        self.write_times.clone()
    }

    /// How many writes wait for their turn.
    pub(crate) fn writes_waiting(&self) -> usize {
        self.on.writes_waiting()
    }

    /// Finishes what was begun and closes the database; every later call answers [`DbError::Closed`].
    pub(crate) fn close(&self) {
        self.on.close();
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Db")
    }
}

/// Copies the database in the file `from`, which may be in use, to the new file `to`; answers its bytes. The error is one
/// sentence for people.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<u64, String> {
    sqlite::backup(from, to)
}

/// A record as it is stored: JSON text.
pub(crate) fn encode(record: &impl Serialize) -> DbResult<String> {
    Ok(serde_json::to_string(record)?)
}
