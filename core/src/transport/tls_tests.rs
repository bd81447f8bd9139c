//! Calls over TLS to a server that offers HTTP/2, and to one that does not.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::api::guard::{Guard, GuardDecision};
use crate::{DashClaw, Error, ErrorKind};

/// A server that answers every request with an `allow` whose reason is the HTTP version it was asked in and whose warning
/// is the client's end of the connection; and the PEM of the authority to trust.
async fn serve(protocols: &[&[u8]]) -> (SocketAddr, String) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let version = request.version();
                let answer =
                    format!(r#"{{"decision":"allow","reason":"{version:?}","warnings":["{peer}"]}}"#);
                std::future::ready(Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from(answer)))))
            });
            tokio::spawn(async move {
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    (address, cert.pem())
}

async fn version_spoken(protocols: &[&[u8]]) -> String {
    let (address, authority) = serve(protocols).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    guard(&client).await.unwrap().reason.unwrap()
}

fn client(address: SocketAddr) -> crate::Builder {
    let url = format!("https://localhost:{}", address.port());
    DashClaw::builder().base_url(url).api_key("oc_live_secret").agent_id("agent-1").max_retries(0)
}

async fn guard(client: &DashClaw) -> Result<GuardDecision, Error> {
    client.guard(Guard { action_type: "deploy".to_owned(), ..Guard::default() }).await
}

#[tokio::test]
async fn http2_is_spoken_where_it_is_offered() {
    assert_eq!(version_spoken(&[b"h2", b"http/1.1"]).await, "HTTP/2.0");
    assert_eq!(version_spoken(&[b"http/1.1"]).await, "HTTP/1.1");
    assert_eq!(version_spoken(&[]).await, "HTTP/1.1");
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_http2_connection() {
    let (address, authority) = serve(&[b"h2"]).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    let first = guard(&client).await.unwrap();
    let rest = join_all((0..20).map(|_| guard(&client))).await;
    for decision in rest {
        assert_eq!(decision.unwrap().warnings, first.warnings);
    }
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_request() {
    let (address, _) = serve(&[]).await;
    let error = guard(&client(address).build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
}
