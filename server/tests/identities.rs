//! Keys that agents sign their actions with: registered, or asked for by a pairing.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::{Folder, World};
use dashclaw::signing::ActionSigner;
use dashclaw_server::{InstanceOptions, Role};
use secrecy::SecretString;
use serde_json::{Value, json};

/// The test key of the signature vectors.
fn signer() -> ActionSigner {
    let vectors: Value =
        serde_json::from_str(include_str!("../../tests/vectors/rsa-action-signatures.json")).unwrap();
    let pem = vectors["test_private_keys"]["agent_a_pkcs8_pem"].as_str().unwrap();
    ActionSigner::from_pem(&SecretString::from(pem)).unwrap()
}

/// Creates an action that is signed; whether it was verified.
async fn signed(world: &World, agent_id: &str, goal: &str) -> bool {
    let mut body = json!({ "agent_id": agent_id, "action_type": "look", "declared_goal": goal });
    let signature = signer().sign_action(body.to_string().as_bytes()).unwrap();
    body["_signature"] = json!(signature);
    let (status, made) = world.call("POST", "/api/actions", body).await;
    assert_eq!(status, 201, "{made}");
    made["action"]["verified"].as_bool().unwrap()
}

#[tokio::test]
async fn a_registered_key_verifies_signed_actions() {
    let world = World::new();
    assert!(!signed(&world, "signs", "before").await);
    let body = json!({ "agent_id": "signs", "public_key": signer().public_key_pem() });
    let (status, kept) = world.call("POST", "/api/identities", body.clone()).await;
    assert_eq!((status, &kept["identity"]["algorithm"]), (200, &json!("RSASSA-PKCS1-v1_5")));
    assert!(kept.to_string().find("PUBLIC KEY").is_none());
    assert!(signed(&world, "signs", "after").await);
    assert!(!signed(&world, "another", "not its key").await);
    let (_, again) = world.call("POST", "/api/identities", body.clone()).await;
    assert_eq!(again["identity"]["created_at"], kept["identity"]["created_at"]);
    let (_, listed) = world.get("/api/identities").await;
    assert_eq!(listed["identities"].as_array().unwrap().len(), 1);
    let member = world.key(Role::Member);
    for (method, path, body) in [
        ("POST", "/api/identities", body),
        ("GET", "/api/identities", Value::Null),
        ("DELETE", "/api/identities/signs", Value::Null),
    ] {
        assert_eq!(world.as_key(&member, method, path, body).await.status, 403, "{method}");
    }
    assert_eq!(
        world.call("DELETE", "/api/identities/signs", Value::Null).await,
        (200, json!({ "deleted": true }))
    );
    assert!(!signed(&world, "signs", "revoked").await);
    assert_eq!(world.call("DELETE", "/api/identities/signs", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_key_that_could_check_nothing_is_refused() {
    let world = World::new();
    let pem = signer().public_key_pem();
    let table = [
        json!({ "agent_id": "a", "public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }),
        json!({ "agent_id": "a", "public_key": "x".repeat(9000) }),
        json!({ "agent_id": "a", "public_key": 7 }),
        json!({ "agent_id": "a", "public_key": pem, "algorithm": "HMAC" }),
        json!({ "agent_id": " ", "public_key": pem }),
        json!({ "agent_id": "a\u{1b}[2J", "public_key": pem }),
        json!({ "agent_id": "x".repeat(129), "public_key": pem }),
        json!({ "public_key": pem }),
    ];
    for body in table {
        let (status, answer) = world.call("POST", "/api/identities", body.clone()).await;
        assert_eq!(status, 400, "{body:.200} {answer}");
        let (status, answer) = world.call("POST", "/api/pairings", body.clone()).await;
        assert_eq!(status, 400, "{body:.200} {answer}");
    }
}

#[tokio::test]
async fn a_pairing_asks_and_an_administrator_agrees_once() {
    let world = World::new();
    let member = world.key(Role::Member);
    let body = json!({ "agent_id": "signs", "public_key": signer().public_key_pem() });
    let reply = world.as_key(&member, "POST", "/api/pairings", body.clone()).await;
    assert_eq!((reply.status.as_u16(), &reply.body["pairing"]["status"]), (200, &json!("pending")));
    let path = format!("/api/pairings/{}", reply.body["pairing"]["id"].as_str().unwrap());
    assert!(!signed(&world, "signs", "pending").await);
    let approve = format!("{path}/approve");
    assert_eq!(world.as_key(&member, "POST", &approve, json!({})).await.status, 403);
    assert_eq!(world.get("/api/pairings").await.1["pairings"].as_array().unwrap().len(), 1);
    let (status, kept) = world.call("POST", &approve, json!({})).await;
    assert_eq!((status, &kept["identity"]["agent_id"]), (200, &json!("signs")));
    assert!(signed(&world, "signs", "approved").await);
    let read = world.as_key(&member, "GET", &path, Value::Null).await.body;
    assert_eq!(read["pairing"]["status"], "approved");
    assert!(read.to_string().find("PUBLIC KEY").is_none());
    assert_eq!(world.call("POST", &approve, json!({})).await.0, 409);
    // Who loses the key loses what it has asked for.
    let (_, second) = world.call("POST", "/api/pairings", body).await;
    let path = format!("/api/pairings/{}", second["pairing"]["id"].as_str().unwrap());
    world.call("DELETE", "/api/identities/signs", Value::Null).await;
    assert_eq!(world.get(&path).await.1["pairing"]["status"], "expired");
    assert_eq!(world.call("POST", &format!("{path}/approve"), json!({})).await.0, 410);
    assert_eq!(world.get("/api/pairings?status=expired").await.1["pairings"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("/api/pairings/pair_none").await.0, 404);
}

/// A database of the first version keeps its identities.
#[tokio::test]
async fn an_older_database_is_brought_up_to_date() {
    let folder = Folder::new("older");
    let file = folder.0.join("dashclaw.db");
    let older = rusqlite::Connection::open(&file).unwrap();
    older.execute_batch(include_str!("../src/db/migrations/0001-instance.sql")).unwrap();
    older.execute_batch("PRAGMA application_id = 1148414019; PRAGMA user_version = 1;").unwrap();
    let row =
        ("org_default", "signs", signer().public_key_pem(), "RSASSA-PKCS1-v1_5", "2026-01-01T00:00:00.000Z");
    older.execute("INSERT INTO agent_identities VALUES (?1, ?2, ?3, ?4, ?5)", row).unwrap();
    drop(older);
    for _ in 0..2 {
        let world = World::open(&InstanceOptions { path: Some(file.clone()), ..InstanceOptions::default() });
        let (_, listed) = world.get("/api/identities").await;
        assert_eq!(listed["identities"][0]["updated_at"], "2026-01-01T00:00:00.000Z");
        assert!(signed(&world, "signs", "kept").await);
        world.instance.shutdown();
    }
}
