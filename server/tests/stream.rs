//! The event stream over a real socket.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::World;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A stream, read frame by frame. Every read is bounded.
struct Frames {
    socket: TcpStream,
    text: String,
}

impl Frames {
    async fn open(address: std::net::SocketAddr, key: &str, extra: &str) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /api/stream HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n{extra}\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut frames = Self { socket, text: String::new() };
        let head = frames.until("\r\n\r\n").await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        frames
    }

    /// Reads up to a mark; nothing at the end of the stream.
    async fn until(&mut self, mark: &str) -> Option<String> {
        loop {
            if let Some(end) = self.text.find(mark) {
                let rest = self.text.split_off(end + mark.len());
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let mut buffer = [0; 4096];
            let read = tokio::time::timeout(Duration::from_secs(10), self.socket.read(&mut buffer));
            let count = read.await.expect("the stream is silent").unwrap();
            if count == 0 {
                return None;
            }
            self.text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
    }

    /// The next frame's lines, without the chunk sizes of HTTP around it.
    async fn frame(&mut self) -> Option<Vec<String>> {
        let text = self.until("\n\n").await?;
        let named = |line: &&str| ["id: ", "event: ", "data: "].iter().any(|name| line.starts_with(name));
        Some(text.lines().filter(named).map(str::to_owned).collect())
    }
}

async fn served() -> (std::sync::Arc<World>, std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let world = std::sync::Arc::new(World::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::sync::Arc::clone(&world);
    let server = tokio::spawn(async move { serving.instance.serve(listener).await.unwrap() });
    (world, address, server)
}

#[tokio::test]
async fn events_come_as_they_happen_and_are_replayed_by_cursor() {
    let (world, address, _server) = served().await;
    let mut stream = Frames::open(address, &world.key, "").await;
    let connected = stream.frame().await.unwrap();
    assert_eq!(connected[0], "event: connected");
    let data: Value = serde_json::from_str(connected[1].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(
        (&data["status"], &data["orgId"], &data["replayed"]),
        (&json!("ok"), &json!("org_default"), &json!(0))
    );

    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let id = world.action("deploy", "Ship it").await;
    world.call("POST", &format!("/api/approvals/{id}"), json!({ "decision": "allow" })).await;
    world.call("POST", &format!("/api/actions/{id}/outcome"), json!({ "status": "completed" })).await;
    world.call("POST", "/api/guard", json!({ "action_type": "api" })).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let frame = stream.frame().await.unwrap();
        assert_eq!(frame.len(), 3, "{frame:?}");
        seen.push(frame);
    }
    let names: Vec<&str> = seen.iter().map(|frame| frame[1].as_str()).collect();
    assert_eq!(
        names,
        [
            "event: policy.updated",
            "event: action.created",
            "event: action.updated",
            "event: action.updated",
            "event: guard.decision.created",
        ]
    );
    let data =
        |frame: &[String]| serde_json::from_str::<Value>(frame[2].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(data(&seen[2])["approved_by"], "operator");
    assert_eq!((&data(&seen[3])["action_id"], &data(&seen[3])["status"]), (&json!(id), &json!("completed")));

    let mut again = Frames::open(address, &world.key, "last-event-id: mem-3\r\n").await;
    assert_eq!(again.frame().await.unwrap(), seen[3]);
    assert_eq!(again.frame().await.unwrap(), seen[4]);
    assert_eq!(again.frame().await.unwrap()[0], "event: connected");
}

#[tokio::test]
async fn a_shutdown_ends_streams_and_the_listener() {
    let (world, address, server) = served().await;
    let mut stream = Frames::open(address, &world.key, "").await;
    stream.frame().await.unwrap();
    world.instance.stopping().cancel();
    while stream.frame().await.is_some() {}
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("the listener goes on").unwrap();
    world.instance.shutdown();
}

#[tokio::test]
async fn a_stream_needs_a_key() {
    let world = World::new();
    let reply = world.as_key("wrong", "GET", "/api/stream", Value::Null).await;
    assert_eq!(reply.status, 401);
}
