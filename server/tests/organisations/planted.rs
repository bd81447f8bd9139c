//! One record of every kind, and everything that can be read of an organisation.

use dashclaw::signing::ActionSigner;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::common::World;
use crate::common::organisations::Keys;

/// What every organisation can list.
const LISTS: [&str; 24] = [
    "/api/actions?limit=200",
    "/api/actions?agent_id=agent-1",
    "/api/actions?status=pending_approval",
    "/api/actions/assumptions",
    "/api/actions/assumptions?drift=true&agent_id=agent-1",
    "/api/actions/loops",
    "/api/actions/loops?agent_id=agent-1",
    "/api/actions/signals",
    "/api/actions/signals?agent_id=agent-1",
    "/api/agents",
    "/api/guard?limit=200",
    "/api/guard?agent_id=agent-1",
    "/api/guard/decisions",
    "/api/guard/decisions?agent_id=agent-1",
    "/api/halt",
    "/api/identities",
    "/api/keys",
    "/api/learning/recommendations",
    "/api/operations/summary",
    "/api/pairings",
    "/api/pairings?status=approved",
    "/api/policies",
    "/api/sessions",
    "/api/sessions?agent_id=agent-1",
];

/// What differs from one reading to the next by itself.
const VOLATILE: [&str; 5] =
    ["lastUpdated", "last_used_at", "elapsed_ms", "oldest_minutes", "avg_wait_minutes"];

/// The ids of what was made.
pub(crate) struct Planted {
    pub(crate) running: String,
    pub(crate) waiting: String,
    pub(crate) child: String,
    pub(crate) policy: String,
    pub(crate) session: String,
    pub(crate) assumption: String,
    pub(crate) open_loop: String,
    pub(crate) pairing: String,
    pub(crate) signs: String,
    pub(crate) key: String,
}

/// Stands in every record of this organisation.
pub(crate) fn mark(keys: &Keys) -> String {
    format!("known in {} only", keys.org_id)
}

/// The test key of the signature vectors.
pub(crate) fn signer() -> ActionSigner {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/rsa-action-signatures.json")).unwrap();
    let pem = vectors["test_private_keys"]["agent_a_pkcs8_pem"].as_str().unwrap();
    ActionSigner::from_pem(&SecretString::from(pem)).unwrap()
}

/// Asks for something that must be done, and answers what stands at a place of the answer.
pub(crate) async fn made(world: &World, key: &str, path: &str, body: Value, place: &str) -> String {
    let reply = world.as_key(key, "POST", path, body).await;
    assert!(reply.status.is_success(), "{path} {} {}", reply.status, reply.body);
    reply.body.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Makes one record of every kind, all of one agent that both organisations have.
pub(crate) async fn plant(world: &World, keys: &Keys) -> Planted {
    let mark = mark(keys);
    let key = &keys.admin;
    let make = async |path: &str, body: Value, place: &str| made(world, key, path, body, place).await;
    let rules = json!({ "action_types": ["deploy"] }).to_string();
    let policy = json!({ "name": mark, "policy_type": "require_approval", "rules": rules });
    let policy = make("/api/policies", policy, "/policy_id").await;
    let session = json!({ "agent_id": "agent-1", "workspace": mark });
    let session = make("/api/sessions", session, "/session/session_id").await;
    let act = async |more: Value| {
        let mut body = json!({
            "agent_id": "agent-1", "action_type": "build", "declared_goal": mark, "systems_touched": ["db"],
            "session_id": session,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made(world, key, "/api/actions", body, "/action_id").await
    };
    let running = act(json!({})).await;
    let child = act(json!({ "parent_action_id": running })).await;
    let waiting = act(json!({ "action_type": "deploy" })).await;
    // The actions of both together, and not those of one, are a spike.
    for turn in 0..3 {
        act(json!({ "action_type": "look", "reasoning": format!("turn {turn}") })).await;
    }
    let assumption = json!({ "action_id": running, "assumption": mark });
    let assumption = make("/api/assumptions", assumption, "/assumption_id").await;
    let open_loop = json!({ "action_id": running, "loop_type": "followup", "description": mark });
    let open_loop = make("/api/actions/loops", open_loop, "/loop_id").await;
    let pem = signer().public_key_pem();
    let pairing = json!({ "agent_id": "pairs", "agent_name": mark, "public_key": pem });
    let pairing = make("/api/pairings", pairing, "/pairing/id").await;
    let signs = format!("signs in {}", keys.org_id);
    make("/api/identities", json!({ "agent_id": signs, "public_key": pem }), "").await;
    let made_key = make("/api/keys", json!({ "label": mark }), "/key/id").await;
    make("/api/agents/heartbeat", json!({ "agent_id": "agent-1", "agent_name": mark }), "").await;
    make("/api/agents/heartbeat", json!({ "agent_id": mark }), "").await;
    let asked = json!({ "agent_id": "agent-1", "action_type": "build", "declared_goal": mark });
    make("/api/guard", asked, "").await;
    let events = json!({ "events": [{ "agent_id": "agent-1", "note": mark }] });
    make("/api/learning/recommendations/events", events, "").await;
    Planted { running, waiting, child, policy, session, assumption, open_loop, pairing, signs, key: made_key }
}

impl Planted {
    /// Where each of the records is read.
    pub(crate) fn paths(&self) -> Vec<String> {
        let Self { running, waiting, child, session, assumption, open_loop, pairing, .. } = self;
        let mut paths = Vec::new();
        for action in [running, waiting, child] {
            for part in ["", "/trace", "/graph", "/outcome"] {
                paths.push(format!("/api/actions/{action}{part}"));
            }
        }
        paths.extend([
            format!("/api/sessions/{session}"),
            format!("/api/sessions/{session}/events"),
            format!("/api/actions/assumptions/{assumption}"),
            format!("/api/assumptions/{assumption}"),
            format!("/api/actions/loops/{open_loop}"),
            format!("/api/pairings/{pairing}"),
        ]);
        paths
    }

    /// Lists that are narrowed to these records.
    pub(crate) fn narrowed(&self) -> Vec<String> {
        let Self { running, session, .. } = self;
        vec![
            format!("/api/actions?session_id={session}"),
            format!("/api/actions/assumptions?action_id={running}"),
            format!("/api/actions/loops?action_id={running}"),
        ]
    }
}

/// Everything that this key's organisation lists, and what stands at `more`.
pub(crate) async fn view(world: &World, key: &str, more: &[String]) -> Value {
    let mut seen = Map::new();
    for path in LISTS.iter().map(|path| (*path).to_owned()).chain(more.iter().cloned()) {
        let reply = world.as_key(key, "GET", &path, Value::Null).await;
        assert_eq!(reply.status, 200, "{path} {}", reply.body);
        seen.insert(path, steady(reply.body));
    }
    Value::Object(seen)
}

fn steady(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !VOLATILE.contains(&name.as_str()))
            .map(|(name, value)| (name, steady(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(steady).collect(),
        other => other,
    }
}
