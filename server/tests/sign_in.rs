//! Signing in at the page: a session has two halves, and both are needed for everything.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use axum::body::Body;
use common::{Reply, World};
use dashclaw_server::Role;
use http::Request;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const HOST: &str = "127.0.0.1:8787";
const ORIGIN: &str = "http://127.0.0.1:8787";

/// Somebody who is signed in, and what their browser keeps.
struct Person {
    cookie: String,
    half: String,
}

impl Person {
    fn headers(&self) -> Vec<(&str, &str)> {
        vec![("cookie", &self.cookie), ("x-dashclaw-session", &self.half), ("origin", ORIGIN)]
    }
}

/// The answer to a request as the page sends it.
async fn sent(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("host", HOST);
    if !body.is_null() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    world.send(request.body(body).unwrap()).await
}

async fn sign_in(world: &World, body: Value) -> Reply {
    sent(world, "POST", "/session", &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")], body).await
}

async fn signed_in(world: &World, key: &str, name: &str) -> Person {
    let reply = sign_in(world, json!({ "key": key, "name": name })).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let cookie = reply.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    Person { cookie, half: reply.body["session"].as_str().unwrap().to_owned() }
}

#[tokio::test]
async fn both_halves_of_one_session_are_needed_for_everything() {
    let world = World::new();
    let (anna, ben) =
        (signed_in(&world, &world.key, "Anna").await, signed_in(&world, &world.key, "Ben").await);
    let origin = ("origin", ORIGIN);
    for (method, path, body) in [
        ("GET", "/api/actions", Value::Null),
        ("GET", "/api/stream", Value::Null),
        ("GET", "/session", Value::Null),
        ("POST", "/api/halt", json!({ "halted": false })),
    ] {
        for wrong in [
            vec![("cookie", anna.cookie.as_str()), origin],
            vec![("x-dashclaw-session", anna.half.as_str()), origin],
            vec![("cookie", &anna.cookie), ("x-dashclaw-session", &ben.half), origin],
            vec![("cookie", &ben.cookie), ("x-dashclaw-session", &anna.half), origin],
            vec![("cookie", "dashclaw_session_8788=x"), ("x-dashclaw-session", &anna.half), origin],
        ] {
            let reply = sent(&world, method, path, &wrong, body.clone()).await;
            assert_eq!(reply.status, 401, "{method} {path} {wrong:?}");
        }
        if path != "/api/stream" {
            let reply = sent(&world, method, path, &anna.headers(), body).await;
            assert_eq!(reply.status, 200, "{method} {path} {}", reply.body);
        }
    }
}

#[tokio::test]
async fn a_session_is_for_the_page_that_the_instance_serves() {
    let world = World::new();
    let anna = signed_in(&world, &world.key, "Anna").await;
    let halves = [("cookie", anna.cookie.as_str()), ("x-dashclaw-session", anna.half.as_str())];
    let halt = json!({ "halted": true });
    for (more, form, status) in [
        (vec![], "application/json", 403),
        (vec![("origin", "null")], "application/json", 403),
        (vec![("origin", "http://127.0.0.1:8788")], "application/json", 403),
        (vec![("origin", "https://127.0.0.1:8787")], "application/json", 403),
        (vec![("origin", "http://127.0.0.1:8787.evil.example")], "application/json", 403),
        (vec![("origin", ORIGIN), ("sec-fetch-site", "same-site")], "application/json", 403),
        (vec![("origin", ORIGIN), ("sec-fetch-site", "none")], "application/json", 403),
        (vec![("origin", ORIGIN)], "text/plain", 415),
        (vec![("origin", ORIGIN), ("sec-fetch-site", "same-origin")], "application/json; charset=utf-8", 200),
    ] {
        let mut request = Request::post("/api/halt").header("host", HOST).header("content-type", form);
        for (name, value) in halves.iter().chain(&more) {
            request = request.header(*name, *value);
        }
        let reply = world.send(request.body(Body::from(halt.to_string())).unwrap()).await;
        assert_eq!(reply.status, status, "{more:?} {form} {}", reply.body);
    }
    // A read of another origin's page, too.
    let mut read = halves.to_vec();
    read.push(("origin", "http://127.0.0.1:8788"));
    assert_eq!(sent(&world, "GET", "/api/actions", &read, Value::Null).await.status, 403);
    // Whoever is to sign somebody in with a key of their own.
    let reply =
        sent(&world, "POST", "/session", &[("origin", "http://evil.example")], json!({ "key": world.key }))
            .await;
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_other_ports() {
    let world = World::new();
    let reply = sign_in(&world, json!({ "key": world.key, "name": "Anna" })).await;
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("dashclaw_session_8787="), "{cookie}");
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!((&reply.body["name"], &reply.body["role"]), (&json!("Anna"), &json!("admin")));
    assert!(!reply.body.to_string().contains(&world.key));
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let world = World::new();
    let token = world.instance.sign_in_token().unwrap().expose_secret().to_owned();
    assert_eq!(sign_in(&world, json!({ "token": token })).await.status, 201);
    let again = sign_in(&world, json!({ "token": token })).await;
    assert_eq!((again.status.as_u16(), &again.body["code"]), (401, &json!("SIGN_IN_REFUSED")));
    let unused = world.instance.sign_in_token().unwrap();
    let asked = format!("/session?token={}", unused.expose_secret());
    assert_eq!(sent(&world, "POST", &asked, &[("origin", ORIGIN)], json!({})).await.status, 400);
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_by_signing_out() {
    let world = World::new();
    let key = world.key(Role::Admin);
    let (anna, ben) = (signed_in(&world, &key, "Anna").await, signed_in(&world, &key, "Ben").await);
    let asked = async |person: &Person| {
        sent(&world, "GET", "/session", &person.headers(), Value::Null).await.status.as_u16()
    };
    let out = sent(&world, "DELETE", "/session", &anna.headers(), Value::Null).await;
    assert_eq!(out.status, 200);
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("=; "), "{:?}", out.headers);
    assert_eq!((asked(&anna).await, asked(&ben).await), (401, 200));
    let keys = world.instance.keys().unwrap();
    let id = &keys.iter().find(|key| key.role.as_str() == "admin").unwrap().id;
    world.instance.revoke_key(id).unwrap();
    assert_eq!(asked(&ben).await, 401);
    assert_eq!(sign_in(&world, json!({ "key": key, "name": "Ben" })).await.status, 401);
}

#[tokio::test]
async fn attempts_are_limited() {
    let world = World::new();
    for _ in 0..10 {
        assert_eq!(sign_in(&world, json!({ "key": "oc_live_guess" })).await.status, 401);
    }
    let reply = sign_in(&world, json!({ "key": world.key })).await;
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (429, &json!("TOO_MANY_ATTEMPTS")));
}

#[tokio::test]
async fn the_record_says_who_of_those_that_share_a_key_it_was() {
    let world = World::new();
    world.policy("Ask", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let anna = signed_in(&world, &world.key, "Anna").await;
    let id = world.action("deploy", "ship").await;
    let path = format!("/api/actions/{id}/approve");
    let decide = async |digest: &Value| {
        let body = json!({ "decision": "allow", "digest": digest });
        sent(&world, "POST", &path, &anna.headers(), body).await
    };
    // What she was shown is what she approves.
    let digest = &world.get(&format!("/api/actions/{id}")).await.1["action"]["approval"]["digest"];
    let other = decide(&json!("another")).await;
    assert_eq!((other.status.as_u16(), &other.body["code"]), (409, &json!("DIGEST_MISMATCH")));
    assert_eq!(decide(&json!(5)).await.status, 400);
    let reply = decide(digest).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let late = decide(digest).await;
    assert_eq!((late.status.as_u16(), &late.body["decision_by"]), (409, &json!("Anna (operator)")));
    assert_eq!(late.body["details"], json!(["allow by Anna (operator)"]));
    assert_eq!(reply.body["action"]["approved_by"], "Anna (operator)");
    assert_eq!(reply.body["action"]["decision_by"], "Anna (operator)");
    // A name cannot pass for another principal's.
    for name in ["Ben (key_1)", "Be\u{202e}n", ""] {
        let reply = sign_in(&world, json!({ "key": world.key, "name": name })).await;
        assert_eq!(reply.status, if name.is_empty() { 201 } else { 400 }, "{name:?}");
    }
}
