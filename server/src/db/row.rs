//! What comes back from a statement.

use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;

use super::{DbError, DbResult};

/// A row of either database.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
}

impl Row<'_> {
    /// The value in a column; the first is 0.
    pub(crate) fn get<T: Column>(&self, column: usize) -> DbResult<T> {
        match self {
            Self::Sqlite(row) => T::from_sqlite(row.get_ref(column)?)
                .ok_or_else(|| DbError::Failed(format!("column {column} holds something else"))),
        }
    }

    /// The record in a column, which holds it as JSON text.
    pub(crate) fn record<T: DeserializeOwned>(&self, column: usize) -> DbResult<T> {
        match self {
            Self::Sqlite(row) => {
                let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
                Ok(serde_json::from_str(text)?)
            }
        }
    }
}

/// What can stand in a column.
pub(crate) trait Column: Sized {
    /// Reads it; nothing when something else stands there.
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()
    }
}

impl Column for f64 {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_f64().ok()
    }
}

impl Column for bool {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().map(|number| number != 0)
    }
}

impl Column for String {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(str::to_owned)
    }
}

impl<const LENGTH: usize> Column for [u8; LENGTH] {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok()?.try_into().ok()
    }
}

impl<T: Column> Column for Option<T> {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            value => T::from_sqlite(value).map(Some),
        }
    }
}
