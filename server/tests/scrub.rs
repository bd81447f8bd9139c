//! A secret that is sent with any write reaches neither the database nor an answer.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::{Folder, World};
use dashclaw_server::InstanceOptions;
use serde_json::{Value, json};

/// The part of each canary that must not be found again.
const CANARY: &str = "c4n4ryC4n4ryC4n4ryC4n4ryC4n4ryC4n4ryC4";

/// Texts with a secret each, of different kinds.
fn canaries() -> Vec<String> {
    vec![
        format!("use gh{}_{CANARY} for it", "p"),
        format!("https://robot:{CANARY}@host.example/path"),
        format!("DB_PASSWORD='{CANARY}'"),
        format!("-----BEGIN PRIVATE {}-----\n{CANARY}\n-----END PRIVATE {0}-----", "KEY"),
        format!("Authorization: Bearer {CANARY}"),
    ]
}

/// A write: its route, and its body with `$` where a canary stands.
struct Write {
    method: &'static str,
    path: String,
    body: Value,
}

/// The body with a canary for each `$`, in values and in names.
fn planted(body: &Value, canary: &str) -> Value {
    let quoted = Value::from(canary).to_string();
    let text = body.to_string().replace('$', quoted.trim_matches('"'));
    serde_json::from_str(&text).unwrap()
}

async fn writes(world: &World, round: usize) -> Vec<Write> {
    let open = world.action("build", &format!("open {round}")).await;
    let updated = world.action("build", &format!("updated {round}")).await;
    let failed = world.action("build", &format!("failed {round}")).await;
    let (_, session) = world.call("POST", "/api/sessions", json!({ "agent_id": "agent-1" })).await;
    let session = session["session"]["id"].as_str().unwrap().to_owned();
    let task = json!({ "action_id": open, "loop_type": "followup", "description": "d" });
    let (_, task) = world.call("POST", "/api/actions/loops", task).await;
    let assumption = json!({ "action_id": open, "assumption": "a" });
    let (_, assumption) = world.call("POST", "/api/assumptions", assumption).await;
    let task = task["loop_id"].as_str().unwrap().to_owned();
    let assumption = assumption["assumption_id"].as_str().unwrap().to_owned();
    let write = |method, path: String, body| Write { method, path, body };
    vec![
        write(
            "PATCH",
            format!("/api/actions/{updated}"),
            json!({
                "output_summary": "$", "error_message": "$", "side_effects": ["$"], "artifacts_created": ["$"], "model": "$",
            }),
        ),
        write(
            "POST",
            format!("/api/actions/{open}/outcome"),
            json!({
                "status": "partial", "summary": "$", "progress": { "note": "$", "$": 1, "deep": [{ "password": "$" }] },
            }),
        ),
        write(
            "POST",
            format!("/api/actions/{failed}/outcome"),
            json!({ "status": "failed", "error_message": "$" }),
        ),
        write(
            "POST",
            "/api/sessions".into(),
            json!({ "agent_id": "agent-1", "workspace": "$", "branch": "$" }),
        ),
        write(
            "PATCH",
            format!("/api/sessions/{session}"),
            json!({
                "status": "blocked", "blocked_reason": "$", "summary": "$",
            }),
        ),
        write(
            "POST",
            "/api/actions/loops".into(),
            json!({
                "action_id": open, "loop_type": "followup", "description": "$", "owner": "$", "metadata": { "token": "$" },
            }),
        ),
        write(
            "PATCH",
            format!("/api/actions/loops/{task}"),
            json!({ "status": "resolved", "resolution": "$" }),
        ),
        write(
            "POST",
            "/api/assumptions".into(),
            json!({
                "action_id": open, "assumption": "$", "basis": "$", "invalidated": true, "invalidated_reason": "$",
            }),
        ),
        write(
            "PATCH",
            format!("/api/actions/assumptions/{assumption}"),
            json!({
                "validated": false, "invalidated_reason": "$",
            }),
        ),
        write(
            "POST",
            "/api/agents/heartbeat".into(),
            json!({
                "agent_id": "agent-1", "agent_name": "$", "current_task_id": "$", "metadata": { "a": "$", "api_key": "$" },
            }),
        ),
        write(
            "POST",
            "/api/learning/recommendations/events".into(),
            json!({ "events": [{ "note": "$", "$": 1 }] }),
        ),
        write("POST", "/api/keys".into(), json!({ "label": "$" })),
        write(
            "POST",
            "/api/policies".into(),
            json!({
                "name": "$", "policy_type": "block_action_type", "rules": { "action_types": ["never"] },
            }),
        ),
        write("POST", "/api/halt".into(), json!({ "halted": true, "reason": "$" })),
        write("POST", "/api/halt".into(), json!({ "halted": false, "reason": "$" })),
    ]
}

const READS: [&str; 11] = [
    "/api/actions?limit=200",
    "/api/guard?limit=200",
    "/api/sessions?limit=200",
    "/api/actions/loops",
    "/api/actions/assumptions",
    "/api/assumptions",
    "/api/policies",
    "/api/halt",
    "/api/actions/signals",
    "/api/learning/recommendations",
    "/api/health",
];

#[tokio::test]
async fn no_canary_is_stored_or_shown() {
    let folder = Folder::new("scrub");
    let options = InstanceOptions { path: Some(folder.0.join("dashclaw.db")), ..InstanceOptions::default() };
    let world = World::open(&options);
    for (round, canary) in canaries().iter().enumerate() {
        for write in writes(&world, round).await {
            let body = planted(&write.body, canary);
            let (status, answer) = world.call(write.method, &write.path, body).await;
            assert!(status < 300, "{} {}: {status} {answer}", write.method, write.path);
            assert!(!answer.to_string().contains(CANARY), "{} {}: {answer}", write.method, write.path);
        }
    }
    for path in READS {
        let (_, answer) = world.get(path).await;
        assert!(!answer.to_string().contains(CANARY), "{path}: {answer}");
    }
    drop(world);
    let mut markers = 0;
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(CANARY.len()).position(|window| window == CANARY.as_bytes());
        assert_eq!(found, None, "{}", path.display());
        markers += String::from_utf8_lossy(&bytes).matches("[REDACTED:").count();
    }
    assert!(markers > 0, "the files that were read are the database");
}

#[tokio::test]
async fn an_id_that_holds_a_secret_is_refused() {
    let world = World::new();
    let action = world.action("build", "g").await;
    let secret = format!("gh{}_{CANARY}", "p");
    for (path, body) in [
        ("/api/sessions", json!({ "agent_id": secret })),
        ("/api/agents/heartbeat", json!({ "agent_id": secret })),
        (
            "/api/actions/loops",
            json!({ "action_id": action, "loop_type": "review", "description": "d", "loop_id": secret }),
        ),
        ("/api/assumptions", json!({ "action_id": action, "assumption": "a", "assumption_id": secret })),
    ] {
        let (status, answer) = world.call("POST", path, body).await;
        assert_eq!(status, 400, "{path}: {answer}");
        assert!(!answer.to_string().contains(CANARY), "{answer}");
    }
}
