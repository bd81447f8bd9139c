//! Action signatures against the official server and clients.

use crate::judge::{Judge, at, find, hex, items, text, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dashclaw::canonical::{Layer, canonical_value};
use dashclaw::json::Json;
use dashclaw::signing::{ActionSigner, SigningError, verify_action_signature};
use secrecy::SecretString;

const FILE: &str = "rsa-action-signatures.json";

fn signer(pem: &str) -> Result<ActionSigner, SigningError> {
    ActionSigner::from_pem(&SecretString::from(pem))
}

fn agent_a() -> String {
    text(&vectors(FILE), "test_private_keys.agent_a_pkcs8_pem").to_owned()
}

/// Python writes `Infinity` into the body, which then is no JSON and has no agent.
fn agent_of(body: &str) -> String {
    let body = Json::parse(body.as_bytes()).ok();
    body.as_ref()
        .and_then(|body| find(body, "agent_id"))
        .map_or("agent-a", |id| id.as_str().unwrap())
        .to_owned()
}

#[test]
fn signatures_verify_as_on_the_server() {
    let file = vectors(FILE);
    let mut judge = Judge::new(FILE);
    for vector in items(&file, "vectors", 52) {
        let body = text(vector, "input.body_json_text");
        let identity = at(at(&file, "identities"), &agent_of(body));
        let ours = verify_action_signature(
            text(identity, "public_key"),
            text(identity, "algorithm"),
            body.as_bytes(),
        );
        let official = find(vector, "expected.verified") == Some(&Json::Bool(true));
        judge.compare(text(vector, "name"), &ours.is_ok(), &official);
    }
    judge.finish();
}

#[test]
fn the_server_and_we_canonicalise_alike() {
    let file = vectors(FILE);
    let mut compared = 0;
    for vector in items(&file, "vectors", 52) {
        let Some(official) = find(vector, "expected.server_canonical_utf8_hex") else { continue };
        let Ok(Json::Object(mut members)) = Json::parse(text(vector, "input.body_json_text").as_bytes())
        else {
            panic!("not an object");
        };
        members.retain(|(name, _)| name.as_str() != Some("_signature"));
        let ours = canonical_value(&Json::Object(members), Layer::Plain).unwrap();
        assert_eq!(hex(ours.as_bytes()), official.as_str().unwrap(), "{}", text(vector, "name"));
        compared += 1;
    }
    assert_eq!(compared, 50);
}

/// PKCS#1 v1.5 signatures are deterministic, so what the server accepts from other signers is what we produce.
#[test]
fn signing_reproduces_every_signature_the_server_accepts() {
    let file = vectors(FILE);
    let signer = signer(&agent_a()).unwrap();
    let mut count = 0;
    for vector in items(&file, "vectors", 52) {
        let body = text(vector, "input.body_json_text");
        let verified = find(vector, "expected.verified") == Some(&Json::Bool(true));
        if !verified || agent_of(body) != "agent-a" {
            continue;
        }
        let theirs = Json::parse(body.as_bytes()).unwrap();
        assert_eq!(signer.sign_action(body.as_bytes()).unwrap(), text(&theirs, "_signature"));
        count += 1;
    }
    assert!(count > 25, "only {count} vectors were signed");
}

#[test]
fn pkcs1_and_jwk_hold_the_same_key() {
    let pkcs8 = agent_a();
    let body = br#"{"agent_id":"agent-a","n":1.0}"#;
    let expected = signer(&pkcs8).unwrap().sign_action(body).unwrap();

    let pkcs1 = rsa_private_key(&pkcs8);
    let pem = format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
        STANDARD.encode(&pkcs1)
    );
    assert_eq!(signer(&pem).unwrap().sign_action(body).unwrap(), expected);

    let jwk = jwk(&pkcs1);
    let read = |jwk: &serde_json::Value| ActionSigner::from_jwk(&SecretString::from(jwk.to_string()));
    assert_eq!(read(&jwk).unwrap().sign_action(body).unwrap(), expected);
    for (member, bad) in [("kty", "EC"), ("n", "AQAB"), ("p", "Aw"), ("dp", "*"), ("qi", "")] {
        let mut altered = jwk.clone();
        altered[member] = bad.into();
        assert_eq!(read(&altered).unwrap_err(), SigningError::BadPrivateKey, "{member}");
    }
}

#[test]
fn the_public_half_is_the_one_that_was_registered() {
    let file = vectors(FILE);
    let registered = text(at(at(&file, "identities"), "agent-a"), "public_key");
    assert_eq!(signer(&agent_a()).unwrap().public_key_pem(), registered);
}

#[test]
fn what_cannot_be_signed_is_an_error() {
    let pem = agent_a();
    let signer = signer(&pem).unwrap();
    for body in ["[1]", "null", "{", "", "{\"n\":1e400}", "{\"n\":[-1e999]}", "{\"n\":NaN}"] {
        assert!(signer.sign_action(body.as_bytes()).is_err(), "{body}");
    }
    let ec = text(&vectors(FILE), "test_private_keys.agent_ec_pkcs8_pem").to_owned();
    for bad in [ec.as_str(), "", &pem.replace("PRIVATE", "PUBLIC"), &pem[..400]] {
        let error = ActionSigner::from_pem(&SecretString::from(bad)).unwrap_err();
        assert_eq!(error, SigningError::BadPrivateKey);
    }
    assert_eq!(format!("{signer:?}"), "ActionSigner { .. }");
}

/// The PKCS#1 structure inside a PKCS#8 one.
fn rsa_private_key(pkcs8: &str) -> Vec<u8> {
    let base64: String = pkcs8.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(base64).unwrap();
    elements(elements(&der)[0])[2].to_vec()
}

fn jwk(pkcs1: &[u8]) -> serde_json::Value {
    let integers = elements(elements(pkcs1)[0]);
    let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
    let mut jwk = serde_json::json!({"kty": "RSA", "alg": "RS256"});
    for (name, integer) in names.iter().zip(&integers[1..]) {
        let unsigned = integer.strip_prefix(b"\0").unwrap_or(integer);
        jwk[name] = URL_SAFE_NO_PAD.encode(unsigned).into();
    }
    jwk
}

/// The contents of a run of DER elements.
fn elements(mut der: &[u8]) -> Vec<&[u8]> {
    let mut contents = Vec::new();
    while let [_, first, rest @ ..] = der {
        let wide = usize::from(first & 0x7f) * usize::from(first >> 7);
        let length = rest[..wide].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let length = if wide == 0 { usize::from(*first) } else { length };
        let (content, after) = rest[wide..].split_at(length);
        contents.push(content);
        der = after;
    }
    contents
}
