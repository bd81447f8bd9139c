//! What happens to hosts and to their database: kills, cut connections, restarts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::database::TestDatabase;
use super::load::Load;

/// How long PostgreSQL runs between two restarts.
const RESTART_EVERY: Duration = Duration::from_secs(20);

const KILLED: &str = "hosts killed";
const CUT: &str = "connections to the database cut";
const LISTENING_CUT: &str = "listening connections cut";

/// What is done, and how often it was.
pub(crate) struct Chaos {
    database: Arc<TestDatabase>,
    /// The folder of a PostgreSQL that may be restarted, for `scripts/postgres`.
    restarts: Option<PathBuf>,
    pub(crate) done: BTreeMap<&'static str, usize>,
}

impl Chaos {
    pub(crate) fn new(database: &Arc<TestDatabase>, restarts: Option<PathBuf>) -> Self {
        let done = [KILLED, CUT, LISTENING_CUT].map(|what| (what, 0)).into();
        Self { database: Arc::clone(database), restarts, done }
    }

    fn note(&mut self, what: &'static str, count: usize) {
        *self.done.entry(what).or_default() += count;
    }

    /// Does something, again and again, until the load is over. All hosts are up then.
    pub(crate) async fn reign(mut self, load: Arc<Load>) -> Self {
        let mut restarted = Instant::now();
        while !load.is_over() {
            sleep(Duration::from_millis(u64::try_from(load.fleet.below(400)).unwrap())).await;
            if self.restarts.is_some() && restarted.elapsed() > RESTART_EVERY {
                self.restart(load.fleet.below(2) == 0).await;
                restarted = Instant::now();
                continue;
            }
            match load.fleet.below(10) {
                0..3 => self.kill(&load).await,
                3..7 => self.cut("true", 1, CUT).await,
                _ => self.cut("query LIKE 'LISTEN%'", 2, LISTENING_CUT).await,
            }
        }
        self
    }

    async fn kill(&mut self, load: &Load) {
        let (host, down) = (load.fleet.any_host(), load.fleet.below(500));
        let fleet = Arc::clone(&load.fleet);
        let down = Duration::from_millis(u64::try_from(down).unwrap());
        let killed = spawn_blocking(move || fleet.restart(host, down));
        killed.await.unwrap();
        self.note(KILLED, 1);
    }

    async fn cut(&mut self, which: &'static str, most: usize, what: &'static str) {
        let database = Arc::clone(&self.database);
        let cut = spawn_blocking(move || database.cut(which, most)).await.unwrap();
        self.note(what, cut);
    }

    async fn restart(&mut self, immediate: bool) {
        let folder = self.restarts.clone().unwrap();
        let mode = if immediate { "immediate" } else { "fast" };
        let restarted = spawn_blocking(move || {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/postgres");
            Command::new(script).args(["restart", mode]).env("POSTGRES_DIR", folder).status().unwrap()
        });
        assert!(restarted.await.unwrap().success(), "PostgreSQL does not restart");
        let what = if immediate { "immediate restarts of PostgreSQL" } else { "fast restarts of PostgreSQL" };
        self.note(what, 1);
    }
}
