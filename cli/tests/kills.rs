//! `dashclaw up` under a mixed load, killed again and again: what was acknowledged is there, what belongs together is there
//! together, and the events have no gap. `DASHCLAW_KILLS` says how often; `scripts/soak` asks for more than the tests do.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use process::{Connection, Folder, Server};
use rusqlite::Connection as Database;
use serde_json::{Value, json};

const KEY: &str = "test-key";
const WRITERS: usize = 6;
/// How many idempotency keys the writers share in one life of the server.
const KEYS: usize = 20;

/// What was acknowledged, over all lives of the server.
#[derive(Default)]
struct Acknowledged {
    decisions: Vec<String>,
    /// The action of each idempotency key.
    actions: BTreeMap<String, String>,
    /// The outcome of each action that was reported.
    outcomes: BTreeMap<String, String>,
    /// The newest position that a policy's name was stored before.
    policies: Vec<String>,
}

/// A writer's calls until the server is gone. The `turn` makes what it says its own.
fn write(address: SocketAddr, turn: &str, writer: usize, known: &Mutex<Acknowledged>, over: &AtomicBool) {
    let Ok(stream) = std::net::TcpStream::connect(address) else { return };
    drop(stream);
    let mut connection = Connection::open(address, KEY);
    for n in 0.. {
        if over.load(Ordering::SeqCst) {
            return;
        }
        // Several writers use one key, so that they race for it.
        let key = format!("{turn} {}", n % KEYS);
        let goal = format!("goal {key}");
        let action = json!({
            "agent_id": "a", "action_type": "work", "declared_goal": goal, "idempotency_key": key,
        });
        let Some((status, made)) = connection.try_call("POST", "/api/actions", &action) else { return };
        assert!(status == 201 || status == 200, "{status} {made}");
        let id = made["action_id"].as_str().unwrap().to_owned();
        let earlier = known.lock().unwrap().actions.insert(key, id.clone());
        assert!(earlier.is_none_or(|earlier| earlier == id), "a key stands for two actions");
        let guard = json!({ "agent_id": "a", "action_type": "look", "idempotency_key": format!("{turn} {writer} {n}") });
        let Some((status, verdict)) = connection.try_call("POST", "/api/guard", &guard) else { return };
        assert_eq!(status, 200, "{verdict}");
        known.lock().unwrap().decisions.push(verdict["decision_id"].as_str().unwrap().to_owned());
        let report =
            json!({ "status": "completed", "close_if_running": true, "summary": format!("{turn} {writer}") });
        let path = format!("/api/actions/{id}/outcome");
        let Some((status, told)) = connection.try_call("POST", &path, &report) else { return };
        assert!(status == 200 || status == 409, "{status} {told}");
        if status == 200 {
            let summary = told["outcome"]["summary"].as_str().unwrap().to_owned();
            let earlier = known.lock().unwrap().outcomes.insert(id, summary);
            assert!(earlier.is_none(), "an action has two outcomes");
        }
        if n % 10 == 0 {
            let name = format!("{turn} {writer} {n}");
            let policy = json!({
                "name": name, "policy_type": "block_action_type", "rules": { "action_types": [name] },
            });
            let Some((status, answer)) = connection.try_call("POST", "/api/policies", &policy) else {
                return;
            };
            // There is a limit to how many there may be.
            assert!(status == 201 || status == 400, "{status} {answer}");
            if status == 201 {
                known.lock().unwrap().policies.push(name);
            }
        }
    }
}

/// Lets the writers write for a while and kills the server.
fn live_and_die(folder: &Folder, turn: usize, known: &Arc<Mutex<Acknowledged>>) {
    let mut server = Server::start(folder, &["--api-key", KEY]);
    let address = server.address;
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (known, over) = (Arc::clone(known), Arc::clone(&over));
            std::thread::spawn(move || write(address, &format!("turn {turn}"), writer, &known, &over))
        })
        .collect();
    // From before the first answer to many commits later; every second time something has been acknowledged.
    let before = acknowledged(known);
    std::thread::sleep(Duration::from_millis(u64::try_from(turn * 37 % 240).unwrap()));
    let begin = Instant::now();
    while turn % 2 == 1 && acknowledged(known) < before + 4 {
        assert!(begin.elapsed() < Duration::from_secs(30), "there is no load");
        std::thread::sleep(Duration::from_millis(2));
    }
    server.kill();
    over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
}

/// How many actions and decisions were acknowledged so far.
fn acknowledged(known: &Mutex<Acknowledged>) -> usize {
    let known = known.lock().unwrap();
    known.actions.len() + known.decisions.len()
}

/// Each row's first two columns as texts.
fn pairs(database: &Database, sql: &str) -> Vec<(String, String)> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn check(database: &Database, known: &Acknowledged) {
    let whole: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let stored: BTreeMap<_, _> =
        pairs(database, "SELECT idempotency_key, action_id FROM actions WHERE idempotency_key IS NOT NULL")
            .into_iter()
            .collect();
    for (key, id) in &known.actions {
        assert_eq!(stored.get(key), Some(id), "{key}");
    }
    let decisions: BTreeMap<_, _> =
        pairs(database, "SELECT id, decision FROM guard_decisions").into_iter().collect();
    for id in &known.decisions {
        assert_eq!(decisions.get(id).map(String::as_str), Some("allow"), "{id}");
    }
    let outcomes =
        "SELECT action_id, record ->> 'outcome_summary' FROM actions WHERE outcome_status = 'completed'";
    let outcomes: BTreeMap<_, _> = pairs(database, outcomes).into_iter().collect();
    for (id, summary) in &known.outcomes {
        assert_eq!(outcomes.get(id), Some(summary), "{id}");
    }
    let policies: BTreeMap<_, _> = pairs(database, "SELECT name, id FROM policies").into_iter().collect();
    for name in &known.policies {
        assert!(policies.contains_key(name), "{name}");
    }
    check_events(database);
}

/// Nothing is there by half: each change has its event, each event its change, and no position is missing.
fn check_events(database: &Database) {
    let count = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let events = count("SELECT count(*) FROM events");
    assert!(events > 0);
    assert_eq!(count("SELECT max(position) FROM events"), events);
    assert_eq!(count("SELECT position FROM heads"), events);
    let told = |name: &str| count(&format!("SELECT count(*) FROM events WHERE name = '{name}'"));
    assert_eq!(told("action.created"), count("SELECT count(*) FROM actions"));
    assert_eq!(told("policy.updated"), count("SELECT count(*) FROM policies"));
    assert_eq!(count("SELECT version FROM heads"), count("SELECT count(*) FROM policies"));
    // Every action has a decision of its own, of which listeners do not hear.
    let alone = count("SELECT (SELECT count(*) FROM guard_decisions) - (SELECT count(*) FROM actions)");
    assert_eq!(told("guard.decision.created"), alone);
    // A report that ends its action is told as an outcome and as an action.
    let ended =
        count("SELECT count(*) FROM actions WHERE outcome_status = 'completed' AND status = 'completed'");
    assert_eq!(told("action.updated"), 2 * ended);
    assert_eq!(
        count("SELECT count(*) FROM actions WHERE (outcome_status = 'pending') <> (status = 'running')"),
        0
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how often a test kills is no setting of the product")]
fn whatever_was_acknowledged_outlives_kills_in_a_mixed_load() {
    let kills = std::env::var("DASHCLAW_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let folder = Folder::new("kills");
    let known = Arc::new(Mutex::new(Acknowledged::default()));
    for turn in 0..kills {
        live_and_die(&folder, turn, &known);
    }
    // A last start takes in what the kill has left in the log.
    let mut server = Server::start(&folder, &["--api-key", KEY]);
    let (status, _) = Connection::open(server.address, KEY).call("GET", "/api/health", &Value::Null);
    assert_eq!(status, 200);
    server.terminate();
    let known = known.lock().unwrap();
    assert!(known.actions.len() + known.decisions.len() > kills, "there was no load");
    let database = Database::open(folder.data().join("dashclaw.db")).unwrap();
    check(&database, &known);
    println!(
        "{kills} kills: {} actions, {} decisions, {} outcomes, {} policies acknowledged, and all are there",
        known.actions.len(),
        known.decisions.len(),
        known.outcomes.len(),
        known.policies.len()
    );
}
