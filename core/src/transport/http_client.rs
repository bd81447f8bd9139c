//! The transport over HTTP/1.1 and HTTP/2: one connection pool per client, no redirects.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use http::header::PROXY_AUTHORIZATION;
use http::{HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connector::{Connector, Proxy};
use super::{Body, Sent, Transport, TransportError};
use crate::Result;
use crate::config::Network;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(90);

/// Sends over the network.
pub(crate) struct HttpTransport {
    client: Client<Connector, Full<Bytes>>,
    /// Goes with every request that a proxy reads; a proxy that only tunnels gets it when a connection is opened.
    proxy_authorization: Option<HeaderValue>,
}

impl HttpTransport {
    /// A pool for `origin`. Nothing is opened yet.
    pub(crate) fn new(network: &Network, origin: &Uri) -> Result<Self> {
        let proxy = Proxy::choose(network.proxy.as_deref(), origin)?;
        let proxy_authorization = proxy.as_ref().and_then(Proxy::authorization_per_request);
        let connector = Connector::new(network, origin, proxy)?;
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client, proxy_authorization })
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        let mut request = request.map(Full::new);
        if let Some(authorization) = &self.proxy_authorization {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let response = self.client.request(request);
        async move { response.await.map(|response| response.map(stream)).map_err(|error| translate(&error)) }
            .boxed()
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

fn stream(body: Incoming) -> Body {
    let lost = |error: hyper::Error| TransportError { sent: Sent::Maybe, message: describe(&error) };
    body.into_data_stream().map(move |chunk| chunk.map_err(lost)).boxed()
}

fn translate(error: &ClientError) -> TransportError {
    let sent = if error.is_connect() { Sent::No } else { Sent::Maybe };
    TransportError { sent, message: describe(error) }
}

/// The innermost cause: the outer layers say little. None of them holds a header.
fn describe(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
