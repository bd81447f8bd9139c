//! The event stream over a real socket.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::World;
use common::stream::Frames;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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

    let last_id = format!("last-event-{}\r\n", seen[2][0]);
    let mut again = Frames::open(address, &world.key, &last_id).await;
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

/// What a listener is sent up to the first event of this name.
async fn up_to(address: std::net::SocketAddr, key: &str, extra: &str, name: &str) -> String {
    let mut stream = Frames::open(address, key, extra).await;
    stream.until(&format!("event: {name}\n")).await.unwrap();
    stream.until("\n\n").await.unwrap() + &stream.text
}

#[tokio::test]
async fn the_official_python_client_sees_each_event_at_once() {
    /// What it reads at a time.
    const BLOCK: usize = 4096;
    let (world, address, _server) = served().await;
    let mut official = Frames::open(address, &world.key, "user-agent: Python-urllib/3.12\r\n").await;
    let mut ours = Frames::open(address, &world.key, "user-agent: dashclaw-sdk/1.0 python\r\n").await;
    for name in ["connected", "guard.decision.created"] {
        official.until(&format!("event: {name}\n")).await.unwrap();
        official.until("\n\n").await.unwrap();
        let padding = official.until("\n\n").await.unwrap();
        let comment = padding.lines().find(|line| line.starts_with(':')).unwrap();
        assert!(comment.len() >= BLOCK, "{}", comment.len());
        ours.until(&format!("event: {name}\n")).await.unwrap();
        world.call("POST", "/api/guard", json!({ "action_type": "api" })).await;
    }
    assert!(!up_to(address, &world.key, "last-event-id: mem-0\r\n", "connected").await.contains("  "));
}

/// The memory of this process that is in use, in KiB.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix("kB").unwrap().trim().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners_that_do_not_read_cost_little() {
    const LISTENERS: usize = 300;
    let (world, address, _server) = served().await;
    let keys = [world.key(dashclaw_server::Role::Readonly), world.key(dashclaw_server::Role::Readonly)];
    // 200 events of 40 KB: 8 MB for everybody, or 2.4 GB when each has its own.
    let content = "a free text ".repeat(3300);
    for n in 0..200 {
        let body = json!({
            "agent_id": "agent-1", "action_type": "api", "declared_goal": format!("Goal {n}"),
            "reasoning": &content[..4000], "input_summary": &content[..4000], "output_summary": &content[..4000],
            "error_message": &content[..4000], "side_effects": vec![&content[..480]; 50],
        });
        assert_eq!(world.call("POST", "/api/actions", body).await.0, 201);
    }
    let before = resident();
    let mut open = Vec::new();
    for n in 0..LISTENERS {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let key = &keys[n % 2];
        let request = format!(
            "GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nlast-event-id: mem-0\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        // Its first bytes show that it is served; it reads nothing more.
        let mut first = [0; 15];
        socket.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK");
        open.push(socket);
    }
    // Meanwhile the instance answers, and a listener that reads is told.
    let mut stream = Frames::open(address, &world.key, "").await;
    stream.frame().await.unwrap();
    world.call("POST", "/api/guard", json!({ "action_type": "api" })).await;
    assert_eq!(stream.frame().await.unwrap()[1], "event: guard.decision.created");
    let grown = resident().saturating_sub(before);
    assert!(grown < 150_000, "{LISTENERS} listeners cost {grown} KiB");
}

#[tokio::test]
async fn one_key_may_hold_so_many_streams() {
    let (world, address, _server) = served().await;
    let key = world.key(dashclaw_server::Role::Readonly);
    let request = format!("GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
    let mut open = Vec::new();
    let refused = loop {
        assert!(open.len() < 5000, "there is no limit");
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut first = vec![0; 2048];
        let length = socket.read(&mut first).await.unwrap();
        let text = String::from_utf8(first[..length].to_vec()).unwrap();
        if !text.starts_with("HTTP/1.1 200 ") {
            break text;
        }
        open.push(socket);
    };
    assert!(open.len() >= 256, "only {} streams", open.len());
    assert!(refused.starts_with("HTTP/1.1 429 ") && refused.contains("\r\nretry-after: "), "{refused}");
    assert!(refused.contains("TOO_MANY_STREAMS"), "{refused}");
    // Another key listens all the same, and places come free.
    Frames::open(address, &world.key, "").await;
    open.pop();
    let again = async {
        loop {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            socket.read_exact(&mut first).await.unwrap();
            if &first == b"HTTP/1.1 200" {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("no place comes free");
}
