//! How a request reaches the server: over HTTP, or straight into an embedded instance.

#[cfg(test)]
mod cancel_tests;
mod connecting;
#[cfg(test)]
mod connection_tests;
#[cfg(test)]
#[cfg(all(feature = "brotli", feature = "zstd"))]
mod encoding_tests;
mod failure;
#[cfg(test)]
mod http2_tests;
mod http_client;
mod loopback;
mod one_at_a_time;
mod own_certificates;
mod proxy;
#[cfg(test)]
mod proxy_tests;
mod tls;
#[cfg(test)]
pub(crate) mod tls_server;
#[cfg(test)]
mod tls_tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::time::Instant;

pub(crate) use http_client::HttpTransport;
pub(crate) use loopback::is_this_machine;

/// A response body as it arrives.
pub type Body = BoxStream<'static, std::result::Result<Bytes, TransportError>>;

/// Carries one request to the server and the head of its response back. It neither retries nor follows redirects.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request`, whose URI is absolute. Dropping the future abandons the exchange.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>>;

    /// The same way to the server over connections of its own, where it goes over connections.
    fn another(&self) -> Option<Arc<dyn Transport>> {
        None
    }

    /// Is told that a request sent at `since` or later got no answer in its time. Whatever carried it may be dead although
    /// it looks open, and must serve no later request; what runs on it goes on.
    fn unanswered(&self, since: Instant) {
        let _ = since;
    }
}

/// Why an exchange failed before it was complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// Whether the server can have seen the request.
    pub sent: Sent,
    /// One sentence for people.
    pub message: String,
}

/// Whether the server can have seen the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It cannot: there was no connection, or the server said that it did not look at the request.
    No,
    /// It may have.
    Maybe,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {}
