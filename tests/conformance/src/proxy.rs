//! A proxy for the cases: HTTP, in absolute form (RFC 9112, 3.2.2) and as a tunnel (RFC 9110, 9.3.6), and SOCKS5 (RFC 1928,
//! RFC 1929), told apart by the first byte.
//!
//! To it every name and every address is the scripted server, so no case needs a name that resolves or a foreign machine.

use std::io::{Error, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Incoming;
use hyper::header::{HeaderName, PROXY_AUTHORIZATION};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::script::Script;

const SOCKS5: u8 = 5;
const NO_PASSWORD: u8 = 0;
const PASSWORD: u8 = 2;
const HTTPS: u16 = 443;

/// Where everything leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Targets {
    pub(crate) plain: SocketAddr,
    /// What port 443 is.
    pub(crate) secure: SocketAddr,
}

impl Targets {
    async fn connect(self, port: u16) -> Result<TcpStream> {
        TcpStream::connect(if port == HTTPS { self.secure } else { self.plain }).await
    }
}

/// Serves until it is dropped. The script is told what it was asked for.
pub(crate) async fn serve(listener: TcpListener, targets: Targets, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { return };
                let script = Arc::clone(&script);
                connections.spawn(async move {
                    // A client that leaves in the middle is no defect of the proxy.
                    let _ = connection(stream, targets, script).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, targets: Targets, script: Arc<Script>) -> Result<()> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first == [SOCKS5] {
        return socks5(stream, targets, &script).await;
    }
    let service = service_fn(move |request| http(request, targets, Arc::clone(&script)));
    let connection = hyper::server::conn::http1::Builder::new()
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service);
    connection.with_upgrades().await.map_err(Error::other)
}

async fn http(
    mut request: Request<Incoming>,
    targets: Targets,
    script: Arc<Script>,
) -> Result<Response<http_body_util::Either<Incoming, http_body_util::Empty<bytes::Bytes>>>> {
    let uri = request.uri().clone();
    let unreadable = || Error::other("neither a tunnel nor an absolute URI");
    let host = uri.host().ok_or_else(unreadable)?;
    let who = user(&request).unwrap_or_default();
    let tunnel = *request.method() == Method::CONNECT;
    let port = uri.port_u16().unwrap_or(80);
    script.through(format!("{} {who}{host}:{port}", if tunnel { "connect" } else { "forward" }));
    let mut upstream = targets.connect(port).await?;
    if tunnel {
        tokio::spawn(async move {
            if let Ok(upgraded) = hyper::upgrade::on(request).await {
                let _ = copy_bidirectional(&mut TokioIo::new(upgraded), &mut upstream).await;
            }
        });
        return Ok(Response::new(http_body_util::Either::Right(http_body_util::Empty::new())));
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>().map_err(Error::other)?;
    for own in [PROXY_AUTHORIZATION, HeaderName::from_static("proxy-connection")] {
        request.headers_mut().remove(own);
    }
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(upstream)).await.map_err(Error::other)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(Error::other)?;
    Ok(response.map(http_body_util::Either::Left))
}

/// `name:password@` of whoever asks.
fn user<T>(request: &Request<T>) -> Option<String> {
    let given = request.headers().get(PROXY_AUTHORIZATION)?.to_str().ok()?;
    let given = STANDARD.decode(given.strip_prefix("Basic ")?).ok()?;
    Some(format!("{}@", String::from_utf8(given).ok()?))
}

async fn socks5(mut stream: TcpStream, targets: Targets, script: &Script) -> Result<()> {
    let [_, count] = read(&mut stream).await?;
    let methods = bytes(&mut stream, count).await?;
    let mut who = String::new();
    if methods.contains(&PASSWORD) {
        stream.write_all(&[SOCKS5, PASSWORD]).await?;
        let [_, length] = read(&mut stream).await?;
        let name = text(&mut stream, length).await?;
        let [length] = read(&mut stream).await?;
        who = format!("{name}:{}@", text(&mut stream, length).await?);
        stream.write_all(&[1, 0]).await?;
    } else {
        stream.write_all(&[SOCKS5, NO_PASSWORD]).await?;
    }
    let [_, command, _, kind] = read(&mut stream).await?;
    let host = match kind {
        1 => IpAddr::from(Ipv4Addr::from(read::<4>(&mut stream).await?)).to_string(),
        3 => {
            let [length] = read(&mut stream).await?;
            text(&mut stream, length).await?
        }
        _ => format!("[{}]", Ipv6Addr::from(read::<16>(&mut stream).await?)),
    };
    let port = u16::from_be_bytes(read(&mut stream).await?);
    if command != 1 {
        script.complain(format!("the proxy cannot do SOCKS command {command}"));
        return Ok(());
    }
    script.through(format!("socks5 {who}{host}:{port}"));
    let mut upstream = targets.connect(port).await?;
    stream.write_all(&[SOCKS5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    copy_bidirectional(&mut stream, &mut upstream).await?;
    Ok(())
}

async fn read<const N: usize>(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<[u8; N]> {
    let mut read = [0; N];
    stream.read_exact(&mut read).await?;
    Ok(read)
}

async fn bytes(stream: &mut TcpStream, length: u8) -> Result<Vec<u8>> {
    let mut read = vec![0; length.into()];
    stream.read_exact(&mut read).await?;
    Ok(read)
}

async fn text(stream: &mut TcpStream, length: u8) -> Result<String> {
    String::from_utf8(bytes(stream, length).await?).map_err(Error::other)
}
