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
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::api::guard::{Guard, GuardDecision};
use crate::{DashClaw, Error, ErrorKind};

/// What makes a TLS server of a connection, and the PEM of the certificate to trust, made to the wishes of `certificate`.
fn acceptor_with(
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

pub(super) fn acceptor(protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    acceptor_with(protocols, |_| {})
}

/// A server that answers every request with an `allow` whose reason is the HTTP version it was asked in and whose warning
/// is the client's end of the connection; and the PEM of the authority to trust.
pub(super) async fn serve(protocols: &[&[u8]]) -> (SocketAddr, String) {
    let (acceptor, authority) = acceptor(protocols);
    (serve_with(acceptor).await, authority)
}

async fn serve_with(acceptor: TlsAcceptor) -> SocketAddr {
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
    address
}

async fn version_spoken(protocols: &[&[u8]]) -> String {
    let (address, authority) = serve(protocols).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    guard(&client).await.unwrap().reason.unwrap()
}

pub(super) fn client(address: SocketAddr) -> crate::Builder {
    let url = format!("https://localhost:{}", address.port());
    DashClaw::builder().base_url(url).api_key("oc_live_secret").agent_id("agent-1").max_retries(0)
}

pub(super) async fn guard(client: &DashClaw) -> Result<GuardDecision, Error> {
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

/// How a call ends to a server whose certificate, made to these wishes, is given as trusted.
async fn trusting(certificate: impl FnOnce(&mut CertificateParams)) -> Result<GuardDecision, Error> {
    let (acceptor, pem) = acceptor_with(&[], certificate);
    let client = client(serve_with(acceptor).await).ca_bundle_pem(pem).build().unwrap();
    guard(&client).await
}

#[tokio::test]
async fn a_certificate_that_is_given_as_trusted_is_trusted() {
    trusting(|_| {}).await.unwrap();
    trusting(|certificate| certificate.is_ca = IsCa::ExplicitNoCa).await.unwrap();
    // What `openssl req -x509` makes.
    trusting(|certificate| certificate.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)).await.unwrap();
}

#[tokio::test]
async fn the_surroundings_name_more_certificates() {
    let ((one, own), (other, extra)) = (acceptor(&[]), acceptor(&[]));
    for acceptor in [one, other] {
        let client = client(serve_with(acceptor).await);
        // An editor's byte-order mark before it changes nothing.
        let client = client.ca_bundle_pem(format!("\u{feff}{own}")).extra_roots_pem(extra.clone());
        guard(&client.build().unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn its_name_and_its_dates_count_all_the_same() {
    for is_ca in [IsCa::ExplicitNoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let elsewhere = |certificate: &mut CertificateParams| {
            certificate.is_ca = is_ca;
            certificate.subject_alt_names =
                vec![rcgen::SanType::DnsName("elsewhere.example".try_into().unwrap())];
        };
        let error = trusting(elsewhere).await.unwrap_err().to_string();
        assert!(error.contains("not valid for name"), "{error}");
        let old = |certificate: &mut CertificateParams| {
            certificate.is_ca = is_ca;
            certificate.not_after = date_time_ymd(2020, 1, 1);
        };
        let error = trusting(old).await.unwrap_err().to_string();
        assert!(error.contains("expired"), "{error}");
    }
}

#[tokio::test]
async fn an_unknown_authority_is_told_how_to_be_trusted() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let (acceptor, _) = acceptor_with(&[], |certificate| certificate.is_ca = is_ca);
        let error = guard(&client(serve_with(acceptor).await).build().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("`ca_bundle`"), "{error}");
    }
}

#[tokio::test]
async fn a_port_without_tls_is_told_from_one_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap()).build().unwrap();
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 0x16, "a TLS handshake");
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    };
    let (error, _stream) = tokio::join!(guard(&client), server);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "nothing was sent");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}
