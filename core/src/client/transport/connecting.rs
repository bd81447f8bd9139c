//! How connections to the server come about and how long they are kept.

use std::time::Duration;

use http::{Uri, uri::Scheme};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy};
use rustls::ClientConfig;

use super::one_at_a_time::OneAtATime;
use super::{proxy, tls};
use crate::client::options::{Network, variable};
use crate::{Error, Result};

/// How long an unused connection is kept.
pub(super) const IDLE: Duration = Duration::from_secs(90);
/// How long a connection may take to come about before the try counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// After what silence TCP asks whether the other end is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);
/// After what silence HTTP/2 asks it, also while no request is under way, and how long it waits for the answer.
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(10);
const IPV6_BEHIND_PROXY: &str = "names the server by its IPv6 address, to which no TLS connection can be made through a \
     proxy: give the server's name, or except the address from the proxy with `NO_PROXY`";
/// What TLS calls HTTP/2 and HTTP/1.1 (ALPN, RFC 7301), in the order of our preference.
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// What every pool of connections to one origin is made of.
pub(super) struct Settings {
    tls: ClientConfig,
    proxy: Option<Proxy>,
    /// Whether the server itself speaks TLS, and so perhaps HTTP/2.
    secure: bool,
}

impl Settings {
    pub(super) fn new(network: &Network, origin: &Uri) -> Result<Self> {
        let secure = origin.scheme() == Some(&Scheme::HTTPS);
        let proxy = proxy::choose(network.proxy.as_deref(), origin, &variable)?;
        let is_ipv6 = origin.host().is_some_and(|host| host.starts_with('['));
        if secure && is_ipv6 && proxy.is_some() {
            // `reqwest` takes the brackets for a part of the name that the certificate must be for.
            return Err(Error::configuration("base_url", IPV6_BEHIND_PROXY));
        }
        // Reading the platform's roots takes milliseconds, so it is done only where TLS is spoken.
        let mut tls = if secure || proxy.as_ref().is_some_and(|proxy| proxy.scheme() == "https") {
            tls::client_config(network)?
        } else {
            tls::unused()?
        };
        if secure {
            tls.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        }
        let proxy = proxy.map(|proxy| proxy::all(proxy, is_ipv6)).transpose()?;
        Ok(Self { tls, proxy, secure })
    }

    /// A new pool. Nothing is opened yet.
    pub(super) fn client(&self) -> reqwest::Result<Client> {
        let builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            // Whether a request is repeated, and where to, is decided in one place, and not here.
            .retry(reqwest::retry::never())
            .redirect(Policy::none())
            .referer(false)
            // The variables were read by [`proxy::choose`].
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            .tcp_keepalive(TCP_KEEPALIVE)
            .pool_idle_timeout(IDLE);
        let builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        };
        if self.secure { http2(builder) } else { builder }.build()
    }
}

fn http2(builder: ClientBuilder) -> ClientBuilder {
    builder
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_TIMEOUT)
        .http2_keep_alive_while_idle(true)
        .connector_layer(OneAtATime::default())
}
