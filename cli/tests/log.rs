//! What the server says on standard error.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use process::{Connection, Folder, Server};
use serde_json::{Value, json};

const OPERATOR: &str = "oc_live_0123456789operators";

/// The records of a server that was told to write JSON.
fn records(server: &Server) -> Vec<Value> {
    server.said().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_request_is_one_line_with_its_route_and_its_key() {
    let folder = Folder::new("access");
    let variables = [("DASHCLAW_LOG", "info"), ("DASHCLAW_LOG_FORMAT", "json")];
    let mut server = Server::start_with(&folder, &["--api-key", OPERATOR], &variables);
    let mut operator = Connection::open(server.address, OPERATOR);
    let (_, made) = operator.call("POST", "/api/keys", &json!({ "label": "agent" }));
    let (agent, id) = (made["key"]["raw_key"].as_str().unwrap(), made["key"]["id"].as_str().unwrap());
    let mut agent = Connection::open(server.address, agent);
    for (path, status) in [("/api/actions/act_7?x=y", 404), ("/api/settings/secret", 404), ("/api/keys", 403)]
    {
        assert_eq!(agent.call("GET", path, &Value::Null).0, status, "{path}");
    }
    assert_eq!(Connection::open(server.address, "nobody").call("GET", "/api/actions", &Value::Null).0, 401);
    // Those who ask every few seconds fill no log.
    assert_eq!(agent.call("GET", "/readyz", &Value::Null).0, 200);
    assert!(server.terminate().success());
    let told: Vec<_> = records(&server)
        .into_iter()
        .map(|record| {
            assert_eq!(
                (&record["target"], &record["message"]),
                (&json!("dashclaw.server.access"), &json!("request"))
            );
            assert!(record["request_id"].as_str().unwrap().starts_with("req_"), "{record}");
            assert!(record["duration_ms"].as_f64().unwrap() > 0.0 && record["time"].is_string(), "{record}");
            assert_eq!(record["client_address"], "127.0.0.1");
            let text = |name: &str| record[name].as_str().unwrap_or("none").to_owned();
            format!("{} {} {} {}", text("method"), text("route"), record["status"], text("key"))
        })
        .collect();
    let wanted = [
        "POST /api/keys 201 operator".to_owned(),
        format!("GET /api/actions/{{action_id}} 404 {id}"),
        "GET unknown 404 none".to_owned(),
        format!("GET /api/keys 403 {id}"),
        "GET /api/actions 401 none".to_owned(),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn the_client_behind_a_trusted_proxy_is_named() {
    let folder = Folder::new("client");
    let arguments = ["--api-key", OPERATOR, "--trusted-proxies", "127.0.0.0/8"];
    let mut server =
        Server::start_with(&folder, &arguments, &[("DASHCLAW_LOG", "dashclaw.server.access=info")]);
    let mut connection = Connection::open(server.address, "x\r\nx-forwarded-for: 1.1.1.1, 203.0.113.7");
    assert_eq!(connection.call("GET", "/api/actions", &Value::Null).0, 401);
    assert!(server.terminate().success());
    let said = server.said();
    assert!(said.contains(" client_address=203.0.113.7 ") && said.lines().count() == 1, "{said}");
}

/// Everything that a client can bring along, with all that can be logged.
#[test]
fn no_secret_is_in_any_line() {
    let folder = Folder::new("secrets");
    let secrets =
        ["oc_live_0123456789operators", "oc_live_wrong", "tok3n", "p4th", "qu3ry", "b0dy", "g0al", "cr0n"];
    let variables = [("DASHCLAW_LOG", "trace"), ("CRON_SECRET", "cr0n"), ("DASHCLAW_API_KEY", secrets[0])];
    let mut server = Server::start_with(&folder, &[], &variables);
    let mut good = Connection::open(server.address, secrets[0]);
    let bodies = [
        Value::Null,
        json!({ "action_type": "api", "agent_id": "a", "declared_goal": "g0al", "content": "b0dy" }),
        json!({ "action_type": 7, "declared_goal": ["g0al"], "rules": "{b0dy" }),
    ];
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "B0DY"] {
        for path in [
            "/api/guard",
            "/api/actions",
            "/api/actions/p4th",
            "/api/policies",
            "/api/keys/p4th",
            "/p4th",
            "/metrics",
        ] {
            for body in &bodies {
                good.call(method, &format!("{path}?key=qu3ry"), body);
            }
        }
    }
    for key in ["oc_live_wrong", "x\r\nauthorization: Bearer tok3n", "x\r\nauthorization: Bearer cr0n"] {
        let mut bad = Connection::open(server.address, key);
        for path in ["/api/actions", "/api/cron/outcomes", "/metrics", "/api/stream?key=qu3ry"] {
            bad.call("GET", path, &Value::Null);
        }
    }
    let (_, made) = good.call("POST", "/api/keys", &json!({ "label": "b0dy" }));
    assert!(server.terminate().success());
    let said = server.said();
    assert!(said.lines().count() > 100, "{said}");
    let made = made["key"]["raw_key"].as_str().unwrap();
    for secret in secrets.into_iter().chain([made]) {
        let told: Vec<_> = said.lines().filter(|line| line.to_lowercase().contains(secret)).collect();
        assert!(told.is_empty(), "{secret}: {told:?}");
    }
}

/// Somebody who has the id of a failed answer finds the cause.
#[test]
fn a_failure_is_said_with_the_id_of_its_answer() {
    let folder = Folder::new("cause");
    let mut server = Server::start(&folder, &["--api-key", OPERATOR]);
    let mut operator = Connection::open(server.address, OPERATOR);
    let ask = json!({ "agent_id": "a", "action_type": "api", "declared_goal": "g", "action_id": "act_1" });
    assert_eq!(operator.call("POST", "/api/actions", &ask).0, 201);
    let database = rusqlite::Connection::open(folder.data().join("dashclaw.db")).unwrap();
    database.execute("UPDATE actions SET record = '{'", []).unwrap();
    operator.send("GET", "/api/actions/act_1", "");
    let answer = operator.read_some();
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains(r#""detail":"redacted""#), "{answer}");
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    assert!(server.terminate().success());
    let said = server.said();
    assert!(
        said.contains(&format!(" request_id={id} ")) && said.contains("a stored record is unreadable"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn what_goes_wrong_is_said_though_nobody_asked() {
    let folder = Folder::new("default");
    let mut server = Server::start(&folder, &["--api-key", OPERATOR]);
    let mut operator = Connection::open(server.address, OPERATOR);
    assert_eq!(operator.call("GET", "/api/actions", &Value::Null).0, 200);
    assert!(server.terminate().success());
    assert_eq!(server.said(), "");
    let problem = Server::start_with(&folder, &["--api-key", OPERATOR], &[("DASHCLAW_LOG", "loud")]);
    problem.wait_until_said("DASHCLAW_LOG is none of off, error");
}
