//! One process per database. The lock is an SQLite lock on a file beside it, which the operating system frees however the
//! process ends, and which works alike on every platform.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

/// Holds the lock until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _connection: Connection,
}

impl Lock {
    /// Takes the lock of `database`; nothing when another process, or another instance in this one, holds it.
    pub(super) fn take(database: &Path) -> rusqlite::Result<Option<Self>> {
        let connection = Connection::open(lock_path(database))?;
        connection.busy_timeout(std::time::Duration::ZERO)?;
        match connection.execute_batch("BEGIN EXCLUSIVE") {
            Ok(()) => Ok(Some(Self { _connection: connection })),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    name.into()
}
