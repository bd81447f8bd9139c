//! One approval lets one piece of work run, however many wait for it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{Folder, World};
use dashclaw::api::actions::CreateAction;
use dashclaw::{CallOptions, DashClaw, GovernedOptions, Ran, Result, WaitOptions};
use dashclaw_server::{InstanceOptions, Role};
use secrecy::ExposeSecret;
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
    rerun: bool,
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
            client.run_governed(deploy(), &options(rerun), work).await
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
    let runs = all_at_once(clients(&world, WAITING), false, &effects);
    tokio::time::sleep(Duration::from_millis(200)).await;
    approve(&world).await;
    let ran = runs.join_all().await.into_iter().map(Result::unwrap);
    let now = ran.filter(|ran| matches!(ran, Ran::Now { .. })).count();
    assert_eq!((effects.load(Ordering::SeqCst), now), (1, 1));
}

/// Runs the intent again in all clients at once; each that does not run it is told that it was completed.
async fn run_again_at_once(world: &World) {
    let effects = Arc::new(AtomicUsize::new(0));
    let ran = all_at_once(clients(world, WAITING), true, &effects).join_all().await;
    let now = ran.iter().filter(|ran| matches!(ran, Ok(Ran::Now { .. }))).count();
    let told = ran
        .iter()
        .filter(|ran| matches!(ran, Ok(Ran::Before { outcome, .. }) if outcome["status"] == "completed"));
    assert_eq!((effects.load(Ordering::SeqCst), now, told.count()), (1, 1, WAITING - 1), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_run_a_failed_one_again_do_it_once() {
    let world = World::new();
    let client = clients(&world, 1).remove(0);
    for _ in 0..2 {
        let failed = client.run_governed(deploy(), &options(true), |_| async { Err::<(), _>("broke") }).await;
        assert!(matches!(failed.unwrap(), Ran::Now { result: Err(_), .. }));
    }
    run_again_at_once(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_run_one_in_doubt_again_do_it_once() {
    let world = World::new();
    let dead = clients(&world, 1).remove(0);
    let arguments = json!({ "action_type": "deploy", "declared_goal": "Ship 1" }).to_string();
    assert!(dead.begin_governed(arguments.as_bytes(), &options(false)).await.unwrap().run);
    dead.close();
    run_again_at_once(&world).await;
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

/// The status and the code with which the server answers the claim of a run.
async fn claim(world: &World, key: &str, id: &str, body: Value) -> (u16, Value) {
    let reply = world.as_key(key, "PATCH", &format!("/api/actions/{id}"), body).await;
    (reply.status.as_u16(), reply.body["code"].clone())
}

#[tokio::test]
async fn what_another_question_has_used_up_does_not_run() {
    let world = world().await;
    let action = json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": "Ship 1" });
    assert_eq!(world.call("POST", "/api/actions", action.clone()).await.0, 202);
    let id = approve(&world).await;
    assert_eq!(world.call("POST", "/api/guard", action.clone()).await.1["decision"], "allow");
    for _ in 0..2 {
        let refused = claim(&world, &world.agent, &id, json!({ "run_id": "a" })).await;
        assert_eq!(refused, (409, json!("APPROVAL_USED")));
    }
    assert_eq!(world.call("POST", "/api/guard", action).await.1["decision"], "require_approval");
}

#[tokio::test]
async fn a_claim_holds_across_a_restart_and_against_everybody() {
    let folder = Folder::new("claims");
    let options = InstanceOptions { path: Some(folder.0.clone()), ..InstanceOptions::default() };
    let world = World::open(&options);
    let id = world.action("api", "Look").await;
    let bound = world.instance.create_agent_key("agent-2", "test").unwrap().expose_secret().to_owned();
    let mine = json!({ "run_id": "a" });
    assert_eq!(claim(&world, &bound, &id, mine.clone()).await.0, 403);
    assert_eq!(claim(&world, &world.key(Role::Readonly), &id, mine.clone()).await.0, 403);
    assert_eq!(claim(&world, &world.agent, &id, mine.clone()).await.0, 200);
    drop(world);
    let world = World::open(&options);
    for other in
        [json!({ "run_id": "b" }), json!({ "runId": "A" }), json!({ "run_id": "b", "status": "completed" })]
    {
        assert_eq!(claim(&world, &world.agent, &id, other).await, (409, json!("ACTION_CLAIMED")));
    }
    // Who asks a second time is told the same, and who reports needs no claim.
    assert_eq!(claim(&world, &world.agent, &id, mine).await.0, 200);
    assert_eq!(world.get(&format!("/api/actions/{id}")).await.1["action"]["status"], "running");
    let path = format!("/api/actions/{id}/outcome");
    assert_eq!(world.call("POST", &path, json!({ "status": "completed" })).await.0, 200);
    assert_eq!(
        claim(&world, &world.agent, &id, json!({ "run_id": "a2", "replaces_run_id": "a" })).await.0,
        409
    );
}

#[tokio::test]
async fn a_run_has_a_name() {
    let world = World::new();
    let id = world.action("api", "Look").await;
    let long = "x".repeat(65);
    for run_id in ["", " ", "a\u{0}", "a\nb", "a\u{200b}", long.as_str()] {
        assert_eq!(claim(&world, &world.agent, &id, json!({ "run_id": run_id })).await.0, 400, "{run_id:?}");
    }
    for body in [
        json!({ "run_id": 1 }),
        json!({ "run_id": ["a"] }),
        json!({ "replaces_run_id": "a" }),
        json!({ "run_id": "a", "replaces_run_id": {} }),
    ] {
        assert_eq!(claim(&world, &world.agent, &id, body.clone()).await.0, 400, "{body}");
    }
    let (_, read) = world.get(&format!("/api/actions/{id}")).await;
    assert!(read["action"]["run_id"].is_null(), "{read}");
}
