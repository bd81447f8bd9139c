//! Lanes: how a call that blocks its thread reaches the server without another thread.
//!
//! A lane is a runtime that runs only while a thread waits on it, with connections of its own. A call that hops to a thread
//! of ours and back costs two wake-ups, which is most of what a call costs; on a lane the waiting thread drives its own
//! socket.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::lazy;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

use super::runtime::Carried;
use crate::catalogue::Row;
use crate::client::transport::Transport;
use crate::{DashClaw, Error, ErrorKind, Result};

/// How many blocking calls of a client at a time go over lanes. One thread that carries more of them finds several answers
/// whenever it wakes, where each lane wakes its own thread for its own answer.
const FEW: usize = 2;

/// The blocking calls of one client.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<Calls>);

#[derive(Default)]
struct Calls {
    /// The ways that no call uses now.
    free: Vec<Way>,
    /// How many calls there are now.
    under_way: usize,
    closed: bool,
}

struct Way {
    runtime: Background,
    transport: Arc<dyn Transport>,
}

/// A runtime that may be dropped anywhere: its end is not waited for. It is there until then.
struct Background(Option<Runtime>);

/// Who carries a blocking call.
#[derive(Debug)]
pub enum Carrier {
    /// The thread that makes it, and no other.
    Lane(Lane),
    /// The thread of the runtime, all of it: it does so for many calls.
    Runtime(Place),
    /// The thread that makes it and that of the runtime together: it may leave work behind, or call back into the program.
    Both,
}

/// A thread's own way to the server, from which it goes back when dropped.
pub struct Lane {
    client: DashClaw,
    way: Option<Way>,
    _place: Place,
}

/// That of a call among those under way, until it is dropped.
#[derive(Debug)]
pub struct Place(DashClaw);

impl DashClaw {
    /// Who best carries a blocking call of `operation`. It has no lane when many calls are under way, when it may leave work
    /// behind that goes on while no thread waits, or when this thread runs asynchronous code already. Nor when none can be
    /// opened: what is wrong with the client's options the call says itself.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`]: there is no such operation.
    pub fn carrier(&self, operation: &str) -> Result<Carrier> {
        if !self.ends_with_its_answer(self.find(operation)?) || Handle::try_current().is_ok() {
            return Ok(Carrier::Both);
        }
        let mut calls = self.lanes().lock();
        if calls.closed {
            return Ok(Carrier::Both);
        }
        calls.under_way += 1;
        let are_few = calls.under_way <= FEW;
        let free = if are_few { calls.free.pop() } else { None };
        drop(calls);
        let place = Place(self.clone());
        let way = match free {
            None if are_few => self.open_way().ok().flatten(),
            free => free,
        };
        Ok(match way {
            Some(way) => {
                Carrier::Lane(Lane { client: self.over(&way.transport), way: Some(way), _place: place })
            }
            None if are_few => Carrier::Both,
            None => Carrier::Runtime(place),
        })
    }

    /// Whether a call is over when its answer is there. Modes wait for humans and call back into the program, and an
    /// embedded instance does its work on the thread that asks it.
    fn ends_with_its_answer(&self, row: &Row) -> bool {
        let config = self.config();
        row.rules.composed.is_none()
            && !(row.rules.governed && config.modes.any())
            && config.transport.is_none()
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
        let free = {
            let mut calls = self.lock();
            calls.closed = true;
            std::mem::take(&mut calls.free)
        };
        drop(free);
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Begins `work`, which goes on while it is driven; nothing once this lane is gone.
    ///
    /// Nobody drove its connections since the last call, so it lets the runtime look around first: the one that is free must
    /// be known to be, and one that the server has closed must be found before a request is written to it. As a task it goes
    /// on behind the connections that were found to have news, and its wake-ups stay within the runtime; the future that a
    /// runtime is driven for would look twice, and wake it by a system call each time.
    pub fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Option<Carried<T>> {
        let task = async move {
            yield_now().await;
            work.await
        };
        // Spawned from outside, it would wake the runtime that this thread is about to drive.
        Some(self.runtime()?.block_on(lazy(|_| Carried(tokio::spawn(task)))))
    }

    /// Drives `work` on this thread until it ends, or for `limit`; nothing then, and it can be driven on.
    pub fn drive<F: Future + ?Sized>(&self, mut work: Pin<&mut F>, limit: Duration) -> Option<F::Output> {
        let limited = async { tokio::time::timeout(limit, work.as_mut()).await.ok() };
        self.runtime()?.block_on(limited)
    }

    fn runtime(&self) -> Option<&Runtime> {
        self.way.as_ref()?.runtime.0.as_ref()
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut calls = self.client.lanes().lock();
        if !calls.closed {
            calls.free.extend(self.way.take());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.lanes().lock().under_way -= 1;
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
