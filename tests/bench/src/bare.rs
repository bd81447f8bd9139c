//! The controls: `hyper` and `reqwest` with kept connections, a request that is ready made and an answer that is only counted.

use std::sync::Arc;

use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::meter::{Bounds, Caller, measure};
use crate::{Problem, Target, certificate, payload};

/// Measures one connection per caller.
pub(crate) async fn connections(target: &Target, bounds: &Bounds) -> Result<(), Problem> {
    let mut callers = Vec::new();
    for _ in 0..bounds.callers {
        callers.push(Connection::open(target).await?);
    }
    measure("hyper", bounds, callers).await.map(drop)
}

/// Measures a pool of `hyper-util` that the callers share.
pub(crate) async fn pooled(target: &Target, bounds: &Bounds) -> Result<(), Problem> {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let client = Client::builder(TokioExecutor::new()).build(HttpsConnector::from((tcp, tls(target)?)));
    let request = payload::request(target, true)?;
    let callers = (0..bounds.callers).map(|_| Pooled { client: client.clone(), request: request.clone() });
    measure("hyper-util", bounds, callers.collect()).await.map(drop)
}

/// A kept connection and the request that goes over it.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
}

impl Connection {
    pub(crate) async fn open(target: &Target) -> Result<Self, Problem> {
        let request = payload::request(target, false)?;
        let url: http::Uri = target.url.parse()?;
        let host = url.host().ok_or("the URL names no host")?.to_owned();
        let stream =
            TcpStream::connect((host.as_str(), url.port_u16().ok_or("the URL names no port")?)).await?;
        stream.set_nodelay(true)?;
        let sender = if url.scheme() == Some(&Scheme::HTTPS) {
            let tls = TlsConnector::from(Arc::new(tls(target)?));
            converse(tls.connect(ServerName::try_from(host)?, stream).await?).await?
        } else {
            converse(stream).await?
        };
        Ok(Self { sender, request })
    }

    /// Sends the request and reads the whole answer.
    pub(crate) async fn exchange(&mut self) -> Result<Bytes, Problem> {
        self.sender.ready().await?;
        read(self.sender.send_request(self.request.clone()).await?).await
    }
}

impl Caller for Connection {
    async fn call(&mut self) -> Result<(), Problem> {
        self.exchange().await.map(drop)
    }
}

struct Pooled {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    request: Request<Full<Bytes>>,
}

impl Caller for Pooled {
    async fn call(&mut self) -> Result<(), Problem> {
        read(self.client.request(self.request.clone()).await?).await.map(drop)
    }
}

/// Measures one `reqwest` client that the callers share. Where the server offers HTTP/2 it speaks it, as the SDK does.
pub(crate) async fn by_reqwest(target: &Target, bounds: &Bounds) -> Result<(), Problem> {
    let mut tls = tls(target)?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().tcp_nodelay(true).build()?;
    let url: reqwest::Url = format!("{}/api/guard", target.url).parse()?;
    let headers = payload::request(target, true)?.headers().clone();
    let caller = Reqwest { client, url, headers };
    measure("reqwest", bounds, vec![caller; bounds.callers]).await.map(drop)
}

#[derive(Clone)]
struct Reqwest {
    client: reqwest::Client,
    url: reqwest::Url,
    headers: http::HeaderMap,
}

impl Caller for Reqwest {
    async fn call(&mut self) -> Result<(), Problem> {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(payload::REQUEST);
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        if answer.is_empty() { Err("the server answered nothing".into()) } else { Ok(()) }
    }
}

/// TLS settings that trust the target's own authority, or nobody.
fn tls(target: &Target) -> Result<ClientConfig, Problem> {
    certificate::client(target.ca.as_deref())
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Full<Bytes>>, Problem> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn read(response: Response<Incoming>) -> Result<Bytes, Problem> {
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status == StatusCode::OK && !body.is_empty() {
        Ok(body)
    } else {
        Err(format!("the server answered {status}: {}", String::from_utf8_lossy(&body)).into())
    }
}
