//! Serving on a socket, so that no client can keep the others out: every phase of a connection has its time, and there is
//! a place for so many.

mod answer;
mod line;
mod lines;
mod socket;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};

use self::answer::Answer;
use self::line::Line;
pub(crate) use self::lines::bearable;
use self::lines::{Lines, Seat};
use self::socket::Socket;

/// How long a full house, or one without file descriptors, waits before it looks again.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 * 1024;
/// How many requests one connection may have under way at once.
const MAX_STREAMS: u32 = 256;

/// How many connections there may be, and how long each phase may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    /// From the first byte of a request's head, or from the connection's beginning, to the head's end.
    pub(crate) head: Duration,
    /// From the end of an answer to the next request. Longer than clients keep connections, so that they close them.
    pub(crate) idle: Duration,
    /// Without the client taking anything of what is sent.
    pub(crate) write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: bearable(),
            head: Duration::from_secs(20),
            idle: Duration::from_secs(120),
            write: Duration::from_secs(30),
        }
    }
}

/// Serves until `stop`; requests under way are finished then.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) -> io::Result<()> {
    let lines = Arc::new(Lines::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match Lines::seat(&lines) {
                Some(seat) => {
                    let answered = answer(stream, address, router.clone(), limits, seat, graceful.watcher());
                    tokio::spawn(answered);
                }
                None => refuse(stream),
            },
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // No file descriptors are left, as a rule.
                tracing::error!(%error, "a connection could not be accepted");
                lines.make_room();
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

/// Whether the client's end is the cause, and not ours.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Says that there is no place, as far as that goes without waiting for the client.
fn refuse(stream: TcpStream) {
    let body = r#"{"error":"Too many connections"}"#;
    let length = body.len();
    let text = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         retry-after: 1\r\nconnection: close\r\n\r\n{body}"
    );
    // It does not block, and a new socket has room for so little.
    let _ = stream.into_std().and_then(|mut stream| io::Write::write_all(&mut stream, text.as_bytes()));
}

/// Answers the requests of one connection.
async fn answer(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    limits: Limits,
    seat: Seat,
    watcher: Watcher,
) {
    // Without it a small answer may wait for the client's acknowledgement; failing that, it is only slower.
    let _ = stream.set_nodelay(true);
    let line = Arc::clone(&seat.line);
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        let busy = Line::begin(&line, request.version());
        let answer = router.clone().oneshot(request);
        async move {
            let response = answer.await;
            response.map(|response| response.map(|body| Answer { body, _busy: busy }))
        }
    });
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&seat.line), limits.write));
    let builder = builder();
    let connection = builder.serve_connection(socket, TowerToHyperService::new(service)).into_owned();
    tokio::select! {
        // How a connection ends is the client's business.
        _ = watcher.watch(connection) => {}
        () = seat.line.overdue(limits) => {}
        () = seat.line.sent_away() => {}
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MAX_HEAD);
    builder
        .http2()
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .max_send_buf_size(MAX_HEAD);
    builder
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
