//! PostgreSQL: where many hosts serve one organisation. A host writes in lanes that commit batches, reads on a few connections,
//! and follows what the other hosts do.

mod address;
mod batch;
mod follow;
mod job;
mod part;
mod problem;
mod reader;
mod schema;
mod session;
mod value;
mod writer;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::JoinHandle;

use futures_util::future::join_all;
use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

use self::address::Address;
use self::follow::{Followers, compare_clocks, follow, listen, tell};
use self::job::Locks;
pub(crate) use self::part::Part;
use self::part::Settle;
use self::reader::Readers;
use self::session::Session;
pub(super) use self::session::Statements;
use self::writer::{Shared, Writer};
use super::{DbError, Follow, Hear, Tx, Work};

/// How often two connections are asked who serves them.
const LOOKS: usize = 8;

/// Where a database is, and how a host hears of the others.
#[derive(Clone, Debug)]
pub(crate) struct PostgresOptions {
    /// `postgres://…`, direct or through a pooler.
    pub(crate) url: String,
    pub(crate) listen: Listen,
    /// Where it has only some of all organisations.
    pub(crate) part: Option<Part>,
}

impl PostgresOptions {
    /// A database that has all organisations.
    pub(crate) fn new(url: String) -> Self {
        Self { url, listen: Listen::Same, part: None }
    }
}

/// How a host hears that another has news.
#[derive(Clone, Debug, Default)]
pub(crate) enum Listen {
    /// By the same address, unless that is a pooler's.
    #[default]
    Same,
    /// By an address of its own, which is no pooler's; the other is one.
    At(String),
    /// Not at all: it looks often.
    Never,
}

/// A database on a server.
pub(crate) struct Postgres {
    writer: Mutex<Option<Arc<Writer>>>,
    readers: Readers,
    shared: Arc<Shared>,
    part: Option<Part>,
    runtime: Handle,
    listen: Option<Address>,
    stop: CancellationToken,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The process that has the connections; a forked child must use none of them.
    process: u32,
    /// Removed at the end.
    #[cfg(test)]
    database: Option<super::test_database::TestDatabase>,
}

impl Postgres {
    #[cfg(test)]
    pub(super) fn and_remove(mut self, database: super::test_database::TestDatabase) -> Self {
        self.database = Some(database);
        self
    }

    /// Connects, and makes the tables what this version needs. The error is one sentence for people.
    pub(super) fn open(options: &PostgresOptions) -> Result<Self, String> {
        let address = Address::read(&options.url)?;
        let (listen, pooled) = match &options.listen {
            Listen::Same => (Some(address.clone()), false),
            Listen::At(url) => (Some(Address::read(url)?), true),
            Listen::Never => (None, false),
        };
        let pooled = Arc::new(AtomicBool::new(pooled));
        let shared = Arc::new(Shared {
            address: address.clone(),
            pooled: Arc::clone(&pooled),
            hear: OnceLock::new(),
            followers: Followers::default(),
            apart_ms: AtomicI64::new(0),
            begin: part::begin(options.part.as_ref()),
        });
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("cannot start: {error}"))?;
        let handle = runtime.handle().clone();
        let stop = CancellationToken::new();
        let (told, started) = mpsc::channel();
        let (ends, starts, part) = (stop.clone(), Arc::clone(&shared), options.part.clone());
        let thread = std::thread::Builder::new()
            .name("dashclaw-postgres".into())
            .spawn(move || {
                runtime.block_on(async move {
                    let (writer, lanes) = match prepare(&starts, part.as_ref()).await {
                        Ok(()) => Writer::start(&starts),
                        Err(problem) => return drop(told.send(Err(problem))),
                    };
                    drop(starts);
                    let _ = told.send(Ok(Arc::new(writer)));
                    ends.cancelled().await;
                    // Once nobody writes any more they end, and everything is written.
                    join_all(lanes).await;
                });
            })
            .map_err(|error| format!("cannot start: {error}"))?;
        let writer = started.recv().map_err(|_| "cannot start".to_owned())??;
        let listen =
            listen.filter(|_| matches!(options.listen, Listen::At(_)) || !pooled.load(Ordering::Relaxed));
        Ok(Self {
            writer: Mutex::new(Some(writer)),
            readers: Readers::new(address, pooled, handle.clone()),
            shared,
            part: options.part.clone(),
            runtime: handle,
            listen,
            stop,
            thread: Mutex::new(Some(thread)),
            process: std::process::id(),
            #[cfg(test)]
            database: None,
        })
    }

    /// Takes up the part of all organisations that it has by a map, from which no other host may write by another. The error is
    /// one sentence for people.
    pub(super) fn take_part(&self) -> Result<(), String> {
        let (shared, part) = (Arc::clone(&self.shared), self.part.clone());
        let (told, taken) = mpsc::channel();
        self.runtime.spawn(async move {
            let taken = match Session::connect(&shared.address, &shared.pooled).await {
                Ok(session) => part::settle(&session, part.as_ref(), Settle::Take).await,
                Err(why) => Err(schema::failed(why)),
            };
            let _ = told.send(taken);
        });
        taken.recv().map_err(|_| "cannot start".to_owned())?
    }

    /// A read; with `whole` everything is seen as it was at one time.
    pub(super) async fn read<D, T, E, W>(
        &self,
        org_id: Option<&str>,
        whole: bool,
        given: &D,
        work: W,
    ) -> Result<T, E>
    where
        D: Sync,
        E: From<DbError>,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E>,
    {
        self.check_process()?;
        self.readers.read(org_id, whole, given, work).await
    }

    /// A write that needs these keys for itself or, without any, all of its organisation.
    pub(super) async fn write<D, T, E, W>(
        &self,
        org_id: Option<&str>,
        keys: Option<&[String]>,
        given: D,
        work: W,
    ) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.check_process()?;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let writer = writer.ok_or(DbError::Closed)?;
        writer.run(Locks::new(org_id, keys), given, work).await
    }

    fn check_process(&self) -> Result<(), DbError> {
        if self.process == std::process::id() { Ok(()) } else { Err(DbError::forked()) }
    }

    /// How many writes wait for their turn.
    pub(super) fn writes_waiting(&self) -> usize {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.as_ref().map_or(0, |writer| writer.waiting())
    }

    pub(super) fn on_news(&self, hear: Hear) {
        let _ = self.shared.hear.set(hear);
    }

    /// Follows what other hosts do, from now on.
    pub(super) fn follow(&self, follower: Arc<dyn Follow>) {
        self.runtime.spawn(follow(Arc::clone(&self.shared), follower, self.stop.clone()));
        self.runtime.spawn(tell(Arc::clone(&self.shared), self.stop.clone()));
        self.runtime.spawn(compare_clocks(Arc::clone(&self.shared), self.stop.clone()));
        if let Some(address) = &self.listen {
            self.runtime.spawn(listen(Arc::clone(&self.shared), address.clone(), self.stop.clone()));
        }
    }

    /// Has the heads looked at now.
    pub(super) fn look(&self) {
        self.shared.followers.wake();
    }

    pub(super) fn close(&self) {
        if self.process != std::process::id() {
            return;
        }
        self.readers.close();
        // Lanes end when nobody can write.
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.stop.cancel();
        // Only a panic makes this fail, and then the thread has ended as well.
        let _ = thread.join();
    }
}

/// Finds out whether the server is reached through a pooler, and makes the tables.
async fn prepare(shared: &Shared, part: Option<&Part>) -> Result<(), String> {
    let connect = async || {
        let made = Session::connect(&shared.address, &shared.pooled).await;
        made.map_err(|why| format!("cannot reach the database {}: {}", shared.address, DbError::from(why)))
    };
    let (one, other) = (connect().await?, connect().await?);
    // A connection that several backends serve in turn, or two that one serves, are those of a pooler that hands backends on
    // after each transaction.
    let backend = async |session: &Session| session.control("SELECT pg_backend_pid()").await.ok().flatten();
    let (mut of_one, mut of_other) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..LOOKS {
        of_one.insert(backend(&one).await);
        of_other.insert(backend(&other).await);
    }
    if of_one.len() > 1 || of_other.len() > 1 || of_one == of_other {
        shared.pooled.store(true, Ordering::Relaxed);
    }
    schema::prepare(&one).await?;
    part::settle(&one, part, Settle::Look).await
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("address", &self.shared.address).finish_non_exhaustive()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.close();
    }
}
