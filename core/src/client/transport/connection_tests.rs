//! What becomes of kept connections.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::connecting::IDLE;
use crate::{CallOptions, DashClaw, Result};

const PATIENCE: Duration = Duration::from_secs(5);
const ANSWER: &str = r#"{"success":true,"action":{"action_id":"act_1","status":"running"}}"#;

async fn server() -> (TcpListener, DashClaw) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client =
        DashClaw::builder().base_url(url).api_key("key").agent_id("agent-1").max_retries(0).build().unwrap();
    (listener, client)
}

/// A write that is never repeated: were it sent over a dead connection, its outcome would be unknown.
async fn write(client: &DashClaw) -> Result<()> {
    let arguments = br#"{"action_id":"act_1","decision":"allow"}"#;
    client.call("approve_action", arguments, &CallOptions::default()).await.map(drop)
}

/// Answers one request.
async fn answer(stream: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the client hung up");
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ANSWER.len());
    stream.write_all((head + ANSWER).as_bytes()).await.unwrap();
}

#[tokio::test]
async fn one_call_after_the_other_takes_the_same_connection() {
    let (listener, client) = server().await;
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            answer(&mut stream).await;
        }
    };
    let calls = async {
        for _ in 0..3 {
            write(&client).await.unwrap();
        }
    };
    tokio::join!(serve, calls);
}

#[tokio::test]
async fn a_call_waits_for_no_other_one() {
    let (listener, client) = server().await;
    let serve = async {
        let (mut first, _) = listener.accept().await.unwrap();
        let (mut second, _) = listener.accept().await.unwrap();
        answer(&mut second).await;
        answer(&mut first).await;
    };
    let ((), first, second) = tokio::join!(serve, write(&client), write(&client));
    first.unwrap();
    second.unwrap();
}

#[tokio::test]
async fn what_the_server_closed_a_moment_ago_is_not_written_to() {
    let (listener, client) = server().await;
    let ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (theirs, _) = listener.accept().await.unwrap();
    for _ in 0..20 {
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            answer(&mut stream).await;
            stream
        };
        let both = async { tokio::join!(serve, write(&client)) };
        let (stream, outcome) = tokio::time::timeout(PATIENCE, both).await.expect("a new connection");
        outcome.unwrap();
        // Both events come in one turn of the reactor: this task goes on before the one that drives the connection.
        theirs.try_write(b"x").unwrap();
        drop(stream);
        ours.readable().await.unwrap();
        while ours.try_read(&mut [0; 8]).is_ok() {}
    }
}

#[tokio::test]
async fn an_unused_connection_is_closed() {
    let (listener, client) = server().await;
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream).await;
        stream
    };
    let (mut stream, outcome) = tokio::join!(serve, write(&client));
    outcome.unwrap();
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    let end = tokio::time::timeout(3 * IDLE, stream.read(&mut [0])).await;
    assert_eq!(end.expect("the connection is still open").unwrap(), 0);
    assert!(begin.elapsed() + Duration::from_secs(1) > IDLE, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_pool_younger_than_the_call_that_was_not_answered_is_kept() {
    let (listener, client) = server().await;
    let transport = client.transport().unwrap();
    let long_ago = tokio::time::Instant::now();
    transport.unanswered(long_ago);
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        answer(&mut stream).await;
        answer(&mut stream).await;
    };
    let calls = async {
        write(&client).await.unwrap();
        transport.unanswered(long_ago);
        write(&client).await.unwrap();
    };
    tokio::join!(serve, calls);
}
