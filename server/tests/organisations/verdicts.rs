//! Verdicts: keys that repeat them, approvals that lift them, limits that count.

use dashclaw_server::{InstanceOptions, TokenTrust};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::common::organisations::{Keys, Two};
use crate::common::{World, told};
use crate::planted::{made, mark};

async fn policy(world: &World, keys: &Keys, policy_type: &str, rules: Value) -> String {
    let body = json!({ "name": mark(keys), "policy_type": policy_type, "rules": rules.to_string() });
    made(world, &keys.admin, "/api/policies", body, "/policy_id").await
}

fn question(more: &Value) -> Value {
    let mut body = json!({ "agent_id": "agent-1", "action_type": "deploy", "declared_goal": "ship" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_id_and_a_key_of_one_mean_nothing_to_the_other() {
    let two = Two::new("organisations-same");
    let world = &two.world;
    policy(world, &two.here, "block_action_type", json!({ "action_types": ["deploy"] })).await;
    policy(world, &two.other, "require_approval", json!({ "action_types": ["deploy"] })).await;
    let body = question(&json!({ "action_id": "same", "idempotency_key": "k" }));
    let (blocked, waits) = ((403, None), (202, None));
    for (keys, expected) in [(&two.here, blocked), (&two.other, waits)] {
        let reply = world.as_key(&keys.member, "POST", "/api/actions", body.clone()).await;
        assert_eq!(told(&reply), expected, "{}", reply.body);
        assert_eq!(reply.body["action"]["org_id"], keys.org_id);
        let again = world.as_key(&keys.member, "POST", "/api/actions", body.clone()).await;
        assert_eq!((again.status.as_u16(), &again.body["idempotent_replay"]), (200, &json!(true)));
        assert_eq!(again.body["action"]["org_id"], keys.org_id);
    }
    let body = question(&json!({ "idempotency_key": "k", "record": true }));
    for (keys, expected) in [(&two.here, "block"), (&two.other, "require_approval")] {
        for replayed in [Value::Null, json!(true)] {
            let reply = world.as_key(&keys.member, "POST", "/api/guard", body.clone()).await;
            assert_eq!((reply.status.as_u16(), &reply.body["decision"]), (200, &json!(expected)));
            assert_eq!(reply.body["idempotent_replay"], replayed, "{}", reply.body);
        }
    }
    // Another question of the other is no other question of the key.
    let body = json!({ "agent_id": "agent-1", "action_type": "look", "declared_goal": "see" });
    for path in ["/api/guard", "/api/actions"] {
        let mut body = body.clone();
        body["idempotency_key"] = json!("first in the other");
        made(world, &two.other.member, path, body.clone(), "").await;
        body["declared_goal"] = json!("something else");
        made(world, &two.here.member, path, body, "").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_at_once_are_one_in_each() {
    let two = Two::new("organisations-forty");
    let world = &two.world;
    policy(world, &two.here, "warn_action_type", json!({ "action_types": ["deploy"] })).await;
    policy(world, &two.other, "require_approval", json!({ "action_types": ["deploy"] })).await;
    for path in ["/api/actions", "/api/guard"] {
        let body = question(&json!({ "action_id": "same", "idempotency_key": "k" }));
        let asked = (0..40).map(|n| {
            let keys = if n % 2 == 0 { &two.here } else { &two.other };
            let body = body.clone();
            async move { (keys.org_id, world.as_key(&keys.member, "POST", path, body).await) }
        });
        let answers = join_all(asked).await;
        for (keys, first, decision) in [(&two.here, 201, "warn"), (&two.other, 202, "require_approval")] {
            let mine = || answers.iter().filter(|(org_id, _)| *org_id == keys.org_id).map(|(_, reply)| reply);
            let decided: Vec<_> = mine().filter(|reply| reply.body["idempotent_replay"].is_null()).collect();
            assert_eq!((mine().count(), decided.len()), (20, 1), "{path} {}", keys.org_id);
            if path == "/api/actions" {
                assert_eq!(decided[0].status.as_u16(), first);
                assert!(mine().all(|reply| reply.body["action"]["org_id"] == keys.org_id));
            } else {
                assert!(mine().all(|reply| reply.body["decision"] == decision));
            }
        }
    }
}

#[tokio::test]
async fn an_approval_lifts_nothing_in_the_other() {
    let two = Two::new("organisations-approval");
    let world = &two.world;
    for keys in [&two.here, &two.other] {
        policy(world, keys, "require_approval", json!({ "action_types": ["deploy"] })).await;
    }
    for (mine, theirs) in two.both_ways() {
        let waiting = made(world, &theirs.member, "/api/actions", question(&json!({})), "/action_id").await;
        let path = format!("/api/approvals/{waiting}");
        made(world, &theirs.admin, &path, json!({ "decision": "allow" }), "").await;
        for path in ["/api/guard", "/api/actions"] {
            let reply = world.as_key(&mine.member, "POST", path, question(&json!({}))).await;
            let decision = reply.body.pointer("/decision/decision").unwrap_or(&reply.body["decision"]);
            assert_eq!(decision, "require_approval", "{}", reply.body);
        }
        // It was not used up by that.
        let reply = world.as_key(&theirs.member, "POST", "/api/actions", question(&json!({}))).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
    }
}

#[tokio::test]
async fn limits_count_in_their_own_organisation() {
    let two = Two::new("organisations-limits");
    let world = &two.world;
    for keys in [&two.here, &two.other] {
        policy(world, keys, "rate_limit", json!({ "max_actions": 3, "action": "block" })).await;
    }
    let look = json!({ "agent_id": "agent-1", "action_type": "look" });
    for keys in [&two.here, &two.other] {
        for expected in ["allow", "allow", "allow", "block"] {
            let reply = world.as_key(&keys.member, "POST", "/api/guard", look.clone()).await;
            assert_eq!(reply.body["decision"], expected, "{} {}", keys.org_id, reply.body);
        }
    }
}

#[tokio::test]
async fn money_is_spent_in_its_own_organisation() {
    let two = Two::new("organisations-money");
    let world = &two.world;
    let rules = json!({ "max_spend_usd": 10, "window_minutes": 60 });
    for keys in [&two.here, &two.other] {
        policy(world, keys, "x402_spend_limit", rules.clone()).await;
    }
    let buy = question(&json!({ "action_type": "x402_purchase", "spend_amount": 4.0 }));
    let asked = (0..20).map(|n| {
        let keys = if n % 2 == 0 { &two.here } else { &two.other };
        let buy = buy.clone();
        async move { (keys.org_id, world.as_key(&keys.bound, "POST", "/api/actions", buy).await.status) }
    });
    let answers = join_all(asked).await;
    for keys in [&two.here, &two.other] {
        let bought = answers.iter().filter(|one| **one == (keys.org_id, http::StatusCode::CREATED));
        assert_eq!(bought.count(), 2, "{answers:?}");
    }
}

#[tokio::test]
async fn a_client_s_limit_is_its_key_s() {
    let rate_limit = Some(dashclaw_server::RateLimit { max: 5, window: std::time::Duration::from_secs(600) });
    let two =
        Two::with("organisations-clients", InstanceOptions { rate_limit, ..InstanceOptions::default() });
    for (keys, asked) in [(&two.here, 6), (&two.other, 6)] {
        for turn in 1..=asked {
            let reply = two.world.as_key(&keys.member, "GET", "/api/actions", Value::Null).await;
            assert_eq!(reply.status == 429, turn > 5, "{} {turn}", keys.org_id);
        }
    }
}

/// A token that was used in one may be used once in the other: neither can use up, or find out, what the other has.
#[tokio::test]
async fn a_token_is_used_in_its_own_organisation() {
    let issuer = crate::common::issuer::Issuer::new();
    let folder = crate::common::Folder::new("organisations-issuer");
    let file = folder.0.join("jwks.json");
    std::fs::write(&file, issuer.jwks()).unwrap();
    let tokens = TokenTrust { jwks_file: Some(file), ..TokenTrust::default() };
    let two = Two::with("organisations-tokens", InstanceOptions { tokens, ..InstanceOptions::default() });
    let token = issuer.token(json!({ "jti": "1" }));
    for keys in [&two.here, &two.other] {
        for expected in ["allow", "block"] {
            let request = http::Request::builder().method("POST").uri("/api/guard");
            let request = request.header("x-api-key", &keys.member);
            let request = request.header("authorization", format!("Bearer {token}"));
            let body = axum::body::Body::from(json!({ "action_type": "look" }).to_string());
            let reply = two.world.send(request.body(body).unwrap()).await;
            assert_eq!(reply.body["decision"], expected, "{} {}", keys.org_id, reply.body);
        }
    }
}
