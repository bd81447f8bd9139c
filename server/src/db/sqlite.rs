//! SQLite: one thread writes and commits in groups, any number of connections read (write-ahead log).

mod backup;
mod lock;
mod open;
mod reader;
mod statement;
mod writer;

use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;

pub(super) use self::backup::backup;
use self::lock::Lock;
use self::reader::{Pool, Reader};
pub(super) use self::statement::{execute, read};
use self::writer::Writer;
use super::outbox::News;
use super::{DbError, DbResult, Hear, Tx, Work};

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
    pub(super) fn open(path: Option<&Path>) -> Result<Self, String> {
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

    pub(super) async fn look_up<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.reader.look_up(work).await
    }

    pub(super) async fn scan<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.reader.scan(work).await
    }

    pub(super) async fn write<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<(T, Option<News>), E> + Send + 'static,
    ) -> Result<T, E> {
        self.writer.run_and_tell(work).await
    }

    pub(super) fn writes_waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(super) fn on_news(&self, hear: Hear) {
        self.writer.on_news(hear);
    }

    pub(super) fn close(&self) {
        if let Reader::File(pool) = &self.reader {
            pool.close();
        }
        self.writer.stop();
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Does work on a connection that is inside a transaction, and changes nothing.
pub(super) fn poll<D, T, E: From<DbError>>(
    connection: &mut Connection,
    org_id: Option<&str>,
    given: &D,
    work: impl for<'a> FnOnce(&'a D, &'a Tx<'_>) -> Work<'a, T, E>,
) -> Result<T, E> {
    ready(work(given, &Tx::of_sqlite(connection, org_id)))?
}

/// Reads, and sees everything as it was at one time.
pub(super) fn snapshot<D, T, E: From<DbError>>(
    connection: &mut Connection,
    org_id: Option<&str>,
    given: &D,
    work: impl for<'a> FnOnce(&'a D, &'a Tx<'_>) -> Work<'a, T, E>,
) -> Result<T, E> {
    // A database in memory is read where it is written, which nothing else does meanwhile.
    let begins = connection.is_autocommit();
    let run = |connection: &Connection, sql| connection.prepare_cached(sql)?.execute([]).map(drop);
    if begins {
        run(connection, "BEGIN").map_err(DbError::from)?;
    }
    let answer = poll(connection, org_id, given, work);
    if begins {
        run(connection, "COMMIT").map_err(DbError::from)?;
    }
    answer
}

/// Does work on a connection that is inside a transaction. What happened in it is numbered at its end.
pub(super) fn write<D, T, E: From<DbError>>(
    connection: &mut Connection,
    org_id: Option<&str>,
    given: &D,
    work: impl for<'a> FnOnce(&'a D, &'a Tx<'_>) -> Work<'a, T, E>,
) -> Result<(T, Option<News>), E> {
    let tx = Tx::of_sqlite(connection, org_id);
    let answer = ready(work(given, &tx))??;
    Ok((answer, ready(tx.store_told())??))
}

/// What a future of statements comes to: SQLite never waits, so it is ready when it is polled for the first time.
fn ready<T>(work: impl Future<Output = T>) -> DbResult<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(DbError::Failed("work in a transaction waited for something else".to_owned())),
    }
}
