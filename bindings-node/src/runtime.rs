//! The runtime that all calls of the process share, whatever thread of Node they come from.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashclaw::{Error, ErrorKind};
use tokio::runtime::{Builder, Runtime};

/// The runtime; its thread starts with the first call. It is never stopped: the end of the process ends it.
pub(crate) fn runtime() -> dashclaw::Result<&'static Runtime> {
    static RUNTIME: OnceLock<dashclaw::Result<Runtime>> = OnceLock::new();
    RUNTIME.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn start() -> dashclaw::Result<Runtime> {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name_fn(|| format!("dashclaw-{}", THREADS.fetch_add(1, Ordering::Relaxed)))
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the runtime cannot start: {error}")))
}
