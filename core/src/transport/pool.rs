//! The open connections to one origin: which of them is free, and when another one is opened.
//!
//! A connection serves one HTTP/1.1 request after the other, or any number of HTTP/2 ones at once. It is driven by a task
//! of its own, which sees at once when the server closes it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::HOST;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::TokioExecutor;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connector::{BoxError, Connector};
use super::{Sent, TransportError};

/// How long an unused connection is kept.
pub(super) const IDLE: Duration = Duration::from_secs(90);

type Body = Full<Bytes>;

/// Sends requests over kept connections.
pub(super) struct Pool {
    connector: Arc<Connector>,
    host: HeaderValue,
    free: Arc<Free>,
}

impl Pool {
    /// No connection yet; `host` is what the origin is called in requests.
    pub(super) fn new(connector: Connector, host: HeaderValue) -> Self {
        Self { connector: Arc::new(connector), host, free: Arc::default() }
    }

    /// Sends `request`, whose URI is absolute, over a free connection or a new one.
    pub(super) async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, TransportError> {
        let uri = request.uri().clone();
        loop {
            let (mut connection, kept) = self
                .connection()
                .await
                .map_err(|error| TransportError { sent: Sent::No, message: describe(error.as_ref()) })?;
            match self.send_over(&mut connection, request).await {
                Ok(response) => {
                    self.free.give_back(connection);
                    return Ok(response);
                }
                Err(mut error) => match error.take_message() {
                    // The server closed a kept connection before anything was written to it.
                    Some(unsent) if kept => request = unsent,
                    _ => return Err(lost(error.error())),
                },
            }
            request.headers_mut().remove(HOST);
            request.uri_mut().clone_from(&uri);
        }
    }

    async fn send_over(
        &self,
        connection: &mut Connection,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        match connection {
            Connection::Http1(sender) => {
                request.headers_mut().insert(HOST, self.host.clone());
                if !self.connector.forwards() {
                    let path = request.uri().path_and_query().cloned();
                    *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
                }
                sender.try_send_request(request).await
            }
            Connection::Http2(sender) => sender.try_send_request(request).await,
        }
    }

    /// A connection, and whether it was kept: a free one, or the first to be ready of those in use and a new one.
    async fn connection(&self) -> Result<(Connection, bool), BoxError> {
        if let Some(connection) = self.free.take() {
            return Ok((connection, true));
        }
        let mut opening = self.open();
        loop {
            tokio::select! {
                biased;
                opened = &mut opening => return Ok((opened?, false)),
                () = self.free.returned.notified() => {}
            }
            if let Some(connection) = self.free.take() {
                // What was begun serves a later call.
                let free = Arc::clone(&self.free);
                tokio::spawn(async move {
                    if let Ok(connection) = opening.await {
                        free.give_back(connection);
                    }
                });
                return Ok((connection, true));
            }
        }
    }

    fn open(&self) -> BoxFuture<'static, Result<Connection, BoxError>> {
        let (connector, free) = (Arc::clone(&self.connector), Arc::downgrade(&self.free));
        let opening = async move {
            let stream = connector.connect().await?;
            let (connection, driver) = if stream.http2 {
                let (sender, driver) = http2::handshake(TokioExecutor::new(), stream.bytes).await?;
                free.upgrade().inspect(|free| free.put(Connection::Http2(sender.clone())));
                (Connection::Http2(sender), tokio::spawn(driver.map(drop)))
            } else {
                let (sender, driver) = http1::handshake(stream.bytes).await?;
                (Connection::Http1(sender), tokio::spawn(driver.map(drop)))
            };
            tokio::spawn(close_unused(free, driver));
            Ok(connection)
        };
        opening.boxed()
    }
}

/// The sending end of an open connection.
enum Connection {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

impl Connection {
    /// Whether it takes a request at once.
    fn is_ready(&self) -> bool {
        match self {
            Self::Http1(sender) => sender.is_ready(),
            Self::Http2(sender) => sender.is_ready(),
        }
    }

    /// The same connection for one more request at the same time, where that is possible.
    fn share(&self) -> Option<Self> {
        match self {
            Self::Http1(_) => None,
            Self::Http2(sender) => Some(Self::Http2(sender.clone())),
        }
    }
}

/// The connections that wait for a request, the one used last at the end.
#[derive(Default)]
struct Free {
    connections: Mutex<Vec<(Connection, Instant)>>,
    returned: Notify,
}

impl Free {
    fn take(&self) -> Option<Connection> {
        let mut connections = self.lock();
        while let Some((connection, since)) = connections.pop() {
            if connection.is_ready() && since.elapsed() < IDLE {
                connections.extend(connection.share().map(|shared| (shared, Instant::now())));
                return Some(connection);
            }
        }
        None
    }

    /// Takes a connection back as soon as the answer on it is complete. A shared one was never taken away.
    fn give_back(self: &Arc<Self>, connection: Connection) {
        let Connection::Http1(mut sender) = connection else { return };
        if sender.is_ready() {
            return self.put(Connection::Http1(sender));
        }
        let free = Arc::clone(self);
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                free.put(Connection::Http1(sender));
            }
        });
    }

    fn put(&self, connection: Connection) {
        self.lock().push((connection, Instant::now()));
        self.returned.notify_one();
    }

    fn drop_unused(&self) {
        self.lock().retain(|(_, since)| since.elapsed() < IDLE);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of connections that nobody used for long, this one among them, until this one is closed.
async fn close_unused(free: Weak<Free>, driver: JoinHandle<()>) {
    while !driver.is_finished() {
        tokio::time::sleep(IDLE).await;
        let Some(free) = free.upgrade() else { return };
        free.drop_unused();
    }
}

/// The failure of an exchange that had begun.
pub(super) fn lost(error: &hyper::Error) -> TransportError {
    TransportError { sent: Sent::Maybe, message: describe(error) }
}

/// The innermost cause: the outer layers say little. None of them holds a header.
fn describe(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
