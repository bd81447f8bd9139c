//! Keys, roles, limits and headers.

mod common;

use std::time::Duration;

use axum::body::Body;
use common::World;
use dashclaw_server::{InstanceOptions, RateLimit, Role};
use http::Request;
use secrecy::SecretString;
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_key_nothing_but_the_public_paths_answer() {
    let world = World::new();
    for (method, path) in [
        ("GET", "/api/actions"),
        ("POST", "/api/guard"),
        ("GET", "/api/stream"),
        ("POST", "/api/policies"),
        ("GET", "/api/actions/act_x"),
    ] {
        for key in ["", "oc_live_00000000000000000000000000000000"] {
            let reply = world.as_key(key, method, path, Value::Null).await;
            let expected = json!({ "error": "Unauthorized - Invalid or missing API key" });
            assert_eq!((reply.status.as_u16(), reply.body), (401, expected), "{method} {path}");
        }
    }
    for path in ["/api/health", "/api/integrity/jwks", "/.well-known/jwks.json"] {
        assert_eq!(world.as_key("", "GET", path, Value::Null).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn roles_may_do_what_they_may() {
    let world = World::new();
    let (member, readonly) = (world.key(Role::Member), world.key(Role::Readonly));
    let ask = json!({ "action_type": "api" });
    assert_eq!(world.as_key(&member, "POST", "/api/guard", ask.clone()).await.status, 200);
    assert_eq!(world.as_key(&readonly, "GET", "/api/guard", Value::Null).await.status, 200);
    let reply = world.as_key(&readonly, "POST", "/api/guard", ask).await;
    assert_eq!((reply.status.as_u16(), &reply.body["error"]), (403, &json!("Forbidden - readonly API key")));
    for (method, path) in [
        ("POST", "/api/policies"),
        ("PATCH", "/api/policies"),
        ("DELETE", "/api/policies?id=x"),
        ("POST", "/api/keys"),
        ("POST", "/api/halt"),
    ] {
        let reply = world.as_key(&member, method, path, json!({})).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["error"]),
            (403, &json!("Admin access required")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn keys_are_made_shown_once_and_work() {
    let world = World::new();
    let (status, body) = world.call("POST", "/api/keys", json!({ "label": "ci", "role": "readonly" })).await;
    assert_eq!(status, 201);
    let key = body["key"]["raw_key"].as_str().unwrap();
    assert!(key.starts_with("oc_live_") && key.len() == 40, "{key}");
    assert_eq!(body["key"]["prefix"], key[..16]);
    assert_eq!(world.as_key(key, "GET", "/api/actions", Value::Null).await.status, 200);
    let (_, body) = world.call("POST", "/api/keys", json!({})).await;
    assert_eq!((&body["key"]["role"], &body["key"]["label"]), (&json!("member"), &json!("API Key")));
    assert_eq!(world.call("POST", "/api/keys", json!({ "role": "root" })).await.0, 400);
}

#[tokio::test]
async fn a_key_of_ones_own_choice_is_an_admin_without_being_stored() {
    let options =
        InstanceOptions { api_key: Some(SecretString::from("chosen")), ..InstanceOptions::default() };
    let world = World::open(&options);
    assert!(world.instance.is_first_start());
    let policy = json!({ "name": "p", "policy_type": "risk_threshold", "rules": { "threshold": 80 } });
    assert_eq!(world.as_key("chosen", "POST", "/api/policies", policy).await.status, 201);
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let world = World::new();
    for (method, path, status) in [
        ("GET", "/api/health", 200),
        ("GET", "/nowhere", 404),
        ("PUT", "/api/guard", 405),
        ("OPTIONS", "/api/guard", 204),
    ] {
        let reply = world.as_key(&world.key, method, path, Value::Null).await;
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["x-frame-options"], "DENY");
        assert!(reply.headers["x-request-id"].to_str().unwrap().starts_with("req_"));
    }
    let jwks = world.as_key("", "GET", "/api/integrity/jwks", Value::Null).await;
    assert_eq!(jwks.headers["cache-control"], "public, max-age=300");
    let verify = world.as_key("", "POST", "/api/integrity/verify", json!({ "receipt": {} })).await;
    assert_eq!(verify.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn bodies_must_be_json_objects_of_limited_size() {
    let world = World::new();
    for body in ["{", "[]", "7", "\"x\"", "{\"action_type\": NaN}"] {
        let request =
            Request::post("/api/guard").header("x-api-key", &world.key).body(Body::from(body)).unwrap();
        let reply = world.send(request).await;
        assert_eq!(
            (reply.status.as_u16(), reply.body),
            (400, json!({ "error": "Invalid JSON body" })),
            "{body}"
        );
    }
    let large = "x".repeat(2 * 1024 * 1024 + 1);
    let declared =
        Request::post("/api/guard").header("x-api-key", &world.key).header("content-length", large.len());
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(large.clone())]);
    let undeclared = Request::post("/api/guard").header("x-api-key", &world.key);
    for request in [declared.body(Body::empty()), undeclared.body(Body::from_stream(chunks))] {
        let reply = world.send(request.unwrap()).await;
        let expected = json!({ "error": "Request body too large", "maxBytes": 2_097_152 });
        assert_eq!((reply.status.as_u16(), reply.body), (413, expected));
    }
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let limit = RateLimit { max: 2, window: Duration::from_secs(60) };
    let world = World::open(&InstanceOptions { rate_limit: Some(limit), ..InstanceOptions::default() });
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let reply = world.as_key(&world.key, "GET", "/api/actions", Value::Null).await;
        statuses.push(reply.status.as_u16());
        if reply.status == 429 {
            assert_eq!(reply.headers["retry-after"], "60");
            assert_eq!(reply.body["error"], "Rate limit exceeded. Please slow down.");
        }
    }
    assert_eq!(statuses, [200, 200, 429]);
    let request = Request::get("http://embedded/api/actions").header("x-api-key", &world.key);
    let request = request.body(bytes::Bytes::new()).unwrap();
    assert_eq!(world.instance.transport().send(request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn verification_answers_in_its_own_words() {
    let world = World::new();
    let table = [
        (Body::from("{"), 200, json!({ "ok": false, "reason": "verification_error" })),
        (Body::from("{}"), 400, json!({ "ok": false, "error": "receipt or bundle is required" })),
        (
            Body::from(r#"{"receipt":{"version":"dashclaw-receipt/v1"}}"#),
            200,
            json!({ "ok": false, "reason": "no_matching_key_or_bad_signature" }),
        ),
        (Body::from(r#"{"bundle":{}}"#), 200, json!({ "ok": false, "reason": "malformed" })),
    ];
    for (body, status, expected) in table {
        let reply = world.send(Request::post("/api/integrity/verify").body(body).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.body), (status, expected));
    }
}
