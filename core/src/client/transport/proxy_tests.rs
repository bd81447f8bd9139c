//! Calls through a proxy that is played by the test.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::api::guard::{Guard, Verdict};
use crate::client::transport::Sent;
use crate::{DashClaw, Error, ErrorKind};

const VERDICT: &str = r#"{"decision":"allow"}"#;

/// A client of `base_url` whose HTTP proxy listens here.
async fn behind_proxy(base_url: &str) -> (DashClaw, TcpListener) {
    behind("http", base_url).await
}

/// A client of `base_url` whose proxy, of this scheme, listens here.
async fn behind(scheme: &str, base_url: &str) -> (DashClaw, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("{scheme}://user:pass@{}", listener.local_addr().unwrap());
    let client = DashClaw::builder()
        .base_url(base_url)
        .api_key("oc_live_secret")
        .agent_id("agent-1")
        .max_retries(0)
        .proxy(proxy)
        .build()
        .unwrap();
    (client, listener)
}

async fn guard(client: &DashClaw) -> Result<Verdict, Error> {
    let asked = Guard { action_type: "deploy".to_owned(), ..Guard::default() };
    client.guard(asked).await.map(|answer| answer.decision)
}

/// Everything up to the empty line, in lower case.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

#[tokio::test]
async fn a_proxy_reads_plain_requests_and_gets_its_password_with_each() {
    let (client, listener) = behind_proxy("http://dashclaw.test/base").await;
    let proxy = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let seen = head(&mut stream).await;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{VERDICT}", VERDICT.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        seen
    };
    let (seen, verdict) = tokio::join!(proxy, guard(&client));
    assert_eq!(verdict.unwrap(), Verdict::Allow);
    assert!(seen.starts_with("post http://dashclaw.test/base/api/guard http/1.1\r\n"), "{seen}");
    for header in
        ["host: dashclaw.test", "proxy-authorization: basic dxnlcjpwyxnz", "x-api-key: oc_live_secret"]
    {
        assert_eq!(seen.matches(&format!("\r\n{header}\r\n")).count(), 1, "{header}: {seen}");
    }
}

#[tokio::test]
async fn a_proxy_passes_tls_on_and_sees_no_api_key() {
    let (client, listener) = behind_proxy("https://dashclaw.test").await;
    let proxy = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let seen = head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        (seen, stream.read_u8().await.unwrap())
    };
    let ((seen, first), verdict) = tokio::join!(proxy, guard(&client));
    assert!(seen.starts_with("connect dashclaw.test:443 http/1.1\r\n"), "{seen}");
    assert!(seen.contains("proxy-authorization: basic dxnlcjpwyxnz") && !seen.contains("oc_live"), "{seen}");
    assert_eq!(first, 0x16, "a TLS handshake follows");
    // The proxy hung up before there was a secure connection, so nothing was sent.
    assert_eq!(verdict.unwrap_err().kind(), ErrorKind::Connection);
}

#[tokio::test]
async fn a_proxy_that_refuses_leaves_the_request_unsent() {
    let (client, listener) = behind_proxy("https://dashclaw.test").await;
    let proxy = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
    };
    let request = client.bare_request("/api/health").unwrap();
    let ((), answer) = tokio::join!(proxy, client.transport().unwrap().send(request));
    let Err(error) = answer else { panic!("a refusal") };
    assert_eq!(
        (error.sent, error.message.as_str()),
        (Sent::No, "tunnel error: proxy authorization required")
    );
}

#[tokio::test]
async fn a_proxy_must_be_a_url() {
    for proxy in ["socks6://127.0.0.1:1080", "ftp://proxy", "not a url"] {
        let client =
            DashClaw::builder().base_url("http://dashclaw.test").api_key("k").agent_id("a").proxy(proxy);
        let error = guard(&client.build().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{proxy}");
        assert!(error.to_string().contains("`proxy`"), "{error}");
    }
}

async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// Answers a plain request that came through.
async fn answer(stream: &mut TcpStream) -> String {
    let seen = head(stream).await;
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{VERDICT}", VERDICT.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
    seen
}

#[tokio::test]
async fn a_socks5_proxy_is_told_the_name_and_passes_bytes_on() {
    let (client, listener) = behind("socks5h", "http://dashclaw.test").await;
    let proxy = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        // RFC 1928, 3 and 4; RFC 1929, 2.
        let offer = read(&mut stream, 2).await;
        let methods = read(&mut stream, offer[1].into()).await;
        assert!(offer[0] == 5 && methods.contains(&2), "{methods:?}");
        stream.write_all(&[5, 2]).await.unwrap();
        assert_eq!(read(&mut stream, 11).await, b"\x01\x04user\x04pass");
        stream.write_all(&[1, 0]).await.unwrap();
        assert_eq!(read(&mut stream, 20).await, b"\x05\x01\x00\x03\x0ddashclaw.test\x00\x50");
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        answer(&mut stream).await
    };
    let (seen, verdict) = tokio::join!(proxy, guard(&client));
    assert_eq!(verdict.unwrap(), Verdict::Allow);
    assert!(seen.starts_with("post /api/guard http/1.1\r\n") && !seen.contains("proxy-auth"), "{seen}");
}

#[tokio::test]
async fn a_socks4_proxy_is_told_the_address() {
    let (client, listener) = behind("socks4", "http://127.0.0.1:81").await;
    let proxy = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(read(&mut stream, 8).await, [4, 1, 0, 81, 127, 0, 0, 1]);
        while stream.read_u8().await.unwrap() != 0 {}
        stream.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).await.unwrap();
        answer(&mut stream).await
    };
    let (_, verdict) = tokio::join!(proxy, guard(&client));
    assert_eq!(verdict.unwrap(), Verdict::Allow);
}

#[tokio::test]
async fn a_socks_proxy_that_refuses_leaves_the_request_unsent() {
    for scheme in ["socks5", "socks5h"] {
        let (client, listener) = behind(scheme, "http://127.0.0.1:81").await;
        let proxy = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(&[5, 0xff]).await.unwrap();
            stream
        };
        let request = client.bare_request("/api/health").unwrap();
        let (answer, _stream) = tokio::join!(client.transport().unwrap().send(request), proxy);
        let Err(error) = answer else { panic!("a refusal") };
        assert_eq!(error.sent, Sent::No, "{error}");
        assert!(!format!("{error} {error:?} {client:?}").contains("user:"), "{error:?}");
    }
}
