//! Receipts against the official issuer and the official verify endpoints.

use crate::judge::{Judge, at, find, items, text, vectors};
use dashclaw::canonical::{Layer, canonical_value, digest};
use dashclaw::json::Json;
use dashclaw::receipt::{
    Jwks, ReceiptKind, SigningKey, Verdict, Violation, bundle_hash, issue_bundle, issue_non_fabrication,
    issue_reputation, issue_work_order, source_of_truth_hash, thumbprint, verify_content, verify_receipt,
    work_order_hash, work_order_receipt,
};
use secrecy::SecretString;

fn published() -> Jwks {
    Jwks::parse(at(&vectors("keys.json"), "jwks").to_text().as_bytes()).unwrap()
}

fn signing_key(kid: &str) -> SigningKey {
    let file = vectors("keys.json");
    let keys = items(&file, "test_private_keys", 4);
    let jwk = keys.iter().find(|key| text(key, "privateKeyJwk.kid") == kid).unwrap();
    let jwk = at(jwk, "privateKeyJwk").to_text();
    SigningKey::from_private_jwk(&SecretString::from(jwk)).unwrap()
}

fn is_valid(document: &Json) -> bool {
    verify_receipt(document.to_text().as_bytes(), &published()).valid
}

#[test]
fn verification_of_requests() {
    let file = vectors("receipts.json");
    let mut judge = Judge::new("receipts.json");
    let jwks = Jwks::parse(at(&file, "jwks").to_text().as_bytes()).unwrap();
    for vector in items(&file, "vectors", 90) {
        let group = text(vector, "group");
        let name = format!("{group}: {}", text(vector, "name"));
        let keys = if group == "key-set" { Jwks::default() } else { jwks.clone() };
        let mut answer = verify_receipt(text(vector, "input.body_json_text").as_bytes(), &keys);
        if text(vector, "input.endpoint") == "POST /api/reputation/verify" {
            answer = answer.expect(ReceiptKind::Reputation);
        }
        let official = find(vector, "expected.body.ok") == Some(&Json::Bool(true));
        judge.compare(&name, &answer.valid, &official);
        assert_eq!(answer.valid, answer.reason.is_none(), "{name}");
        if answer.valid && official {
            assert_eq!(answer.kid.as_deref(), Some(text(vector, "expected.body.kid")), "{name}");
        }
        if text(vector, "class") == "accepted-though-altered" {
            assert!(!answer.valid, "`{name}` was accepted");
        }
    }
    judge.finish();
}

#[test]
fn reasons_are_stable_codes() {
    let file = vectors("receipts.json");
    let jwks = published();
    let reason = |group: &str, name: &str, keys: &Jwks| {
        let mut all = items(&file, "vectors", 90).iter();
        let named = |vector: &&Json| text(vector, "group") == group && text(vector, "name") == name;
        let body = text(all.find(named).unwrap(), "input.body_json_text");
        serde_json::to_value(verify_receipt(body.as_bytes(), keys)).unwrap()["reason"].clone()
    };
    for (group, name, expected) in [
        ("integrity", "tampered: verdict flipped", "bad_signature"),
        ("integrity", "tampered: version changed", "unsupported_version"),
        ("integrity", "tampered: alg ES256", "unsupported_algorithm"),
        ("integrity", "tampered: signature truncated", "malformed_signature"),
        ("integrity", "ACCEPTED: sig with white space", "malformed_signature"),
        ("integrity", "ACCEPTED: unknown kid", "unknown_key"),
        ("integrity", "ACCEPTED: top-level keys reordered", "reordered"),
        ("integrity", "ACCEPTED: __proto__ string member added", "ambiguous"),
        ("integrity", "tampered: duplicate verdict member, forged one last", "ambiguous"),
        ("integrity", "tampered: nested 101 levels", "malformed"),
        ("integrity", "request: not JSON", "not_json"),
        ("bundle", "tampered: payload number", "payload_hash_mismatch"),
        ("bundle", "tampered: nested too deep", "too_deep"),
        ("bundle", "tampered: kid of another published key", "bad_signature"),
        ("bundle", "ACCEPTED: extra top-level member", "malformed"),
        ("reputation", "tampered: vectorHash changed", "malformed"),
        ("reputation", "tampered: vector member removed", "vector_hash_mismatch"),
        ("reputation", "ACCEPTED: number spelled 42.0", "ambiguous"),
    ] {
        assert_eq!(reason(group, name, &jwks), expected, "{group}: {name}");
    }
    assert_eq!(reason("integrity", "valid: pass", &Jwks::default()), "no_keys");
    assert_eq!(reason("integrity", "valid: pass", &jwks), serde_json::Value::Null);
}

#[test]
fn non_fabrication_receipts_are_issued_alike() {
    let file = vectors("issued.json");
    for vector in items(&file, "receipts", 7) {
        let name = text(vector, "name");
        let verdict = serde_json::to_value(at(vector, "expected.verdict")).unwrap();
        let violations: Vec<Violation> = serde_json::from_value(verdict["violations"].clone()).unwrap();
        let verdict: Verdict = serde_json::from_value(verdict["verdict"].clone()).unwrap();
        let [candidate, issued_at, kid] =
            ["candidate", "issued_at", "kid"].map(|member| text(at(vector, "input"), member));
        let source = at(vector, "input.source_of_truth");
        let ours =
            issue_non_fabrication(verdict, &violations, candidate, source, issued_at, &signing_key(kid));
        let ours = ours.unwrap();
        assert_eq!(ours.to_text(), at(vector, "expected.receipt").to_text(), "{name}");
        assert_eq!(source_of_truth_hash(source).unwrap(), text(vector, "expected.source_of_truth_hash"));

        let document = ours.to_text();
        let reason = |content: &str, source: &Json| {
            verify_content(document.as_bytes(), &published(), content, Some(source)).reason
        };
        assert_eq!(reason(candidate, source), None, "{name}");
        let other = Json::object([("allowedFacts", Json::Array(Vec::new()))]);
        assert_eq!(reason("another text", source).unwrap().to_string(), "the receipt is for another content");
        assert_eq!(
            reason(candidate, &other).unwrap().to_string(),
            "the receipt is for another source of truth"
        );
    }
}

#[test]
fn bundles_are_issued_alike() {
    let file = vectors("issued.json");
    for vector in items(&file, "bundles", 3) {
        let [payload, previous] =
            ["payload", "prev_bundle_hash"].map(|member| at(at(vector, "input"), member));
        let key = signing_key(text(vector, "input.kid"));
        let ours = issue_bundle(payload, previous.as_str(), text(vector, "input.issued_at"), &key).unwrap();
        assert_eq!(ours.get("payloadHash"), find(vector, "expected.payload_hash"));
        assert_eq!(ours.get("signature"), find(vector, "expected.signature"));
        assert_eq!(bundle_hash(&ours).unwrap(), text(vector, "expected.bundle_hash"));
        assert!(is_valid(&ours));
        assert!(is_valid(&Json::object([("bundle", ours.clone())])));
        assert!(!is_valid(&Json::object([("receipt", ours)])));
    }
}

#[test]
fn reputation_receipts_are_issued_alike() {
    let file = vectors("issued.json");
    for vector in items(&file, "reputation", 2) {
        let official = at(vector, "expected.receipt");
        let key = signing_key(text(official, "signature.kid"));
        let ours = issue_reputation(at(vector, "expected.vector"), &key).unwrap();
        assert_eq!(ours.to_text(), official.to_text());
        assert!(is_valid(&ours));
    }
}

#[test]
fn work_order_receipts_hash_alike() {
    let file = vectors("work-order-receipts.json");
    for vector in items(&file, "vectors", 20) {
        let name = text(vector, "name");
        let receipt = at(vector, "expected.receipt");
        let hash = text(vector, "expected.receipt_hash");
        assert_eq!(canonical_value(receipt, Layer::Integrity).unwrap(), text(vector, "expected.canonical"));
        assert_eq!(work_order_hash(receipt).unwrap(), hash, "{name}");
        let [order, cost, governance] =
            ["order", "cost", "governance"].map(|member| at(at(vector, "input"), member));
        let output_hash = at(vector, "input.output_hash").as_str();
        let ours = work_order_receipt(order, cost, output_hash, governance);
        assert_eq!(ours.to_text(), receipt.to_text(), "{name}");
        let hashed = issue_work_order(receipt).unwrap();
        assert_eq!(text(&hashed, "receipt_hash"), hash);
        let answer = verify_receipt(hashed.to_text().as_bytes(), &Jwks::default());
        assert!(answer.valid && answer.kind == Some(ReceiptKind::WorkOrder) && answer.kid.is_none());
    }
}

#[test]
fn work_order_receipts_show_tampering() {
    let file = vectors("work-order-receipts.json");
    for vector in items(&file, "tampering", 10) {
        let input = at(vector, "input");
        let official = find(vector, "expected.ok") == Some(&Json::Bool(true));
        assert_eq!(is_valid(input), official, "{}", text(vector, "name"));
        assert_eq!(is_valid(&Json::object([("receipt", input.clone())])), official);

        let id = at(input, "receipt.work_order_id");
        let row = |order: Json| {
            Json::object([
                ("id", "wor_1".into()),
                ("org_id", "org_default".into()),
                ("work_order_id", order),
                ("receipt", at(input, "receipt").clone()),
                ("receipt_hash", at(input, "receipt_hash").clone()),
                ("created_at", "2026-06-15T12:01:00.000Z".into()),
            ])
        };
        assert_eq!(is_valid(&row(id.clone())), official);
        assert!(!is_valid(&row("wo_other".into())));
    }
}

#[test]
fn key_sets_and_thumbprints() {
    let file = vectors("jwks.json");
    for vector in items(&file, "vectors", 12) {
        let name = text(vector, "name");
        let Json::Array(listed) = at(vector, "expected.body.keys") else { panic!("not a list") };
        let set = Jwks::parse(text(vector, "expected.body_text").as_bytes()).unwrap();
        assert_eq!(set.len(), listed.len(), "{name}");
        let Some(env) = find(vector, "input.env_key").and_then(Json::as_str) else { continue };
        // The official endpoint lists the key of the environment first, and leaves it out when it is malformed.
        match SigningKey::from_private_jwk(&SecretString::from(env)) {
            Ok(key) => {
                let ours = serde_json::to_string(&key.public_jwk()).unwrap();
                assert_eq!(ours, listed[0].to_text(), "{name}");
            }
            Err(_) => assert!(name.contains("malformed"), "{name}"),
        }
    }
    for vector in items(&file, "thumbprints", 5) {
        assert_eq!(thumbprint(text(vector, "input.jwk.x")), text(vector, "expected.kid"));
    }
}

#[test]
fn honest_stores_do_not_break_receipts() {
    let file = vectors("issued.json");
    for (list, count) in [("receipts", 7), ("reputation", 2)] {
        for vector in items(&file, list, count) {
            let receipt = at(vector, "expected.receipt");
            let sorted = serde_json::to_string(&serde_json::to_value(receipt).unwrap()).unwrap();
            assert_ne!(sorted, receipt.to_text());
            assert!(verify_receipt(sorted.as_bytes(), &published()).valid, "{sorted}");
            let pretty = serde_json::to_string_pretty(receipt).unwrap();
            assert!(verify_receipt(pretty.as_bytes(), &published()).valid);
        }
    }
    assert_eq!(digest(&Json::Object(Vec::new())).unwrap().len(), 50);
}
