//! The writes of a host: queues, and lanes that each take batches from one with a connection of their own.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::address::Address;
use super::batch::{Broken, EVENTS, attempt};
use super::follow::Followers;
use super::job::{Job, Locks, Typed};
use super::problem::Problem;
use super::session::Session;
use crate::db::outbox::News;
use crate::db::{DbError, Tx, Work};

/// How many callers may wait before the next one waits for a place.
const QUEUE: usize = 4096;
/// How many lanes take writes that go beside each other, and how many writes one takes at most. More savepoints than 64 that
/// write would overflow a backend's cache of them.
const LANES: usize = 4;
const BATCH: usize = 16;
/// How often a batch is begun before its writes are answered that they failed.
const TRIES: usize = 5;
/// How long writes wait for a server that cannot be reached before they are answered so.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

type Queue = mpsc::Receiver<Box<dyn Job>>;

/// Where writes wait.
pub(super) struct Writer {
    /// Those that need only some keys for themselves.
    beside: mpsc::Sender<Box<dyn Job>>,
    /// Those that need their organisation for themselves, as approvals and halts do. They do not wait behind the others.
    alone: mpsc::Sender<Box<dyn Job>>,
    shared: Arc<Shared>,
}

/// What the lanes share.
pub(super) struct Shared {
    pub(super) address: Address,
    pub(super) pooled: Arc<AtomicBool>,
    /// Who is told what happened.
    pub(super) hear: OnceLock<super::Hear>,
    pub(super) followers: Followers,
    /// How far this host's clock is ahead of the server's, in milliseconds.
    pub(super) apart_ms: AtomicI64,
    /// What a transaction begins with.
    pub(super) begin: String,
}

impl Shared {
    /// Takes up how far the clocks are apart. The log hears of it when that is too far, or no longer.
    pub(super) fn note_clocks(&self, apart_ms: i64) {
        let before = self.apart_ms.swap(apart_ms, Ordering::Relaxed);
        match (before.abs() > MAX_APART_MS, apart_ms.abs() > MAX_APART_MS) {
            (false, true) => tracing::error!(apart_ms, "{CLOCK_IS_OFF}"),
            (true, false) => tracing::warn!(apart_ms, "this host's clock agrees with the database's again"),
            _ => {}
        }
    }

    /// Refuses writes while this host's clock cannot be believed.
    pub(super) fn check_clocks(&self) -> Result<(), DbError> {
        let apart_ms = self.apart_ms.load(Ordering::Relaxed);
        if apart_ms.abs() <= MAX_APART_MS {
            return Ok(());
        }
        Err(DbError::Unavailable(format!("{CLOCK_IS_OFF}: {apart_ms} ms")))
    }
}

/// How far the clocks of a host and of the database may be apart, in milliseconds.
const MAX_APART_MS: i64 = 30_000;
const CLOCK_IS_OFF: &str =
    "this host's clock is too far from the database's; nothing is stored until it is set";

impl Writer {
    /// Starts the lanes on the runtime of the caller. They end when the writer is dropped and everything is written.
    pub(super) fn start(shared: &Arc<Shared>) -> (Self, Vec<JoinHandle<()>>) {
        let mut lanes = Vec::new();
        let mut queue = |count| {
            let (queue, waiting) = mpsc::channel(QUEUE);
            let waiting = Arc::new(Mutex::new(waiting));
            lanes.extend((0..count).map(|_| tokio::spawn(Lane::new(shared, &waiting).serve())));
            queue
        };
        (Self { beside: queue(LANES), alone: queue(1), shared: Arc::clone(shared) }, lanes)
    }

    /// How many wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        [&self.beside, &self.alone].map(|queue| queue.max_capacity() - queue.capacity()).iter().sum()
    }

    /// Writes. What happens in it is numbered and told once it lasts.
    pub(super) async fn run<D, T, E, W>(&self, locks: Locks, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.shared.check_clocks()?;
        let queue = if locks.keys.is_some() { &self.beside } else { &self.alone };
        let (job, answered): (_, oneshot::Receiver<Result<T, E>>) = Typed::new(locks, given, work);
        queue.send(Box::new(job)).await.map_err(|_| DbError::Closed)?;
        answered.await.map_err(|_| DbError::Closed)?
    }
}

struct Lane {
    shared: Arc<Shared>,
    queue: Arc<Mutex<Queue>>,
    session: Option<Session>,
    /// Writes that others were in the way of.
    again: Vec<Box<dyn Job>>,
}

impl Lane {
    fn new(shared: &Arc<Shared>, queue: &Arc<Mutex<Queue>>) -> Self {
        Self { shared: Arc::clone(shared), queue: Arc::clone(queue), session: None, again: Vec::new() }
    }

    async fn serve(mut self) {
        loop {
            let mut batch = std::mem::take(&mut self.again);
            // A lane that has work must not want the queue, which an idle one holds while it waits.
            if batch.is_empty() {
                let mut queue = self.queue.lock().await;
                if queue.recv_many(&mut batch, BATCH).await == 0 {
                    return;
                }
                // Those who were just answered ask again: they are let into this batch.
                tokio::task::yield_now().await;
                while batch.len() < BATCH
                    && let Ok(job) = queue.try_recv()
                {
                    batch.push(job);
                }
            }
            // Every host takes locks in this order.
            batch.sort_by(|one, other| one.locks().cmp(other.locks()));
            self.write(batch).await;
        }
    }

    /// Does a batch and answers it, but for what must be begun anew.
    async fn write(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let mut again = Vec::new();
        let failure = self.commit(&mut batch, &mut again).await.err();
        let again = if failure.is_some() { Vec::new() } else { again };
        for (place, job) in batch.into_iter().enumerate() {
            if again.contains(&place) { self.again.push(job) } else { job.answer(failure.clone()) }
        }
    }

    /// Commits a batch and tells what happened.
    async fn commit(&mut self, batch: &mut [Box<dyn Job>], again: &mut Vec<usize>) -> Result<(), DbError> {
        let mut tries = 0;
        loop {
            let session = match self.session.take() {
                Some(session) => session,
                None => connect(&self.shared).await?,
            };
            again.clear();
            let Broken { why, committing } = match attempt(&session, &self.shared.begin, batch, again).await {
                Ok(news) => {
                    self.session = Some(session);
                    self.tell(news);
                    return Ok(());
                }
                Err(broken) => broken,
            };
            tries += 1;
            tracing::debug!(?why, tries, "a batch of writes was not committed");
            if !why.is_lost() && !matches!(why, Problem::Pooled) {
                self.session = Some(session);
            } else if let Some(xid) = committing {
                // It was told to commit before the connection broke, and may have: that is asked, not guessed.
                match self.fate(&xid).await.as_deref() {
                    Some("committed") => {
                        // Which positions it has is not known any more; followers read them.
                        self.shared.followers.wake();
                        return Ok(());
                    }
                    Some("aborted") => {}
                    _ => return Err(DbError::InDoubt(problem_text(why))),
                }
            }
            if tries == TRIES {
                return Err(why.into());
            }
        }
    }

    fn tell(&self, news: Vec<News>) {
        for news in news {
            self.shared.followers.note(&news.org_id);
            if let Some(hear) = self.shared.hear.get() {
                hear(news);
            }
        }
    }

    /// What became of a transaction whose COMMIT got no answer. It is not known of one before a failover.
    async fn fate(&mut self, xid: &str) -> Option<String> {
        let session = connect(&self.shared).await.ok()?;
        let mut status = None;
        for _ in 0..50 {
            // It is of our own making, and digits.
            let asked = format!("SELECT pg_xact_status('{xid}'::xid8)");
            status = session.control(&asked).await.ok()?;
            if status.as_deref() != Some("in progress") {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        self.session = Some(session);
        status
    }
}

/// Connects, and tries for a while where the server cannot be reached.
async fn connect(shared: &Shared) -> Result<Session, DbError> {
    let begin = Instant::now();
    loop {
        match try_connect(shared).await {
            Ok(session) => return Ok(session),
            Err(why) if begin.elapsed() >= PATIENCE => {
                tracing::error!(?why, "the database cannot be reached");
                return Err(DbError::Unavailable(problem_text(why)));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

async fn try_connect(shared: &Shared) -> Result<Session, Problem> {
    let session = Session::connect(&shared.address, &shared.pooled).await?;
    // A statement that is prepared later would be overtaken by the COMMIT behind it.
    session.prepare(EVENTS).await?;
    Ok(session)
}

fn problem_text(problem: Problem) -> String {
    DbError::from(problem).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_an_hour_off_is_not_believed() {
        let shared = Shared {
            address: Address::read("postgres://localhost/d").unwrap(),
            pooled: Arc::default(),
            hear: OnceLock::new(),
            followers: Followers::default(),
            apart_ms: AtomicI64::new(0),
            begin: String::new(),
        };
        for (apart_ms, believed) in
            [(0, true), (29_000, true), (-3_600_000, false), (3_600_000, false), (5, true)]
        {
            shared.note_clocks(apart_ms);
            assert_eq!(shared.check_clocks().is_ok(), believed, "{apart_ms}");
        }
    }
}
