//! How a connection to the server comes about: directly or through a proxy, with or without TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri, uri::Scheme};
use hyper::rt::{Read, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::{is_this_machine, tls};
use crate::config::Network;
use crate::{Error, Result};

/// How long a connection may take to come about before the try counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What TLS calls HTTP/2 and HTTP/1.1 (ALPN, RFC 7301), in the order of our preference.
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
const KEEPALIVE: Duration = Duration::from_secs(30);

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes to and from the server, whatever carries them.
pub(super) trait ReadWrite: Read + Write + Unpin + Send {}

impl<T: Read + Write + Unpin + Send> ReadWrite for T {}

/// An open connection.
pub(super) struct Stream {
    pub(super) bytes: Box<dyn ReadWrite>,
    /// Whether both sides agreed on HTTP/2.
    pub(super) http2: bool,
}

impl Stream {
    fn new(bytes: impl ReadWrite + 'static, http2: bool) -> Self {
        Self { bytes: Box::new(bytes), http2 }
    }
}

/// Opens connections to one origin.
pub(super) struct Connector {
    origin: Uri,
    /// TCP, and TLS where the URL says so.
    direct: HttpsConnector<HttpConnector>,
    route: Route,
}

enum Route {
    Direct,
    /// An `http` origin: the proxy reads the requests.
    Forward(Uri),
    /// An `https` origin: the proxy passes bytes on (`CONNECT`, RFC 9110, 9.3.6), with TLS inside.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>, TlsConnector),
}

/// The proxy between us and the origin.
pub(super) struct Proxy {
    uri: Uri,
    authorization: Option<HeaderValue>,
    tunnels: bool,
}

impl Proxy {
    /// The proxy for `origin`: the one that was `given`, else what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
    /// `NO_PROXY` say. These speak of the network: what stays on this machine goes through none of them, or the proxy
    /// would see the key and could answer in the place of the instance.
    pub(super) fn choose(given: Option<&str>, origin: &Uri) -> Result<Option<Self>> {
        let unusable = || Error::configuration("proxy", "is not a URL such as `http://proxy:3128`");
        if given.is_none() && origin.host().is_some_and(is_this_machine) {
            return Ok(None);
        }
        let matcher = given.map_or_else(Matcher::from_env, |url| Matcher::builder().all(url).build());
        let Some(found) = matcher.intercept(origin) else {
            return if given.is_some() { Err(unusable()) } else { Ok(None) };
        };
        if !matches!(found.uri().scheme_str(), Some("http" | "https")) {
            return Err(unusable());
        }
        let authorization = found.basic_auth().cloned().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        let tunnels = origin.scheme() == Some(&Scheme::HTTPS);
        Ok(Some(Self { uri: found.uri().clone(), authorization, tunnels }))
    }

    /// What a proxy that reads the requests wants to see in each.
    pub(super) fn authorization_per_request(&self) -> Option<HeaderValue> {
        self.authorization.clone().filter(|_| !self.tunnels)
    }
}

impl Connector {
    pub(super) fn new(network: &Network, origin: &Uri, proxy: Option<Proxy>) -> Result<Self> {
        let secure = |uri: &Uri| uri.scheme() == Some(&Scheme::HTTPS);
        // Reading the platform's roots takes milliseconds, so it is done only where TLS is spoken.
        let tls = if secure(origin) || proxy.as_ref().is_some_and(|proxy| secure(&proxy.uri)) {
            tls::client_config(network.ca_bundle.as_deref())?
        } else {
            tls::unused()?
        };
        let mut to_origin = tls.clone();
        to_origin.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        let to_origin = Arc::new(to_origin);
        // A proxy is spoken to in HTTP/1.1.
        let first = if proxy.is_some() { Arc::new(tls) } else { Arc::clone(&to_origin) };
        let direct = HttpsConnector::from((tcp(), first));
        let route = proxy.map_or(Route::Direct, |proxy| route(proxy, &direct, to_origin));
        Ok(Self { origin: origin.clone(), direct, route })
    }

    /// Whether the proxy reads the requests, which then name the whole URL.
    pub(super) fn forwards(&self) -> bool {
        matches!(self.route, Route::Forward(_))
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> std::result::Result<Stream, BoxError> {
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, self.follow_route()).await;
        connected
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "no connection in time").into()))
    }

    async fn follow_route(&self) -> std::result::Result<Stream, BoxError> {
        match &self.route {
            Route::Direct => {
                let stream = self.direct.clone().call(self.origin.clone()).await?;
                let http2 = stream.connected().is_negotiated_h2();
                Ok(Stream::new(stream, http2))
            }
            Route::Forward(proxy) => Ok(Stream::new(self.direct.clone().call(proxy.clone()).await?, false)),
            Route::Tunnel(tunnel, tls) => {
                let host = self.origin.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                let passed_on = tunnel.clone().call(self.origin.clone()).await?;
                let secured = tls.connect(ServerName::try_from(host)?, TokioIo::new(passed_on)).await?;
                let http2 = secured.get_ref().1.alpn_protocol() == Some(HTTP_2);
                Ok(Stream::new(TokioIo::new(secured), http2))
            }
        }
    }
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_nodelay(true);
    tcp
}

fn route(proxy: Proxy, direct: &HttpsConnector<HttpConnector>, tls: Arc<ClientConfig>) -> Route {
    if !proxy.tunnels {
        return Route::Forward(proxy.uri);
    }
    let tunnel = Tunnel::new(proxy.uri, direct.clone());
    let tunnel = match proxy.authorization {
        Some(authorization) => tunnel.with_auth(authorization),
        None => tunnel,
    };
    Route::Tunnel(tunnel, TlsConnector::from(tls))
}
