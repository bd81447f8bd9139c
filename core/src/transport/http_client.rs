//! The transport over HTTP: one connection pool per client, HTTP/1.1 and 2, no redirects.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryFutureExt};

use super::{Body, Sent, Transport, TransportError, tls};
use crate::config::Network;
use crate::{Error, Result};

/// How long a connection may take to come about before the try counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends over the network.
pub(crate) struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// A pool for one origin. Nothing is opened yet.
    pub(crate) fn new(network: &Network, https: bool) -> Result<Self> {
        let tls = if https { tls::client_config(network.ca_bundle.as_deref())? } else { tls::unused()? };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Credentials go to the configured origin only.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(90))
            // The engine decides about retries; here they would hide from its deadline.
            .retry(reqwest::retry::never());
        if let Some(proxy) = &network.proxy {
            let proxy = reqwest::Proxy::all(proxy.as_str())
                .map_err(|_| Error::configuration("proxy", "is not a URL such as `http://proxy:3128`"))?;
            builder = builder.proxy(proxy);
        }
        let client = builder.build().map_err(|error| Error::configuration("base_url", describe(&error)))?;
        Ok(Self { client })
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        let request = match reqwest::Request::try_from(request) {
            Ok(request) => request,
            Err(error) => return futures_util::future::err(translate(&error)).boxed(),
        };
        self.client.execute(request).map_ok(into_response).map_err(|error| translate(&error)).boxed()
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

fn into_response(response: reqwest::Response) -> http::Response<Body> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = response.version();
    head.headers_mut().clone_from(response.headers());
    let body = response.bytes_stream().map(|chunk| chunk.map_err(|error| translate(&error))).boxed();
    head.map(|()| body)
}

fn translate(error: &reqwest::Error) -> TransportError {
    let sent = if error.is_connect() || error.is_builder() { Sent::No } else { Sent::Maybe };
    TransportError { sent, message: describe(error) }
}

/// The innermost cause: the outer layers repeat the URL and say little. None of them holds a header.
fn describe(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
