//! Connections that only read. Each read sees everything that was acknowledged before it began.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::writer::Writer;
use crate::db::{DbError, DbResult};

/// How many connections are kept for later.
const MAX_IDLE: usize = 8;
/// How many statements a connection keeps prepared.
pub(super) const STATEMENTS: usize = 96;

/// Where reads go.
#[derive(Clone, Debug)]
pub(super) enum Reader {
    /// To connections of their own.
    File(Arc<Pool>),
    /// Through the writer's queue: a database in memory belongs to one connection.
    Memory(Arc<Writer>),
}

#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    /// Nothing when the storage is closed.
    idle: Mutex<Option<Vec<Connection>>>,
    /// The process that opened them; SQLite's connections must not be used, or closed, in a forked child.
    process: u32,
}

impl Pool {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Some(Vec::new())), process: std::process::id() }
    }

    fn with<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        if self.process != std::process::id() {
            return Err(DbError::forked().into());
        }
        let idle = self.lock().as_mut().ok_or(DbError::Closed)?.pop();
        let mut connection = idle.map_or_else(|| self.open(), Ok)?;
        let result = work(&mut connection);
        if let Some(idle) = self.lock().as_mut().filter(|idle| idle.len() < MAX_IDLE) {
            idle.push(connection);
        }
        result
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> DbResult<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// Closes the idle connections and opens no more.
    pub(super) fn close(&self) {
        self.lock().take();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            std::mem::forget(self.lock().take());
        }
    }
}

impl Reader {
    /// A short read: a few rows by an index. It runs where it is called; a hop to another thread would cost more.
    pub(super) async fn look_up<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match self {
            Self::File(pool) => pool.with(work),
            Self::Memory(writer) => writer.run(work).await,
        }
    }

    /// A read that may take long: it runs on a thread for blocking work.
    pub(super) async fn scan<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match self {
            Self::Memory(writer) => writer.run(work).await,
            Self::File(pool) => {
                let pool = Arc::clone(pool);
                tokio::task::spawn_blocking(move || pool.with(work)).await.map_err(|_| DbError::Closed)?
            }
        }
    }
}
