//! SQLite: one thread writes and commits in groups, any number of connections read (write-ahead log).

mod actions;
mod around;
mod assumptions;
mod decisions;
mod directory;
mod identities;
mod keys;
mod lock;
mod loops;
mod open;
mod overview;
mod policies;
mod premises;
mod reader;
mod retention;
mod sessions;
mod settings;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::lock::Lock;
use self::reader::{Pool, Reader};
use self::writer::Writer;
use super::{Store, StoreResult};

/// A database, in a file or in memory.
#[derive(Debug)]
pub(crate) struct Sqlite {
    writer: Arc<Writer>,
    reader: Reader,
    /// Freed last, when nothing can be written any more.
    lock: Mutex<Option<Lock>>,
}

impl Sqlite {
    /// Opens the database in this file, or one in memory. The error is one sentence for people.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, String> {
        let start = |connection| {
            Writer::start(connection)
                .map(Arc::new)
                .map_err(|error| format!("cannot start the thread that writes: {error}"))
        };
        let Some(path) = path else {
            let writer = start(open::open_memory()?)?;
            return Ok(Self { reader: Reader::Memory(Arc::clone(&writer)), writer, lock: Mutex::default() });
        };
        let (connection, lock) = open::open_file(path)?;
        let writer = start(connection)?;
        let reader = Reader::File(Arc::new(Pool::new(path.to_owned())));
        Ok(Self { writer, reader, lock: Mutex::new(Some(lock)) })
    }
}

impl Store for Sqlite {
    fn close(&self) {
        if let Reader::File(pool) = &self.reader {
            pool.close();
        }
        self.writer.stop();
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn encode(record: &impl Serialize) -> StoreResult<String> {
    Ok(serde_json::to_string(record)?)
}

fn decode<T: DeserializeOwned>(text: &str) -> StoreResult<T> {
    Ok(serde_json::from_str(text)?)
}

/// The text in the first column of the first row.
fn text(connection: &Connection, sql: &str, params: impl Params) -> StoreResult<Option<String>> {
    Ok(connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?)
}

/// The first row, read by `read`.
fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// All rows, read by `read`.
fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The record in a column.
fn record<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> StoreResult<T> {
    decode(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

/// Whether there is a row.
fn exists(connection: &Connection, sql: &str, params: impl Params) -> StoreResult<bool> {
    Ok(connection.prepare_cached(sql)?.exists(params)?)
}
