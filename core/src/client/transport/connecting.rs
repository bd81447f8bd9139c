//! How connections to the server come about and how long they are kept.

use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::uri::Scheme;
use http::{HeaderValue, Uri};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy, Request, Url};
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
    /// Where every request goes, but for its path and query.
    origin: Url,
    /// The header `Host` of HTTP/1.1, where that alone is spoken.
    host: Option<HeaderValue>,
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
        let origin = Url::parse(&origin.to_string())
            .map_err(|error| Error::configuration("base_url", error.to_string()))?;
        let host = if secure { None } else { host(&origin) };
        Ok(Self { tls, proxy, secure, origin, host })
    }

    /// Whether a connection that one call has opened may serve another one, too.
    pub(super) fn may_share(&self) -> bool {
        self.secure
    }

    /// `request` as `reqwest` takes it. What is the same in every request was read once: its own conversion parses the whole
    /// URL for each of them, and its pool writes the host anew.
    pub(super) fn request(&self, request: http::Request<Bytes>) -> Request {
        let (parts, body) = request.into_parts();
        let mut url = self.origin.clone();
        url.set_path(parts.uri.path());
        url.set_query(parts.uri.query());
        let mut request = Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        if let Some(host) = &self.host {
            request.headers_mut().insert(HOST, host.clone());
        }
        *request.body_mut() = Some(body.into());
        request
    }

    /// A new pool. Nothing is opened yet.
    pub(super) fn client(&self) -> reqwest::Result<Client> {
        let builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            // Whether a request is repeated, and where to, is decided in one place, and not here. Without the limit each one
            // is copied first, in case it were.
            .retry(reqwest::retry::never().max_retries_per_request(0))
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

/// Name and port, unless that is the usual one.
fn host(origin: &Url) -> Option<HeaderValue> {
    let name = origin.host_str()?;
    let host = origin.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
    HeaderValue::try_from(host).ok()
}

fn http2(builder: ClientBuilder) -> ClientBuilder {
    builder
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_TIMEOUT)
        .http2_keep_alive_while_idle(true)
        .connector_layer(OneAtATime::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DashClaw;

    fn network() -> Network {
        DashClaw::builder()
            .base_url("http://localhost")
            .api_key("key")
            .agent_id("agent")
            .build()
            .unwrap()
            .config()
            .network
            .clone()
    }

    #[test]
    fn a_request_is_what_the_librarys_own_conversion_makes_of_it() {
        let origins = [
            ("http://127.0.0.1:3000", Some("127.0.0.1:3000")),
            ("http://dashclaw.test:80/base/", Some("dashclaw.test")),
            ("http://[::1]:8080", Some("[::1]:8080")),
            ("https://dashclaw.test:8443", None),
        ];
        for (origin, host) in origins {
            let settings = Settings::new(&network(), &origin.parse().unwrap()).unwrap();
            for target in
                ["/api/guard", "/", "/api/a%2Fb/%C3%A9%2e/c?q=1&r=%20+%27", "/api/a?", "/a;b='c'?d='e'|{}"]
            {
                let uri = format!("{}{target}", origin.trim_end_matches('/'));
                let mut given =
                    http::Request::post(uri).header("x-a", "1").body(Bytes::from_static(b"{}")).unwrap();
                let made = settings.request(given.clone());
                if let Some(host) = host {
                    given.headers_mut().insert(HOST, HeaderValue::from_static(host));
                }
                let expected = Request::try_from(given).unwrap();
                assert_eq!((made.method(), made.url()), (expected.method(), expected.url()));
                assert_eq!(made.headers(), expected.headers());
                assert_eq!(made.body().and_then(reqwest::Body::as_bytes), Some(&b"{}"[..]));
            }
        }
    }
}
