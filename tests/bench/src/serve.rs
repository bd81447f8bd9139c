//! The control server: plain `hyper`, one verdict, nothing else, so that what is measured is the client.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::{Problem, certificate, meter, payload};

/// Serves on a free loopback port, and says which, until standard input closes or the time is up.
pub(crate) async fn run(ca: Option<PathBuf>, seconds: u64) -> Result<(), Problem> {
    let tls = ca.as_deref().map(certificate::server).transpose()?.map(|tls| TlsAcceptor::from(Arc::new(tls)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    meter::print(&json!({ "url": format!("{scheme}://{}", listener.local_addr()?) }))?;
    tokio::select! {
        end = accept(listener, tls) => end,
        () = parent_gone() => Ok(()),
        () = tokio::time::sleep(Duration::from_secs(seconds)) => Ok(()),
    }
}

/// Until standard input closes.
pub(crate) async fn parent_gone() {
    let mut ignored = [0_u8; 64];
    let mut input = tokio::io::stdin();
    while !matches!(input.read(&mut ignored).await, Ok(0) | Err(_)) {}
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>) -> Result<(), Problem> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let tls = tls.clone();
        // How a connection ends is the client's affair: the client is what is measured, and it checks every answer.
        tokio::spawn(async move {
            match tls {
                Some(tls) => serve_tls(tls, stream).await,
                None => serve(stream).await,
            }
        });
    }
}

async fn serve_tls(tls: TlsAcceptor, stream: TcpStream) {
    if let Ok(stream) = tls.accept(stream).await {
        serve(stream).await;
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let known = request.method() == Method::POST && request.uri().path() == "/api/guard";
    let asked = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let (status, body) = match asked {
        Ok(asked) if known && !asked.is_empty() => (StatusCode::OK, payload::VERDICT),
        _ => (StatusCode::NOT_FOUND, r#"{"error":"only POST /api/guard with a body is served"}"#),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    headers.insert("x-request-id", HeaderValue::from_static("req_0123456789abcdef"));
    Ok(response)
}
