//! What comes back from a statement.

use serde::de::DeserializeOwned;

use super::{DbError, DbResult, Value};

/// A row of either database.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(feature = "postgres")]
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The value in a column; the first is 0.
    pub(crate) fn get<T: Column>(&self, column: usize) -> DbResult<T> {
        T::from_value(self.value(column)?)
            .ok_or_else(|| DbError::Failed(format!("column {column} holds something else")))
    }

    /// The record in a column, which holds it as JSON text.
    pub(crate) fn record<T: DeserializeOwned>(&self, column: usize) -> DbResult<T> {
        match self.value(column)? {
            Value::Text(text) => Ok(serde_json::from_str(text)?),
            _ => Err(DbError::Failed(format!("column {column} holds no record"))),
        }
    }

    fn value(&self, column: usize) -> DbResult<Value<'_>> {
        match self {
            Self::Sqlite(row) => super::sqlite::read(row.get_ref(column)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => row.try_get(column).map_err(|error| DbError::Failed(error.to_string())),
        }
    }
}

/// What can stand in a column.
pub(crate) trait Column: Sized {
    /// Reads it; nothing when something else stands there.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value { Some(number) } else { None }
    }
}

impl Column for f64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Real(number) = value { Some(number) } else { None }
    }
}

impl Column for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl Column for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.to_owned()) } else { None }
    }
}

impl<const LENGTH: usize> Column for [u8; LENGTH] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { bytes.try_into().ok() } else { None }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}
