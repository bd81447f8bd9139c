//! A round: hosts, load, readers and what happens to them, and then the checks.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::asking::Asker;
use super::chaos::Chaos;
use super::check::{check, truth};
use super::database::TestDatabase;
use super::fleet::{Fleet, OPERATOR};
use super::load::Load;
use super::operator::{add_policies, member};
use super::readers::Readers;
use super::seen::Findings;

/// How many streams one key may hold open at a host, and some less.
const STREAMS: usize = 128;

/// What is done, and for how long.
pub(crate) struct Plan {
    pub(crate) length: Duration,
    pub(crate) writers: usize,
    /// How long a writer rests between two requests.
    pub(crate) pace: Duration,
    pub(crate) readers: usize,
    /// The longest that a reader stays with one host.
    pub(crate) stay: Duration,
    /// How long readers may take to come to the end once nothing is written any more.
    pub(crate) patience: Duration,
    pub(crate) chaos: bool,
    /// The folder of a PostgreSQL that may be restarted.
    pub(crate) restarts: Option<PathBuf>,
}

impl Plan {
    /// A few seconds in which nothing happens to the hosts.
    pub(crate) fn calm() -> Self {
        Self {
            length: Duration::from_secs(3),
            writers: 8,
            pace: Duration::from_millis(5),
            readers: 12,
            stay: Duration::from_millis(500),
            patience: Duration::from_secs(20),
            chaos: false,
            restarts: None,
        }
    }
}

/// Plays it, and answers what was found.
pub(crate) async fn play(database: &Arc<TestDatabase>, fleet: &Arc<Fleet>, plan: Plan) -> Findings {
    play_and_tell(database, fleet, plan).await.0
}

/// The same, and answers as well what callers were told.
pub(crate) async fn play_and_tell(
    database: &Arc<TestDatabase>,
    fleet: &Arc<Fleet>,
    plan: Plan,
) -> (Findings, Arc<Load>) {
    play_in(OPERATOR, database, database, fleet, plan).await
}

/// The same in the organisation of an operator, whose database this is. The epoch of all events stands in `home`.
pub(crate) async fn play_in(
    key: &str,
    database: &Arc<TestDatabase>,
    home: &TestDatabase,
    fleet: &Arc<Fleet>,
    plan: Plan,
) -> (Findings, Arc<Load>) {
    let mut operator = Asker::new(fleet, key);
    let (agent, _) = member(&mut operator).await;
    let mut keys = Vec::new();
    for _ in 0..=plan.readers / STREAMS {
        keys.push(member(&mut operator).await.0);
    }
    let epoch = home.texts("SELECT epoch FROM event_epochs").into_iter().next().unwrap();
    let readers = Readers::start(fleet, &epoch, &keys, plan.readers, plan.stay);
    add_policies(&mut operator).await;
    let load = Load::new(fleet, key, &agent, plan.pace);
    let mut tasks: Vec<_> = (0..plan.writers).map(|_| tokio::spawn(Arc::clone(&load).write())).collect();
    tasks.push(tokio::spawn(Arc::clone(&load).race()));
    tasks.push(tokio::spawn(Arc::clone(&load).approve()));
    tasks.push(tokio::spawn(Arc::clone(&load).operate()));
    let chaos = plan.chaos.then(|| {
        let chaos = Chaos::new(database, plan.restarts);
        tokio::spawn(chaos.reign(Arc::clone(&load)))
    });
    sleep(plan.length).await;
    load.over.store(true, Ordering::SeqCst);
    let mut found = Findings::default();
    for task in tasks {
        task.await.unwrap();
    }
    if let Some(chaos) = chaos {
        for (what, count) in chaos.await.unwrap().done {
            found.looked(what, count);
        }
    }
    let truth = truth(database);
    readers.finish(&truth, plan.patience, &mut found).await;
    {
        let told = load.seen.lock();
        found.looked("requests answered", told.answered);
        found.counted("requests not answered", told.unanswered);
        found.counted("requests refused for now", told.refused_for_now);
        check(database, &told, &truth, &mut found);
    }
    (found, load)
}
