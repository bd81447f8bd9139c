//! A transaction of either database, and the few ways to use it.
//!
//! Statements are written once, in what both databases understand: `$1`-style parameters, `ON CONFLICT … RETURNING`,
//! `count(*) FILTER`, records as text, an explicit order of nulls.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::outbox::Told;
#[cfg(feature = "postgres")]
use super::postgres::Statements;
use super::{DbError, DbResult, Row, Value, sqlite};

/// A transaction of one organisation. What is read or written in it happens at once, wholly or not at all.
///
/// `$1` is the organisation, in every statement; the values that a statement is given stand from `$2` on. Only in a
/// transaction [of no organisation](super::Db::everywhere) they stand from `$1` on.
pub(crate) struct Tx<'c> {
    org_id: Option<&'c str>,
    on: On<'c>,
    told: Mutex<Vec<Told>>,
}

/// Where it runs.
enum On<'c> {
    /// A connection inside a transaction that somebody else began and will end. It is used by one at a time.
    Sqlite(Mutex<&'c mut Connection>),
    #[cfg(feature = "postgres")]
    Postgres(&'c Statements<'c>),
}

#[cfg_attr(
    not(feature = "postgres"),
    expect(clippy::unused_async, reason = "SQLite is the one database that never waits")
)]
impl<'c> Tx<'c> {
    pub(super) fn of_sqlite(connection: &'c mut Connection, org_id: Option<&'c str>) -> Self {
        Self { org_id, on: On::Sqlite(Mutex::new(connection)), told: Mutex::default() }
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of_postgres(statements: &'c Statements<'c>, org_id: Option<&'c str>) -> Self {
        Self { org_id, on: On::Postgres(statements), told: Mutex::default() }
    }

    /// The organisation; nothing where there is none.
    pub(crate) fn org_id(&self) -> &str {
        self.org_id.unwrap_or_default()
    }

    pub(super) fn note(&self, told: Told) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }

    pub(super) fn take_told(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every row, as `read` reads it.
    pub(crate) async fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> DbResult<T> + Send,
    ) -> DbResult<Vec<T>> {
        match &self.on {
            On::Sqlite(connection) => sqlite::execute(connection, self.org_id, sql, values, |statement| {
                let mut rows = statement.raw_query();
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::Sqlite(row))?);
                }
                Ok(found)
            }),
            #[cfg(feature = "postgres")]
            On::Postgres(statements) => {
                let rows = statements.query(self.org_id, sql, values).await?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row, as `read` reads it.
    pub(crate) async fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> DbResult<T> + Send,
    ) -> DbResult<Option<T>> {
        match &self.on {
            On::Sqlite(connection) => sqlite::execute(connection, self.org_id, sql, values, |statement| {
                let mut rows = statement.raw_query();
                rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()
            }),
            #[cfg(feature = "postgres")]
            On::Postgres(statements) => {
                let rows = statements.query(self.org_id, sql, values).await?;
                rows.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// The one row that there always is, as that of a count.
    pub(crate) async fn single<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_>) -> DbResult<T> + Send,
    ) -> DbResult<T> {
        let found = self.one(sql, values, read).await?;
        found.ok_or_else(|| DbError::Failed("a statement that answers one row answered none".to_owned()))
    }

    /// Whether there is a row.
    pub(crate) async fn exists(&self, sql: &str, values: &[Value<'_>]) -> DbResult<bool> {
        Ok(self.one(sql, values, |_| Ok(())).await?.is_some())
    }

    /// Changes rows, and answers how many.
    pub(crate) async fn run(&self, sql: &str, values: &[Value<'_>]) -> DbResult<usize> {
        match &self.on {
            On::Sqlite(connection) => {
                sqlite::execute(
                    connection,
                    self.org_id,
                    sql,
                    values,
                    |statement| Ok(statement.raw_execute()?),
                )
            }
            #[cfg(feature = "postgres")]
            On::Postgres(statements) => statements.execute(self.org_id, sql, values).await,
        }
    }
}
