//! What the instance does by itself, and a file that instances of both organisations open in turn.

use std::path::Path;
use std::process::Command;

use dashclaw_server::InstanceOptions;
use serde_json::{Value, json};

use crate::common::World;
use crate::common::organisations::{HERE, OTHER, Two};
use crate::planted::{made, plant, view};

#[tokio::test]
async fn an_outcome_is_waited_for_as_long_as_its_organisation_says() {
    let body =
        json!({ "agent_id": "agent-1", "action_type": "look", "declared_goal": "see", "action_id": "same" });
    let hour_ago = dashclaw::clock::iso(dashclaw::clock::unix_millis() - 3_600_000);
    for (patient, hasty) in [(HERE, OTHER), (OTHER, HERE)] {
        let two = Two::new("organisations-sweep-turn");
        for keys in [&two.here, &two.other] {
            made(&two.world, &keys.member, "/api/actions", body.clone(), "").await;
        }
        let two = two.restarted(|connection| {
            let sql = "INSERT INTO settings (org_id, name, value, updated_at)
                VALUES (?1, 'DASHCLAW_OUTCOME_TIMEOUT_MINUTES', ?2, '')";
            connection.execute(sql, [patient, "1000"]).unwrap();
            connection.execute(sql, [hasty, "1"]).unwrap();
            connection.execute("UPDATE actions SET waiting_since = ?1", [&hour_ago]).unwrap();
        });
        assert_eq!(two.world.instance.sweep_outcomes().unwrap(), 1);
        for keys in [&two.here, &two.other] {
            let reply = two.world.as_key(&keys.readonly, "GET", "/api/actions/same", Value::Null).await;
            let expected = if keys.org_id == hasty { "lost_confirmation" } else { "pending" };
            assert_eq!(reply.body["action"]["outcome_status"], expected, "{}", keys.org_id);
        }
    }
}

fn release() -> Value {
    json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": "release" })
}

/// Stands in the folder of a file that [`in_the_other_organisation`] may open.
const MARKER: &str = "for-another";

#[tokio::test]
async fn a_file_is_opened_for_each_in_turn() {
    let two = Two::new("organisations-turns");
    let planted = plant(&two.world, &two.here).await;
    let paths = planted.paths();
    // What the operator of one may do now, that of the other may not: both are on record by the same word.
    let waiting = made(&two.world, &two.world.key, "/api/actions", release(), "/action_id").await;
    let path = format!("/api/approvals/{waiting}");
    made(&two.world, &two.here.approver, &path, json!({ "decision": "allow" }), "").await;
    let before = view(&two.world, &two.here.admin, &paths).await;
    let folder = two.folder();
    std::fs::write(folder.join(MARKER), "").unwrap();
    let two = two.restarted(|_| {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "upkeep::in_the_other_organisation"])
            .env("DASHCLAW_API_KEY_ORG", OTHER)
            .current_dir(&folder)
            .status();
        assert!(status.unwrap().success());
    });
    let mut after = view(&two.world, &two.here.admin, &paths).await;
    // Opening it here makes a key, which is no doing of the other.
    let keys = after["/api/keys"]["keys"].as_array_mut().unwrap();
    keys.remove(0);
    assert_eq!(after, before);
    let halt = two.world.as_key(&two.other.readonly, "GET", "/api/halt", Value::Null).await;
    assert_eq!(halt.body["halt"]["actor"], "the other", "{}", halt.body);
    let policies = two.world.as_key(&two.other.admin, "GET", "/api/policies", Value::Null).await.body;
    assert_eq!(policies["policies"].as_array().unwrap().len(), 1, "{policies}");
}

/// Runs in a process of its own, whose instance is of the other organisation, on the file of the test above.
#[tokio::test]
async fn in_the_other_organisation() {
    if !Path::new(MARKER).exists() {
        return;
    }
    let world = World::open(&InstanceOptions { path: Some(".".into()), ..InstanceOptions::default() });
    let keys = world.instance.keys().unwrap();
    assert!(keys.iter().any(|key| key.id == format!("key_{OTHER}_admin")));
    assert!(keys.iter().all(|key| !key.id.starts_with(&format!("key_{HERE}"))));
    assert!(world.instance.revoke_key(&format!("key_{HERE}_member")).unwrap().is_none());
    assert_eq!(world.get("/api/actions").await.1["total"], 0);
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let reply = world.as_key(&world.key, "POST", "/api/guard", release()).await;
    assert_eq!(reply.body["decision"], "require_approval", "{}", reply.body);
    world.instance.register_identity("agent-1", "a key", "an algorithm").unwrap();
    world.instance.set_setting("ENFORCE_AGENT_SIGNATURES", Some("true")).unwrap();
    world.instance.set_halt("the other", None).unwrap();
    assert_eq!(world.call("DELETE", "/api/policies?id=none", Value::Null).await.0, 200);
}
