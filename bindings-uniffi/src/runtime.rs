//! Where calls run: on threads of ours. UniFFI's own runtime has a single thread for everything.

use std::pin::Pin;
use std::task::{Context, Poll};

use dashclaw::bridge::{runtime, without_panic};
use tokio::task::{JoinError, JoinHandle};

use crate::error::{Result, crossing, defect};

/// Runs `work` to its end. When the future is dropped, as Kotlin does with a cancelled coroutine, `work` is dropped too.
pub(crate) async fn run<T: Send + 'static>(
    work: impl Future<Output = dashclaw::Result<T>> + Send + 'static,
) -> Result<T> {
    let call = Call(runtime().map_err(crossing)?.spawn(without_panic(work)));
    call.await.unwrap_or_else(|_| Err(defect("the call was abandoned"))).map_err(crossing)
}

/// Runs `work` to its end even when nobody waits for it any more.
pub(crate) async fn run_detached<T: Send + 'static>(
    work: impl Future<Output = dashclaw::Result<T>> + Send + 'static,
) -> Result<T> {
    let handle = runtime().map_err(crossing)?.spawn(without_panic(work));
    handle.await.unwrap_or_else(|_| Err(defect("the call was abandoned"))).map_err(crossing)
}

/// Runs what blocks for milliseconds inside of the runtime, because it may start tasks.
pub(crate) fn inside<T>(work: impl FnOnce() -> dashclaw::Result<T>) -> Result<T> {
    let runtime = runtime().map_err(crossing)?;
    let _entered = runtime.enter();
    work().map_err(crossing)
}

/// A task that ends with the one who waits for it.
struct Call<T>(JoinHandle<T>);

impl<T> Future for Call<T> {
    type Output = std::result::Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::runtime::Builder;

    use super::*;

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        Builder::new_current_thread().build().unwrap().block_on(work)
    }

    #[test]
    fn a_panic_is_an_internal_error() {
        let outcome = block_on(run::<()>(async { panic!("deliberate") }));
        assert!(outcome.unwrap_err().fields().contains("\"kind\":\"internal\""));
    }

    #[test]
    fn dropping_the_future_drops_the_call() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let call = run(async move {
            let never = std::future::pending::<dashclaw::Result<()>>().await;
            drop(held);
            never
        });
        let mut call = Box::pin(call);
        let _ = call.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert_eq!(Arc::strong_count(&alive), 2);
        drop(call);
        for _ in 0..200 {
            if Arc::strong_count(&alive) == 1 {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the call goes on");
    }
}
