//! Work in the background: rows that say what is to be done when, claimed by one worker at a time.
//!
//! A claim is a lease: what was begun by a process that is gone is begun anew when its time is over, so work may be done
//! more than once and must bear that. What fails is tried again, later each time, and given up in the end; then it stays
//! where it can be seen. There is no leader: every host has a worker, and the database tells them apart.

mod rows;
mod rules;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dashclaw::clock;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
pub(crate) use rows::Counts;
pub(crate) use worker::Worker;

use crate::app::App;
use crate::db::{Db, DbResult, Shard};

/// A kind of work.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// What it is called in the database.
    pub(crate) name: &'static str,
    /// How often it is done without being asked for, for all organisations of a database at once.
    pub(crate) every: Option<Duration>,
    /// Does it; the work stood in this database.
    pub(crate) run: Run,
}

/// Does a piece of work, or says why not.
pub(crate) type Run = fn(Arc<App>, Arc<Shard>, Job) -> BoxFuture<'static, Result<(), String>>;

/// A piece of work that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Nothing in it where it is for all organisations.
    pub(crate) org_id: String,
    pub(crate) id: String,
    pub(crate) kind: String,
    /// JSON text: what the work is about.
    pub(crate) data: String,
    /// How often it was begun, this time included.
    pub(crate) attempts: i64,
    /// Until when it is held, in unix milliseconds, which tells this claim from a later one.
    until_ms: i64,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kind").field("name", &self.name).field("every", &self.every).finish_non_exhaustive()
    }
}

/// Has work of an organisation, or of nobody in particular, that was given up tried again. Answers how much that was.
pub(crate) async fn revive(db: &Db, org_id: &str) -> DbResult<usize> {
    let mut revived = 0;
    for shard in db.shards() {
        let given = (org_id.to_owned(), clock::unix_millis());
        revived +=
            shard.everywhere(given, |(org_id, now_ms), tx| rows::revive(tx, org_id, *now_ms).boxed()).await?;
    }
    Ok(revived)
}

/// How much work waits, and how much was given up.
pub(crate) async fn counts(db: &Db) -> DbResult<Counts> {
    let mut all = Counts::default();
    for shard in db.shards() {
        let Counts { waiting, dead } =
            shard.look_up_everywhere((), |(), tx| rows::counts(tx).boxed()).await?;
        all.waiting += waiting;
        all.dead += dead;
    }
    Ok(all)
}
