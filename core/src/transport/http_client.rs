//! The transport over HTTP/1.1 and HTTP/2: one connection pool per client, no redirects.

use std::fmt;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use http::header::PROXY_AUTHORIZATION;
use http::uri::Authority;
use http::{HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use super::connector::{Connector, Proxy};
use super::pool::{Pool, lost};
use super::{Body, Transport, TransportError};
use crate::config::Network;
use crate::{Error, Result};

/// Sends over the network.
pub(crate) struct HttpTransport {
    pool: Pool,
    /// Goes with every request that a proxy reads; a proxy that only tunnels gets it when a connection is opened.
    proxy_authorization: Option<HeaderValue>,
}

impl HttpTransport {
    /// A pool for `origin`. Nothing is opened yet.
    pub(crate) fn new(network: &Network, origin: &Uri) -> Result<Self> {
        let proxy = Proxy::choose(network.proxy.as_deref(), origin)?;
        let proxy_authorization = proxy.as_ref().and_then(Proxy::authorization_per_request);
        let connector = Connector::new(network, origin, proxy)?;
        let host = HeaderValue::try_from(origin.authority().map_or("", Authority::as_str))
            .map_err(|error| Error::configuration("base_url", error.to_string()))?;
        let pool = Pool::new(connector, host);
        Ok(Self { pool, proxy_authorization })
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
        async move { Ok(self.pool.send(request).await?.map(stream)) }.boxed()
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

fn stream(body: Incoming) -> Body {
    body.into_data_stream().map(|chunk| chunk.map_err(|error| lost(&error))).boxed()
}
