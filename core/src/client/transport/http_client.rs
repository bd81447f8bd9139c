//! The transport over HTTP/1.1 and HTTP/2: one connection pool per client, no redirects, no repeats of its own.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use http::Uri;
use http_body_util::BodyExt;
use reqwest::Client;
use tokio::time::Instant;

use super::connecting::Settings;
use super::failure::{failed, innermost, is_shared, lost};
use super::{Body, Sent, Transport, TransportError};
use crate::client::options::Network;
use crate::{Error, ErrorKind, Result};

/// Sends over the network.
pub(crate) struct HttpTransport {
    settings: Arc<Settings>,
    pool: Mutex<Option<Pool>>,
}

/// The kept connections of one generation.
struct Pool {
    client: Client,
    since: Instant,
}

impl HttpTransport {
    /// A pool for `origin`. Nothing is opened yet.
    pub(crate) fn new(network: &Network, origin: &Uri) -> Result<Self> {
        let settings = Arc::new(Settings::new(network, origin)?);
        let client = settings
            .client()
            .map_err(|error| Error::new(ErrorKind::Internal, innermost(&error).to_string()))?;
        let pool = Mutex::new(Some(Pool { client, since: Instant::now() }));
        Ok(Self { settings, pool })
    }

    /// The pool that is used now, or a new one.
    fn client(&self) -> std::result::Result<Client, TransportError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = &*pool {
            return Ok(pool.client.clone());
        }
        let client = self
            .settings
            .client()
            .map_err(|error| TransportError { sent: Sent::No, message: innermost(&error).to_string() })?;
        *pool = Some(Pool { client: client.clone(), since: Instant::now() });
        Ok(client)
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
    ) -> std::result::Result<http::Response<Body>, TransportError> {
        let client = self.client()?;
        let mut next = Some(self.settings.request(request));
        while let Some(request) = next {
            // Only a body that is a stream cannot be sent twice, and ours never is.
            next = if self.settings.may_share() { request.try_clone() } else { None };
            match client.execute(request).await {
                Ok(response) => return Ok(http::Response::from(response).map(stream)),
                // Another call opened a connection that serves this one, too. Nothing was sent.
                Err(error) if is_shared(&error) => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Err(TransportError { sent: Sent::No, message: "the request cannot be sent again".to_owned() })
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        self.exchange(request).boxed()
    }

    fn another(&self) -> Option<Arc<dyn Transport>> {
        Some(Arc::new(Self { settings: Arc::clone(&self.settings), pool: Mutex::default() }))
    }

    /// Later requests go over new connections. What runs on the old ones goes on; they are closed when it has ended.
    fn unanswered(&self, since: Instant) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.take_if(|pool| pool.since <= since);
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

fn stream(body: reqwest::Body) -> Body {
    body.into_data_stream().map(|chunk| chunk.map_err(|error| lost(&error))).boxed()
}
