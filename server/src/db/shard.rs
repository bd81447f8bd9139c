//! One database: all that an instance has, or one of several among which the organisations are shared out.

use std::path::Path;
#[cfg(feature = "postgres")]
use std::sync::Arc;
use std::time::Instant;

use prometheus_client::metrics::histogram::Histogram;

#[cfg(feature = "postgres")]
use super::Follow;
#[cfg(feature = "postgres")]
use super::postgres::{Postgres, PostgresOptions};
use super::sqlite::{self, Sqlite};
use super::storing::Storing;
use super::{DbError, DbResult, Fails, Hear, Tx, Work};

/// One database.
#[derive(Debug)]
pub(crate) struct Shard {
    on: On,
    pub(super) storing: Storing,
    write_times: Histogram,
}

/// Which it is.
#[derive(Debug)]
enum On {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(Box<Postgres>),
}

impl Shard {
    /// Opens the database in this file, or one in memory. The error is one sentence for people.
    pub(super) fn open(path: Option<&Path>, write_times: &Histogram) -> Result<Self, String> {
        Sqlite::open(path).map(|sqlite| Self::over(On::Sqlite(sqlite), write_times))
    }

    /// Opens a database on a server. The error is one sentence for people.
    #[cfg(feature = "postgres")]
    pub(super) fn open_postgres(options: &PostgresOptions, write_times: &Histogram) -> Result<Self, String> {
        Postgres::open(options).map(|postgres| Self::on_postgres(postgres, write_times))
    }

    #[cfg(feature = "postgres")]
    pub(super) fn on_postgres(postgres: Postgres, write_times: &Histogram) -> Self {
        Self::over(On::Postgres(Box::new(postgres)), write_times)
    }

    /// Takes up the part of all organisations that it has by a map. The error is one sentence for people.
    #[cfg(feature = "postgres")]
    pub(super) fn take_part(&self) -> Result<(), String> {
        match &self.on {
            On::Sqlite(_) => Ok(()),
            On::Postgres(postgres) => postgres.take_part(),
        }
    }

    fn over(on: On, write_times: &Histogram) -> Self {
        Self { on, storing: Storing::default(), write_times: write_times.clone() }
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

    pub(super) async fn look_up_in<D, T, E, W>(
        &self,
        org_id: Option<String>,
        given: D,
        work: W,
    ) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        match &self.on {
            On::Sqlite(sqlite) => {
                sqlite
                    .look_up(move |connection| sqlite::poll(connection, org_id.as_deref(), &given, work))
                    .await
            }
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.read(org_id.as_deref(), false, &given, work).await,
        }
    }

    pub(super) async fn scan<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        let org_id = Some(org_id.to_owned());
        match &self.on {
            On::Sqlite(sqlite) => {
                sqlite
                    .scan(move |connection| sqlite::snapshot(connection, org_id.as_deref(), &given, work))
                    .await
            }
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.read(org_id.as_deref(), true, &given, work).await,
        }
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

    pub(super) fn note_failure(&self, error: Option<&impl Fails>) {
        if let Some(why) = error.and_then(Fails::unavailable) {
            self.storing.failed(why);
        }
    }

    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_variables, reason = "SQLite writes one after the other")
    )]
    pub(super) async fn write_in<D, T, E, W>(
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
        let written = match &self.on {
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

    pub(super) fn on_news(&self, hear: Hear) {
        match &self.on {
            On::Sqlite(sqlite) => sqlite.on_news(hear),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.on_news(hear),
        }
    }

    #[cfg(feature = "postgres")]
    pub(super) fn follow(&self, follower: Arc<dyn Follow>) {
        if let On::Postgres(postgres) = &self.on {
            postgres.follow(follower);
        }
    }

    pub(super) fn look(&self) -> bool {
        match &self.on {
            On::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => {
                postgres.look();
                true
            }
        }
    }

    pub(super) fn writes_waiting(&self) -> usize {
        match &self.on {
            On::Sqlite(sqlite) => sqlite.writes_waiting(),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.writes_waiting(),
        }
    }

    pub(super) fn close(&self) {
        match &self.on {
            On::Sqlite(sqlite) => sqlite.close(),
            #[cfg(feature = "postgres")]
            On::Postgres(postgres) => postgres.close(),
        }
    }
}
