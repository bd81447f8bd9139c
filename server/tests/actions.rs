//! Actions, approvals and outcomes over HTTP.

mod common;

use common::World;
use dashclaw_server::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

fn new(action_type: &str) -> Value {
    json!({ "agent_id": "agent-1", "action_type": action_type, "declared_goal": "Ship it" })
}

async fn pending() -> (World, String) {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let id = world.action("deploy", "Ship it").await;
    (world, id)
}

#[tokio::test]
async fn an_allowed_action_runs() {
    let world = World::new();
    let (status, body) = world.call("POST", "/api/actions", new("research")).await;
    assert_eq!(status, 201);
    assert_eq!(body["action"]["status"], "running");
    assert_eq!(body["action_id"], body["action"]["action_id"]);
    assert_eq!(body["decision"]["decision"], "allow");
    assert_eq!(body["security"]["clean"], true);
    let action = &body["action"];
    for (name, expected) in [
        ("systems_touched", json!("[]")),
        ("reversible", json!(1)),
        ("confidence", json!(50)),
        ("outcome_status", json!("pending")),
        ("approved_by", Value::Null),
        ("org_id", json!("org_default")),
        ("id", json!(1)),
    ] {
        assert_eq!(action[name], expected, "{name}");
    }
    let id = body["action_id"].as_str().unwrap();
    let (_, detail) = world.get(&format!("/api/actions/{id}")).await;
    assert_eq!(detail["action"], *action);
    assert_eq!(detail["message_summary"]["total"], 0);
    assert_eq!(world.get("/api/guard").await.1["decisions"][0]["id"], body["decision"]["decision_id"]);
}

#[tokio::test]
async fn a_blocked_action_is_refused_and_stored() {
    let world = World::new();
    world.policy("No", "block_action_type", json!({ "action_types": ["drop"] })).await;
    let (status, body) = world.call("POST", "/api/actions", new("drop")).await;
    assert_eq!((status, &body["error"]), (403, &json!("Action blocked by policy")));
    assert_eq!(body["decision"]["decision"], "block");
    let id = body["action"]["action_id"].as_str().unwrap();
    let (_, detail) = world.get(&format!("/api/actions/{id}")).await;
    assert_eq!(
        (&detail["action"]["status"], &detail["action"]["duration_ms"]),
        (&json!("blocked"), &json!(0))
    );
}

#[tokio::test]
async fn a_key_that_was_used_returns_the_first_action() {
    let world = World::new();
    let mut body = new("research");
    body["idempotency_key"] = json!("k");
    let (_, first) = world.call("POST", "/api/actions", body.clone()).await;
    let (status, again) = world.call("POST", "/api/actions", body).await;
    assert_eq!(status, 200);
    assert_eq!((&again["idempotent_replay"], &again["action_id"]), (&json!(true), &first["action_id"]));
    assert_eq!((&again["decision"], &again["action"]), (&Value::Null, &first["action"]));
}

#[tokio::test]
async fn many_at_once_with_one_key_are_one_action() {
    let world = World::new();
    let mut body = new("research");
    body["idempotency_key"] = json!("k");
    let answers =
        futures_util::future::join_all((0..16).map(|_| world.call("POST", "/api/actions", body.clone())))
            .await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert_eq!(world.get("/api/actions").await.1["total"], 1);
    assert_eq!(world.get("/api/guard").await.1["total"], 1);
}

#[tokio::test]
async fn an_id_can_be_chosen_once() {
    let world = World::new();
    let mut body = new("research");
    body["action_id"] = json!("act_mine");
    assert_eq!(world.call("POST", "/api/actions", body.clone()).await.0, 201);
    let expected = json!({ "error": "Action with this action_id already exists" });
    assert_eq!(world.call("POST", "/api/actions", body).await, (409, expected));
}

#[tokio::test]
async fn secrets_are_not_stored() {
    let world = World::new();
    let mut body = new("research");
    body["reasoning"] = json!("use AKIAABCDEFGHIJKLMNOP now");
    let (_, body) = world.call("POST", "/api/actions", body).await;
    assert_eq!((&body["security"]["clean"], &body["security"]["findings_count"]), (&json!(false), &json!(1)));
    assert!(!body.to_string().contains("AKIAABCDEFGHIJKLMNOP"), "{body}");
}

#[tokio::test]
async fn wrong_actions_are_told() {
    let world = World::new();
    let (status, body) = world.call("POST", "/api/actions", json!({ "timestamp_start": "yesterday" })).await;
    assert_eq!(status, 400);
    assert_eq!(body["details"], json!(["`action_type` is required", "`declared_goal` is required"]));
    let mut body = new("x");
    body["timestamp_start"] = json!("yesterday");
    body["agent_id"] = Value::Null;
    let (_, body) = world.call("POST", "/api/actions", body).await;
    let details = ["`agent_id` is required", "`timestamp_start` must be a valid ISO-8601 datetime"];
    assert_eq!(body["details"], json!(details));
}

#[tokio::test]
async fn lists_filter_count_and_page() {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    for (kind, goal) in [("research", "one"), ("research", "two"), ("deploy", "three")] {
        world.action(kind, goal).await;
    }
    let (_, all) = world.get("/api/actions?limit=2").await;
    assert_eq!((all["actions"].as_array().unwrap().len(), &all["total"]), (2, &json!(3)));
    assert_eq!(all["actions"][0]["declared_goal"], "three");
    assert_eq!(all["stats"]["running"], 2);
    let (_, waiting) = world.get("/api/actions?status=pending_approval&limit=20&offset=0").await;
    assert_eq!(waiting["total"], 1);
    let (_, others) = world.get("/api/actions?exclude_status=pending_approval&action_type=research").await;
    assert_eq!(others["total"], 2);
    assert_eq!(world.get("/api/actions?agent_id=nobody").await.1["total"], 0);
}

#[tokio::test]
async fn an_approval_lets_it_run_and_is_on_record() {
    let (world, id) = pending().await;
    let body = json!({ "decision": "allow", "reasoning": "Looks safe" });
    let (status, body) = world.call("POST", &format!("/api/actions/{id}/approve"), body).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)));
    let action = &body["action"];
    assert_eq!((&action["status"], &action["approved_by"]), (&json!("running"), &json!("operator")));
    assert!(
        action["reasoning"]
            .as_str()
            .unwrap()
            .ends_with("[HITL Decision: ALLOW by operator]\nReason: Looks safe")
    );
    let (status, body) =
        world.call("POST", &format!("/api/approvals/{id}"), json!({ "decision": "deny" })).await;
    assert_eq!((status, &body["error"]), (409, &json!("Action was already resolved by another approver")));

    // The same act is allowed for a while now.
    let (status, body) = world.call("POST", "/api/actions", new("deploy")).await;
    assert_eq!((status, &body["decision"]["decision"]), (201, &json!("allow")));
    assert_eq!(body["decision"]["matched_policies"][1], "builtin:operator_approval");
}

#[tokio::test]
async fn the_first_of_many_approvers_wins() {
    let (world, id) = pending().await;
    let path = format!("/api/approvals/{id}");
    let answers = futures_util::future::join_all((0..10).map(|n| {
        let decision = if n % 2 == 0 { "allow" } else { "deny" };
        world.call("POST", &path, json!({ "decision": decision }))
    }))
    .await;
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
}

#[tokio::test]
async fn a_denial_fails_the_action() {
    let (world, id) = pending().await;
    let body = json!({ "decision": "deny", "reasoning": "Not on a Friday" });
    let (_, body) = world.call("POST", &format!("/api/approvals/{id}"), body).await;
    assert_eq!((&body["action"]["status"], &body["action"]["approved_by"]), (&json!("failed"), &Value::Null));
    assert_eq!(body["action"]["error_message"], "Not on a Friday");
}

#[tokio::test]
async fn approvals_have_their_own_refusals() {
    let (world, id) = pending().await;
    let path = format!("/api/actions/{id}/approve");
    let invalid = json!({ "error": "Invalid decision. Must be allow or deny." });
    assert_eq!(world.call("POST", &path, json!({ "decision": "maybe" })).await, (400, invalid));
    let missing = world.call("POST", "/api/actions/act_none/approve", json!({ "decision": "allow" })).await;
    assert_eq!(missing, (404, json!({ "error": "Action not found" })));
    let running = world.action("research", "Look").await;
    let (status, body) =
        world.call("POST", &format!("/api/approvals/{running}"), json!({ "decision": "allow" })).await;
    assert_eq!((status, &body["error"]), (400, &json!("Action is not pending approval")));
    let member = world.key(Role::Member);
    let reply = world.as_key(&member, "POST", &path, json!({ "decision": "allow" })).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.body["error"]),
        (403, &json!("Admin access required for approvals"))
    );
}

#[tokio::test]
async fn an_update_closes_a_running_action_once() {
    let world = World::new();
    let path = format!("/api/actions/{}", world.action("research", "Look").await);
    let close =
        json!({ "status": "completed", "output_summary": "done", "timestamp_end": "2026-06-15T12:00:00Z" });
    let (status, body) = world.call("PATCH", &path, close.clone()).await;
    assert_eq!((status, &body["action"]["status"]), (200, &json!("completed")));
    assert_eq!(body["action"]["timestamp_end"], "2026-06-15T12:00:00.000Z");
    assert_eq!(body["action"]["outcome_status"], "completed");
    let (status, body) = world.call("PATCH", &path, close.clone()).await;
    assert_eq!((status, &body["status"]), (409, &json!("completed")));
    let mut again = close;
    again["close_if_running"] = json!(true);
    assert_eq!(world.call("PATCH", &path, again).await.0, 200);
    let facts = json!({ "status": "failed", "model": "gpt-4o", "tokens_in": 1000, "tokens_out": 1000 });
    let (status, body) = world.call("PATCH", &path, facts).await;
    assert_eq!((status, &body["action"]["status"]), (200, &json!("completed")));
    assert_eq!(body["action"]["cost_estimate"], 0.0125);
    let (status, body) = world.call("PATCH", &path, json!({})).await;
    assert!(status == 400 && body["error"].as_str().unwrap().starts_with("At least one outcome field"));
    assert_eq!(world.call("PATCH", "/api/actions/act_none", json!({ "status": "failed" })).await.0, 404);
}

#[tokio::test]
async fn an_outcome_is_reported_once() {
    let world = World::new();
    let id = world.action("research", "Look").await;
    let path = format!("/api/actions/{id}/outcome");
    assert_eq!(world.get(&path).await.1["status"], "pending");
    let table = [
        (json!({ "status": "lost_confirmation" }), "Invalid status"),
        (json!({ "status": "failed" }), "error_message is required when status is \"failed\""),
        (json!({ "status": "partial" }), "progress (object) is required when status is \"partial\""),
        (
            json!({ "status": "partial", "progress": { "x": "y".repeat(8192) } }),
            "progress payload too large (8200 bytes; max 8192)",
        ),
    ];
    for (body, error) in table {
        let (status, told) = world.call("POST", &path, body).await;
        assert_eq!((status, &told["error"]), (400, &json!(error)));
    }
    let report = json!({ "status": "completed", "summary": "s".repeat(5000) });
    let (status, body) = world.call("POST", &path, report).await;
    assert_eq!((status, &body["outcome"]["status"]), (200, &json!("completed")));
    assert_eq!(body["outcome"]["summary"].as_str().unwrap().len(), 4000);
    assert_eq!(world.get(&path).await.1, body["outcome"]);
    let again = world.call("POST", &path, json!({ "status": "completed" })).await;
    assert_eq!(again, (409, json!({ "error": "outcome already set", "current_status": "completed" })));
    assert_eq!(world.get(&format!("/api/actions/{id}")).await.1["action"]["status"], "running");
    assert_eq!(
        world.call("POST", "/api/actions/act_none/outcome", json!({ "status": "completed" })).await.0,
        404
    );
}

#[tokio::test]
async fn what_waits_has_no_outcome() {
    let (world, id) = pending().await;
    let (status, body) =
        world.call("POST", &format!("/api/actions/{id}/outcome"), json!({ "status": "completed" })).await;
    assert_eq!((status, &body["current_status"]), (409, &json!("pending_approval")));
}

#[tokio::test]
async fn signatures_are_checked_and_can_be_enforced() {
    let world = World::new();
    let mut body = new("research");
    body["_signature"] = json!("bm8=");
    let (status, stored) = world.call("POST", "/api/actions", body.clone()).await;
    assert_eq!((status, &stored["action"]["verified"]), (201, &json!(false)));
    world.instance.set_setting("ENFORCE_AGENT_SIGNATURES", Some("true")).unwrap();
    let (status, told) = world.call("POST", "/api/actions", body).await;
    assert_eq!((status, &told["code"]), (401, &json!("INVALID_AGENT_SIGNATURE")));
    let (status, told) = world.call("POST", "/api/actions", new("research")).await;
    assert_eq!((status, &told["code"]), (401, &json!("SIGNATURE_REQUIRED")));
}

#[tokio::test]
async fn trace_and_graph_show_what_surrounds_an_action() {
    let world = World::new();
    let parent = world.action("research", "Plan").await;
    let mut body = new("build");
    body["parent_action_id"] = json!(parent);
    let (_, child) = world.call("POST", "/api/actions", body).await;
    let child = child["action_id"].as_str().unwrap();
    let other = world.action("test", "Check").await;
    let assumed = json!({ "action_id": child, "assumption": "CI is green" });
    let (_, assumption) = world.call("POST", "/api/assumptions", assumed).await;
    let assumption = assumption["assumption_id"].as_str().unwrap();
    let wrong = json!({ "validated": false, "invalidated_reason": "red" });
    world.call("PATCH", &format!("/api/assumptions/{assumption}"), wrong).await;
    let open = json!({ "action_id": child, "loop_type": "followup", "description": "Tell them" });
    world.call("POST", "/api/actions/loops", open).await;

    let (_, body) = world.get(&format!("/api/actions/{child}/trace")).await;
    let trace = &body["trace"];
    assert_eq!(trace["parent_chain"][0]["action_id"], json!(parent));
    assert_eq!(trace["related_actions"][0]["action_id"], json!(other));
    assert_eq!((&trace["assumptions"]["invalidated"], &trace["loops"]["open"]), (&json!(1), &json!(1)));
    let causes: Vec<_> =
        trace["root_cause_indicators"].as_array().unwrap().iter().map(|cause| &cause["type"]).collect();
    assert_eq!(causes, ["invalidated_assumptions", "unresolved_loops"]);

    let (_, graph) = world.get(&format!("/api/actions/{child}/graph")).await;
    assert_eq!(graph["rootActionId"], json!(child));
    let kinds: Vec<_> = graph["edges"].as_array().unwrap().iter().map(|edge| &edge["type"]).collect();
    assert_eq!(kinds, ["parent_child", "related", "assumption_of", "loop_from"]);
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(world.get("/api/actions/act_none/graph").await.0, 404);
}

#[tokio::test]
async fn lost_outcomes_are_given_up() {
    let world = World::new();
    let (status, body) = world.get("/api/cron/outcome-sweep").await;
    assert_eq!((status, &body["error"]), (503, &json!("CRON_SECRET not configured")));
}

#[tokio::test]
async fn a_report_that_ends_its_action_counts_once_and_only_as_it_is_documented() {
    let world = World::new();
    let id = world.action("research", "Look").await;
    let path = format!("/api/actions/{id}/outcome");
    let report = |more: Value| {
        let mut body = json!({ "status": "completed" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for malformed in [
        json!({ "close_if_running": "yes" }),
        json!({ "close_if_running": 1 }),
        json!({ "closeIfRunning": [] }),
        json!({ "close_if_running": true, "duration_ms": -1 }),
        json!({ "close_if_running": true, "duration_ms": 1.5 }),
        json!({ "close_if_running": true, "durationMs": "1" }),
    ] {
        let (status, body) = world.call("POST", &path, report(malformed.clone())).await;
        assert_eq!(status, 400, "{malformed}: {body}");
    }
    let (_, before) = world.get(&format!("/api/actions/{id}")).await;
    let untouched = (&before["action"]["status"], &before["action"]["outcome_status"]);
    assert_eq!(untouched, (&json!("running"), &json!("pending")));

    let ours = report(json!({ "closeIfRunning": true, "durationMs": 7 }));
    let answers = join_all((0..40).map(|_| world.call("POST", &path, ours.clone()))).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 200);
    assert_eq!((taken.len(), &taken[0].1["action_status"]), (1, &json!("completed")));
    let is_told = |(status, body): &(u16, Value)| *status == 409 && body["current_status"] == "completed";
    assert!(refused.len() == 39 && refused.iter().all(is_told), "{refused:?}");
    let (_, after) = world.get(&format!("/api/actions/{id}")).await;
    let ended = (&after["action"]["status"], &after["action"]["duration_ms"]);
    assert_eq!(ended, (&json!("completed"), &json!(7)));

    // What waits for a human is not ended by a report.
    let (world, id) = pending().await;
    let path = format!("/api/actions/{id}/outcome");
    assert_eq!(world.call("POST", &path, report(json!({ "close_if_running": true }))).await.0, 409);
    assert_eq!(world.get(&format!("/api/actions/{id}")).await.1["action"]["status"], "pending_approval");
}
