//! The one thread that writes. It commits what waits in its queue as one group: one transaction, one fsync, then every
//! caller is answered. What was answered survives `kill -9` and a power cut.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::db::outbox::News;
use crate::db::{DbError, DbResult, Hear};

/// How many callers may wait before the next one waits for a place.
const QUEUE: usize = 4096;
/// How many writes one commit holds at most, so that the first of them does not wait long.
const MAX_GROUP: usize = 512;

/// Tells a caller what became of its write, once the group is committed, or why it is not.
type Done = Box<dyn FnOnce(Option<&DbError>) + Send>;
/// A write; it is given no connection when no transaction could be begun.
type Job = Box<dyn FnOnce(Result<&mut Connection, DbError>) -> Done + Send>;

enum Message {
    Write(Job),
    Stop,
}

/// The handle of the writing thread.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Who is told what happened.
    hear: Arc<OnceLock<Hear>>,
    /// The process whose thread it is; a forked child has the handle without the thread.
    process: u32,
}

impl Writer {
    /// Starts the thread on its connection.
    pub(super) fn start(mut connection: Connection) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("dashclaw-writer".into())
            .spawn(move || serve(&mut connection, waiting))?;
        let (thread, hear) = (Mutex::new(Some(thread)), Arc::default());
        Ok(Self { queue, thread, hear, process: std::process::id() })
    }

    /// Has `hear` told what happened, in the order of the commits. Only the first one who asks for it is.
    pub(super) fn on_news(&self, hear: Hear) {
        let _ = self.hear.set(hear);
    }

    /// Runs `work` in a savepoint of its own and answers once it is on disk. When `work` fails, nothing of it is kept and
    /// the other writes of the group are not harmed.
    pub(super) async fn run<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.run_and_tell(|connection| work(connection).map(|answer| (answer, None))).await
    }

    /// The same, and tells what happened, before it answers and whether or not anybody waits for that.
    pub(super) async fn run_and_tell<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<(T, Option<News>), E> + Send + 'static,
    ) -> Result<T, E> {
        if self.process != std::process::id() {
            return Err(DbError::forked().into());
        }
        let (job, answered) = job(work, Arc::clone(&self.hear));
        self.queue.send(Message::Write(job)).await.map_err(|_| DbError::Closed)?;
        answered.await.map_err(|_| DbError::Closed)?
    }

    /// How many callers wait for a group that their write is in.
    pub(super) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Commits what waits and ends the thread.
    pub(super) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread.filter(|_| self.process == std::process::id()) else { return };
        // A full queue is being emptied, so a place comes free soon; blocking would be refused inside a runtime.
        let mut message = Message::Stop;
        while let Err(mpsc::error::TrySendError::Full(refused)) = self.queue.try_send(message) {
            message = refused;
            std::thread::yield_now();
        }
        // Only a panic makes this fail, and then the thread has ended as well.
        let _ = thread.join();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn job<T: Send + 'static, E: From<DbError> + Send + 'static>(
    work: impl FnOnce(&mut Connection) -> Result<(T, Option<News>), E> + Send + 'static,
    hear: Arc<OnceLock<Hear>>,
) -> (Job, oneshot::Receiver<Result<T, E>>) {
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        let result = connection.map_err(E::from).and_then(|connection| in_savepoint(connection, work));
        Box::new(move |failure| {
            let result = match failure {
                Some(failure) => Err(failure.clone().into()),
                None => result.map(|(answer, news)| {
                    if let (Some(news), Some(hear)) = (news, hear.get()) {
                        hear(news);
                    }
                    answer
                }),
            };
            // A caller that has gone away needs no answer.
            let _ = answer.send(result);
        })
    });
    (job, answered)
}

fn in_savepoint<T, E: From<DbError>>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let run = |connection: &Connection, sql| -> DbResult<()> {
        connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    run(connection, "SAVEPOINT job")?;
    // Of a panic nothing is kept either, and the thread goes on: the connection is the same after the savepoint is undone.
    let result = catch_unwind(AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(DbError::Failed("work in a transaction panicked".to_owned()).into()));
    if result.is_err() {
        // Then SQLite has undone all of the transaction, and why stands in the result.
        if connection.is_autocommit() {
            return result;
        }
        run(connection, "ROLLBACK TO job")?;
    }
    run(connection, "RELEASE job")?;
    result
}

fn serve(connection: &mut Connection, mut queue: mpsc::Receiver<Message>) {
    while let Some(Message::Write(first)) = queue.blocking_recv() {
        commit_group(connection, first, &mut queue);
    }
    queue.close();
    while let Ok(message) = queue.try_recv() {
        if let Message::Write(job) = message {
            commit_group(connection, job, &mut queue);
        }
    }
    // A checkpoint that fails is made by the next start.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

fn commit_group(connection: &mut Connection, first: Job, queue: &mut mpsc::Receiver<Message>) {
    if let Err(error) = begin(connection) {
        first(Err(error))(None);
        return;
    }
    let mut done = vec![first(Ok(connection))];
    // After some failures (disk full) SQLite itself ends the transaction; then nothing may be added to it.
    while done.len() < MAX_GROUP && !connection.is_autocommit() {
        match queue.try_recv() {
            Ok(Message::Write(job)) => done.push(job(Ok(connection))),
            Ok(Message::Stop) => {
                queue.close();
                break;
            }
            Err(_) => break,
        }
    }
    let failure = commit(connection).err();
    if failure.is_some() {
        // It fails when SQLite has rolled back by itself, which is just as good.
        let _ = connection.execute_batch("ROLLBACK");
    }
    for tell in done {
        tell(failure.as_ref());
    }
}

fn begin(connection: &Connection) -> DbResult<()> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

fn commit(connection: &Connection) -> DbResult<()> {
    if connection.is_autocommit() {
        let why = "the database has undone a group of writes: its disk is full, or fails";
        return Err(DbError::Unavailable(why.to_owned()));
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)").unwrap();
        Writer::start(connection).unwrap()
    }

    fn insert(n: i64) -> impl FnOnce(&mut Connection) -> DbResult<i64> + Send + 'static {
        move |connection| {
            connection.execute("INSERT INTO t VALUES (?1)", [n])?;
            Ok(n)
        }
    }

    async fn count(writer: &Writer) -> i64 {
        writer
            .run(|c| Ok::<_, DbError>(c.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_failing_write_leaves_nothing_and_harms_no_other() {
        let writer = writer();
        let half = writer.run(|c| {
            c.execute("INSERT INTO t VALUES (7)", [])?;
            Err::<(), _>(DbError::Failed("no".into()))
        });
        let (a, b, c, d) =
            tokio::join!(writer.run(insert(1)), half, writer.run(insert(1)), writer.run(insert(2)));
        assert_eq!((a, d), (Ok(1), Ok(2)));
        assert_eq!(b, Err(DbError::Failed("no".into())));
        assert!(matches!(c, Err(DbError::Failed(text)) if text.contains("UNIQUE")));
        assert_eq!(count(&writer).await, 2);
    }

    #[tokio::test]
    async fn a_write_that_panics_leaves_nothing_and_the_thread_goes_on() {
        let writer = writer();
        let broken = writer.run(|c| -> DbResult<()> {
            c.execute("INSERT INTO t VALUES (7)", [])?;
            panic!("broken on purpose")
        });
        let (broken, one) = tokio::join!(broken, writer.run(insert(1)));
        assert!(matches!(broken, Err(DbError::Failed(why)) if why.contains("panicked")));
        assert_eq!((one, count(&writer).await), (Ok(1), 1));
    }

    fn blob(bytes: i64) -> impl FnOnce(&mut Connection) -> DbResult<usize> + Send + 'static {
        move |connection| Ok(connection.execute("INSERT INTO b VALUES (zeroblob(?1))", [bytes])?)
    }

    #[tokio::test]
    async fn a_file_that_may_not_grow_refuses_what_is_too_large_and_nothing_else() {
        let writer = writer();
        let limit = |pages: i64| {
            writer.run(move |c| -> DbResult<()> {
                c.execute_batch("CREATE TABLE IF NOT EXISTS b (data)")?;
                c.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
                Ok(())
            })
        };
        limit(20).await.unwrap();
        let (a, large, b) =
            tokio::join!(writer.run(insert(1)), writer.run(blob(1 << 20)), writer.run(insert(2)));
        assert!(matches!(&large, Err(DbError::Unavailable(why)) if why.contains("full")), "{large:?}");
        // Those of its group go with it; what was answered is there.
        assert_eq!(count(&writer).await, i64::from(a.is_ok()) + i64::from(b.is_ok()));
        limit(1 << 20).await.unwrap();
        assert_eq!(writer.run(blob(1 << 20)).await, Ok(1));
    }

    /// As SQLite does by itself after some failures of the disk.
    #[tokio::test]
    async fn a_group_that_sqlite_has_undone_is_refused_whole_and_the_next_is_not() {
        let writer = writer();
        let undone = writer.run(|c| -> DbResult<()> {
            c.execute_batch("ROLLBACK")?;
            Err(DbError::Failed("the cause".into()))
        });
        // The writer is held until all of them wait, so that the first two are of one group.
        let (go, gate) = std::sync::mpsc::channel();
        let held = writer.run(move |_| gate.recv().map_err(|_| DbError::Closed));
        let all_wait = async { go.send(()).unwrap() };
        let (_, a, undone, b, ()) =
            tokio::join!(held, writer.run(insert(1)), undone, writer.run(insert(2)), all_wait);
        assert!(matches!(&a, Err(DbError::Unavailable(_))), "{a:?}");
        assert!(matches!(&undone, Err(DbError::Unavailable(_))), "{undone:?}");
        // It came behind the failure, so it is of another group.
        assert_eq!((b, count(&writer).await), (Ok(2), 1));
    }

    #[tokio::test]
    async fn in_a_forked_child_nothing_waits_for_the_thread_that_is_not_there() {
        let mut writer = writer();
        let parent = std::mem::replace(&mut writer.process, 0);
        assert!(matches!(writer.run(insert(1)).await, Err(DbError::Failed(why)) if why.contains("forked")));
        writer.process = parent;
        assert_eq!(count(&writer).await, 0);
    }

    #[tokio::test]
    async fn what_waits_is_committed_before_the_stop() {
        let writer = std::sync::Arc::new(writer());
        let waiting: Vec<_> = (0..100)
            .map(|n| {
                let writer = writer.clone();
                tokio::spawn(async move { writer.run(insert(n)).await })
            })
            .collect();
        tokio::task::yield_now().await;
        writer.stop();
        for one in waiting {
            let answer = one.await.unwrap();
            assert!(matches!(answer, Ok(_) | Err(DbError::Closed)), "{answer:?}");
        }
        assert_eq!(writer.run(insert(1000)).await, Err(DbError::Closed));
    }
}
