//! What an organisation has, by the argument that names it, and what a request needs beside that.

use std::collections::BTreeMap;

use dashclaw::catalogue::{Field, Kind, Row};
use dashclaw::signing::ActionSigner;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::World;

/// The agents that every organisation has: one that acts, and one that has a key and asks for another.
const AGENT: &str = "agent-1";
const SIGNS: &str = "signs";

/// Stands in every record of this organisation.
pub(super) fn mark(org_id: &str) -> String {
    format!("known in {org_id} only")
}

/// Whether an argument names something that there may be already.
pub(super) fn names_something(field: &Field) -> bool {
    let name = field.name;
    matches!(field.kind, Kind::Id(_))
        || matches!(name, "id" | "ids" | "idempotency_key" | "last_event_id")
        || name.ends_with("_id")
        || name.ends_with("_ids")
}

/// Arguments that routes take beside those of their rows.
pub(super) fn beside_the_row(row: &str) -> &'static [&'static str] {
    match row {
        "get_actions" => &["session_id"],
        "delete_policy" => &["ids"],
        _ => &[],
    }
}

/// What the argument of this operation names, among what an organisation has.
fn what(row: &str, argument: &str) -> &'static str {
    match (row, argument) {
        ("approve_action", "action_id") => "waiting",
        ("revoke_identity", "agent_id") => "signs",
        ("revoke_api_key", "id") => "key",
        ("update_policy" | "delete_policy", "id" | "ids") => "policy",
        (_, "agent_id" | "agent_ids") => "agent",
        (_, "action_id" | "parent_action_id") => "running",
        (_, "assumption_id") => "assumption",
        (_, "loop_id") => "open_loop",
        (_, "session_id") => "session",
        (_, "pairing_id") => "pairing",
        (_, "secret_id") => "secret",
        (_, "idempotency_key") => "asked",
        (_, "last_event_id") => "event",
        // Words of the caller that name nothing here.
        (
            _,
            "swarm_id" | "provider_id" | "recommendation_id" | "current_task_id" | "run_id"
            | "replaces_run_id" | "actor_id",
        ) => "label",
        _ => panic!("say here what `{argument}` of `{row}` names, and plant it"),
    }
}

/// The members without which the request is refused, beside the ids in it.
pub(super) fn body(row: &Row) -> Value {
    let rules = json!({ "action_types": ["drop"] });
    match row.name {
        "guard" => json!({ "agent_id": AGENT, "action_type": "build" }),
        "create_action" => json!({ "agent_id": AGENT, "action_type": "build", "declared_goal": "do" }),
        "update_outcome" | "report_action_outcome" => json!({ "status": "completed" }),
        "approve_action" => json!({ "decision": "allow" }),
        "record_assumption" => json!({ "assumption": "it is so" }),
        "validate_assumption" => json!({ "validated": true }),
        "register_open_loop" => json!({ "loop_type": "followup", "description": "look again" }),
        "resolve_open_loop" => json!({ "status": "cancelled" }),
        "create_policy" => {
            json!({ "name": "another", "policy_type": "block_action_type", "rules": rules })
        }
        "update_policy" => json!({ "active": 0 }),
        "simulate_policy" => json!({ "policy_type": "block_action_type", "rules": rules, "days": 30 }),
        "create_session" | "heartbeat" => json!({ "agent_id": AGENT }),
        "update_session" => json!({ "summary": "mine" }),
        "record_recommendation_events" => json!({ "event_type": "seen" }),
        "create_pairing" => json!({ "agent_id": "pairs-too", "public_key": public_key() }),
        "register_identity" => json!({ "agent_id": AGENT, "public_key": public_key() }),
        "verify_integrity" => json!({ "receipt": { "version": 1 } }),
        "set_halt" => json!({ "halted": true }),
        "register_secret" => json!({ "name": "ANOTHER", "value": "mine" }),
        "rotate_secret" => json!({ "value": "another" }),
        "fix_doctor" => json!({ "action": "add_starter_policies" }),
        _ => json!({}),
    }
}

/// What one organisation has.
#[derive(Debug)]
pub(super) struct Known(BTreeMap<&'static str, String>);

impl Known {
    /// What there is for the argument of this operation.
    pub(super) fn of(&self, row: &str, argument: &str) -> &str {
        &self.0[what(row, argument)]
    }

    /// All ids that only this organisation has.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(what, _)| !matches!(**what, "agent" | "signs" | "event"))
            .map(|(_, id)| id.as_str())
    }

    /// Makes one of everything through the API.
    pub(super) async fn plant(world: &World, org_id: &'static str, halted: bool) -> Self {
        let mark = &mark(org_id);
        let send = async |method: &str, path: &str, body: Value| {
            let (status, answer) = world.ask(org_id, method, path, &body).await;
            assert!(status.is_success(), "{method} {path} {status} {answer}");
            answer
        };
        let make = async |path: &str, body: Value, place: &str| {
            let made = send("POST", path, body).await;
            made.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let policy = json!({
            "name": mark, "policy_type": "require_approval", "rules": { "action_types": ["deploy"] },
        });
        let policy = make("/api/policies", policy, "/policy_id").await;
        let session = json!({ "agent_id": AGENT, "workspace": mark });
        let session = make("/api/sessions", session, "/session/session_id").await;
        let blocked = json!({ "status": "blocked", "blocked_reason": mark });
        send("PATCH", &format!("/api/sessions/{session}"), blocked).await;
        let label = format!("label-of-{org_id}");
        let asked = format!("asked-by-{org_id}");
        let act = async |action_type: &str, more: Value| {
            let mut body = json!({
                "agent_id": AGENT, "action_type": action_type, "declared_goal": mark, "session_id": session,
                "swarm_id": label, "systems_touched": ["db"],
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            make("/api/actions", body, "/action_id").await
        };
        let running = act("build", json!({ "idempotency_key": asked, "recommendation_id": label })).await;
        act("build", json!({ "parent_action_id": running, "reasoning": "a part" })).await;
        let waiting = act("deploy", json!({})).await;
        // Ten in an hour are a spike.
        for turn in 0..8 {
            act("look", json!({ "reasoning": format!("turn {turn}") })).await;
        }
        let ended = act("workflow_execute", json!({})).await;
        let outcome = json!({ "status": "completed", "output_summary": mark, "duration_ms": 5000 });
        send("PATCH", &format!("/api/actions/{ended}"), outcome).await;
        let assumption = json!({ "action_id": running, "assumption": mark, "basis": mark });
        let assumption = make("/api/assumptions", assumption, "/assumption_id").await;
        let open_loop = json!({ "action_id": running, "loop_type": "followup", "description": mark });
        let open_loop = make("/api/actions/loops", open_loop, "/loop_id").await;
        let pairing = json!({ "agent_id": SIGNS, "agent_name": mark, "public_key": public_key() });
        let pairing = make("/api/pairings", pairing, "/pairing/id").await;
        let identity = format!("{SIGNS}-in-{org_id}");
        for signs in [SIGNS, &identity] {
            make("/api/identities", json!({ "agent_id": signs, "public_key": public_key() }), "").await;
        }
        let secret = json!({ "name": "TOKEN", "value": mark, "agent_id": AGENT });
        let secret = make("/api/secrets", secret, "/secret/id").await;
        make("/api/secrets", json!({ "name": "OTHER", "value": "v", "agent_id": mark }), "").await;
        let key = make("/api/keys", json!({ "label": mark }), "/key/id").await;
        make("/api/agents/heartbeat", json!({ "agent_id": AGENT, "agent_name": mark }), "").await;
        let asks = json!({
            "agent_id": AGENT, "action_type": "build", "declared_goal": mark, "idempotency_key": asked,
        });
        make("/api/guard", asks, "").await;
        let events = json!({ "events": [{ "agent_id": AGENT, "note": mark, "recommendation_id": label }] });
        make("/api/learning/recommendations/events", events, "").await;
        if halted {
            make("/api/halt", json!({ "halted": true, "reason": mark }), "").await;
        }
        let named = [("running", running), ("waiting", waiting), ("policy", policy), ("session", session)];
        let more =
            [("assumption", assumption), ("open_loop", open_loop), ("pairing", pairing), ("secret", secret)];
        let given = [("key", key), ("identity", identity), ("label", label), ("asked", asked)];
        // What no database ever gave out begins with the oldest.
        let shared =
            [("agent", AGENT.to_owned()), ("signs", SIGNS.to_owned()), ("event", "an-event".to_owned())];
        Self(named.into_iter().chain(more).chain(given).chain(shared).collect())
    }
}

/// The test key of the signature vectors.
fn public_key() -> String {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/rsa-action-signatures.json")).unwrap();
    let pem = vectors["test_private_keys"]["agent_a_pkcs8_pem"].as_str().unwrap();
    ActionSigner::from_pem(&SecretString::from(pem)).unwrap().public_key_pem()
}
