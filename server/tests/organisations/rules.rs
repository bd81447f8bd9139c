//! Policies, halts and settings: in force at once where they are made, and nowhere else.

use dashclaw_server::InstanceOptions;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::common::World;
use crate::common::organisations::{Keys, OTHER, Two};
use crate::planted::{made, mark};

async fn decision(world: &World, keys: &Keys) -> String {
    let body = json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": "ship" });
    let guard = made(world, &keys.member, "/api/guard", body.clone(), "/decision").await;
    let reply = world.as_key(&keys.member, "POST", "/api/actions", body).await;
    let created = reply.body.pointer("/decision/decision").and_then(Value::as_str).unwrap();
    assert_eq!(created, guard, "{}", reply.body);
    guard
}

#[tokio::test]
async fn a_policy_is_enforced_in_its_own_organisation() {
    let mut two = Two::new("organisations-policy");
    for turn in 0..2 {
        let (world, [(mine, theirs), _]) = (&two.world, two.both_ways());
        let (mine, theirs) = if turn == 0 { (mine, theirs) } else { (theirs, mine) };
        // Both are known from here on.
        assert_eq!([decision(world, mine).await, decision(world, theirs).await], ["allow", "allow"]);
        let rules = json!({ "action_types": ["deploy"] }).to_string();
        let body = json!({ "name": mark(mine), "policy_type": "block_action_type", "rules": rules });
        let id = made(world, &mine.admin, "/api/policies", body.clone(), "/policy_id").await;
        assert_eq!([decision(world, mine).await, decision(world, theirs).await], ["block", "allow"]);
        let listed = world.as_key(&theirs.admin, "GET", "/api/policies", Value::Null).await.body;
        assert_eq!(listed["policies"], json!([]));
        let listed =
            world.as_key(&theirs.readonly, "GET", "/api/policies?agent_id=agent-1", Value::Null).await;
        assert_eq!(listed.body["policies"], json!([]));
        // The name is free in the other.
        let mut warns = body;
        warns["policy_type"] = json!("warn_action_type");
        let other = made(world, &theirs.admin, "/api/policies", warns, "/policy_id").await;
        assert_eq!([decision(world, mine).await, decision(world, theirs).await], ["block", "warn"]);
        two = two.restarted(|_| {});
        let (world, [(mine, theirs), _]) = (&two.world, two.both_ways());
        let (mine, theirs) = if turn == 0 { (mine, theirs) } else { (theirs, mine) };
        assert_eq!([decision(world, mine).await, decision(world, theirs).await], ["block", "warn"]);
        for (keys, id) in [(theirs, other), (mine, id)] {
            let path = format!("/api/policies?id={id}");
            assert_eq!(world.as_key(&keys.admin, "DELETE", &path, Value::Null).await.status, 200);
        }
        assert_eq!([decision(world, mine).await, decision(world, theirs).await], ["allow", "allow"]);
    }
}

#[tokio::test]
async fn a_halt_stops_its_own_organisation() {
    let mut two = Two::new("organisations-halt");
    for turn in 0..2 {
        let sides = |two: &Two| {
            let [first, second] = [two.here.clone(), two.other.clone()];
            if turn == 0 { (first, second) } else { (second, first) }
        };
        let (mine, theirs) = sides(&two);
        assert_eq!(
            [decision(&two.world, &mine).await, decision(&two.world, &theirs).await],
            ["allow", "allow"]
        );
        let halt = json!({ "halted": true, "reason": mark(&mine) });
        made(&two.world, &mine.admin, "/api/halt", halt, "").await;
        for _ in 0..2 {
            let world = &two.world;
            assert_eq!([decision(world, &mine).await, decision(world, &theirs).await], ["block", "allow"]);
            let told = world.as_key(&theirs.member, "GET", "/api/halt", Value::Null).await.body;
            assert_eq!(told["halt"]["halted"], false, "{told}");
            assert!(!told.to_string().contains(&mark(&mine)), "{told}");
            // To lift what the other has not is no help.
            made(world, &theirs.admin, "/api/halt", json!({ "halted": false }), "").await;
            assert_eq!(decision(world, &mine).await, "block");
            two = two.restarted(|_| {});
        }
        made(&two.world, &mine.admin, "/api/halt", json!({ "halted": false }), "").await;
    }
}

/// Whether each of these organisations lets whoever asked approve it, and takes an action without a signature.
async fn settings(two: &Two, goal: &str) -> [(bool, bool); 2] {
    let mut found = Vec::new();
    for keys in [&two.here, &two.other] {
        let body = json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": goal });
        let reply = two.world.as_key(&keys.admin, "POST", "/api/actions", body).await;
        if reply.status == 401 {
            found.push((false, false));
            continue;
        }
        let path = format!("/api/approvals/{}", reply.body["action_id"].as_str().unwrap());
        let reply = two.world.as_key(&keys.admin, "POST", &path, json!({ "decision": "allow" })).await;
        found.push((reply.status == 200, true));
    }
    found.try_into().unwrap()
}

#[tokio::test]
async fn a_setting_holds_in_its_own_organisation() {
    let two = Two::new("organisations-settings");
    for keys in [&two.here, &two.other] {
        let rules = json!({ "action_types": ["deploy"] }).to_string();
        let body = json!({ "name": "Ask", "policy_type": "require_approval", "rules": rules });
        made(&two.world, &keys.admin, "/api/policies", body, "").await;
    }
    assert_eq!(settings(&two, "first").await, [(false, true), (false, true)]);
    two.world.instance.set_setting("DASHCLAW_ALLOW_SELF_APPROVAL", Some("true")).unwrap();
    assert_eq!(settings(&two, "second").await, [(true, true), (false, true)]);
    two.world.instance.set_setting("ENFORCE_AGENT_SIGNATURES", Some("true")).unwrap();
    assert_eq!(settings(&two, "third").await, [(false, false), (false, true)]);
    two.world.instance.set_setting("ENFORCE_AGENT_SIGNATURES", None).unwrap();
    let put = |connection: &rusqlite::Connection, name: &str, value: &str| {
        let sql = "INSERT OR REPLACE INTO settings (org_id, name, value, updated_at) VALUES (?1, ?2, ?3, '')";
        connection.execute(sql, [OTHER, name, value]).unwrap();
    };
    let two = two.restarted(|connection| put(connection, "ENFORCE_AGENT_SIGNATURES", "true"));
    assert_eq!(settings(&two, "fourth").await, [(true, true), (false, false)]);
}

/// The file of policies, and what its owner does in the process, are for the organisation that the instance is of.
#[tokio::test]
async fn what_the_process_is_told_is_for_its_own_organisation() {
    let folder = crate::common::Folder::new("organisations-file");
    let file = folder.0.join("policies.yaml");
    std::fs::write(
        &file,
        "policies:\n  - name: From the file\n    policy_type: block_action_type\n    rules:\n      action_types: [deploy]\n",
    )
    .unwrap();
    let options = InstanceOptions {
        policies: Some(file),
        api_key: Some(SecretString::from("the operator's")),
        ..InstanceOptions::default()
    };
    let two = Two::with("organisations-process", options);
    let world = &two.world;
    assert_eq!([decision(world, &two.here).await, decision(world, &two.other).await], ["block", "allow"]);
    world.instance.set_halt("the owner", None).unwrap();
    assert_eq!(decision(world, &two.other).await, "allow");
    world.instance.lift_halt().unwrap();
    let foreign = Keys::id(&two.other.admin);
    assert!(world.instance.revoke_key(&foreign).unwrap().is_none());
    assert!(world.instance.keys().unwrap().iter().all(|key| key.id != foreign));
    let reply = world.as_key(&world.key, "DELETE", &format!("/api/keys/{foreign}"), Value::Null).await;
    assert_eq!(reply.status, 404);
    let id = made(
        world,
        &two.other.member,
        "/api/actions",
        json!({
            "agent_id": "agent-1", "action_type": "look", "declared_goal": "see",
        }),
        "/action_id",
    )
    .await;
    assert_eq!(world.get(&format!("/api/actions/{id}")).await.0, 404);
    assert_eq!(decision(world, &two.other).await, "allow");
    // At each start the file replaces what came from it, and nothing else.
    let rules = json!({ "action_types": ["deploy"] }).to_string();
    let body = json!({ "name": "From the file", "policy_type": "warn_action_type", "rules": rules });
    made(world, &two.other.admin, "/api/policies", body, "").await;
    let two = two.restarted(|connection| {
        connection.execute("UPDATE policies SET managed = 1", []).unwrap();
    });
    let world = &two.world;
    assert_eq!([decision(world, &two.here).await, decision(world, &two.other).await], ["block", "warn"]);
}
