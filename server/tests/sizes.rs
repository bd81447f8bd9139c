//! Every field of every route that writes has a limit: what is too large is refused by its name, and nothing breaks.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::World;
use dashclaw::api::rows;
use dashclaw::catalogue::{Method, Place, Row};
use serde_json::{Map, Value, json};

const MEGABYTE: usize = 1024 * 1024;
/// No answer to a single record is larger.
const MAX_ANSWER: usize = 64 * 1024;

/// The members without which a request is refused for another reason.
fn base(row: &Row, action_id: &str) -> Value {
    match row.name {
        "guard" => json!({ "action_type": "api" }),
        "create_action" => json!({ "agent_id": "a", "action_type": "api", "declared_goal": "Go" }),
        "update_outcome" => json!({ "output_summary": "x" }),
        "approve_action" => json!({ "decision": "allow" }),
        "report_action_failure" => json!({ "status": "failed", "error_message": "x" }),
        "report_action_partial" => json!({ "status": "partial", "progress": {} }),
        name if name.starts_with("report_action") => json!({ "status": "completed" }),
        "record_assumption" | "register_assumption" => {
            json!({ "action_id": action_id, "assumption": "It is so" })
        }
        "validate_assumption" => json!({ "validated": true }),
        "register_open_loop" => {
            json!({ "action_id": action_id, "loop_type": "followup", "description": "Look again" })
        }
        "resolve_open_loop" => json!({ "status": "resolved" }),
        "create_policy" => {
            json!({ "name": "p", "policy_type": "risk_threshold", "rules": { "threshold": 90 } })
        }
        "update_policy" => json!({ "id": "gp_none" }),
        "simulate_policy" => json!({ "policy_type": "risk_threshold", "rules": { "threshold": 90 } }),
        "create_session" | "heartbeat" => json!({ "agent_id": "a" }),
        "record_recommendation_events" => json!({ "recommendation_id": "r" }),
        _ => json!({}),
    }
}

/// The row's path with ids that exist, as far as its answer depends on them.
async fn path(world: &World, row: &Row) -> String {
    let mut path = row.path.to_owned();
    if path.contains("{action_id}") {
        path = path.replace("{action_id}", &world.action("held", "Go").await);
    }
    if path.contains("{session_id}") {
        let (_, body) = world.call("POST", "/api/sessions", json!({ "agent_id": "a" })).await;
        path = path.replace("{session_id}", body["session"]["session_id"].as_str().unwrap());
    }
    path.split('/')
        .map(|part| if part.starts_with('{') { "none" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

fn too_large() -> [Value; 4] {
    let deep = (0..60).fold(json!("x".repeat(MEGABYTE)), |inner, _| json!([inner]));
    [
        json!("x".repeat(MEGABYTE)),
        json!(vec!["x".repeat(400); 2600]),
        (0..20_000).map(|n| (format!("member-{n}"), json!("x".repeat(40)))).collect::<Map<_, _>>().into(),
        deep,
    ]
}

async fn written(world: &World, name: &str, method: &str, path: &str, body: Value, field: &str) {
    let reply = world.as_key(&world.key, method, path, body).await;
    let text = reply.body.to_string();
    let shown: String = text.chars().take(300).collect();
    assert!(reply.status.as_u16() < 500, "{name} {field}: {} {shown}", reply.status);
    assert!(text.len() <= MAX_ANSWER, "{name} {field}: {} bytes", text.len());
    if reply.status == 400 {
        assert!(text.to_lowercase().contains(field), "{name} {field}: {shown}");
    }
}

#[tokio::test]
async fn every_field_has_a_limit() {
    let world = World::new();
    world.policy("Hold", "require_approval", json!({ "action_types": ["held"] })).await;
    let action_id = world.action("api", "Go").await;
    let mut fields = 0;
    for row in rows().filter(|row| row.method != Method::Get) {
        let probe = world.as_key(&world.key, row.method.as_str(), &path(&world, row).await, json!({})).await;
        if probe.status == 501 {
            continue;
        }
        for field in row.fields.iter().filter(|field| field.place == Place::Body) {
            for value in too_large() {
                let mut body = base(row, &action_id);
                body[field.on_wire()] = value;
                let path = path(&world, row).await;
                written(&world, row.name, row.method.as_str(), &path, body, field.on_wire()).await;
                fields += 1;
            }
        }
    }
    assert!(fields > 300, "only {fields} fields were tried");
    for value in too_large() {
        written(&world, "keys", "POST", "/api/keys", json!({ "label": value }), "label").await;
        let halt = json!({ "halted": false, "reason": value });
        written(&world, "halt", "POST", "/api/halt", halt, "reason").await;
    }
    for path in
        ["/api/actions", "/api/policies", "/api/sessions", "/api/guard", "/api/halt", "/api/actions/loops"]
    {
        let (status, body) = world.get(path).await;
        assert_eq!(status, 200, "{path}");
        assert!(!body.to_string().contains(&"x".repeat(60_000)), "{path}");
    }
}
