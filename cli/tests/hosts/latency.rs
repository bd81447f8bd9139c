//! How long an approval takes from one host to who waits at another. The figures are printed, and nothing depends on them.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::asking::Asker;
use super::database::TestDatabase;
use super::fleet::{Fleet, OPERATOR, Way};
use super::operator::{add_policies, member};
use super::{TURN, number};

const PATIENCE: Duration = Duration::from_secs(20);

/// The ways in which hosts reach the database and hear of each other.
fn ways() -> Vec<(&'static str, TestDatabase, Option<String>)> {
    let one = |server| TestDatabase::new(server);
    let (listens, looks) = (one("DASHCLAW_TEST_POSTGRES"), one("DASHCLAW_TEST_POSTGRES"));
    let (pooled, beside) = (one("DASHCLAW_TEST_PGBOUNCER"), one("DASHCLAW_TEST_PGBOUNCER"));
    let direct = beside.direct_url();
    vec![
        ("direct, listening", listens, None),
        ("direct, --listen-url off", looks, Some("off".to_owned())),
        ("through PgBouncer", pooled, Some("off".to_owned())),
        ("through PgBouncer, listening beside it", beside, Some(direct)),
    ]
}

/// Hears of every action that was approved, and when.
async fn hear(fleet: &Fleet, host: usize, key: &str) -> mpsc::UnboundedReceiver<(String, Instant)> {
    let (told, heard) = mpsc::unbounded_channel();
    let mut socket = TcpStream::connect(fleet.address(host).unwrap()).await.unwrap();
    let request = format!("GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    let mut block = vec![0; 64 * 1024];
    while !text.contains("event: connected") {
        let count = socket.read(&mut block).await.unwrap();
        text.push_str(std::str::from_utf8(&block[..count]).unwrap());
    }
    tokio::spawn(async move {
        while let Ok(count @ 1..) = socket.read(&mut block).await {
            let at = Instant::now();
            text.push_str(&String::from_utf8_lossy(&block[..count]));
            while let Some(end) = text.find("\n\n") {
                let frame: String = text.drain(..end + 2).collect();
                if frame.contains("event: action.updated")
                    && let Some(data) = frame.lines().find_map(|line| line.strip_prefix("data: "))
                {
                    let action: serde_json::Value = serde_json::from_str(data).unwrap();
                    let _ = told.send((action["action_id"].as_str().unwrap().to_owned(), at));
                }
            }
        }
    });
    heard
}

/// The value below which so many percent are, in milliseconds.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)].as_secs_f64() * 1000.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_on_one_host_reaches_who_waits_at_another() {
    let _turn = TURN.lock().await;
    let count = number("DASHCLAW_SOAK_APPROVALS", 30);
    println!("an approval on one host until it is read at another, {count} each, in ms");
    for (way, database, listen) in ways() {
        let fleet = Fleet::start(2, Way::by(database.url(), listen.as_deref()));
        let mut operator = Asker::new(&fleet, OPERATOR);
        let (key, _) = member(&mut operator).await;
        add_policies(&mut operator).await;
        let mut agent = Asker::new(&fleet, &key);
        let mut heard = hear(&fleet, 1, &key).await;
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        for n in 0..count {
            let deploy =
                json!({ "agent_id": "a", "action_type": "deploy", "declared_goal": format!("ship {n}") });
            let made = agent.ask(0, "POST", "/api/actions", &deploy).await.unwrap();
            assert_eq!(made.status, 202, "{way}: {}", made.body);
            let path = format!("/api/approvals/{}", made.text("action_id"));
            let said = operator.ask(0, "POST", &path, &json!({ "decision": "allow" })).await.unwrap();
            assert_eq!(said.status, 200, "{way}: {}", said.body);
            let at = loop {
                let (id, at) = timeout(PATIENCE, heard.recv()).await.expect("it is not heard of").unwrap();
                if id == made.text("action_id") {
                    break at;
                }
            };
            asked.push(at - said.begun);
            answered.push(at.saturating_duration_since(said.ended));
        }
        asked.sort_unstable();
        answered.sort_unstable();
        println!(
            "  {way:<40} from the request p50 {:6.1} p99 {:6.1}   from its answer p50 {:6.1} p99 {:6.1}",
            percentile(&asked, 50),
            percentile(&asked, 99),
            percentile(&answered, 50),
            percentile(&answered, 99),
        );
    }
}
