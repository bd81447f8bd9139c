//! Texts that once passed a rule by their spelling, and texts that must pass: `tests/vectors/texts.json`, by group.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use common::World;
use serde_json::{Map, Value, json};

/// The agent that asks.
const AGENT: &str = "agent-1";

/// Asks guard, and creates an action, with every text of a group; names those that were not answered as wanted.
async fn check(group: &str) {
    let text = include_str!("../../tests/vectors/texts.json");
    let groups: Map<String, Value> = serde_json::from_str(text).unwrap();
    let group = &groups[group];
    let world = World::new();
    if let Some(policy) = group.get("policy") {
        world.policy("texts", policy["type"].as_str().unwrap(), policy["rules"].clone()).await;
    }
    let want = group["want"].as_str().unwrap();
    let mut wrong = Vec::new();
    for (index, value) in group["values"].as_array().unwrap().iter().enumerate() {
        let question = question(group, index, value);
        let guarded = world.call("POST", "/api/guard", question.clone()).await;
        if !is_wanted(want, &guarded) {
            wrong.push(format!("guard {value}: {} {}", guarded.0, guarded.1));
        }
        // Only guard tells of secrets; of a created action they are taken out.
        if want.contains("secret_scan") {
            continue;
        }
        let (status, body) = world.call("POST", "/api/actions", question).await;
        let decision = body.get("decision").cloned().unwrap_or_default();
        let status = if status == 403 || status == 201 { 200 } else { status };
        if !is_wanted(want, &(status, decision)) {
            wrong.push(format!("create {value}: {status} {body}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong, wanted {want}:\n{}", wrong.len(), wrong.join("\n"));
}

fn question(group: &Value, index: usize, value: &Value) -> Value {
    let mut question =
        json!({ "agent_id": AGENT, "action_type": "x", "declared_goal": format!("text {index}") });
    for name in ["action_type", "source_of_truth"] {
        if let Some(given) = group.get(name) {
            question[name] = given.clone();
        }
    }
    let name = group["ask"].as_str().unwrap();
    question[name] = if name == "write_paths" { json!([value]) } else { value.clone() };
    question
}

fn is_wanted(want: &str, (status, body): &(u16, Value)) -> bool {
    let decision = body["decision"].as_str().unwrap_or_default();
    match want {
        "block" => *status == 200 && decision == "block",
        "block or 400" => *status == 400 || decision == "block",
        "400, block or warn" => *status == 400 || decision == "block" || decision == "warn",
        "allow" => *status == 200 && decision == "allow",
        "no secret_scan" => *status == 200 && body["secret_scan"].is_null(),
        "secret_scan names a finding" => {
            body["secret_scan"]["findings"].as_array().is_some_and(|findings| !findings.is_empty())
        }
        other => panic!("no such wish: {other}"),
    }
}

macro_rules! groups {
    ($($group:ident)+) => {$(
        #[tokio::test]
        async fn $group() {
            check(stringify!($group)).await;
        }
    )+};
}

// One line for each group that holds.
groups! {
    action_type
    target_host
    target_idn
    target_url_path
    target_path
    protected_path
    facts
    facts_harmless
    injection
    injection_harmless
    secrets
    secrets_harmless
}
