//! What a governed run costs: two requests, each one durable commit.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use common::World;
use dashclaw::api::actions::CreateAction;
use dashclaw::transport::{Body, Transport, TransportError};
use dashclaw::{DashClaw, GovernedOptions, Ran};
use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::json;

/// Notes the verb and path of what goes through.
#[derive(Debug)]
struct Noted {
    inner: Arc<dyn Transport>,
    seen: Mutex<Vec<String>>,
}

impl Transport for Noted {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.seen.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        self.inner.send(request)
    }
}

#[tokio::test]
async fn a_governed_run_is_two_requests() {
    let world = World::new();
    let noted = Arc::new(Noted { inner: world.instance.transport(), seen: Mutex::default() });
    let client = DashClaw::builder()
        .base_url("http://embedded")
        .api_key(world.instance.api_key().expose_secret())
        .agent_id("agent-1")
        .transport(noted.clone())
        .build()
        .unwrap();
    let table =
        [("well", Ok(1), "completed", json!(null)), ("badly", Err("broke"), "failed", json!("broke"))];
    for (goal, result, status, error) in table {
        let action = CreateAction {
            action_type: "research".to_owned(),
            declared_goal: goal.to_owned(),
            ..CreateAction::default()
        };
        let ran = client.run_governed(action, &GovernedOptions::default(), async |_| result).await.unwrap();
        let Ran::Now { action_id, reported: Ok(()), .. } = ran else { panic!("{ran:?}") };
        let seen = std::mem::take(&mut *noted.seen.lock().unwrap());
        assert_eq!(seen, ["POST /api/actions".to_owned(), format!("POST /api/actions/{action_id}/outcome")]);
        let (_, read) = world.get(&format!("/api/actions/{action_id}")).await;
        let action = &read["action"];
        assert_eq!((&action["status"], &action["outcome_status"]), (&json!(status), &json!(status)));
        assert_eq!(action["error_message"], error);
        assert!(action["timestamp_end"].is_string() && action["duration_ms"].is_u64(), "{action}");
    }
}
