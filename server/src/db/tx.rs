//! A transaction of either database, and the few ways to use it.
//!
//! Statements are written once, in what both databases understand: `$1`-style parameters, `ON CONFLICT … RETURNING`,
//! `count(*) FILTER`, records as text, an explicit order of nulls.

use std::sync::{Mutex, PoisonError};

use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, ToSql};

use super::outbox::Told;
use super::{DbError, DbResult, Row, Value};

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
}

#[expect(clippy::unused_async, reason = "SQLite is the one database that never waits")]
impl<'c> Tx<'c> {
    pub(super) fn of_sqlite(connection: &'c mut Connection, org_id: Option<&'c str>) -> Self {
        Self { org_id, on: On::Sqlite(Mutex::new(connection)), told: Mutex::default() }
    }

    /// The organisation; nothing where there is none.
    pub(super) fn org_id(&self) -> &str {
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
            On::Sqlite(connection) => self.execute(connection, sql, values, |statement| {
                let mut rows = statement.raw_query();
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::Sqlite(row))?);
                }
                Ok(found)
            }),
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
            On::Sqlite(connection) => self.execute(connection, sql, values, |statement| {
                let mut rows = statement.raw_query();
                rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()
            }),
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
                self.execute(connection, sql, values, |statement| Ok(statement.raw_execute()?))
            }
        }
    }

    /// Prepares a statement once, gives it its values and uses it.
    fn execute<T>(
        &self,
        connection: &Mutex<&mut Connection>,
        sql: &str,
        values: &[Value<'_>],
        work: impl FnOnce(&mut CachedStatement<'_>) -> DbResult<T>,
    ) -> DbResult<T> {
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(sql)?;
        let mut names_org = false;
        for index in 1..=statement.parameter_count() {
            // SQLite takes `$3` for a name and numbers names as they come; the number in it says which value is meant.
            let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse().ok());
            names_org |= number == Some(1);
            let value = number.and_then(|number| self.value(number, values));
            let value = value.ok_or_else(|| DbError::Failed(format!("a statement lacks a value: {sql}")))?;
            statement.raw_bind_parameter(index, value)?;
        }
        #[cfg(test)]
        if self.org_id.is_some() {
            super::plan::check(&connection, sql)?;
        }
        if self.org_id.is_some() && !names_org {
            return Err(DbError::Failed(format!("a statement names no organisation: {sql}")));
        }
        work(&mut statement)
    }

    fn value<'v>(&'v self, number: usize, values: &[Value<'v>]) -> Option<Value<'v>> {
        let place = number.checked_sub(1)?;
        match self.org_id {
            Some(org_id) if place == 0 => Some(Value::Text(org_id)),
            Some(_) => values.get(place - 1).copied(),
            None => values.get(place).copied(),
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef;
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Real(number) => ValueRef::Real(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
