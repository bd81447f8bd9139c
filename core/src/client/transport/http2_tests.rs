//! What becomes of HTTP/2 connections that die, that are refused, and that many calls want at once.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::connecting::IDLE;
use super::tls_server::{acceptor, allow, client, guard, serve, serve_by};
use crate::client::transport::Sent;
use crate::{CallOptions, DashClaw, ErrorKind};

/// Longer than any ping is waited for.
const LONG: Duration = Duration::from_secs(3600);

/// Passes connections on to a server, until they are frozen: then they stay open and nothing comes through any more.
#[derive(Clone, Default)]
struct Relay {
    thaw: Arc<Mutex<CancellationToken>>,
}

impl Relay {
    async fn to(server: SocketAddr) -> (SocketAddr, Self) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, relay) = (listener.local_addr().unwrap(), Self::default());
        let this = relay.clone();
        tokio::spawn(async move {
            while let Ok((mut ours, _)) = listener.accept().await {
                let frozen = this.thaw.lock().unwrap_or_else(PoisonError::into_inner).clone();
                tokio::spawn(async move {
                    let mut theirs = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut ours, &mut theirs) => {}
                        () = frozen.cancelled() => {
                            // Read, so that the end is seen; no answer comes.
                            while ours.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
                        }
                    }
                });
            }
        });
        (address, relay)
    }

    /// Freezes the connections that are open now.
    fn freeze(&self) {
        std::mem::take(&mut *self.thaw.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }
}

/// A client of a server that speaks HTTP/2, with one open connection, which is frozen after that.
async fn frozen() -> (DashClaw, Relay) {
    let (server, authority) = serve(&[b"h2"]).await;
    let (address, relay) = Relay::to(server).await;
    let client = client(address).ca_bundle_pem(authority).max_retries(2).build().unwrap();
    guard(&client).await.unwrap();
    relay.freeze();
    (client, relay)
}

async fn read(client: &DashClaw, timeout: Duration, retries: u32) -> crate::Result<()> {
    let options =
        CallOptions { timeout: Some(timeout), max_retries: Some(retries), ..CallOptions::default() };
    client.call("guard", br#"{"action_type":"deploy"}"#, &options).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_calls_at_once_share_one_connection() {
    let (address, authority) = serve(&[b"h2", b"http/1.1"]).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    let calls = (0..40).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { guard(&client).await.unwrap().warnings })
    });
    let ends: BTreeSet<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
}

#[tokio::test]
async fn first_calls_at_once_to_an_http1_server_wait_for_no_other() {
    let (address, authority) = serve(&[b"http/1.1"]).await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    for decision in join_all((0..20).map(|_| guard(&client))).await {
        decision.unwrap();
    }
}

#[tokio::test]
async fn a_connection_on_which_a_call_timed_out_serves_no_later_one() {
    let (client, _relay) = frozen().await;
    let error = read(&client, Duration::from_millis(50), 0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    read(&client, LONG, 0).await.unwrap();
}

#[tokio::test]
async fn a_dead_connection_leaves_time_for_another_one() {
    let (client, _relay) = frozen().await;
    read(&client, Duration::from_secs(2), 1).await.unwrap();
}

#[tokio::test]
async fn pings_find_out_that_a_connection_is_dead() {
    let (client, _relay) = frozen().await;
    tokio::time::pause();
    let error = read(&client, LONG, 0).await.unwrap_err();
    assert!(!error.to_string().contains("deadline"), "{error}");
}

#[tokio::test]
async fn pings_go_on_while_no_call_is_made() {
    let (server, authority) = serve(&[b"h2"]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap()).ca_bundle_pem(authority).build().unwrap();
    let answered = CancellationToken::new();
    let relay = async {
        let (mut ours, _) = listener.accept().await.unwrap();
        let mut theirs = TcpStream::connect(server).await.unwrap();
        tokio::select! {
            _ = copy_bidirectional(&mut ours, &mut theirs) => unreachable!("both ends are open"),
            () = answered.cancelled() => ours,
        }
    };
    let call = async {
        guard(&client).await.unwrap();
        answered.cancel();
    };
    let (mut frozen, ()) = tokio::join!(relay, call);
    tokio::time::pause();
    let end = async { while frozen.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(IDLE / 2, end).await.expect("the connection is closed before it is too old");
}

#[tokio::test]
async fn what_runs_goes_on_while_later_calls_take_new_connections() {
    let (acceptor, authority) = acceptor(&[b"h2"]);
    let (sender, receiver) = mpsc::unbounded_channel::<&'static [u8]>();
    let running = Arc::new(Mutex::new(Some(receiver)));
    let address = serve_by(acceptor, move |request, peer| {
        let slow = (request.uri().path() == "/api/health").then(|| running.lock().unwrap().take().unwrap());
        std::future::ready(match slow {
            None => allow(&request, peer),
            Some(mut parts) => {
                let parts = stream::poll_fn(move |context| parts.poll_recv(context));
                let parts = parts.map(|part| Ok(Frame::data(Bytes::from_static(part))));
                http::Response::new(BodyExt::boxed(StreamBody::new(parts)))
            }
        })
    })
    .await;
    let client = client(address).ca_bundle_pem(authority).build().unwrap();
    let before = guard(&client).await.unwrap().warnings;
    let (start, transport) = (tokio::time::Instant::now(), client.transport().unwrap());
    let running = transport.send(client.bare_request("/api/health").unwrap()).await;
    let Ok(mut running) = running else { panic!("an answer") };
    sender.send(b"one").unwrap();
    assert_eq!(running.body_mut().next().await.unwrap().unwrap(), "one");
    assert_eq!(guard(&client).await.unwrap().warnings, before, "one connection serves both");
    transport.unanswered(start);
    assert_ne!(guard(&client).await.unwrap().warnings, before, "the connection serves another call");
    sender.send(b"two").unwrap();
    drop(sender);
    let rest: Vec<_> = running.into_body().map(|part| part.unwrap()).collect().await;
    assert_eq!(rest.concat(), b"two");
}

/// A frame (RFC 9113, 4.1).
fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, 0], &stream.to_be_bytes(), payload].concat()
}

/// Reads frames until a request is complete.
async fn request(stream: &mut TlsStream<TcpStream>) {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    stream.write_all(&frame(4, 0, &[])).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length.try_into().unwrap()]).await.unwrap();
        if head[3] <= 1 && head[4] & 1 == 1 {
            return;
        }
    }
}

/// What the transport says of a request that is answered with these frames and the end of the connection.
async fn answered_with(frames: Vec<u8>) -> Sent {
    let (acceptor, authority) = acceptor(&[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap()).ca_bundle_pem(authority).build().unwrap();
    let mut connections = 0;
    let server = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            connections += 1;
            let mut stream = acceptor.accept(stream).await.unwrap();
            request(&mut stream).await;
            stream.write_all(&frames).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    };
    let request = client.bare_request("/api/health").unwrap();
    let answer = tokio::select! {
        answer = client.transport().unwrap().send(request) => answer,
        () = server => unreachable!("it serves for ever"),
    };
    assert_eq!(connections, 1, "the request came again");
    match answer {
        Ok(_) => panic!("an answer"),
        Err(error) => error.sent,
    }
}

fn reset(code: u32) -> Vec<u8> {
    frame(3, 1, &code.to_be_bytes())
}

fn goaway(last: u32, code: u32) -> Vec<u8> {
    frame(7, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
}

#[tokio::test]
async fn what_a_server_refused_was_not_sent_and_what_it_reset_may_have_been() {
    const REFUSED_STREAM: u32 = 7;
    const CANCEL: u32 = 8;
    const INTERNAL_ERROR: u32 = 2;
    let table = [
        ("refused", reset(REFUSED_STREAM), Sent::No),
        ("cancelled", reset(CANCEL), Sent::Maybe),
        ("closed before it was looked at", goaway(0, 0), Sent::No),
        ("closed after it was looked at", goaway(1, 0), Sent::Maybe),
        ("broken before it was looked at", goaway(0, INTERNAL_ERROR), Sent::Maybe),
        ("broken after it was looked at", goaway(1, INTERNAL_ERROR), Sent::Maybe),
        ("closed without a word", Vec::new(), Sent::Maybe),
    ];
    for (what, frames, expected) in table {
        assert_eq!(answered_with(frames).await, expected, "{what}");
    }
}
