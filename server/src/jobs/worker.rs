//! The worker: one thread with a runtime of its own, since an instance may be opened where there is none. Each database has
//! its own work, and none waits for another.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use dashclaw::clock;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::rules::{LEASE_MS, pause_ms};
use super::{Job, Kind, rows};
use crate::app::App;
use crate::db::{DbError, DbResult, Shard};

/// How long the worker rests at most before it looks again: another host, or a later version of the clock, may have work.
const LONGEST_REST: Duration = Duration::from_secs(10);
/// How long it rests when the database does not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The working thread.
#[derive(Debug)]
pub(crate) struct Worker {
    stop: CancellationToken,
    thread: JoinHandle<()>,
    /// The process whose thread it is; a forked child has the handle without the thread.
    process: u32,
}

impl Worker {
    /// Starts it. What comes by itself comes one period after it was first seen, so that a start stays quick.
    pub(crate) fn start(app: Arc<App>, kinds: Vec<Kind>) -> std::io::Result<Self> {
        Self::start_by(clock::unix_millis, app, kinds)
    }

    pub(super) fn start_by(now_ms: fn() -> i64, app: Arc<App>, kinds: Vec<Kind>) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let stop = app.stop.child_token();
        let ends = stop.clone();
        let thread = std::thread::Builder::new().name("dashclaw-jobs".into()).spawn(move || {
            let work = |shard: &Arc<Shard>| {
                let (app, shard) = (Arc::clone(&app), Arc::clone(shard));
                Work { app, shard, kinds: kinds.clone(), now_ms, stop: ends.clone() }.go_on()
            };
            runtime.block_on(join_all(app.db.shards().iter().map(work)));
        })?;
        Ok(Self { stop, thread, process: std::process::id() })
    }

    /// Ends it, once what it is doing is done.
    pub(crate) fn stop(self) {
        self.stop.cancel();
        if self.process != std::process::id() {
            return;
        }
        // Only a panic makes this fail, and then the thread has ended as well.
        let _ = self.thread.join();
    }
}

struct Work {
    app: Arc<App>,
    shard: Arc<Shard>,
    kinds: Vec<Kind>,
    now_ms: fn() -> i64,
    stop: CancellationToken,
}

impl Work {
    async fn go_on(self) {
        while !self.stop.is_cancelled() {
            let rest = match self.turn().await {
                Ok(rest) => rest,
                Err(DbError::Closed) => return,
                // The log was told when it began.
                Err(DbError::Unavailable(_)) => AFTER_FAILURE,
                Err(error) => {
                    tracing::warn!(%error, "work in the background stands still");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Does what is due, and says how long there is nothing more.
    async fn turn(&self) -> DbResult<Duration> {
        if self.shard.is_said_to_store_nothing() {
            // Nobody else may look whether that is over.
            self.shard.can_store(true).await?;
        }
        self.add_what_comes_by_itself().await?;
        while !self.stop.is_cancelled() {
            let now_ms = (self.now_ms)();
            let claimed = self
                .shard
                .everywhere(now_ms, |now_ms, tx| rows::claim(tx, *now_ms, *now_ms + LEASE_MS).boxed());
            let Some(job) = claimed.await? else { break };
            self.perform(job).await?;
        }
        let next_ms = self
            .shard
            .look_up_everywhere((self.now_ms)(), |now_ms, tx| rows::next_ms(tx, *now_ms).boxed())
            .await?;
        let rest_ms = next_ms.map_or(u64::MAX, |next| u64::try_from(next - (self.now_ms)()).unwrap_or(0));
        Ok(Duration::from_millis(rest_ms).min(LONGEST_REST))
    }

    async fn add_what_comes_by_itself(&self) -> DbResult<()> {
        let first = |kind: &Kind| Some((kind.name, (self.now_ms)() + millis(kind.every?)));
        let regular: Vec<(&'static str, i64)> = self.kinds.iter().filter_map(first).collect();
        let added = self.shard.everywhere(regular, |regular, tx| {
            async move {
                for (name, run_ms) in regular {
                    rows::add(tx, "", name, name, *run_ms).await?;
                }
                Ok(())
            }
            .boxed()
        });
        added.await
    }

    async fn perform(&self, job: Job) -> DbResult<()> {
        let kind = self.kinds.iter().find(|kind| kind.name == job.kind);
        let answer = match kind {
            // The state that work shares is behind locks that are taken whether or not somebody panicked holding them.
            Some(kind) => {
                AssertUnwindSafe((kind.run)(Arc::clone(&self.app), Arc::clone(&self.shard), job.clone()))
                    .catch_unwind()
                    .await
                    .unwrap_or_else(|_| Err("it panicked".to_owned()))
            }
            None => Err("nobody here knows this kind of work".to_owned()),
        };
        let every = kind.and_then(|kind| kind.every);
        let now_ms = (self.now_ms)();
        match answer {
            Ok(()) => {
                let again_ms = every.map(|every| now_ms + millis(every));
                let noted = self.shard.everywhere((job, again_ms), |(job, again_ms), tx| {
                    rows::done(tx, job, *again_ms).boxed()
                });
                noted.await
            }
            Err(problem) => {
                let again_ms = pause_ms(job.attempts, every.is_some()).map(|pause| now_ms + pause);
                tracing::warn!(kind = job.kind, id = job.id, problem, attempts = job.attempts, "work failed");
                if again_ms.is_none() {
                    tracing::error!(kind = job.kind, id = job.id, "work is given up");
                }
                let noted =
                    self.shard.everywhere((job, problem, again_ms), |(job, problem, again_ms), tx| {
                        rows::failed(tx, job, problem, *again_ms).boxed()
                    });
                noted.await
            }
        }
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
