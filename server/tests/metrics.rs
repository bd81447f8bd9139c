//! What Prometheus is told.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use axum::body::Body;
use common::{Folder, World};
use dashclaw_server::{InstanceOptions, Role};
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

/// The status, the type and the text that this header gets.
async fn metrics(world: &World, name: &str, value: &str) -> (u16, String, String) {
    let request = Request::get("/metrics").header(name, value).body(Body::empty()).unwrap();
    let response = world.instance.router().oneshot(request).await.unwrap();
    let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, kind, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The value of what stands under this name with these labels.
fn value(text: &str, name: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no `{name}` in {text}")).parse().unwrap()
}

#[tokio::test]
async fn decisions_approvals_answers_and_writes_are_told() {
    let folder = Folder::new("metrics");
    let world = World::open(&InstanceOptions { path: Some(folder.0.clone()), ..InstanceOptions::default() });
    let key = world.key(Role::Readonly);
    let (_, _, before) = metrics(&world, "x-api-key", &key).await;
    for name in ["dashclaw_decisions_total{verdict=\"block\"}", "dashclaw_approvals_oldest_age_seconds"] {
        assert!(value(&before, name).abs() < f64::EPSILON, "{before}");
    }
    world.policy("No", "block_action_type", json!({ "action_types": ["drop"] })).await;
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    for action_type in ["api", "api", "drop", "deploy"] {
        world.call("POST", "/api/guard", json!({ "action_type": action_type })).await;
    }
    world.action("deploy", "ship").await;
    world.action("api", "look").await;
    // A repeat is no further decision.
    for _ in 0..2 {
        let again =
            json!({ "agent_id": "a", "action_type": "api", "declared_goal": "x", "idempotency_key": "k" });
        world.call("POST", "/api/actions", again).await;
    }
    world.get("/api/actions/act_unknown").await;
    let (status, kind, text) = metrics(&world, "x-api-key", &key).await;
    assert_eq!((status, kind.starts_with("application/openmetrics-text")), (200, true));
    let told = [
        ("dashclaw_decisions_total{verdict=\"allow\"}", 4.0),
        ("dashclaw_decisions_total{verdict=\"require_approval\"}", 2.0),
        ("dashclaw_decisions_total{verdict=\"block\"}", 1.0),
        ("dashclaw_decisions_total{verdict=\"warn\"}", 0.0),
        ("dashclaw_approvals_pending", 1.0),
        ("dashclaw_jobs_dead", 0.0),
        ("dashclaw_stream_readers", 0.0),
        ("dashclaw_store_writes_waiting", 0.0),
        ("dashclaw_store_up", 1.0),
    ];
    for (name, wanted) in told {
        assert!((value(&text, name) - wanted).abs() < f64::EPSILON, "{name} {wanted} {text}");
    }
    let times = |method: &str, route: &str, status: &str| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        value(&text, &format!("dashclaw_http_request_duration_seconds_count{labels}"))
    };
    // By the template, so that ids make no series.
    assert!((times("GET", "/api/actions/{action_id}", "4xx") - 1.0).abs() < f64::EPSILON);
    assert!((times("POST", "/api/guard", "2xx") - 4.0).abs() < f64::EPSILON);
    assert!(value(&text, "dashclaw_store_write_duration_seconds_count") >= 9.0, "{text}");
    assert!(value(&text, "dashclaw_approvals_oldest_age_seconds") < 60.0);
    assert!(text.ends_with("# EOF\n") && !text.contains("act_unknown"));
}

#[tokio::test]
async fn they_are_for_operators() {
    let world = World::new();
    let reader = world.key(Role::Readonly);
    let asked = [
        ("x-api-key", world.key.clone(), 200),
        ("x-api-key", reader.clone(), 200),
        // As Prometheus sends it.
        ("authorization", format!("Bearer {reader}"), 200),
        ("authorization", format!("Basic {reader}"), 401),
        ("x-api-key", world.agent.clone(), 403),
        ("x-api-key", "oc_live_nobody".to_owned(), 401),
        ("accept", "*/*".to_owned(), 401),
    ];
    for (name, key, status) in asked {
        assert_eq!(metrics(&world, name, &key).await.0, status, "{name}");
    }
    // Elsewhere that header holds the token of an agent, and no key.
    let request = Request::get("/api/actions").header("authorization", format!("Bearer {reader}"));
    assert_eq!(world.send(request.body(Body::empty()).unwrap()).await.status, 401);
}

/// What is not in the database is told all the same.
#[tokio::test]
async fn a_database_that_is_closed_leaves_out_what_it_knows() {
    let world = World::new();
    assert_eq!(metrics(&world, "x-api-key", &world.key).await.0, 200);
    world.instance.shutdown();
    let (status, _, text) = metrics(&world, "x-api-key", &world.key).await;
    assert_eq!(
        (status, text.contains("approvals_pending"), text.contains("stream_readers")),
        (200, false, true)
    );
}
