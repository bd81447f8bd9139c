//! Calls over TLS to a server that offers HTTP/2, and to one that does not.

use futures_util::future::join_all;
use rcgen::{BasicConstraints, CertificateParams, IsCa, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::tls_server::{acceptor, acceptor_with, client, guard, serve, serve_allowing};
use crate::api::guard::GuardDecision;
use crate::{Error, ErrorKind};

async fn version_spoken(protocols: &[&[u8]]) -> String {
    let (address, authority) = serve(protocols).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    guard(&client).await.unwrap().reason.unwrap()
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
    let client = client(serve_allowing(acceptor).await).ca_bundle_pem(pem).build().unwrap();
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
        let client = client(serve_allowing(acceptor).await);
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
        let error = guard(&client(serve_allowing(acceptor).await).build().unwrap()).await.unwrap_err();
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
