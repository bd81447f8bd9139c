//! Opening no more connections than are needed to a server that may speak HTTP/2.
//!
//! The pool opens a connection for every call that finds none free, and learns only when it is open that one would have
//! served them all. So as long as nobody knows what the server speaks, and where it speaks HTTP/2, connections are opened
//! one after the other. HTTP/1.1 needs one for each call at a time: there all are opened at once.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::Connection;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tower_layer::Layer;
use tower_service::Service;

/// How long a connection waits for another one that is being opened. One that cannot be reached must not hold up all.
const TURN: Duration = Duration::from_secs(3);
/// The time in which the pool hands an open connection to those that wait for one.
const HANDING_OUT: Duration = Duration::from_millis(250);

type BoxError = Box<dyn Error + Send + Sync>;

/// The openings of one pool.
#[derive(Clone, Default)]
pub(super) struct OneAtATime(Arc<Openings>);

#[derive(Default)]
struct Openings {
    /// Whether the server was found to speak HTTP/1.1 only.
    http1: AtomicBool,
    /// Held while a connection is being opened: when the last one for HTTP/2 came about.
    turn: Mutex<Option<Instant>>,
}

impl<S> Layer<S> for OneAtATime {
    type Service = Opener<S>;

    fn layer(&self, inner: S) -> Opener<S> {
        Opener { inner, openings: Arc::clone(&self.0) }
    }
}

/// Opens connections.
#[derive(Clone)]
pub(super) struct Opener<S> {
    inner: S,
    openings: Arc<Openings>,
}

impl<S, Target> Service<Target> for Opener<S>
where
    S: Service<Target, Error = BoxError> + Clone + Send + 'static,
    S::Response: Connection + Send,
    S::Future: Send,
    Target: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        // The one that was found ready is the one to use.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let openings = Arc::clone(&self.openings);
        async move { openings.open(|| inner.call(target)).await }.boxed()
    }
}

impl Openings {
    async fn open<C, F>(&self, connect: impl FnOnce() -> F) -> Result<C, BoxError>
    where
        C: Connection,
        F: Future<Output = Result<C, BoxError>>,
    {
        let asked = Instant::now();
        let mut turn = None;
        if !self.http1.load(Ordering::Acquire) {
            turn = timeout(TURN, self.turn.lock()).await.ok();
        }
        if self.http1.load(Ordering::Acquire) {
            turn = None;
        }
        let shared = turn.as_ref().and_then(|turn| **turn);
        if shared.is_some_and(|since| since + HANDING_OUT > asked) {
            drop(turn);
            sleep(HANDING_OUT).await;
            return Err(Shared.into());
        }
        let connection = connect().await?;
        let http2 = connection.connected().is_negotiated_h2();
        self.http1.store(!http2, Ordering::Release);
        if let Some(turn) = &mut turn {
            **turn = http2.then(Instant::now);
        }
        Ok(connection)
    }
}

/// No connection was opened, because one that came about in the meantime serves many calls.
#[derive(Debug)]
pub(super) struct Shared;

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another connection serves this request, too")
    }
}

impl Error for Shared {}
