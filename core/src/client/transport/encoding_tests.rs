//! Answers in a content-encoding (RFC 9110, 8.4): whole ones, streams, and those that are small only on the way.

use std::io::Result;

use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{CallOptions, DashClaw, ErrorKind};

const ANSWER: &str = r#"{"action":{"action_id":"act_1"}}"#;
const NAMES: [&str; 3] = ["gzip", "br", "zstd"];

type Encoder = Box<dyn AsyncWrite + Unpin + Send>;

fn encoder(name: &str, output: impl AsyncWrite + Unpin + Send + 'static) -> Encoder {
    match name {
        "gzip" => Box::new(GzipEncoder::new(output)),
        "br" => Box::new(BrotliEncoder::new(output)),
        _ => Box::new(ZstdEncoder::new(output)),
    }
}

async fn client() -> (TcpListener, crate::Builder) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, DashClaw::builder().base_url(url).api_key("key").agent_id("agent-1").max_retries(0))
}

/// Takes a request, and begins an answer in the encoding `name` that ends with the connection.
async fn begin(listener: &TcpListener, name: &str) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_buf(&mut request).await.unwrap();
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {name}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    (String::from_utf8(request).unwrap(), stream)
}

/// Sends `text` and the end.
async fn send(name: &str, stream: TcpStream, text: &[u8]) -> Result<()> {
    let mut encoder = encoder(name, stream);
    encoder.write_all(text).await?;
    encoder.shutdown().await
}

async fn get(client: &DashClaw) -> crate::Result<crate::Response> {
    client.call("get_action", br#"{"action_id":"act_1"}"#, &CallOptions::default()).await
}

#[tokio::test]
async fn every_encoding_is_asked_for_and_read() {
    for name in NAMES {
        let (listener, builder) = client().await;
        let client = builder.build().unwrap();
        let server = async {
            let (request, stream) = begin(&listener, name).await;
            send(name, stream, ANSWER.as_bytes()).await.unwrap();
            request
        };
        let (answer, request) = tokio::join!(get(&client), server);
        assert_eq!(answer.unwrap().body, ANSWER, "{name}");
        let asked = request.to_lowercase();
        let asked = asked.lines().find_map(|line| line.strip_prefix("accept-encoding: ")).unwrap();
        assert!(asked.contains(name), "{asked}");
    }
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_huge_one_is_cut_off() {
    for name in NAMES {
        let (listener, builder) = client().await;
        let client = builder.max_response_bytes(100_000).build().unwrap();
        let server = async {
            let (_, stream) = begin(&listener, name).await;
            // The client hangs up before all of it is read.
            let _ = send(name, stream, &vec![b' '; 50_000_000]).await;
        };
        let (answer, ()) = tokio::join!(get(&client), server);
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedResponse, "{name}");
        assert!(error.to_string().contains("longer than 100000 bytes"), "{error}");
    }
}

#[tokio::test]
async fn what_was_flushed_comes_through_at_once() {
    for name in NAMES {
        let (listener, builder) = client().await;
        let client = builder.build().unwrap();
        let request = client.bare_request("/api/stream").unwrap();
        let (answer, (_, stream)) =
            tokio::join!(client.transport().unwrap().send(request), begin(&listener, name));
        let Ok(mut answer) = answer else { panic!("no answer") };
        let mut encoder = encoder(name, stream);
        for part in ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"] {
            encoder.write_all(part.as_bytes()).await.unwrap();
            encoder.flush().await.unwrap();
            let mut read = Vec::new();
            while read.len() < part.len() {
                let chunk = answer.body_mut().next().await.unwrap();
                read.extend_from_slice(&chunk.unwrap_or_else(|error| panic!("{name}: {error}")));
            }
            assert_eq!(read, part.as_bytes(), "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_not_in_its_encoding_is_no_answer() {
    let (listener, builder) = client().await;
    let client = builder.build().unwrap();
    let server = async {
        let (_, mut stream) = begin(&listener, "gzip").await;
        stream.write_all(ANSWER.as_bytes()).await.unwrap();
    };
    let (answer, ()) = tokio::join!(get(&client), server);
    answer.unwrap_err();
}
