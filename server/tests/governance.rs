//! Policies, the halt, assumptions, loops, signals, sessions, agents.

mod common;

use common::World;
use serde_json::{Value, json};

#[tokio::test]
async fn policies_are_added_changed_and_removed_and_hold_at_once() {
    let world = World::new();
    let id = world.policy("No drops", "block_action_type", json!({ "action_types": ["drop"] })).await;
    let verdict = async |action_type: &str| {
        let (_, body) = world.call("POST", "/api/guard", json!({ "action_type": action_type })).await;
        body["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("drop").await, "block");
    let rules = json!({ "action_types": ["wipe"] }).to_string();
    let (status, body) = world.call("PATCH", "/api/policies", json!({ "id": id, "rules": rules })).await;
    assert_eq!((status, &body["policy"]["rules"]), (200, &json!(rules)));
    assert_eq!((verdict("drop").await.as_str(), verdict("wipe").await.as_str()), ("allow", "block"));
    world.call("PATCH", "/api/policies", json!({ "id": id, "active": 0 })).await;
    assert_eq!(verdict("wipe").await, "allow");
    let (_, listed) = world.get("/api/policies").await;
    assert_eq!(
        (&listed["policies"][0]["active"], &listed["policies"][0]["created_by"]),
        (&json!(0), &json!("operator"))
    );
    let (status, gone) = world.call("DELETE", &format!("/api/policies?id={id}"), Value::Null).await;
    assert_eq!((status, gone), (200, json!({ "deleted": true, "id": id })));
    assert_eq!(world.get("/api/policies").await.1["policies"], json!([]));
    let (_, gone) = world.call("DELETE", "/api/policies?ids=gp_a,gp_b", Value::Null).await;
    assert_eq!(gone, json!({ "deleted": 0, "ids": [] }));
}

#[tokio::test]
async fn a_policy_that_could_not_be_judged_is_refused() {
    let world = World::new();
    world.policy("Taken", "risk_threshold", json!({ "threshold": 80 })).await;
    let table = [
        (json!({ "name": "Taken", "policy_type": "risk_threshold", "rules": "{\"threshold\":1}" }), 409),
        (json!({ "name": "b", "policy_type": "nonsense", "rules": "{}" }), 400),
        (json!({ "name": "c", "policy_type": "risk_threshold", "rules": "{}" }), 400),
        (json!({ "name": "d", "policy_type": "risk_threshold", "rules": "{" }), 400),
        (json!({ "name": "e", "policy_type": "risk_threshold", "rules": 7 }), 400),
        (json!({ "policy_type": "risk_threshold", "rules": "{\"threshold\":1}" }), 400),
    ];
    for (body, status) in table {
        let (told, answer) = world.call("POST", "/api/policies", body.clone()).await;
        assert_eq!(told, status, "{body} {answer}");
    }
    assert_eq!(world.call("PATCH", "/api/policies", json!({ "id": "gp_none", "active": 1 })).await.0, 404);
}

#[tokio::test]
async fn agents_scope_a_policy() {
    let world = World::new();
    let body = json!({
        "name": "Only a", "policy_type": "block_action_type", "rules": { "action_types": ["x"] }, "agent_ids": ["a"],
    });
    assert_eq!(world.call("POST", "/api/policies", body).await.0, 201);
    for (agent, verdict) in [("a", "block"), ("b", "allow")] {
        let (_, body) =
            world.call("POST", "/api/guard", json!({ "action_type": "x", "agent_id": agent })).await;
        assert_eq!(body["decision"], verdict);
    }
    assert_eq!(world.get("/api/policies?agent_id=b").await.1["policies"], json!([]));
}

#[tokio::test]
async fn a_policy_can_be_tried_on_the_past() {
    let world = World::new();
    let try_it = json!({ "policy_type": "risk_threshold", "rules": { "threshold": 50, "action": "block" }, "days": 30 });
    let (_, empty) = world.call("POST", "/api/policies/simulate", try_it.clone()).await;
    assert_eq!((&empty["sample_size"], &empty["window_days"]), (&json!(0), &json!(30)));
    assert!(empty["message"].is_string());
    world.action("deploy", "Ship it").await;
    world.action("research", "Look").await;
    let (status, body) = world.call("POST", "/api/policies/simulate", try_it).await;
    assert_eq!(status, 200);
    let summary =
        json!({ "total": 2, "matches": 1, "block": 1, "warn": 0, "require_approval": 0, "allow": 1 });
    assert_eq!(body["summary"], summary);
    assert_eq!(body["matches"][0]["goal"], "Ship it");
    assert_eq!(world.get("/api/actions").await.1["total"], 2);
    let missing = world.call("POST", "/api/policies/simulate", json!({ "rules": {} })).await;
    assert_eq!(missing, (400, json!({ "error": "policy_type and rules are required" })));
}

#[tokio::test]
async fn a_halt_blocks_everything_until_it_is_lifted() {
    let world = World::new();
    let (_, body) = world.call("POST", "/api/halt", json!({ "halted": true, "reason": "incident" })).await;
    assert_eq!((&body["halt"]["halted"], &body["halt"]["actor"]), (&json!(true), &json!("operator")));
    let (_, verdict) = world.call("POST", "/api/guard", json!({ "action_type": "api" })).await;
    assert_eq!(verdict["reasons"], json!(["Organization halted by operator: incident"]));
    assert_eq!(verdict["matched_policies"], json!(["builtin:org_halt"]));
    let body = json!({ "agent_id": "a", "action_type": "api", "declared_goal": "x" });
    assert_eq!(world.call("POST", "/api/actions", body.clone()).await.0, 403);
    // What is not clearly a lifting lifts nothing.
    for no_lifting in [
        json!({}),
        json!({ "halted": null }),
        json!({ "halted": "false" }),
        json!({ "halted": 0 }),
        json!({ "halted": [] }),
        json!({ "HALTED": false }),
        json!({ "halted": false, "reason": "x".repeat(2001) }),
        json!({ "halted": false, "reason": 7 }),
    ] {
        let (status, answer) = world.call("POST", "/api/halt", no_lifting.clone()).await;
        assert_eq!(status, 400, "{no_lifting} {answer}");
        assert_eq!(world.get("/api/halt").await.1["halt"]["reason"], "incident", "{no_lifting}");
    }
    world.call("POST", "/api/halt", json!({ "halted": false })).await;
    assert_eq!(
        world.get("/api/halt").await.1,
        json!({ "halt": { "halted": false, "actor": null, "reason": null, "at": null } })
    );
    assert_eq!(world.call("POST", "/api/actions", body).await.0, 201);
}

#[tokio::test]
async fn assumptions_are_recorded_judged_and_drift() {
    let world = World::new();
    let action = world.action("research", "Look").await;
    let new = json!({ "action_id": action, "assumption": "It is up", "assumption_id": "asm_mine" });
    let (status, body) = world.call("POST", "/api/actions/assumptions", new.clone()).await;
    assert_eq!(
        (status, &body["assumption_id"], &body["assumption"]["validated"]),
        (201, &json!("asm_mine"), &json!(0))
    );
    let taken = json!({ "error": "Assumption with this assumption_id already exists" });
    assert_eq!(world.call("POST", "/api/assumptions", new).await, (409, taken));
    let orphan = json!({ "action_id": "act_none", "assumption": "x" });
    let parentless = world.call("POST", "/api/assumptions", orphan).await;
    assert_eq!(parentless, (404, json!({ "error": "Parent action not found" })));

    let path = "/api/assumptions/asm_mine";
    let (status, body) = world.call("PATCH", path, json!({ "validated": false })).await;
    assert_eq!((status, &body["error"]), (400, &json!("Validation failed")));
    let wrong = json!({ "validated": false, "invalidated_reason": "it is down" });
    let (_, body) = world.call("PATCH", path, wrong).await;
    assert_eq!(body["assumption"]["invalidated"], 1);
    assert_eq!(world.get(path).await.1["assumption"]["invalidated_reason"], "it is down");
    assert_eq!(
        world.get("/api/assumptions/asm_none").await,
        (404, json!({ "error": "Assumption not found" }))
    );
    // What proved false stays so.
    assert_eq!(world.call("PATCH", path, json!({ "validated": true })).await.0, 409);

    let (_, report) = world.get("/api/actions/assumptions?drift=true").await;
    let summary = json!({ "total": 1, "at_risk": 0, "validated": 0, "invalidated": 1, "unvalidated": 0 });
    assert_eq!(
        (&report["drift_summary"], &report["assumptions"][0]["drift_score"]),
        (&summary, &json!(null))
    );
    let (_, plain) = world.get("/api/assumptions?validated=false").await;
    assert_eq!((&plain["total"], plain.get("drift_summary")), (&json!(1), None));
}

#[tokio::test]
async fn loops_are_listed_by_urgency_and_closed_once() {
    let world = World::new();
    let action = world.action("research", "Look").await;
    let mut ids = Vec::new();
    for priority in ["low", "critical", "medium"] {
        let new =
            json!({ "action_id": action, "loop_type": "followup", "description": "x", "priority": priority });
        let (status, body) = world.call("POST", "/api/actions/loops", new).await;
        assert_eq!(status, 201);
        ids.push(body["loop_id"].as_str().unwrap().to_owned());
    }
    let (_, listed) = world.get("/api/actions/loops").await;
    let priorities: Vec<_> = listed["loops"].as_array().unwrap().iter().map(|one| &one["priority"]).collect();
    assert_eq!(priorities, ["critical", "medium", "low"]);
    assert_eq!(
        listed["stats"],
        json!({ "open_count": 3, "resolved_count": 0, "critical_open": 1, "high_open": 0 })
    );
    assert_eq!(
        (&listed["loops"][0]["agent_id"], &listed["loops"][0]["declared_goal"]),
        (&json!("agent-1"), &json!("Look"))
    );

    let path = format!("/api/actions/loops/{}", ids[0]);
    assert_eq!(world.call("PATCH", &path, json!({ "status": "resolved" })).await.0, 400);
    let (status, body) =
        world.call("PATCH", &path, json!({ "status": "resolved", "resolution": "done" })).await;
    assert_eq!((status, &body["loop"]["status"]), (200, &json!("resolved")));
    let again = world.call("PATCH", &path, json!({ "status": "cancelled" })).await;
    assert_eq!(again, (409, json!({ "error": "Loop is already resolved" })));
    let unknown = world.call("PATCH", "/api/actions/loops/loop_none", json!({ "status": "cancelled" })).await;
    assert_eq!(unknown, (404, json!({ "error": "Open loop not found" })));
    assert_eq!(world.get("/api/actions/loops?status=open&priority=medium").await.1["total"], 1);
    let bad = json!({ "action_id": action, "loop_type": "x", "description": "y" });
    assert_eq!(world.call("POST", "/api/actions/loops", bad).await.0, 400);
}

#[tokio::test]
async fn signals_tell_what_goes_wrong() {
    let world = World::new();
    for _ in 0..3 {
        let id = world.action("research", "Look").await;
        world.call("PATCH", &format!("/api/actions/{id}"), json!({ "status": "failed" })).await;
    }
    for path in ["/api/signals", "/api/actions/signals?agent_id=agent-1"] {
        let (_, body) = world.get(path).await;
        assert_eq!(body["counts"], json!({ "red": 0, "amber": 1, "total": 1 }));
        assert_eq!(body["signals"][0]["type"], "repeated_failures");
    }
    assert_eq!(world.get("/api/signals?agent_id=other").await.1["counts"]["total"], 0);
    let (_, verdict) =
        world.call("POST", "/api/guard?include_signals=true", json!({ "action_type": "api" })).await;
    assert_eq!((&verdict["decision"], verdict["warnings"].as_array().unwrap().len()), (&json!("allow"), 1));
}

#[tokio::test]
async fn sessions_are_opened_counted_and_closed() {
    let world = World::new();
    assert_eq!(
        world.call("POST", "/api/sessions", json!({})).await,
        (400, json!({ "error": "agent_id is required" }))
    );
    let (status, body) =
        world.call("POST", "/api/sessions", json!({ "agent_id": "a", "branch": "main" })).await;
    assert_eq!((status, &body["session"]["status"]), (201, &json!("running")));
    let id = body["session"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/sessions/{id}");
    let action = json!({ "agent_id": "a", "action_type": "api", "declared_goal": "x", "session_id": id });
    world.call("POST", "/api/actions", action).await;
    let (_, listed) = world.get("/api/sessions?agent_id=a&status=running").await;
    assert_eq!(
        (&listed["sessions"][0]["action_count"], &listed["sessions"][0]["last_declared_goal"]),
        (&json!(1), &json!("x"))
    );

    assert_eq!(
        world.call("PATCH", &path, json!({})).await,
        (400, json!({ "error": "No update fields provided" }))
    );
    let (_, body) = world.call("PATCH", &path, json!({ "commits_behind": 3 })).await;
    assert_eq!(body["session"]["commits_behind"], 3);
    world.call("PATCH", &path, json!({ "status": "closed", "summary": "done" })).await;
    let (status, body) = world.call("PATCH", &path, json!({ "summary": "more" })).await;
    assert_eq!((status, &body["error"]), (409, &json!("Session is closed and cannot be updated")));
    assert_eq!(world.get(&path).await.1["session"]["summary"], "done");
    let (_, events) = world.get(&format!("{path}/events")).await;
    let kinds: Vec<_> =
        events["events"].as_array().unwrap().iter().map(|event| &event["event_type"]).collect();
    assert_eq!(kinds, ["session.created", "session.updated", "session.closed"]);
    assert_eq!(
        world.get("/api/sessions/sess_none/events").await,
        (404, json!({ "error": "Session not found" }))
    );
}

#[tokio::test]
async fn agents_beat_and_recommendations_are_kept() {
    let world = World::new();
    let (status, body) =
        world.call("POST", "/api/agents/heartbeat", json!({ "agent_id": "a", "status": "busy" })).await;
    assert_eq!((status, &body["status"]), (200, &json!("ok")));
    assert_eq!(
        world.call("POST", "/api/agents/heartbeat", json!({})).await.1,
        json!({ "error": "agent_id is required" })
    );
    assert_eq!(
        world.call("POST", "/api/agents/heartbeat", json!({ "agent_id": "a", "status": "x" })).await.0,
        400
    );
    let (_, body) = world.get("/api/learning/recommendations?agent_id=a").await;
    assert_eq!((&body["recommendations"], &body["total"]), (&json!([]), &json!(0)));
    let event = json!({ "recommendation_id": "lrec_1", "event_type": "applied" });
    for body in [json!({ "events": [event] }), event.clone()] {
        let (status, told) = world.call("POST", "/api/learning/recommendations/events", body).await;
        assert_eq!((status, told), (200, json!({ "created_count": 1 })));
    }
    assert_eq!(world.call("POST", "/api/learning/recommendations/events", json!({})).await.0, 400);
    let (_, health) = world.get("/api/health").await;
    assert_eq!(
        (&health["status"], &health["checks"]["database"]["status"]),
        (&json!("healthy"), &json!("healthy"))
    );
    // Its own work waits for its time.
    let jobs = &health["checks"]["runtime"]["jobs"];
    assert!(jobs["waiting"].is_i64() && jobs["dead"] == 0, "{jobs}");
}
