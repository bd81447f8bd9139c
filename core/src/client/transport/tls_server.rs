//! A TLS server for tests, which speaks HTTP/2 where its certificate says so.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::CertificateParams;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::api::guard::{Guard, GuardDecision};
use crate::{DashClaw, Error};

/// How many requests an HTTP/2 connection serves at a time, as most servers have it.
const ROOM: u32 = 100;

pub(crate) type Answer = http::Response<BoxBody<Bytes, Infallible>>;

/// What makes a TLS server of a connection, and the PEM of the certificate to trust, made to the wishes of `certificate`.
pub(super) fn acceptor_with(
    protocols: &[&[u8]],
    certificate: impl FnOnce(&mut CertificateParams),
) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    certificate(&mut params);
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

pub(crate) fn acceptor(protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    acceptor_with(protocols, |_| {})
}

/// A server whose answers `answer` gives, which is told the client's end of the connection.
pub(crate) async fn serve_by<A>(
    acceptor: TlsAcceptor,
    answer: impl Fn(http::Request<Incoming>, SocketAddr) -> A + Clone + Send + 'static,
) -> SocketAddr
where
    A: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer(request, peer);
                async move { Ok::<_, Infallible>(answer.await) }
            });
            tokio::spawn(async move {
                let mut builder = auto::Builder::new(TokioExecutor::new());
                builder.http2().max_concurrent_streams(ROOM);
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// A server that answers every request with an `allow` whose reason is the HTTP version it was asked in and whose warning
/// is the client's end of the connection; and the PEM of the authority to trust.
pub(super) async fn serve(protocols: &[&[u8]]) -> (SocketAddr, String) {
    let (acceptor, authority) = acceptor(protocols);
    (serve_allowing(acceptor).await, authority)
}

pub(super) async fn serve_allowing(acceptor: TlsAcceptor) -> SocketAddr {
    serve_by(acceptor, |request, peer| std::future::ready(allow(&request, peer))).await
}

pub(super) fn allow(request: &http::Request<Incoming>, peer: SocketAddr) -> Answer {
    let version = request.version();
    text(format!(r#"{{"decision":"allow","reason":"{version:?}","warnings":["{peer}"]}}"#))
}

pub(crate) fn text(text: String) -> Answer {
    http::Response::new(BodyExt::boxed(Full::from(text)))
}

pub(crate) fn client(address: SocketAddr) -> crate::Builder {
    let url = format!("https://localhost:{}", address.port());
    DashClaw::builder().base_url(url).api_key("oc_live_secret").agent_id("agent-1").max_retries(0)
}

pub(crate) async fn guard(client: &DashClaw) -> Result<GuardDecision, Error> {
    client.guard(Guard { action_type: "deploy".to_owned(), ..Guard::default() }).await
}
