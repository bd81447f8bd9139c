//! Whether anything can be stored now. The last write that the database could not do says so; when it is longer ago, a write is
//! tried.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::{DbError, DbResult, Shard, Tx, values};
use crate::ids;

/// How long what is known counts. It also bounds how often who may not even have a key can have a write tried.
const COUNTS_FOR: Duration = Duration::from_secs(1);
/// How long a write may wait for its turn and for the disk before nothing is said to be stored.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many bytes the write has that is tried. A page that is there already has no room for them.
const BYTES: usize = 64 * 1024;

/// What is known about storing.
#[derive(Debug, Default)]
pub(super) struct Storing {
    known: Mutex<Known>,
    /// One write is tried at a time; who asks meanwhile is told what comes of it.
    trying: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    /// When it was found out; never so far.
    at: Option<Instant>,
    /// Why nothing can be stored.
    problem: Option<DbError>,
}

impl Storing {
    /// The database could not do a write.
    pub(super) fn failed(&self, why: &str) {
        self.note(Some(DbError::Unavailable(why.to_owned())));
    }

    /// Notes what was found out. The log hears of it when it is new.
    fn note(&self, problem: Option<DbError>) {
        let mut known = self.lock();
        match (&known.problem, &problem) {
            (None, Some(problem)) => {
                tracing::error!(%problem, "nothing can be stored; until it can, requests that write are refused");
            }
            (Some(_), None) => tracing::warn!("it can be stored again"),
            _ => {}
        }
        *known = Known { at: Some(Instant::now()), problem };
    }

    /// What is known, while it counts.
    fn recent(&self) -> Option<DbResult<()>> {
        let known = self.lock();
        known.at.filter(|at| at.elapsed() < COUNTS_FOR)?;
        Some(known.problem.clone().map_or(Ok(()), Err))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Whether something can be stored now. A disk that does not answer is waited for no longer than two seconds where the
    /// caller has a `clock`, which is a runtime's.
    pub(crate) async fn can_store(&self, clock: bool) -> DbResult<()> {
        let found = self.find_out();
        if !clock {
            return found.await;
        }
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| {
            let late = DbError::Unavailable(format!("a write takes longer than {PATIENCE:?}"));
            self.note_failure(Some(&late));
            Err(late)
        })
    }

    /// Whether the last write failed because the database could not do it, and none was seen to work since.
    pub(crate) fn is_said_to_store_nothing(&self) -> bool {
        self.storing.lock().problem.is_some()
    }

    async fn find_out(&self) -> DbResult<()> {
        if let Some(known) = self.storing.recent() {
            return known;
        }
        let _turn = self.storing.trying.lock().await;
        if let Some(known) = self.storing.recent() {
            return known;
        }
        // No host waits for the row of another.
        let id = ids::request().map_err(|error| DbError::Failed(format!("no random numbers: {error}")))?;
        let given = (id, "-".repeat(BYTES));
        let tried = self.everywhere(given, |(id, text), tx| try_to_store(tx, id, text).boxed()).await;
        self.storing.note(tried.clone().err());
        tried
    }
}

/// Writes a row that nobody sees: it is gone when the transaction ends, and yet that must reach the disk.
async fn try_to_store(tx: &Tx<'_>, id: &str, text: &str) -> DbResult<()> {
    let sql = "INSERT INTO jobs (org_id, id, kind, data, run_ms, attempts, leased_until_ms, dead)
        VALUES ('', $1, 'storing', $2, 0, 0, 0, 1)";
    tx.run(sql, &values![id, text]).await?;
    tx.run("DELETE FROM jobs WHERE org_id = '' AND id = $1", &values![id]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::db::Db;

    /// How many rows were changed since the database was opened.
    async fn changes(db: &Db) -> i64 {
        db.home()
            .everywhere((), |(), tx| {
                async { tx.single("SELECT total_changes()", &[], |row| row.get(0)).await }.boxed()
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn however_many_ask_one_write_is_tried() {
        // In a file, since SQLite alone counts what it changes.
        let file = std::env::temp_dir().join(format!("dashclaw-storing-{}.db", std::process::id()));
        let db = Db::open(Some(&file)).unwrap();
        let before = changes(&db).await;
        let asked: Vec<_> = (0..50).map(|_| db.can_store(true)).collect();
        assert!(futures_util::future::join_all(asked).await.into_iter().all(|stores| stores.is_ok()));
        // A row that came and went.
        assert_eq!(changes(&db).await - before, 2);
        db.close();
        for name in ["", "-lock"] {
            let _ = std::fs::remove_file(format!("{}{name}", file.display()));
        }
    }

    #[tokio::test]
    async fn a_write_that_failed_says_so_until_one_works() {
        let db = Db::open(None).unwrap();
        assert!(!db.is_said_to_store_nothing());
        let full = DbError::Unavailable("full".to_owned());
        let given = full.clone();
        let failed = db.write("o", given, |full, _| async { Err::<(), _>(full.clone()) }.boxed()).await;
        assert_eq!((failed, db.can_store(true).await), (Err(full.clone()), Err(full)));
        assert!(db.is_said_to_store_nothing());
        // What is wrong with a write itself says nothing about others.
        let other =
            db.write("o", (), |(), _| async { Err::<(), _>(DbError::Failed("no".into())) }.boxed()).await;
        assert!(other.is_err());
        std::thread::sleep(COUNTS_FOR);
        assert_eq!((db.can_store(true).await, db.is_said_to_store_nothing()), (Ok(()), false));
    }

    /// A paused clock goes on as soon as everything else waits.
    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_is_not_waited_for() {
        let db = Db::open(None).unwrap();
        let (go_on, waiting) = mpsc::channel::<()>();
        let given = Arc::new(Mutex::new(waiting));
        let stuck = db.home().everywhere(given, |waiting, _| {
            let ended = waiting.lock().unwrap().recv();
            async move { ended.map_err(|_| DbError::Closed) }.boxed()
        });
        let asked = async {
            let found = db.can_store(true).await;
            go_on.send(()).unwrap();
            found
        };
        let (stuck, found) = tokio::join!(stuck, asked);
        assert!(
            matches!(&found, Err(DbError::Unavailable(why)) if why.contains("longer than 2s")),
            "{found:?}"
        );
        assert_eq!((stuck, db.is_said_to_store_nothing()), (Ok(()), true));
    }
}
