//! What an instance remembers: statements that are written once, in transactions of the database that it has.
//!
//! What is written is atomic: it happens wholly or not at all, and once it has answered, it lasts.

mod conditions;
mod error;
mod migrations;
pub(crate) mod outbox;
#[cfg(test)]
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod sqlite;
mod storing;
mod tx;
mod value;

#[cfg(all(test, feature = "postgres"))]
#[path = "../tests/common/database.rs"]
mod test_database;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use conditions::Where;
pub(crate) use error::{DbError, DbResult, Fails};
use futures_util::future::BoxFuture;
use outbox::News;
#[cfg(feature = "postgres")]
use postgres::Postgres;
#[cfg(feature = "postgres")]
pub(crate) use postgres::{Listen, PostgresOptions};
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
#[derive(Clone, Debug)]
pub(crate) struct Db {
    on: Arc<On>,
    storing: Arc<Storing>,
    write_times: Histogram,
}

/// Which it is.
#[derive(Debug)]
enum On {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Box<Postgres>),
}

/// Who is told what happened.
pub(crate) type Hear = Box<dyn Fn(News) + Send + Sync>;

/// Who wants to know what other hosts do.
#[cfg(feature = "postgres")]
pub(crate) trait Follow: Send + Sync {
    /// The organisations that are of interest.
    fn followed(&self) -> Vec<Followed>;
    /// Looks at a head, and says behind which position it wants the events.
    fn see(&self, head: &Head) -> Option<i64>;
}

/// An organisation that is of interest.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) org_id: String,
    /// Whether somebody waits for its events.
    pub(crate) listening: bool,
}

/// Where an organisation stands.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) org_id: String,
    /// The version of all that its decisions are made on.
    pub(crate) version: i64,
    /// The position of its newest event.
    pub(crate) position: i64,
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
        #[cfg(all(test, feature = "postgres"))]
        if path.is_none()
            && let Some(database) = test_database::TestDatabase::where_wanted()
        {
            let options = PostgresOptions { url: database.url().to_owned(), listen: Listen::Same };
            return Postgres::open(&options)
                .map(|postgres| Self::over(On::Postgres(Box::new(postgres.and_remove(database)))));
        }
        Sqlite::open(path).map(|sqlite| Self::over(On::Sqlite(sqlite)))
    }

    /// Opens a database on a server. The error is one sentence for people.
    #[cfg(feature = "postgres")]
    pub(crate) fn open_postgres(options: &PostgresOptions) -> Result<Self, String> {
        Postgres::open(options).map(|postgres| Self::over(On::Postgres(Box::new(postgres))))
    }

    fn over(on: On) -> Self {
        Self { on: Arc::new(on), storing: Arc::default(), write_times: times() }
    }

    /// A short read: a few rows by an index. It sees everything that was acknowledged before it began.
    pub(crate) async fn look_up<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.look_up_in(Some(org_id.to_owned()), given, work).await
    }

    /// A short read of what belongs to no organisation, or to any.
    pub(crate) async fn look_up_everywhere<D, T, W>(&self, given: D, work: W) -> DbResult<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T> + Send + Sync + 'static,
    {
        self.look_up_in(None, given, work).await
    }

    async fn look_up_in<D, T, E, W>(&self, org_id: Option<String>, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        match &*self.on {
            On::Sqlite(sqlite) => {
                sqlite
                    .look_up(move |connection| sqlite::poll(connection, org_id.as_deref(), &given, work))
                    .await
            }
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.read(org_id.as_deref(), false, &given, work).await,
        }
    }

    /// A read that may take long, as that of a list. It holds up nobody, and sees everything as it was at one time.
    pub(crate) async fn scan<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let org_id = Some(org_id.to_owned());
        match &*self.on {
            On::Sqlite(sqlite) => {
                sqlite
                    .scan(move |connection| sqlite::snapshot(connection, org_id.as_deref(), &given, work))
                    .await
            }
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.read(org_id.as_deref(), true, &given, work).await,
        }
    }

    /// Writes, with the organisation for itself. It answers once what was written lasts; when `work` fails, nothing of it is
    /// kept.
    pub(crate) async fn write<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.write_in(Some(org_id), None, given, work).await
    }

    /// Writes beside others of the organisation, and has only these keys for itself: all that it reads to decide on must be
    /// the organisation's policies and settings, or stand under one of them.
    pub(crate) async fn write_beside<D, T, E, W>(
        &self,
        org_id: &str,
        keys: &[String],
        given: D,
        work: W,
    ) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.write_in(Some(org_id), Some(keys), given, work).await
    }

    /// Writes what belongs to no organisation, or to any; one after the other.
    pub(crate) async fn everywhere<D, T, W>(&self, given: D, work: W) -> DbResult<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T> + Send + 'static,
    {
        self.write_in(None, None, given, work).await
    }

    fn note_failure(&self, error: Option<&impl Fails>) {
        if let Some(why) = error.and_then(Fails::unavailable) {
            self.storing.failed(why);
        }
    }

    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "SQLite writes one after the other")
    )]
    async fn write_in<D, T, E, W>(
        &self,
        org_id: Option<&str>,
        keys: Option<&[String]>,
        given: D,
        work: W,
    ) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        let asked = Instant::now();
        let written = match &*self.on {
            On::Sqlite(sqlite) => {
                let org_id = org_id.map(str::to_owned);
                sqlite
                    .write(move |connection| sqlite::write(connection, org_id.as_deref(), &given, work))
                    .await
            }
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.write(org_id, keys, given, work).await,
        };
        self.write_times.observe(asked.elapsed().as_secs_f64());
        self.note_failure(written.as_ref().err());
        written
    }

    /// Has `hear` told of what happened: once it lasts, whether or not anybody waits for the answer. It is called between two
    /// commits, so it must be quick. Where several hosts or lanes write, it may be told late and not in the order of the
    /// commits.
    pub(crate) fn on_news(&self, hear: impl Fn(News) + Send + Sync + 'static) {
        match &*self.on {
            On::Sqlite(sqlite) => sqlite.on_news(Box::new(hear)),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.on_news(Box::new(hear)),
        }
    }

    /// Has `follower` see what other hosts do. On SQLite there are none.
    #[cfg(feature = "postgres")]
    pub(crate) fn follow(&self, follower: Arc<dyn Follow>) {
        if let On::Postgres(postgres) = &*self.on {
            postgres.follow(follower);
        }
    }

    /// Has the heads looked at that are followed, as something is known to be missing. It says whether anybody does.
    pub(crate) fn look(&self) -> bool {
        match &*self.on {
            On::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => {
                postgres.look();
                true
            }
        }
    }

    /// How long writes took, from asking for them to their end, in seconds.
    pub(crate) fn write_times(&self) -> Histogram {
        self.write_times.clone()
    }

    /// How many writes wait for their turn.
    pub(crate) fn writes_waiting(&self) -> usize {
        match &*self.on {
            On::Sqlite(sqlite) => sqlite.writes_waiting(),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.writes_waiting(),
        }
    }

    /// Finishes what was begun and closes the database; every later call answers [`DbError::Closed`].
    pub(crate) fn close(&self) {
        match &*self.on {
            On::Sqlite(sqlite) => sqlite.close(),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.close(),
        }
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
