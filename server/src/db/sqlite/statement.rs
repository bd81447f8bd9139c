//! Statements on SQLite.

use std::sync::{Mutex, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::db::{DbError, DbResult, Value};

/// Prepares a statement once, gives it its values and uses it.
pub(in crate::db) fn execute<T>(
    connection: &Mutex<&mut Connection>,
    org_id: Option<&str>,
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
        let value = number.and_then(|number| value(org_id, number, values));
        let value = value.ok_or_else(|| DbError::Failed(format!("a statement lacks a value: {sql}")))?;
        statement.raw_bind_parameter(index, value)?;
    }
    #[cfg(test)]
    if org_id.is_some() {
        crate::db::plan::check(&connection, sql)?;
    }
    if org_id.is_some() && !names_org {
        return Err(DbError::names_no_org(sql));
    }
    work(&mut statement)
}

fn value<'v>(org_id: Option<&'v str>, number: usize, values: &[Value<'v>]) -> Option<Value<'v>> {
    let place = number.checked_sub(1)?;
    match org_id {
        Some(org_id) if place == 0 => Some(Value::Text(org_id)),
        Some(_) => values.get(place - 1).copied(),
        None => values.get(place).copied(),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Real(number) => ValueRef::Real(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A value that SQLite answers.
pub(in crate::db) fn read(value: ValueRef<'_>) -> DbResult<Value<'_>> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(_) => Value::Text(value.as_str().map_err(rusqlite::Error::from)?),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    })
}
