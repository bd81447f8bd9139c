//! What the platform's own clients and tools rely on beside the governed loop.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::World;
use dashclaw_server::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_takes_any_word_for_its_state_until_it_is_closed() {
    let world = World::new();
    let (_, made) = world.call("POST", "/api/sessions", json!({ "agent_id": "a" })).await;
    let path = format!("/api/sessions/{}", made["session"]["id"].as_str().unwrap());
    for word in ["completed", "failed", "cancelled", "waiting for parts"] {
        let (status, body) = world.call("PATCH", &path, json!({ "status": word })).await;
        assert_eq!((status, &body["session"]["status"]), (200, &json!(word)));
        let (_, listed) = world.get(&format!("/api/sessions?status={}", word.replace(' ', "%20"))).await;
        assert_eq!(listed["sessions"][0]["status"], word);
    }
    for wrong in [json!(7), json!(""), json!("x".repeat(129)), json!(["completed"])] {
        assert_eq!(world.call("PATCH", &path, json!({ "status": wrong })).await.0, 400, "{wrong}");
    }
    assert_eq!(world.call("PATCH", &path, json!({ "status": "closed" })).await.0, 200);
    let (status, body) = world.call("PATCH", &path, json!({ "status": "completed" })).await;
    assert_eq!((status, &body["status"]), (409, &json!("closed")));
}

async fn assumption(world: &World, action_id: &str, text: &str) -> String {
    let body = json!({ "action_id": action_id, "assumption": text });
    let (_, made) = world.call("POST", "/api/assumptions", body).await;
    format!("/api/actions/assumptions/{}", made["assumption_id"].as_str().unwrap())
}

#[tokio::test]
async fn an_assumption_that_proved_false_stays_so() {
    let world = World::new();
    let action_id = world.action("deploy", "ship").await;
    let path = assumption(&world, &action_id, "the disk is empty").await;
    assert_eq!(world.call("PATCH", &path, json!({ "validated": true })).await.0, 200);
    let full = json!({ "validated": false, "invalidated_reason": "it is full" });
    assert_eq!(world.call("PATCH", &path, full.clone()).await.0, 200);
    let again = json!({ "validated": false, "invalidated_reason": "never mind" });
    for body in [json!({ "validated": true }), again, full] {
        let (status, answer) = world.call("PATCH", &path, body.clone()).await;
        assert_eq!((status, &answer["current_status"]), (409, &json!("invalidated")), "{body}");
    }
    let (_, read) = world.get(&path).await;
    let expected = json!([0, 1, "it is full"]);
    let read = &read["assumption"];
    assert_eq!(json!([read["validated"], read["invalidated"], read["invalidated_reason"]]), expected);
}

/// Forty at once: the first false judgement stands, and nothing makes the assumption true again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_races_makes_it_true_again() {
    let world = std::sync::Arc::new(World::new());
    let path = assumption(&world, &world.action("deploy", "ship").await, "the disk is empty").await;
    let judged = (0..40).map(|turn| {
        let (world, path) = (std::sync::Arc::clone(&world), path.clone());
        tokio::spawn(async move {
            let body = if turn % 2 == 0 {
                json!({ "validated": true })
            } else {
                json!({ "validated": false, "invalidated_reason": turn.to_string() })
            };
            (turn % 2, world.call("PATCH", &path, body).await.0)
        })
    });
    let mut refuted = 0;
    for answer in futures_util::future::join_all(judged).await {
        refuted += u32::from(answer.unwrap() == (1, 200));
    }
    assert_eq!(refuted, 1);
    assert_eq!(world.get(&path).await.1["assumption"]["invalidated"], 1);
}

#[tokio::test]
async fn what_hangs_on_an_action_says_whose_it_is() {
    let world = World::new();
    let action_id = world.action("deploy", "ship").await;
    let path = assumption(&world, &action_id, "the disk is empty").await;
    let whose = |record: &Value| json!([record["agent_id"], record["declared_goal"], record["action_type"]]);
    let expected = json!(["agent-1", "ship", "deploy"]);
    assert_eq!(whose(&world.get(&path).await.1["assumption"]), expected);
    assert_eq!(whose(&world.get("/api/assumptions").await.1["assumptions"][0]), expected);
    let (_, judged) = world.call("PATCH", &path, json!({ "validated": true })).await;
    assert_eq!(whose(&judged["assumption"]), expected);
    let body = json!({ "action_id": action_id, "loop_type": "followup", "description": "call back" });
    let (_, made) = world.call("POST", "/api/actions/loops", body).await;
    let loop_id = made["loop_id"].as_str().unwrap();
    let (status, read) = world.get(&format!("/api/actions/loops/{loop_id}")).await;
    assert_eq!((status, whose(&read["loop"])), (200, expected));
    assert_eq!(read["loop"]["description"], "call back");
    let (status, answer) = world.get("/api/actions/loops/loop_none").await;
    assert_eq!((status, &answer["error"]), (404, &json!("Open loop not found")));
}

#[tokio::test]
async fn recent_decisions_say_what_they_were_for() {
    let world = World::new();
    let policy = world.policy("No drops", "block_action_type", json!({ "action_types": ["drop"] })).await;
    for turn in 0..60 {
        let action_type = if turn == 59 { "drop" } else { "deploy" };
        let body =
            json!({ "agent_id": "a", "action_type": action_type, "declared_goal": format!("goal {turn}") });
        world.call("POST", "/api/guard", body).await;
    }
    let count = async |query: &str| {
        let (status, body) = world.get(&format!("/api/guard/decisions{query}")).await;
        assert_eq!(status, 200, "{query}");
        (body["decisions"].as_array().unwrap().len(), body["total"].as_i64().unwrap())
    };
    assert_eq!(count("").await, (50, 60));
    assert_eq!(count("?limit=1000").await, (60, 60));
    assert_eq!(count("?limit=0").await, (1, 60));
    assert_eq!(count("?action_type=none&since=2999-01-01T00:00:00Z").await, (50, 60));
    assert_eq!(count("?decision=block").await, (1, 1));
    assert_eq!(count("?agent_id=b").await, (0, 0));
    let (_, body) = world.get("/api/guard/decisions?limit=1").await;
    let newest = &body["decisions"][0];
    assert_eq!(
        (&newest["declared_goal"], &newest["matched_policies"], &newest["decision"]),
        (&json!("goal 59"), &json!([policy]), &json!("block"))
    );
    assert_eq!(body["stats"]["blocks_24h"], 1);
}

#[tokio::test]
async fn agents_are_known_by_a_sign_of_life_an_action_or_a_key() {
    let world = World::new();
    assert_eq!(world.get("/api/agents").await.1["agents"], json!([]));
    world.call("POST", "/api/agents/heartbeat", json!({ "agent_id": "beats", "status": "busy" })).await;
    world.action("deploy", "one").await;
    world.action("deploy", "two").await;
    let (status, body) = world.get("/api/agents").await;
    let agents: Vec<Value> = body["agents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| json!([agent["agent_id"], agent["status"], agent["action_count"]]))
        .collect();
    assert_eq!(status, 200);
    assert_eq!(agents, [json!(["agent-1", "online", 2]), json!(["beats", "busy", 0])]);
    let readonly = world.key(Role::Readonly);
    assert_eq!(world.as_key(&readonly, "GET", "/api/agents", Value::Null).await.status, 200);
    assert_eq!(world.as_key("nobody", "GET", "/api/agents", Value::Null).await.status, 401);
}

#[tokio::test]
async fn the_summary_counts_what_happened_and_what_waits() {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["refund"] })).await;
    let zero = world.get("/api/operations/summary").await.1;
    assert_eq!((&zero["throughput"]["last_1h"], &zero["latency"]["p95_ms"]), (&json!(0), &json!(0)));
    world.action("refund", "give it back").await;
    let done = world.action("workflow_execute", "run it").await;
    let body = json!({ "status": "completed", "duration_ms": 1200 });
    assert_eq!(world.call("PATCH", &format!("/api/actions/{done}"), body).await.0, 200);
    let (status, body) = world.get("/api/operations/summary").await;
    assert_eq!(status, 200);
    assert_eq!(body["throughput"], json!({ "last_1h": 2, "last_24h": 2 }));
    assert_eq!(body["latency"], json!({ "p50_ms": 1200, "p95_ms": 1200 }));
    assert_eq!(body["approval_backlog"]["pending_count"], 1);
    assert_eq!(
        body["workflows"],
        json!({ "running": 0, "failed_24h": 0, "completed_24h": 1, "avg_duration_ms": 1200 })
    );
    assert_eq!(body["capabilities"], json!({ "healthy": 0, "degraded": 0, "failing": 0 }));
}

#[tokio::test]
async fn a_policy_rests_by_a_boolean_as_by_a_number() {
    let world = World::new();
    let rules = json!({ "action_types": ["drop"] });
    let body = |active: Value| json!({ "name": active.to_string(), "policy_type": "block_action_type", "rules": rules, "active": active });
    let verdict = async || {
        let (_, body) = world.call("POST", "/api/guard", json!({ "action_type": "drop" })).await;
        body["decision"].as_str().unwrap().to_owned()
    };
    for rests in [json!(false), json!(0)] {
        let (status, made) = world.call("POST", "/api/policies", body(rests.clone())).await;
        assert_eq!((status, &made["policy"]["active"]), (201, &json!(0)), "{rests}");
    }
    assert_eq!(verdict().await, "allow");
    let (_, made) = world.call("POST", "/api/policies", body(json!(true))).await;
    assert_eq!((&made["policy"]["active"], verdict().await.as_str()), (&json!(1), "block"));
    let id = &made["policy_id"];
    for (active, expected) in [(json!(false), "allow"), (json!(true), "block"), (json!(0), "allow")] {
        world.call("PATCH", "/api/policies", json!({ "id": id, "active": active })).await;
        assert_eq!(verdict().await, expected, "{active}");
    }
    for wrong in [json!("true"), json!(2), json!(-1), json!([])] {
        assert_eq!(world.call("POST", "/api/policies", body(wrong.clone())).await.0, 400, "{wrong}");
    }
}
