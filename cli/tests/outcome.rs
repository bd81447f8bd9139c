//! A report that ends its action, and a process that is killed meanwhile: afterwards it is wholly there or wholly absent, and
//! the SDK, which asks again, brings it to its end.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dashclaw::api::actions::{ActionStatus, CreateAction};
use dashclaw::api::outcomes::{ReportActionOutcome, ReportedAction, ReportedOutcome};
use dashclaw::{DashClaw, Error, ErrorKind};
use process::{Connection, Folder, Server};
use rusqlite::Connection as Database;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

const KEY: &str = "test-key";
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the far end of a line is.
struct Far {
    server: SocketAddr,
    loses_answers: bool,
    /// How many bytes went to the server.
    passed: usize,
}

/// A line to a server, which may be another one later, and to which answers can get lost.
struct Line {
    address: SocketAddr,
    far: Arc<Mutex<Far>>,
}

impl Line {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let far = Arc::new(Mutex::new(Far { server, loses_answers: false, passed: 0 }));
        let known = Arc::clone(&far);
        std::thread::spawn(move || {
            for near in listener.incoming().map(Result::unwrap) {
                let far = Arc::clone(&known);
                std::thread::spawn(move || join(&near, &far));
            }
        });
        Self { address, far }
    }

    fn passed(&self) -> usize {
        self.far.lock().unwrap().passed
    }

    fn lose_answers(&self) {
        self.far.lock().unwrap().loses_answers = true;
    }

    /// From now on it leads to `server`, and nothing gets lost.
    fn lead_to(&self, server: SocketAddr) {
        let mut far = self.far.lock().unwrap();
        (far.server, far.loses_answers) = (server, false);
    }
}

/// Copies both ways until one side ends. A server that is not there yet is waited for.
fn join(near: &TcpStream, far: &Arc<Mutex<Far>>) {
    let begin = Instant::now();
    let server = loop {
        let address = far.lock().unwrap().server;
        match TcpStream::connect(address) {
            Ok(server) => break server,
            Err(_) if begin.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => return,
        }
    };
    let (requests, answers) = (near.try_clone().unwrap(), server.try_clone().unwrap());
    let count = Arc::clone(far);
    std::thread::spawn(move || {
        copy(&requests, &server, |length| {
            count.lock().unwrap().passed += length;
            true
        });
    });
    copy(&answers, near, |_| !far.lock().unwrap().loses_answers);
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, passes: impl Fn(usize) -> bool) {
    let mut chunk = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        if passes(length) && to.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// A process with a running action, and an agent who reports over a line.
struct World {
    folder: Folder,
    server: Server,
    line: Line,
    agent: DashClaw,
    action_id: String,
}

impl World {
    async fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let server = start(&folder);
        let line = Line::to(server.address);
        let base_url = format!("http://{}", line.address);
        let agent = DashClaw::builder().base_url(&base_url).api_key(KEY).agent_id("agent-1").build().unwrap();
        let action = CreateAction {
            action_type: "api".to_owned(),
            declared_goal: "look".to_owned(),
            ..CreateAction::default()
        };
        let created = agent.create_action(action).await.unwrap();
        Self { folder, server, line, agent, action_id: created.action_id.to_string() }
    }

    fn report(&self) -> JoinHandle<Result<ReportedAction, Error>> {
        let report = ReportActionOutcome {
            action_id: self.action_id.clone().into(),
            status: ReportedOutcome::Completed,
            close_if_running: Some(true),
            duration_ms: Some(5),
            ..ReportActionOutcome::default()
        };
        let agent = self.agent.clone();
        tokio::spawn(async move { agent.report_action_outcome(report).await })
    }

    /// What the process itself says of the action: its status, its outcome, how long it took and when the outcome came.
    fn stored(&self) -> Value {
        let path = format!("/api/actions/{}", self.action_id);
        let (_, read) = Connection::open(self.server.address, KEY).call("GET", &path, &Value::Null);
        let action = &read["action"];
        json!([action["status"], action["outcome_status"], action["duration_ms"], action["outcome_at"]])
    }

    fn kill_and_restart(&mut self) {
        self.server.kill();
        self.server = start(&self.folder);
    }

    /// The outcome stands, once: another one is refused.
    async fn assert_reported_once(&self) {
        let action = self.agent.get_action(self.action_id.as_str()).await.unwrap().action;
        assert_eq!(action.status, ActionStatus::Completed);
        let other = ReportActionOutcome {
            action_id: self.action_id.clone().into(),
            status: ReportedOutcome::Failed,
            error_message: Some("broke".to_owned()),
            ..ReportActionOutcome::default()
        };
        let refused = self.agent.report_action_outcome(other).await.unwrap_err();
        let seen = (refused.kind(), refused.fields().current_status.as_deref());
        assert_eq!(seen, (ErrorKind::Conflict, Some("completed")));
    }
}

fn start(folder: &Folder) -> Server {
    Server::start(folder, &["--api-key", KEY])
}

/// Waits for what must come.
async fn until(mut came: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !came() {
        assert!(begin.elapsed() < PATIENCE, "it does not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_commit_and_answer_it_is_wholly_there() {
    let mut world = World::new("committed").await;
    world.line.lose_answers();
    let reporting = world.report();
    until(|| world.stored()[0] == "completed").await;
    let before = world.stored();
    world.kill_and_restart();
    let after = world.stored();
    assert_eq!((&before, &after[1], &after[2]), (&after, &json!("completed"), &json!(5)));
    world.line.lead_to(world.server.address);
    let reported = reporting.await.unwrap().unwrap();
    assert_eq!(reported.idempotent_replay, Some(true));
    assert_eq!(world.stored(), before);
    world.assert_reported_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_right_before_the_commit_it_is_wholly_absent() {
    let mut world = World::new("uncommitted").await;
    // Whoever holds the write lock of the file keeps the process from writing.
    let database = Database::open(world.folder.data().join("dashclaw.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let passed = world.line.passed();
    let reporting = world.report();
    until(|| world.line.passed() > passed).await;
    assert_eq!(world.stored(), json!(["running", "pending", null, null]));
    world.server.kill();
    drop(database);
    world.server = start(&world.folder);
    assert_eq!(world.stored(), json!(["running", "pending", null, null]));
    world.line.lead_to(world.server.address);
    let reported = reporting.await.unwrap().unwrap();
    assert_eq!((reported.idempotent_replay, reported.action_status), (None, Some(ActionStatus::Completed)));
    world.assert_reported_once().await;
}
