//! Whether anything can be stored now. The last write that the database could not do says so; when it is longer ago, a write is
//! tried.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::{Db, DbError, DbResult, Tx, values};

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

impl Db {
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
        let tried = self.everywhere("-".repeat(BYTES), |text, tx| try_to_store(tx, text).boxed()).await;
        self.storing.note(tried.clone().err());
        tried
    }
}

/// Writes a row that nobody sees: it is gone when the transaction ends, and yet that must reach the disk.
async fn try_to_store(tx: &Tx<'_>, text: &str) -> DbResult<()> {
    let sql = "INSERT INTO jobs (org_id, id, kind, data, run_ms, attempts, leased_until_ms, dead)
        VALUES ('', $1, $1, $2, 0, 0, 0, 1)";
    tx.run(sql, &values!["storing", text]).await?;
    tx.run("DELETE FROM jobs WHERE org_id = '' AND id = $1", &values!["storing"]).await?;
    Ok(())
}
