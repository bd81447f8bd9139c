//! Who agents are by the tokens that they bring.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use common::issuer::{Issuer, now};
use common::{Folder, World};
use dashclaw_server::{InstanceOptions, TokenTrust};
use http::Request;
use serde_json::{Value, json};

async fn ask(world: &World, path: &str, token: &str, body: Value) -> (u16, Value) {
    let request = Request::builder().method("POST").uri(path).header("x-api-key", &world.key);
    let request = request.header("authorization", format!("Bearer {token}"));
    let reply = world.send(request.body(Body::from(body.to_string())).unwrap()).await;
    (reply.status.as_u16(), reply.body)
}

async fn guard(world: &World, token: &str) -> Value {
    let body = json!({ "action_type": "look", "agent_id": "claimed", "agent_name": "Claimed" });
    ask(world, "/api/guard", token, body).await.1
}

/// A world that reads an issuer's keys from a file.
fn trusting(name: &str, issuer: &Issuer, trust: TokenTrust) -> (World, Folder) {
    let folder = Folder::new(name);
    let file = folder.0.join("jwks.json");
    std::fs::write(&file, issuer.jwks()).unwrap();
    let tokens = TokenTrust { jwks_file: Some(file), ..trust };
    (World::open(&InstanceOptions { tokens, ..InstanceOptions::default() }), folder)
}

#[tokio::test]
async fn a_genuine_token_says_who_the_agent_is() {
    let issuer = Issuer::new();
    let (world, _folder) = trusting("genuine", &issuer, TokenTrust::default());
    let decision = guard(&world, &issuer.token(json!({ "agent_name": "Named" }))).await;
    let told = json!([decision["verification_status"], decision["agent_id"], decision["agent_name"]]);
    assert_eq!((told, &decision["decision"]), (json!(["verified", "named", "Named"]), &json!("allow")));
    let body = json!({ "action_type": "look", "agent_id": "claimed", "declared_goal": "see" });
    let (status, made) = ask(&world, "/api/actions", &issuer.token(json!({})), body).await;
    let told = json!([made["action"]["agent_id"], made["decision"]["verification_status"]]);
    assert_eq!((status, told), (201, json!(["named", "verified"])));
    // A policy for the agent holds, whatever name the request gives.
    let rules = json!({ "action_types": ["look"] });
    let policy =
        json!({ "name": "p", "policy_type": "block_action_type", "rules": rules, "agent_ids": ["named"] });
    assert_eq!(world.call("POST", "/api/policies", policy).await.0, 201);
    assert_eq!(guard(&world, &issuer.token(json!({}))).await["decision"], "block");
}

#[tokio::test]
async fn a_token_that_is_not_genuine_names_nobody() {
    let (issuer, stranger) = (Issuer::new(), Issuer::new());
    let trust = TokenTrust {
        issuers: vec!["https://issuer.example".to_owned()],
        audience: Some("us".to_owned()),
        ..TokenTrust::default()
    };
    let (world, _folder) = trusting("genuine-not", &issuer, trust);
    let us = json!({ "aud": "us" });
    assert_eq!(guard(&world, &issuer.token(us.clone())).await["verification_status"], "verified");
    let table = [
        ("not.a.token".to_owned(), "failed"),
        ("opaque".to_owned(), "failed"),
        (stranger.token(us.clone()), "failed"),
        (issuer.token(json!({ "aud": "them" })), "failed"),
        (issuer.token(json!({})), "failed"),
        (issuer.token(json!({ "aud": "us", "nbf": now() + 900 })), "failed"),
        (issuer.token(json!({ "aud": "us", "exp": now() - 900 })), "expired"),
        (issuer.token(json!({ "aud": "us", "iss": "https://issuer.example/" })), "unknown_issuer"),
        (issuer.token(json!({ "aud": "us", "iss": null })), "unknown_issuer"),
    ];
    for (token, expected) in table {
        let decision = guard(&world, &token).await;
        let told = json!([decision["verification_status"], decision["agent_id"], decision["decision"]]);
        assert_eq!(told, json!([expected, "claimed", "allow"]), "{token}");
    }
    let (_, plain) =
        world.call("POST", "/api/guard", json!({ "action_type": "look", "agent_id": "a" })).await;
    assert_eq!(plain["verification_status"], "unverified");
}

#[tokio::test]
async fn a_token_with_an_id_is_used_once_and_one_for_years_never() {
    let issuer = Issuer::new();
    let (world, _folder) = trusting("once", &issuer, TokenTrust::default());
    let token = issuer.token(json!({ "jti": "1" }));
    let told = async |token: &str| {
        let decision = guard(&world, token).await;
        (decision["decision"].as_str().unwrap().to_owned(), decision["verification_status"].clone())
    };
    assert_eq!(told(&token).await, ("allow".to_owned(), json!("verified")));
    assert_eq!(told(&token).await, ("block".to_owned(), json!("verified")));
    // The same id in another token is the same use; another id is another.
    assert_eq!(told(&issuer.token(json!({ "jti": "1", "exp": now() + 60 }))).await.0, "block");
    assert_eq!(told(&issuer.token(json!({ "jti": "2" }))).await.0, "allow");
    let body = json!({ "action_type": "look", "agent_id": "a", "declared_goal": "see" });
    assert_eq!(ask(&world, "/api/actions", &token, body).await.0, 403);
    let years = issuer.token(json!({ "exp": now() + 90_000 }));
    assert_eq!(told(&years).await, ("block".to_owned(), json!("exp_too_far")));
    let (_, listed) = world.get("/api/guard?limit=200").await;
    let seen: Vec<&str> = listed["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["replay_status"].as_str())
        .collect();
    assert_eq!(seen, ["exp_too_far", "replayed", "unique", "replayed", "replayed", "unique"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_forty_uses_at_once_one_is_the_first() {
    let issuer = Issuer::new();
    let (world, _folder) = trusting("forty", &issuer, TokenTrust::default());
    let (world, token) = (Arc::new(world), issuer.token(json!({ "jti": "1" })));
    let asked = (0..40).map(|_| {
        let (world, token) = (Arc::clone(&world), token.clone());
        tokio::spawn(async move { guard(&world, &token).await["decision"] == "allow" })
    });
    let allowed = futures_util::future::join_all(asked).await;
    assert_eq!(allowed.into_iter().filter(|one| *one.as_ref().unwrap()).count(), 1);
}

/// A repeat of the same question is answered from the record and is no second use.
#[tokio::test]
async fn a_retry_with_its_key_is_no_second_use() {
    let issuer = Issuer::new();
    let (world, _folder) = trusting("retry", &issuer, TokenTrust::default());
    let token = issuer.token(json!({ "jti": "1" }));
    let body = json!({ "action_type": "look", "agent_id": "a", "idempotency_key": "k" });
    for _ in 0..2 {
        assert_eq!(ask(&world, "/api/guard", &token, body.clone()).await.1["decision"], "allow");
    }
}

#[tokio::test]
async fn an_operator_may_let_tokens_be_used_again() {
    let issuer = Issuer::new();
    let (world, _folder) = trusting("reuse", &issuer, TokenTrust { reuse: true, ..TokenTrust::default() });
    let token = issuer.token(json!({ "jti": "1" }));
    for _ in 0..2 {
        assert_eq!(guard(&world, &token).await["decision"], "allow");
    }
}

/// A server on loopback that answers every request with this body and counts them.
async fn serving(body: String) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(move || {
        seen.fetch_add(1, Ordering::SeqCst);
        let body = body.clone();
        async move { body }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_fetched_once_and_only_from_issuers_that_are_trusted() {
    let issuer = Issuer::new();
    let (address, count) = serving(issuer.jwks()).await;
    let (foreign, untouched) = serving(issuer.jwks()).await;
    let options = |allow_private_webhooks| InstanceOptions {
        allow_private_webhooks,
        tokens: TokenTrust { issuers: vec![address.clone()], ..TokenTrust::default() },
        ..InstanceOptions::default()
    };
    let world = Arc::new(World::open(&options(true)));
    let asked = (0..40).map(|_| {
        let (world, token) = (Arc::clone(&world), issuer.token(json!({ "iss": address })));
        tokio::spawn(async move { guard(&world, &token).await["verification_status"] == "verified" })
    });
    assert!(futures_util::future::join_all(asked).await.into_iter().all(|one| one.unwrap()));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    // A hundred forged tokens with keys of their own cause no fetch.
    for turn in 0..100 {
        let token = issuer.token_by(&format!("k{turn}"), json!({ "iss": address }));
        assert_eq!(guard(&world, &token).await["verification_status"], "failed");
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let token = issuer.token(json!({ "iss": foreign }));
    assert_eq!(guard(&world, &token).await["verification_status"], "unknown_issuer");
    assert_eq!(untouched.load(Ordering::SeqCst), 0);
    // A private address is not asked unless the operator says so.
    let careful = World::open(&options(false));
    let token = issuer.token(json!({ "iss": address }));
    assert_eq!(guard(&careful, &token).await["verification_status"], "failed");
    assert_eq!(count.load(Ordering::SeqCst), 1);
}
