//! Lanes: how a call that blocks its thread reaches the server without another thread.
//!
//! A lane is a runtime that runs only while a thread waits on it, with connections of its own. A call that hops to a thread
//! of ours and back costs two wake-ups, which is most of what a call costs; on a lane the waiting thread drives its own
//! socket.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

use crate::catalogue::Row;
use crate::client::transport::Transport;
use crate::{DashClaw, Error, ErrorKind, Result};

/// How many lanes a client has at most. Many callers at a time do better over the connections that all share: one thread
/// then waits for all of them, where each lane wakes its own.
const MOST: usize = 2;
/// How often a lane looks around before it is used. Nobody drove its connections since the last call: the one that is free
/// must be known to be, and one that the server has closed must be found before a request is written to it.
const LOOKS: usize = 2;

/// The lanes of one client.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<Free>);

#[derive(Default)]
struct Free {
    ways: Vec<Way>,
    /// How many there are, with those in use.
    all: usize,
    closed: bool,
}

struct Way {
    runtime: Background,
    transport: Arc<dyn Transport>,
}

/// A runtime that may be dropped anywhere: its end is not waited for. It is there until then.
struct Background(Option<Runtime>);

/// A thread's own way to the server, from which it goes back when dropped.
pub struct Lane {
    client: DashClaw,
    way: Option<Way>,
}

impl DashClaw {
    /// A lane for a blocking call of `operation`; nothing when all are in use, when the call may leave work behind that goes
    /// on while no thread waits, or when this thread runs asynchronous code already. Nor when none can be opened: what is
    /// wrong with the client's options the call says itself.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`]: there is no such operation.
    pub fn lane(&self, operation: &str) -> Result<Option<Lane>> {
        if !self.fits_on_a_lane(self.find(operation)?) || Handle::try_current().is_ok() {
            return Ok(None);
        }
        let lanes = self.lanes();
        let mut free = lanes.lock();
        let way = match free.ways.pop() {
            Some(way) => way,
            None if free.all >= MOST || free.closed => return Ok(None),
            None => {
                free.all += 1;
                drop(free);
                let Ok(Some(way)) = self.open_way() else {
                    lanes.lock().all -= 1;
                    return Ok(None);
                };
                way
            }
        };
        way.look();
        Ok(Some(Lane { client: self.over(&way.transport), way: Some(way) }))
    }

    /// Whether a call is over when its answer is there. Modes wait for humans and call back into the program.
    fn fits_on_a_lane(&self, row: &Row) -> bool {
        row.rules.composed.is_none() && !(row.rules.governed && self.config().modes.any())
    }

    fn open_way(&self) -> Result<Option<Way>> {
        let Some(transport) = self.transport()?.another() else { return Ok(None) };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the runtime cannot start: {error}")))?;
        Ok(Some(Way { runtime: Background(Some(runtime)), transport }))
    }
}

impl Lanes {
    /// Drops the lanes that are free, and each of the others when it comes back.
    pub(crate) fn close(&self) {
        let ways = {
            let mut free = self.lock();
            free.closed = true;
            std::mem::take(&mut free.ways)
        };
        drop(ways);
    }

    fn lock(&self) -> MutexGuard<'_, Free> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Way {
    fn look(&self) {
        self.runtime.block_on(async {
            for _ in 0..LOOKS {
                yield_now().await;
            }
        });
    }
}

impl Background {
    fn block_on<F: Future>(&self, work: F) -> Option<F::Output> {
        self.0.as_ref().map(|runtime| runtime.block_on(work))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Lane {
    /// The client whose calls go this way.
    pub fn client(&self) -> &DashClaw {
        &self.client
    }

    /// Drives `work` on this thread until it ends, or for `limit`; nothing then, and it can be driven on.
    pub fn drive<F: Future>(&self, mut work: Pin<&mut F>, limit: Duration) -> Option<F::Output> {
        let limited = async { tokio::time::timeout(limit, work.as_mut()).await.ok() };
        self.way.as_ref()?.runtime.block_on(limited)?
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut free = self.client.lanes().lock();
        if !free.closed {
            free.ways.extend(self.way.take());
        }
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("client", &self.client).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "lane_tests.rs"]
mod tests;
