//! Keys that speak for one agent.

mod common;

use common::{World, told};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bound_key_speaks_for_its_agent_only() {
    let world = World::new();
    let key = world.instance.create_agent_key("agent-1", "ci").unwrap().expose_secret().to_owned();
    let writes = [
        ("/api/guard", json!({ "action_type": "look" })),
        ("/api/actions", json!({ "action_type": "look", "declared_goal": "g" })),
        ("/api/agents/heartbeat", json!({})),
        ("/api/sessions", json!({})),
        ("/api/learning/recommendations/events", json!({ "events": [{ "kind": "x" }] })),
    ];
    for (path, body) in &writes {
        let with = |name: &str, agent: Value| {
            let mut body = body.clone();
            body[name] = agent;
            body
        };
        for (name, agent) in [
            ("agent_id", json!("agent-2")),
            ("agentId", json!("agent-2")),
            ("AgentId", json!("agent-2")),
            ("agent_id", json!("agent-1 ")),
            ("agent_id", json!("Agent-1")),
            ("agent_id", json!(["agent-1"])),
            ("agent_id", json!(1)),
        ] {
            let reply = world.as_key(&key, "POST", path, with(name, agent.clone())).await;
            assert_eq!(told(&reply), (403, Some("AGENT_MISMATCH")), "{path} {name} {agent}");
        }
        let mut both = with("agent_id", json!("agent-1"));
        both["agentId"] = json!("agent-2");
        assert_eq!(world.as_key(&key, "POST", path, both).await.status, 403, "{path}");
        for query in ["agent_id=agent-2", "agent_id=agent-1&agent_id=agent-2", "agentId=agent-2"] {
            let reply = world.as_key(&key, "POST", &format!("{path}?{query}"), body.clone()).await;
            assert_eq!(told(&reply), (403, Some("AGENT_MISMATCH")), "{path}?{query}");
        }
        for body in [
            body.clone(),
            with("agent_id", json!("agent-1")),
            with("agent_id", Value::Null),
            with("agent_id", json!("")),
        ] {
            let reply = world.as_key(&key, "POST", path, body.clone()).await;
            assert!(reply.status.is_success(), "{path} {body}: {} {}", reply.status, reply.body);
        }
    }
    let event = json!({ "events": [{ "kind": "x" }, { "kind": "x", "agent_id": "agent-2" }] });
    let reply = world.as_key(&key, "POST", "/api/learning/recommendations/events", event).await;
    assert_eq!(told(&reply), (403, Some("AGENT_MISMATCH")));
    let (_, all) = world.get("/api/actions?agent_id=agent-1").await;
    assert_eq!(all["total"], 4);
    let (_, asked) = world.get("/api/guard?agent_id=agent-1&limit=1").await;
    assert_eq!(asked["total"], 8, "every guard call and action is on record as the agent's");
}

#[tokio::test]
async fn a_bound_key_changes_only_what_is_its_agents() {
    let world = World::new();
    let key = world.instance.create_agent_key("agent-2", "ci").unwrap().expose_secret().to_owned();
    let action = world.action("look", "agent-1's").await;
    let follow = |body: Value| {
        let mut body = body;
        body["action_id"] = json!(action);
        body
    };
    let a_loop = follow(json!({ "loop_type": "followup", "description": "d" }));
    let an_assumption = follow(json!({ "assumption": "a" }));
    let made = |path: &'static str, body: Value| {
        let world = &world;
        async move { world.as_key(&world.agent, "POST", path, body).await.body }
    };
    let loop_id = made("/api/actions/loops", a_loop.clone()).await["loop_id"].as_str().unwrap().to_owned();
    let assumption_id =
        made("/api/assumptions", an_assumption.clone()).await["assumption_id"].as_str().unwrap().to_owned();
    let session = made("/api/sessions", json!({ "agent_id": "agent-1" })).await;
    let session_id = session["session"]["id"].as_str().unwrap();
    let changes = [
        ("PATCH", format!("/api/actions/{action}"), json!({ "status": "completed" })),
        ("POST", format!("/api/actions/{action}/outcome"), json!({ "status": "completed" })),
        ("POST", "/api/actions/loops".to_owned(), a_loop),
        ("PATCH", format!("/api/actions/loops/{loop_id}"), json!({ "status": "cancelled" })),
        ("POST", "/api/assumptions".to_owned(), an_assumption.clone()),
        ("POST", "/api/actions/assumptions".to_owned(), an_assumption),
        ("PATCH", format!("/api/assumptions/{assumption_id}"), json!({ "validated": true })),
        ("PATCH", format!("/api/actions/assumptions/{assumption_id}"), json!({ "validated": true })),
        ("PATCH", format!("/api/sessions/{session_id}"), json!({ "summary": "s" })),
    ];
    for (method, path, body) in &changes {
        let reply = world.as_key(&key, method, path, body.clone()).await;
        assert_eq!(told(&reply), (403, Some("AGENT_MISMATCH")), "{method} {path} {}", reply.body);
        let missing = path.rsplit_once('_').map_or(path.clone(), |(start, _)| format!("{start}_none"));
        if missing != *path {
            let missing = if path.ends_with("/outcome") { "/api/actions/act_none/outcome" } else { &missing };
            assert_eq!(
                world.as_key(&key, method, missing, body.clone()).await.status,
                404,
                "{method} {missing}"
            );
        }
    }
    let own = world.instance.create_agent_key("agent-1", "ci").unwrap().expose_secret().to_owned();
    for (method, path, body) in changes.iter().rev() {
        let reply = world.as_key(&own, method, path, body.clone()).await;
        let done = reply.status.is_success() || path.ends_with("/outcome");
        assert!(done, "{method} {path} {} {}", reply.status, reply.body);
    }
    assert_eq!(world.as_key(&key, "GET", &format!("/api/actions/{action}"), Value::Null).await.status, 200);
}
