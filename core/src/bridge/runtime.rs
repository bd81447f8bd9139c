//! The runtime that a binding's calls run on: a thread of ours, beside those of the language.

use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::{Error, ErrorKind, Result};

/// The runtime that all calls of the process share, whatever thread they come from. It starts with the first call and
/// is never stopped: the end of the process ends it.
///
/// # Errors
/// [`ErrorKind::Internal`]: its thread cannot start.
pub fn runtime() -> Result<&'static Runtime> {
    static SHARED: Shared = Shared(OnceLock::new());
    SHARED.get()
}

/// A runtime of its own, for a process in which the shared one may be a copy without threads, as after `fork`.
///
/// One thread is enough: it only waits for sockets, and a hook that takes long gets a thread of its own.
///
/// # Errors
/// [`ErrorKind::Internal`]: its thread cannot start.
pub fn start_runtime() -> Result<Runtime> {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name_fn(|| format!("dashclaw-{}", THREADS.fetch_add(1, Ordering::Relaxed)))
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the runtime cannot start: {error}")))
}

/// What a runtime carries on by itself. It is given up when this is dropped.
#[derive(Debug)]
pub struct Carried<T>(pub(super) JoinHandle<Result<T>>);

/// Lets `runtime` carry `work`.
pub fn carry<T: Send + 'static>(
    runtime: &Runtime,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Carried<T> {
    Carried(runtime.spawn(work))
}

impl<T> Future for Carried<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let lost = |_| Err(Error::new(ErrorKind::Internal, "the runtime ended before the call"));
        Pin::new(&mut self.0).poll(context).map(|ended| ended.unwrap_or_else(lost))
    }
}

impl<T> Drop for Carried<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A runtime that starts once, whoever asks first. There is never a second one to throw away: a runtime must not be
/// dropped where asynchronous code runs, and first calls come from there, several at once.
struct Shared(OnceLock<Result<Runtime>>);

impl Shared {
    fn get(&self) -> Result<&Runtime> {
        self.0.get_or_init(start_runtime).as_ref().map_err(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn first_calls_at_once_from_asynchronous_code_share_one_runtime() {
        for _ in 0..20 {
            let shared = Shared(OnceLock::new());
            let barrier = Barrier::new(4);
            let first_call = || {
                Builder::new_current_thread().build().unwrap().block_on(async {
                    barrier.wait();
                    std::ptr::from_ref(shared.get().unwrap()) as usize
                })
            };
            let runtimes = std::thread::scope(|scope| {
                let callers: Vec<_> = (0..4).map(|_| scope.spawn(first_call)).collect();
                callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
            });
            assert!(runtimes.iter().all(|runtime| *runtime == runtimes[0]), "{runtimes:?}");
        }
    }
}
