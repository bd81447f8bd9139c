//! Work that is finished although nobody waits for it any more.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::{Builder, Handle, RuntimeFlavor};

use super::call::Reply;
use crate::failure::Failure;

type Work = BoxFuture<'static, Reply>;

/// A handler's work. Dropped before its end, because the caller has gone, it goes on elsewhere: what follows a commit must
/// not depend on who waits for it. Where nobody goes away it costs nothing, as a task of its own would.
pub(super) struct ToTheEnd {
    work: Option<Work>,
    place: Place,
}

/// Who drives the work.
#[derive(Clone, Copy)]
enum Place {
    Caller,
    /// A task of the server's runtime.
    Task,
    /// A thread of its own: a runtime that ends, or that runs only while a caller waits, drives nothing.
    Thread,
}

impl ToTheEnd {
    /// Work that goes on without its caller; a panic in it is an answer.
    pub(super) fn new(work: Work) -> Self {
        Self { work: Some(guarded(work).boxed()), place: Place::Caller }
    }
}

/// The same answer, or that the handler broke.
pub(super) async fn guarded(work: Work) -> Reply {
    // The state that handlers share is behind locks that are taken whether or not somebody panicked holding them.
    let answer = AssertUnwindSafe(work).catch_unwind().await;
    answer.unwrap_or_else(|_| Err(Failure::internal("a handler panicked")))
}

impl Future for ToTheEnd {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let answer = ready!(work.poll_unpin(context));
        self.work = None;
        Poll::Ready(answer)
    }
}

impl Drop for ToTheEnd {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else { return };
        match (self.place, Handle::try_current()) {
            (Place::Caller, Ok(runtime)) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
                // A runtime that is ending drops it at once, and then a thread takes it.
                drop(runtime.spawn(Self { work: Some(work), place: Place::Task }));
            }
            (Place::Caller | Place::Task, _) => on_a_thread(work),
            (Place::Thread, _) => {}
        }
    }
}

fn on_a_thread(work: Work) {
    let work = ToTheEnd { work: Some(work), place: Place::Thread };
    let started = std::thread::Builder::new().name("dashclaw-finish".into()).spawn(move || {
        match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => drop(runtime.block_on(work)),
            Err(error) => tracing::error!(%error, "a request whose caller has gone could not be finished"),
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "a request whose caller has gone could not be finished");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use axum::response::Response;

    use super::*;
    use crate::failure::Kind;

    /// Work that waits once, and then says that it has ended.
    fn work() -> (Work, tokio::sync::oneshot::Sender<()>, Receiver<()>) {
        let (go, waiting) = tokio::sync::oneshot::channel();
        let (ended, end): (Sender<()>, Receiver<()>) = channel();
        let work = async move {
            waiting.await.unwrap();
            ended.send(()).unwrap();
            Ok(Response::default())
        };
        (work.boxed(), go, end)
    }

    /// Begins work in a runtime, drops it there, and waits for its end.
    fn dropped(mut builder: Builder) {
        let runtime = builder.build().unwrap();
        let (work, go, end) = work();
        runtime.block_on(async move {
            let mut work = ToTheEnd::new(work);
            assert!(futures_util::poll!(&mut work).is_pending());
            drop(work);
        });
        go.send(()).unwrap();
        end.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn it_goes_on_without_its_caller() {
        let mut server = Builder::new_multi_thread();
        server.worker_threads(1);
        dropped(server);
        // Such a runtime stands still once its caller is answered.
        dropped(Builder::new_current_thread());
    }

    #[test]
    fn it_outlives_the_runtime_that_it_began_in() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (work, go, end) = work();
        runtime.spawn(async move { ToTheEnd::new(work).await.map(drop) });
        drop(runtime);
        go.send(()).unwrap();
        end.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let broken = async { panic!("broken on purpose") };
        let failure = ToTheEnd::new(broken.boxed()).await.unwrap_err();
        assert_eq!(failure.into_parts().kind, Kind::Internal);
    }
}
