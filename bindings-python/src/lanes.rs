//! Lanes for blocking calls: each has a runtime that the calling thread drives itself, and connections of its own.
//!
//! A call that is handed to a runtime's thread and back costs two wake-ups, which on a quiet machine is more than the call
//! itself. A lane belongs to one call at a time, so nobody else depends on the thread that drives it.

use std::sync::Mutex;

use dashclaw::{DashClaw, Error, ErrorKind};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::per_process::PerProcess;
use crate::runtime::lock;

/// One runtime and the client that lives on it.
pub(crate) struct Lane {
    /// There until the lane is dropped.
    runtime: Option<Runtime>,
    core: DashClaw,
}

/// The lanes of one client that are not in use, the last used on top. Locked only with the GIL held.
pub(crate) struct Lanes(Mutex<PerProcess<Vec<Lane>>>);

impl Lane {
    fn open(core: &DashClaw) -> dashclaw::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the runtime cannot start: {error}")))?;
        Ok(Self { runtime: Some(runtime), core: core.with_own_connections()? })
    }

    pub(crate) fn core(&self) -> &DashClaw {
        &self.core
    }

    pub(crate) fn runtime(&self) -> Option<&Runtime> {
        self.runtime.as_ref()
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // A name that is still being looked up must not hold anybody up.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Lanes {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(PerProcess::new(Vec::new())))
    }

    /// A lane for one call; nothing inside another call (a callback), whose thread cannot drive a second runtime.
    pub(crate) fn take(&self, core: &DashClaw) -> dashclaw::Result<Option<Lane>> {
        if Handle::try_current().is_ok() {
            return Ok(None);
        }
        let idle = lock(&self.0).get_mut().and_then(Vec::pop);
        idle.map_or_else(|| Lane::open(core), Ok).map(Some)
    }

    /// Keeps a lane for the next call.
    pub(crate) fn give_back(&self, lane: Lane) {
        let mut lanes = lock(&self.0);
        match lanes.get_mut() {
            Some(idle) => idle.push(lane),
            None => *lanes = PerProcess::new(vec![lane]),
        }
    }

    /// Closes the connections of all lanes that are not in use.
    pub(crate) fn clear(&self) {
        let idle = lock(&self.0).get_mut().map(std::mem::take);
        drop(idle);
    }
}
