//! Writers that hang up while they are answered: what was stored is enforced and told all the same.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::{Folder, World};
use dashclaw_server::InstanceOptions;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How many writers hang up.
const WRITERS: u64 = 60;

struct Served {
    world: Arc<World>,
    address: SocketAddr,
    _folder: Folder,
}

impl Served {
    /// An instance on a file, because only there a commit takes as long as in life.
    async fn open(name: &str) -> Self {
        let folder = Folder::new(name);
        let path: PathBuf = folder.0.clone();
        let world =
            Arc::new(World::open(&InstanceOptions { path: Some(path), ..InstanceOptions::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = Arc::clone(&world);
        tokio::spawn(async move { serving.instance.serve(listener).await.unwrap() });
        Self { world, address, _folder: folder }
    }

    /// Sends a whole request and hangs up after `moment`.
    async fn hang_up(&self, path: &str, body: &Value, moment: Duration) {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n",
            self.world.key,
            body.len()
        );
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        tokio::time::sleep(moment).await;
        // A reset, which a server notices at once.
        socket.set_zero_linger().unwrap();
    }

    async fn decision(&self, action_type: &str) -> String {
        let (status, body) =
            self.world.call("POST", "/api/guard", json!({ "action_type": action_type })).await;
        assert!(matches!(status, 200 | 403), "{status} {body}");
        let decision = body["decision"].as_str().or_else(|| body["decision"]["decision"].as_str());
        decision.unwrap().to_owned()
    }
}

/// Moments from nothing to longer than a commit takes.
fn moment(writer: u64) -> Duration {
    Duration::from_micros((writer * 97) % 2400)
}

/// Gives what still runs time to end: nothing tells from outside that nothing runs any more.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(15)).await;
}

/// Reads the whole stream so far, with what every `event` of this name says.
async fn events(address: SocketAddr, key: &str, name: &str) -> Vec<Value> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nlast-event-id: mem-0\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    let mut buffer = vec![0; 65_536];
    while !text.contains("event: connected") {
        let read = tokio::time::timeout(Duration::from_secs(10), socket.read(&mut buffer));
        let count = read.await.expect("the stream is silent").unwrap();
        assert!(count > 0, "the stream ended");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    let mark = format!("event: {name}\ndata: ");
    let data = text.split(mark.as_str()).skip(1);
    data.map(|rest| serde_json::from_str(rest.lines().next().unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_policy_is_enforced_and_told() {
    let served = Served::open("gone-policy").await;
    let mut not_enforced = Vec::new();
    for writer in 0..WRITERS {
        // Guard has everything in memory before the policy comes.
        let action_type = format!("type-{writer}");
        assert_eq!(served.decision(&action_type).await, "allow");
        let rules = json!({ "action_types": [action_type] }).to_string();
        let policy = json!({ "name": action_type, "policy_type": "block_action_type", "rules": rules });
        served.hang_up("/api/policies", &policy, moment(writer)).await;
        settle().await;
        let (_, stored) = served.world.get("/api/policies").await;
        let is_stored =
            stored["policies"].as_array().unwrap().iter().any(|policy| policy["name"] == action_type);
        if is_stored && served.decision(&action_type).await != "block" {
            not_enforced.push(action_type);
        }
    }
    assert!(not_enforced.is_empty(), "stored and not enforced: {not_enforced:?}");
    let (_, stored) = served.world.get("/api/policies").await;
    let stored = stored["policies"].as_array().unwrap().len();
    assert!(stored > 0, "no writer got as far as a commit");
    let told = events(served.address, &served.world.key, "policy.updated").await;
    assert_eq!(told.len(), stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_halt_halts() {
    let served = Served::open("gone-halt").await;
    let mut differ = Vec::new();
    for writer in 0..WRITERS {
        let before = served.decision("api").await;
        served.hang_up("/api/halt", &json!({ "halted": before == "allow" }), moment(writer)).await;
        settle().await;
        let enforced = served.decision("api").await;
        // Makes the instance read again what is stored.
        served.world.instance.set_setting("PROBE", Some("1")).unwrap();
        let stored = served.decision("api").await;
        if enforced != stored {
            differ.push((writer, enforced, stored));
        }
    }
    assert!(differ.is_empty(), "enforced and stored: {differ:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_approval_is_told() {
    let served = Served::open("gone-approval").await;
    served.world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let operator = served.world.key(dashclaw_server::Role::Admin);
    let mut approved = Vec::new();
    for writer in 0..WRITERS {
        let goal = format!("Ship {writer}");
        let body = json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": goal });
        let created = served.world.as_key(&operator, "POST", "/api/actions", body).await.body;
        let id = created["action_id"].as_str().unwrap().to_owned();
        let path = format!("/api/approvals/{id}");
        served.hang_up(&path, &json!({ "decision": "allow" }), moment(writer)).await;
        settle().await;
        let (_, action) = served.world.get(&format!("/api/actions/{id}")).await;
        if action["action"]["approved_by"].is_string() {
            approved.push(id);
        }
    }
    assert!(!approved.is_empty(), "no writer got as far as a commit");
    let told = events(served.address, &served.world.key, "action.updated").await;
    let told: Vec<&str> = told.iter().filter_map(|event| event["action_id"].as_str()).collect();
    let missing: Vec<&String> = approved.iter().filter(|id| !told.contains(&id.as_str())).collect();
    assert!(missing.is_empty(), "approved and not told: {missing:?}");
}

/// Outcome and end of the action are one write, told once, whoever is there to hear the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_ends_its_action_is_whole_or_absent() {
    let served = Served::open("gone-report").await;
    let report = json!({ "status": "completed", "close_if_running": true, "duration_ms": 5 });
    let (mut ids, mut stored) = (Vec::new(), 0);
    for writer in 0..WRITERS {
        let id = served.world.action("api", &format!("Look {writer}")).await;
        let path = format!("/api/actions/{id}/outcome");
        served.hang_up(&path, &report, moment(writer)).await;
        settle().await;
        let (_, read) = served.world.get(&format!("/api/actions/{id}")).await;
        let action = &read["action"];
        let is_stored = action["status"] == "completed";
        let expected = if is_stored {
            json!(["completed", "completed", 5])
        } else {
            json!(["running", "pending", null])
        };
        assert_eq!(json!([action["status"], action["outcome_status"], action["duration_ms"]]), expected);
        let (status, body) = served.world.call("POST", &path, report.clone()).await;
        // What was not stored yet may have been meanwhile; nothing is ever stored twice.
        let taken = (status == 200 && !is_stored).then(|| &body["action_status"]);
        assert_eq!(taken.unwrap_or(&body["current_status"]), "completed", "{status} {body}");
        stored += usize::from(status == 409);
        ids.push(id);
    }
    assert!(stored > 0, "no writer got as far as a commit");
    settle().await;
    let told = events(served.address, &served.world.key, "action.updated").await;
    for id in ids {
        let about = told.iter().filter(|event| event["action_id"] == *id).count();
        assert_eq!(about, 2, "the outcome once and the action once: {id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_body_is_no_request() {
    let served = Served::open("gone-half").await;
    for length in [10, 40, 80] {
        let body = json!({ "name": "half", "policy_type": "risk_threshold", "rules": { "threshold": 80 } });
        let text = body.to_string();
        let head = format!(
            "POST /api/policies HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n",
            served.world.key,
            text.len()
        );
        let mut socket = TcpStream::connect(served.address).await.unwrap();
        socket.write_all((head + &text[..length.min(text.len() - 1)]).as_bytes()).await.unwrap();
        drop(socket);
    }
    settle().await;
    let (_, stored) = served.world.get("/api/policies").await;
    assert_eq!(stored["policies"], json!([]));
}
