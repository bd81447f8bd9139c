//! Opening, reopening and refusing to open; calls through the SDK without a port.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{Folder, World};
use dashclaw::api::actions::{ActionStatus, CreateAction};
use dashclaw::api::guard::Guard;
use dashclaw::options::ApprovalBanner;
use dashclaw::{DashClaw, ErrorKind, WaitOptions};
use dashclaw_server::{Instance, InstanceOptions, Role};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

fn at(path: &Path) -> InstanceOptions {
    InstanceOptions { path: Some(path.to_owned()), ..InstanceOptions::default() }
}

fn refusal(options: &InstanceOptions) -> String {
    let error = Instance::open(options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Instance);
    assert!(!error.to_string().contains('\n'), "{error}");
    error.to_string()
}

#[tokio::test]
async fn what_was_written_is_there_again() {
    let folder = Folder::new("reopen");
    let world = World::open(&at(&folder.0));
    assert!(world.instance.is_first_start());
    let key = world.key(Role::Member);
    world.policy("No drops", "block_action_type", json!({ "action_types": ["drop"] })).await;
    let id = world.action("research", "Look").await;
    let (_, jwks) = world.get("/api/integrity/jwks").await;
    world.instance.set_halt("chief", Some("incident")).unwrap();
    drop(world);

    let world = World::open(&at(&folder.0));
    assert!(!world.instance.is_first_start());
    assert_eq!(world.get("/api/integrity/jwks").await.1, jwks);
    assert_eq!(world.get("/api/policies").await.1["policies"][0]["name"], "No drops");
    assert_eq!(world.as_key(&key, "GET", &format!("/api/actions/{id}"), Value::Null).await.status, 200);
    assert_eq!(world.get("/api/halt").await.1["halt"]["actor"], "chief");
    let (_, verdict) = world.call("POST", "/api/guard", json!({ "action_type": "api" })).await;
    assert_eq!(verdict["decision"], "block");
}

#[test]
fn only_one_instance_has_the_data() {
    let folder = Folder::new("lock");
    let first = Instance::open(&at(&folder.0)).unwrap();
    assert!(refusal(&at(&folder.0)).contains("is in use by another instance"));
    first.shutdown();
    Instance::open(&at(&folder.0)).unwrap();
}

#[tokio::test]
async fn after_the_shutdown_nothing_is_read_or_written() {
    let folder = Folder::new("closed");
    let world = World::open(&at(&folder.0));
    world.instance.shutdown();
    assert_eq!(world.get("/api/health").await.0, 503);
    assert_eq!(world.get("/api/actions").await.0, 503);
    assert_eq!(world.instance.create_key(Role::Member, "x").unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn files_that_are_not_ours_are_left_as_they_are() {
    let folder = Folder::new("foreign");
    let text = folder.0.join("notes.txt");
    std::fs::write(&text, "dear diary ".repeat(1000)).unwrap();
    let other = folder.0.join("other.db");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        .unwrap();
    let ours = folder.0.join("ours.db");
    Instance::open(&at(&ours)).unwrap().shutdown();
    let newer = folder.0.join("newer.db");
    std::fs::copy(&ours, &newer).unwrap();
    rusqlite::Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let mut bytes = std::fs::read(&ours).unwrap();
    let middle = 4096 * 2;
    bytes[middle..middle + 4096 * 3].fill(0xA5);
    let corrupt = folder.0.join("corrupt.db");
    std::fs::write(&corrupt, &bytes).unwrap();
    for (file, why) in [
        (text, "is not a database"),
        (other, "is a database of another program"),
        (newer, "was made by a newer version"),
        (corrupt, "is corrupt"),
    ] {
        let before = std::fs::read(&file).unwrap();
        let told = refusal(&at(&file));
        assert!(told.contains(why), "{told}");
        assert!(std::fs::read(&file).unwrap() == before, "{why}: the file was changed");
    }
}

#[test]
fn a_mistake_in_the_policy_file_is_told_before_anything_is_touched() {
    let folder = Folder::new("policies");
    let file = folder.0.join("policies.yaml");
    std::fs::write(&file, "policies:\n  - name: x\n    type: risk_treshold\n    threshold: 80\n").unwrap();
    let data = folder.0.join("data.db");
    let options = InstanceOptions { policies: Some(file.clone()), ..at(&data) };
    let told = refusal(&options);
    assert!(told.contains("policies.yaml") && told.contains("risk_threshold"), "{told}");
    assert!(!data.exists());
    let missing = InstanceOptions { policies: Some(folder.0.join("none.yaml")), ..at(&data) };
    assert!(refusal(&missing).contains("none.yaml"));
}

#[tokio::test]
async fn policies_from_a_file_are_replaced_at_each_start() {
    let folder = Folder::new("managed");
    let file = folder.0.join("policies.yaml");
    let options = InstanceOptions { policies: Some(file.clone()), ..at(&folder.0) };
    let text =
        |name: &str| format!("policies:\n  - name: {name}\n    type: risk_threshold\n    threshold: 80\n");
    let names = async |world: &World| {
        let (_, body) = world.get("/api/policies").await;
        let names = body["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    std::fs::write(&file, text("first")).unwrap();
    let world = World::open(&options);
    world.policy("by hand", "risk_threshold", json!({ "threshold": 90 })).await;
    assert_eq!(names(&world).await, ["first", "by hand"]);
    drop(world);
    std::fs::write(&file, text("second")).unwrap();
    let world = World::open(&options);
    assert_eq!(names(&world).await, ["by hand", "second"]);
    drop(world);
    std::fs::write(&file, text("by hand")).unwrap();
    assert!(refusal(&options).contains("`by hand`"));
}

/// A client without a port.
fn client(world: &World) -> DashClaw {
    DashClaw::builder()
        .base_url("http://embedded")
        .api_key(world.instance.api_key().expose_secret())
        .agent_id("agent-1")
        .approval_banner(ApprovalBanner::Off)
        .transport(world.instance.transport())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_waiting_agent_hears_of_its_approval_at_once() {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let client = client(&world);
    for (decision, kind) in [("allow", None), ("deny", Some(ErrorKind::ApprovalDenied))] {
        let id = world.action("deploy", decision).await;
        // The poll beside the stream is so slow that only the stream can be in time.
        let minute = Some(Duration::from_secs(60));
        let options = WaitOptions { timeout: minute, interval: minute, ..WaitOptions::default() };
        let approve = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            world.call("POST", &format!("/api/approvals/{id}"), json!({ "decision": decision })).await;
            Instant::now()
        };
        let (waited, decided) = tokio::join!(client.wait_for_approval(&id, &options), approve);
        assert_eq!(waited.err().map(|error| error.kind()), kind);
        assert!(decided.elapsed() < Duration::from_secs(5), "{:?}", decided.elapsed());
    }
}

#[tokio::test]
async fn the_sdk_works_without_a_port() {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let client = client(&world);
    let verdict = client.guard(Guard { action_type: "deploy".into(), ..Guard::default() }).await.unwrap();
    assert_eq!(verdict.decision.as_str(), "require_approval");
    let new = CreateAction {
        action_type: "deploy".into(),
        declared_goal: "Ship".into(),
        ..CreateAction::default()
    };
    let created = client.create_action(new).await.unwrap();
    assert_eq!(created.action.status, ActionStatus::PendingApproval);
    let read = client.get_action(created.action.action_id.clone()).await.unwrap();
    assert_eq!(read.action, created.action);
}

#[tokio::test]
async fn an_outcome_that_never_came_is_given_up_by_the_sweep() {
    let folder = Folder::new("sweep");
    let world = World::open(&at(&folder.0));
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let lost = world.action("research", "Look").await;
    let waiting = world.action("deploy", "Ship").await;
    let alive = world.action("research", "Read").await;
    drop(world);
    let database = rusqlite::Connection::open(folder.0.join("dashclaw.db")).unwrap();
    database.execute_batch("UPDATE actions SET waiting_since = '2020-01-01T00:00:00.000Z'").unwrap();
    drop(database);
    let world = World::open(&at(&folder.0));
    let sign = json!({ "duration_ms": 5 });
    assert_eq!(world.call("PATCH", &format!("/api/actions/{alive}"), sign).await.0, 200);
    let swept = world.instance.sweep_outcomes().unwrap();
    assert_eq!(swept, 1);
    let outcome = async |id: &str| world.get(&format!("/api/actions/{id}/outcome")).await.1["status"].clone();
    assert_eq!(
        (outcome(&lost).await, outcome(&waiting).await, outcome(&alive).await),
        (json!("lost_confirmation"), json!("pending"), json!("pending"))
    );
    assert_eq!(world.get("/api/signals").await.1["signals"][0]["type"], "lost_confirmation");
}
