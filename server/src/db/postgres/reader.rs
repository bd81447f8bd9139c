//! Connections that only read. A read sees everything that was acknowledged before it began.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::address::Address;
use super::problem::Problem;
use super::session::{Session, Statements};
use crate::db::{DbError, Tx, Work};

/// How many reads a host makes at once.
const CONNECTIONS: usize = 8;
/// How long a read waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// A list is read as it was at one time, and none is read for ever.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '30s'";

/// The connections of a host that read.
#[derive(Debug)]
pub(super) struct Readers {
    address: Address,
    pooled: Arc<AtomicBool>,
    /// Where connections are driven.
    runtime: Handle,
    turns: Semaphore,
    idle: Mutex<Vec<Session>>,
}

impl Readers {
    pub(super) fn new(address: Address, pooled: Arc<AtomicBool>, runtime: Handle) -> Self {
        Self { address, pooled, runtime, turns: Semaphore::new(CONNECTIONS), idle: Mutex::default() }
    }

    /// Reads. With `whole` everything is seen as it was at one time; else each statement sees what is there.
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
        // Who asks need not have a runtime.
        let turn = {
            let _runtime = self.runtime.enter();
            timeout(PATIENCE, self.turns.acquire())
        };
        let busy = || DbError::Unavailable("every connection to the database is in use".to_owned());
        let _turn = turn.await.map_err(|_| busy())?.map_err(|_| DbError::Closed)?;
        // One that has rested may be gone, which is found out by using it. A new one is not tried twice.
        while let Some(session) = self.rested() {
            match on(&session, org_id, whole, given, &work).await {
                (_, Some(problem)) if problem.is_lost() => {}
                (answer, _) => {
                    self.keep(session);
                    return answer;
                }
            }
        }
        let session = self.connect().await.map_err(DbError::from)?;
        let (answer, _) = on(&session, org_id, whole, given, &work).await;
        self.keep(session);
        answer
    }

    /// A new connection. It is made where it will be driven: the caller's runtime may end before it.
    async fn connect(&self) -> Result<Session, Problem> {
        let (address, pooled) = (self.address.clone(), Arc::clone(&self.pooled));
        let made = self.runtime.spawn(async move { Session::connect(&address, &pooled).await });
        made.await.map_err(|_| Problem::Lost("the instance was shut down".to_owned()))?
    }

    fn rested(&self) -> Option<Session> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, session: Session) {
        if !session.is_closed() && !self.turns.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
    }

    /// Reads no more.
    pub(super) fn close(&self) {
        self.turns.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What a read answers, and what went wrong on the way.
async fn on<D, T, E, W>(
    session: &Session,
    org_id: Option<&str>,
    whole: bool,
    given: &D,
    work: &W,
) -> (Result<T, E>, Option<Problem>)
where
    D: Sync,
    E: From<DbError>,
    W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E>,
{
    if whole {
        session.send(BEGIN);
    }
    let statements = Statements::on(session);
    let answer = work(given, &Tx::of_postgres(&statements, org_id)).await;
    if whole {
        session.send("COMMIT");
    }
    (answer, statements.problem())
}
