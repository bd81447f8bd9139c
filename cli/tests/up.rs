//! `dashclaw up` as a process: what it prints, how it ends, what survives.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use process::{Connection, Folder, Server, run, start_with_impatient_reader, wait};
use serde_json::{Value, json};

#[test]
fn the_first_start_shows_two_keys_once() {
    let folder = Folder::new("first");
    let mut server = Server::start(&folder, &[]);
    let key = server.key.clone().expect("no key was shown");
    let mut connection = Connection::open(server.address, &key);
    assert_eq!(connection.call("POST", "/api/guard", &json!({ "action_type": "api" })).0, 200);
    drop(connection);
    assert!(server.terminate().success());
    let mut again = Server::start(&folder, &[]);
    assert_eq!((&again.key, &again.agent_key), (&None, &None));
    let mut connection = Connection::open(again.address, &key);
    assert_eq!(connection.call("GET", "/api/guard", &Value::Null).1["total"], 1);
    assert!(again.terminate().success());
}

#[test]
fn the_agent_asks_and_the_operator_approves() {
    let folder = Folder::new("two");
    let policies = folder.path("policies.yaml");
    std::fs::write(&policies, "policies:\n  - {name: ask, type: require_approval, action_types: [deploy]}\n")
        .unwrap();
    let mut server = Server::start(&folder, &["--policies", policies.to_str().unwrap()]);
    let [operator, agent] =
        [&server.key, &server.agent_key].map(|key| key.clone().expect("a key is missing"));
    let (mut operator, mut agent) =
        (Connection::open(server.address, &operator), Connection::open(server.address, &agent));
    let ask = json!({ "action_type": "deploy", "declared_goal": "ship", "agent_id": "agent-1" });
    let (status, created) = agent.call("POST", "/api/actions", &ask);
    assert_eq!(status, 202, "{created}");
    let path = format!("/api/actions/{}/approve", created["action_id"].as_str().unwrap());
    let allow = json!({ "decision": "allow" });
    assert_eq!(agent.call("POST", &path, &allow).0, 403);
    assert_eq!(operator.call("POST", &path, &allow).0, 200);
    assert!(server.terminate().success());
}

#[test]
fn keys_that_nobody_could_see_were_not_made() {
    let folder = Folder::new("unseen");
    let (mut child, _) = start_with_impatient_reader(&folder, &["--port", "0"], 0);
    assert!(!wait(&mut child).success());
    let mut problem = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut problem).unwrap();
    assert_one_line(&problem, "cannot show the API keys");
    let mut server = Server::start(&folder, &[]);
    assert!(server.key.is_some() && server.agent_key.is_some());
    assert!(server.terminate().success());
}

/// As with `dashclaw up | head -n 1`.
#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let folder = Folder::new("head");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut child, lines) = start_with_impatient_reader(&folder, &["--port", &port.port().to_string()], 1);
    let key = &lines[0][lines[0].find("oc_live_").unwrap()..];
    let begin = Instant::now();
    while std::net::TcpStream::connect(port).is_err() && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The server is there, and the one key that was seen makes others.
    let (status, made) = Connection::open(port, key).call("POST", "/api/keys", &json!({ "label": "agent" }));
    let ended = child.try_wait().unwrap();
    child.kill().unwrap();
    wait(&mut child);
    assert_eq!((status, ended), (201, None), "{made}");
}

#[test]
fn a_revoked_key_stays_revoked_after_kill_9() {
    let folder = Folder::new("revoked");
    let mut server = Server::start(&folder, &[]);
    let operator = server.key.clone().unwrap();
    let agent = server.agent_key.clone().unwrap();
    let mut connection = Connection::open(server.address, &operator);
    let (_, list) = connection.call("GET", "/api/keys", &Value::Null);
    let id =
        list["keys"].as_array().unwrap().iter().find(|key| key["role"] == "member").unwrap()["id"].clone();
    let path = format!("/api/keys/{}", id.as_str().unwrap());
    assert_eq!(connection.call("DELETE", &path, &Value::Null).0, 200);
    server.kill();
    let mut server = Server::start(&folder, &[]);
    assert_eq!(Connection::open(server.address, &agent).call("GET", "/api/actions", &Value::Null).0, 401);
    assert_eq!(Connection::open(server.address, &operator).call("GET", "/api/actions", &Value::Null).0, 200);
    assert!(server.terminate().success());
}

#[test]
fn sigterm_closes_open_streams_and_exits_with_0() {
    let folder = Folder::new("term");
    let mut server = Server::start(&folder, &[]);
    let key = server.key.clone().unwrap();
    let mut stream = Connection::open(server.address, &key);
    stream.send("GET", "/api/stream", "");
    assert!(stream.read_some().starts_with("HTTP/1.1 200"));
    let _idle = Connection::open(server.address, &key);
    let begin = Instant::now();
    assert!(server.terminate().success());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    while !stream.read_some().is_empty() {}
}

/// Clients write as fast as they can until the process is killed; everything that was answered must be there again.
#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = Folder::new("kill");
    for _ in 0..3 {
        let mut server = Server::start(&folder, &["--api-key", "test-key"]);
        let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..6)
            .map(|client| {
                let (acknowledged, stop, address) = (acknowledged.clone(), stop.clone(), server.address);
                std::thread::spawn(move || hammer(client, address, &acknowledged, &stop))
            })
            .collect();
        let begin = Instant::now();
        while acknowledged.lock().unwrap().len() < 300 && begin.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        server.kill();
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.join().unwrap();
        }
        let acknowledged = acknowledged.lock().unwrap().clone();
        assert!(acknowledged.len() >= 300, "only {} writes were answered", acknowledged.len());
        let mut server = Server::start(&folder, &["--api-key", "test-key"]);
        let stored = stored(&server);
        let missing: Vec<_> = acknowledged.iter().filter(|id| !stored.contains(*id)).collect();
        assert!(missing.is_empty(), "{} of {} are gone: {missing:?}", missing.len(), acknowledged.len());
        assert!(server.terminate().success());
    }
}

/// Alternates guard calls and actions, and keeps the id of each that was answered.
fn hammer(
    client: usize,
    address: std::net::SocketAddr,
    acknowledged: &Mutex<Vec<String>>,
    stop: &AtomicBool,
) {
    let mut connection = Connection::open(address, "test-key");
    while !stop.load(Ordering::SeqCst) {
        let ask =
            json!({ "action_type": "api", "agent_id": format!("agent-{client}"), "declared_goal": "look" });
        for (path, member) in [("/api/guard", "decision_id"), ("/api/actions", "action_id")] {
            let Some((_, body)) = connection.try_call("POST", path, &ask) else { return };
            acknowledged.lock().unwrap().push(body[member].as_str().unwrap().to_owned());
        }
    }
}

/// The ids of all actions and decisions.
fn stored(server: &Server) -> BTreeSet<String> {
    let mut connection = Connection::open(server.address, "test-key");
    let mut ids = BTreeSet::new();
    for (path, list, member, page) in
        [("/api/guard", "decisions", "id", 1000), ("/api/actions", "actions", "action_id", 200)]
    {
        for offset in (0..).step_by(page) {
            let (_, body) =
                connection.call("GET", &format!("{path}?limit={page}&offset={offset}"), &Value::Null);
            let found = body[list].as_array().unwrap();
            ids.extend(found.iter().map(|row| row[member].as_str().unwrap().to_owned()));
            if found.len() < page {
                break;
            }
        }
    }
    ids
}

#[test]
fn a_second_process_is_refused_the_data() {
    let folder = Folder::new("second");
    let mut server = Server::start(&folder, &[]);
    let (status, out, problem) = run(&folder, &["--port", "0"]);
    assert!(!status.success() && out.is_empty());
    assert_one_line(&problem, "is in use by another instance");
    assert!(server.terminate().success());
}

#[test]
fn a_killed_process_leaves_no_lock() {
    let folder = Folder::new("stale");
    Server::start(&folder, &[]).kill();
    assert!(Server::start(&folder, &[]).terminate().success());
}

#[test]
fn a_corrupt_file_is_told_and_untouched() {
    let folder = Folder::new("corrupt");
    let file = folder.data().join("dashclaw.db");
    std::fs::create_dir_all(folder.data()).unwrap();
    std::fs::write(&file, vec![0x5A_u8; 100_000]).unwrap();
    let (status, _, problem) = run(&folder, &["--port", "0"]);
    assert!(!status.success());
    assert_one_line(&problem, "is not a database");
    assert!(std::fs::read(&file).unwrap().iter().all(|byte| *byte == 0x5A));
}

#[test]
fn mistakes_are_one_clear_line() {
    let folder = Folder::new("mistakes");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let bad = folder.path("bad.yaml");
    std::fs::write(&bad, "policies:\n  - name: x\n    type: nonsense\n").unwrap();
    let none = folder.path("none.yaml");
    let table: [(&[&str], &str); 4] = [
        (&["--port", &port], "cannot listen on"),
        (&["--port", "0", "--policies", none.to_str().unwrap()], "none.yaml"),
        (&["--port", "0", "--policies", bad.to_str().unwrap()], "nonsense"),
        (&["--port", "0", "--host", "0.0.0.0"], "choose an API key"),
    ];
    for (arguments, told) in table {
        let (status, out, problem) = run(&folder, arguments);
        assert!(!status.success() && out.is_empty(), "{arguments:?} {out}");
        assert_one_line(&problem, told);
    }
    assert!(!folder.data().join("dashclaw.db").exists());
}

fn assert_one_line(problem: &str, told: &str) {
    assert!(problem.contains(told), "{problem}");
    assert!(problem.starts_with("dashclaw: ") && problem.trim_end().lines().count() == 1, "{problem}");
}
