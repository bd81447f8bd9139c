//! One approval lets one piece of work run, however many wait for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::World;
use dashclaw::api::actions::CreateAction;
use dashclaw::{CallOptions, DashClaw, ErrorKind, GovernedOptions, Ran, Result, WaitOptions};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// How many wait at once.
const WAITING: usize = 20;

async fn world() -> World {
    let world = World::new();
    world.policy("A human approves deploys", "require_approval", json!({ "action_types": ["deploy"] })).await;
    world
}

/// Clients as of so many processes that share one key.
fn clients(world: &World, count: usize) -> Vec<DashClaw> {
    let one = |_| {
        let builder = DashClaw::builder().base_url("http://localhost").agent_id("agent-1");
        builder.api_key(world.agent.as_str()).transport(world.instance.transport()).build().unwrap()
    };
    (0..count).map(one).collect()
}

fn deploy() -> CreateAction {
    CreateAction {
        action_type: "deploy".to_owned(),
        declared_goal: "Ship 1".to_owned(),
        ..CreateAction::default()
    }
}

fn options(rerun: bool) -> GovernedOptions {
    let wait = WaitOptions { timeout: Some(Duration::from_secs(30)), ..WaitOptions::default() };
    GovernedOptions { wait, rerun, ..GovernedOptions::default() }
}

/// Runs the same intent in all clients at once.
fn all_at_once(
    clients: Vec<DashClaw>,
    effects: &Arc<AtomicUsize>,
) -> JoinSet<Result<Ran<std::result::Result<(), String>>>> {
    let mut runs = JoinSet::new();
    for client in clients {
        let effects = Arc::clone(effects);
        runs.spawn(async move {
            let work = |_| async move {
                effects.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(())
            };
            client.run_governed(deploy(), &options(false), work).await
        });
    }
    runs
}

/// Approves the one action that waits, once it does.
async fn approve(world: &World) -> String {
    loop {
        let (_, list) = world.call("GET", "/api/actions?status=pending_approval", Value::Null).await;
        if let Some(action) = list["actions"].as_array().and_then(|actions| actions.first()) {
            let id = action["action_id"].as_str().unwrap().to_owned();
            let path = format!("/api/actions/{id}/approve");
            assert_eq!(world.call("POST", &path, json!({ "decision": "allow" })).await.0, 200);
            return id;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_wait_for_one_approval_run_once() {
    let world = world().await;
    let effects = Arc::new(AtomicUsize::new(0));
    let runs = all_at_once(clients(&world, WAITING), &effects);
    tokio::time::sleep(Duration::from_millis(200)).await;
    approve(&world).await;
    let ran = runs.join_all().await.into_iter().map(Result::unwrap);
    let now = ran.filter(|ran| matches!(ran, Ran::Now { .. })).count();
    assert_eq!((effects.load(Ordering::SeqCst), now), (1, 1));
}

#[tokio::test]
async fn what_runs_has_used_its_approval_up() {
    let world = world().await;
    let client = clients(&world, 1).remove(0);
    let arguments = json!({ "action_type": "deploy", "declared_goal": "Ship 1" });
    let text = arguments.to_string();
    let (begun, id) = tokio::join!(
        async { client.begin_governed(text.as_bytes(), &options(false)).await.unwrap() },
        approve(&world)
    );
    assert!(begun.run && begun.action_id == id);
    let asked: Value =
        client.call("guard", text.as_bytes(), &CallOptions::default()).await.unwrap().json().unwrap();
    assert_eq!(asked["decision"], "require_approval", "{asked}");
}

#[tokio::test]
async fn what_another_question_has_used_up_does_not_run() {
    let world = world().await;
    let client = clients(&world, 1).remove(0);
    let arguments = json!({ "action_type": "deploy", "declared_goal": "Ship 1" }).to_string();
    let waiting = client.clone();
    let text = arguments.clone();
    let created: Value =
        client.call("create_action", text.as_bytes(), &CallOptions::default()).await.unwrap().json().unwrap();
    assert_eq!(created["action"]["status"], "pending_approval");
    let id = approve(&world).await;
    let asked: Value =
        client.call("guard", text.as_bytes(), &CallOptions::default()).await.unwrap().json().unwrap();
    assert_eq!(asked["decision"], "allow", "{asked}");
    let error = waiting.begin_governed(arguments.as_bytes(), &options(true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(error.fields().action_id.as_deref(), Some(id.as_str()));
}
