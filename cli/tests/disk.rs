//! A disk that takes nothing more, made of a limit that the system puts on what a process may write: what is asked is refused
//! with a code, reading goes on, and once there is room again, everything works by itself.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use process::{Connection, Folder, Server};
use serde_json::{Value, json};

const KEY: &str = "test-key";

/// The operator's connection, and an agent's.
struct Two {
    operator: Connection,
    agent: Connection,
}

impl Two {
    fn of(server: &Server) -> Self {
        let mut operator = Connection::open(server.address, KEY);
        let (_, made) = operator.call("POST", "/api/keys", &json!({ "label": "agent" }));
        Self { operator, agent: Connection::open(server.address, made["key"]["raw_key"].as_str().unwrap()) }
    }

    fn create(&mut self, goal: &str) -> (u16, Value) {
        let body = json!({
            "agent_id": "a", "action_type": "api", "declared_goal": goal, "idempotency_key": goal,
        });
        self.agent.call("POST", "/api/actions", &body)
    }

    fn status(&mut self, path: &str) -> u16 {
        self.operator.call("GET", path, &Value::Null).0
    }

    fn total(&mut self) -> Value {
        self.operator.call("GET", "/api/actions", &Value::Null).1["total"].clone()
    }
}

/// What `dashclaw health` says.
fn health(server: &Server) -> (ExitStatus, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dashclaw"));
    let done = command.args(["health", "--port", &server.address.port().to_string()]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status, text(done.stdout), text(done.stderr))
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else_until_there_is_room() {
    let folder = Folder::new("disk");
    let mut server = Server::start_limitable(&folder, &["--api-key", KEY]);
    let mut two = Two::of(&server);
    assert_eq!(two.create("before").0, 201);
    assert_eq!([two.status("/livez"), two.status("/readyz"), two.status("/api/health")], [200; 3]);

    server.limit_files(Some(1));
    for _ in 0..20 {
        let (status, body) = two.create("meanwhile");
        assert_eq!((status, &body["code"]), (503, &json!("GUARD_AUDIT_PERSIST_FAILED")), "{body}");
        let policy =
            json!({ "name": "p", "policy_type": "block_action_type", "rules": "{\"action_types\":[\"x\"]}" });
        let (status, body) = two.operator.call("POST", "/api/policies", &policy);
        assert_eq!((status, &body["code"]), (503, &json!("STORAGE_UNAVAILABLE")), "{body}");
    }
    let (status, body) = two.agent.call("POST", "/api/guard", &json!({ "action_type": "api" }));
    assert_eq!((status, &body["decision"]), (503, &Value::Null), "{body}");
    assert_eq!([two.status("/livez"), two.status("/readyz"), two.status("/api/health")], [200, 503, 503]);
    let (status, _, problem) = health(&server);
    assert!(!status.success() && problem.contains("is not ready: 503"), "{problem}");
    // Nobody writes, and it is no better for that.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(two.status("/readyz"), 503);
    assert_eq!(two.total(), 1);
    assert_eq!(two.operator.call("GET", "/api/policies", &Value::Null).1["policies"], json!([]));

    server.limit_files(None);
    let begin = Instant::now();
    while two.status("/readyz") != 200 {
        assert!(begin.elapsed() < Duration::from_secs(20), "it does not recover");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (status, body) = two.create("meanwhile");
    assert_eq!((status, &body["idempotent_replay"]), (201, &Value::Null), "{body}");
    assert_eq!((two.total(), two.status("/api/health")), (json!(2), 200));
    let (status, out, _) = health(&server);
    assert!(status.success() && out.ends_with(" is ready\n"), "{out}");
    assert!(server.terminate().success());
    let (status, _, problem) = health(&server);
    assert!(
        !status.success() && problem.contains("does not answer") && problem.lines().count() == 1,
        "{problem}"
    );

    let said = server.said();
    let count = |part: &str| said.lines().filter(|line| line.contains(part)).count();
    assert_eq!((count("nothing can be stored"), count("it can be stored again")), (1, 1), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    let database = rusqlite::Connection::open(folder.data().join("dashclaw.db")).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

/// As after a restart that nobody noticed: no write was tried before the first question.
#[test]
fn a_disk_that_was_never_written_to_is_found_out() {
    let folder = Folder::new("probe");
    let mut server = Server::start_limitable(&folder, &["--api-key", KEY]);
    server.limit_files(Some(1));
    let mut operator = Connection::open(server.address, KEY);
    let (status, body) = operator.call("GET", "/readyz", &Value::Null);
    assert_eq!((status, &body["code"]), (503, &json!("STORAGE_UNAVAILABLE")), "{body}");
    // Its worker looks again, so that the log tells of the end though nobody asks.
    server.limit_files(None);
    server.wait_until_said("it can be stored again");
    assert_eq!(operator.call("GET", "/readyz", &Value::Null).0, 200);
    assert!(server.terminate().success());
}
