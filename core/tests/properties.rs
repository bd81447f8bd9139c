//! Properties of the pure functions, over generated input.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the answer")]

use std::collections::BTreeMap;

use dashclaw::canonical::{Layer, canonical_json, canonical_text, canonical_value, digest};
use dashclaw::idempotency::{action_key, derive_idempotency_key, derive_key};
use dashclaw::json::{Json, JsonString};
use dashclaw::receipt::{
    Jwks, SigningKey, Verdict, Violation, issue_bundle, issue_non_fabrication, issue_reputation,
    issue_work_order, verify_receipt,
};
use dashclaw::signing::verify_action_signature;
use proptest::prelude::*;

const LAYERS: [Layer; 3] = [Layer::Plain, Layer::Integrity, Layer::Rfc8785];

/// Strings of few different units, so that collisions, surrogate pairs and combining marks are common.
fn string() -> impl Strategy<Value = JsonString> {
    let unit = prop::sample::select(vec![
        0x61, 0x65, 0x7c, 0x3d, 0x22, 0x5c, 0x2f, 0x00, 0x1f, 0x7f, 0x301, 0xe9, 0x212b, 0x2028, 0xd83d,
        0xde80, 0xd800, 0xdc00, 0xe000, 0xfffd, 0xffff,
    ]);
    prop_oneof![
        prop::collection::vec(unit, 0..6).prop_map(JsonString::from_units),
        any::<String>().prop_map(JsonString::from),
        Just(JsonString::from("__proto__")),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i32>().prop_map(|number| Json::Number(number.into())),
        any::<f64>().prop_filter("JSON has no NaN", |number| number.is_finite()).prop_map(Json::Number),
        string().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            prop::collection::vec((string(), inner), 0..5).prop_map(object),
        ]
    })
}

/// An object in the order of its members, without the later duplicates.
fn object(members: Vec<(JsonString, Json)>) -> Json {
    let mut unique: Vec<(JsonString, Json)> = Vec::new();
    for (name, value) in members {
        if unique.iter().all(|(known, _)| *known != name) {
            unique.push((name, value));
        }
    }
    Json::Object(unique)
}

/// Text that often is nearly JSON.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "\\ude80", "0", "-", "1", ".", "e", "+",
        "null", "true", "false", " ", "\n", "a", "é", "\u{0}", "1e999", "\"a\"", "\"a\":",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

fn never_panics(bytes: &[u8]) {
    let parsed = Json::parse(bytes);
    let strict = Json::parse_unambiguous(bytes);
    assert!(strict.is_err() || strict == parsed, "the strict reader is a part of the other");
    for layer in LAYERS {
        let _outcome = canonical_json(bytes, layer);
    }
    let _key = derive_idempotency_key(bytes);
    let keys = Jwks::parse(bytes).unwrap_or_default();
    assert!(!verify_receipt(bytes, &keys).valid);
    assert!(verify_action_signature(&String::from_utf8_lossy(bytes), "RSA-SHA256", bytes).is_err());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        assert!(theirs.is_err() || parsed.is_ok(), "serde_json reads it");
    }
}

/// The parts in any order.
fn exact(parts: &Json) -> BTreeMap<JsonString, Json> {
    parts.members().unwrap().iter().cloned().collect()
}

/// The parts up to what even the official clients agree to confuse: `null` and empty text.
fn normal(parts: &Json) -> BTreeMap<JsonString, Json> {
    let normal = |value: &Json| match value {
        Json::Null => Json::from(""),
        other => other.clone(),
    };
    exact(parts).into_iter().map(|(name, value)| (name, normal(&value))).collect()
}

/// Parts of few different texts. Without lone surrogates, which the official text folds into U+FFFD.
fn parts() -> impl Strategy<Value = Json> {
    let text = prop::sample::select(vec!["", "a", "b", "a=b", "a|b", "a=b|a", "=", "|", "a=|b="]);
    let name = text.clone().prop_map(JsonString::from);
    let scalar = prop_oneof![text.prop_map(Json::from), Just(Json::Null)];
    let value =
        prop_oneof![4 => scalar.clone(), 1 => prop::collection::vec(scalar, 0..3).prop_map(Json::Array)];
    prop::collection::vec((name, value), 0..4).prop_map(object)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_handled(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        never_panics(&bytes);
    }

    #[test]
    fn anything_near_json_is_handled(bytes in nearly_json()) {
        never_panics(&bytes);
    }

    #[test]
    fn what_is_printed_reads_back(value in json()) {
        let printed = value.to_text();
        prop_assert_eq!(Json::parse(printed.as_bytes()).unwrap(), value);
    }

    #[test]
    fn canonical_text_is_a_fixed_point(value in json()) {
        for layer in LAYERS {
            let Ok(once) = canonical_value(&value, layer) else { continue };
            let twice = canonical_json(once.as_bytes(), layer).unwrap();
            prop_assert_eq!(twice, once);
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter(value in json()) {
        let Json::Object(members) = &value else { return Ok(()) };
        let reversed = Json::Object(members.iter().rev().cloned().collect());
        prop_assert_eq!(canonical_value(&reversed, Layer::Plain), canonical_value(&value, Layer::Plain));
        prop_assert_eq!(derive_key(&reversed), derive_key(&value));
    }

    #[test]
    fn layers_agree_on_plain_text(value in json()) {
        let plain = canonical_value(&value, Layer::Plain).unwrap();
        if let Ok(rfc) = canonical_value(&value, Layer::Rfc8785) {
            prop_assert_eq!(&rfc, &plain);
        }
        if Json::parse_unambiguous(plain.as_bytes()).is_ok() {
            prop_assert_eq!(canonical_value(&value, Layer::Integrity).unwrap(), plain);
        }
    }

    #[test]
    fn texts_are_canonical_once(text in any::<String>()) {
        let once = canonical_text(&text);
        prop_assert_eq!(canonical_text(&once), once);
    }

    #[test]
    fn what_is_issued_verifies(payload in json(), value in json()) {
        let key = SigningKey::generate().unwrap();
        let jwks = serde_json::json!({ "keys": [key.public_jwk()] }).to_string();
        let jwks = Jwks::parse(jwks.as_bytes()).unwrap();
        let payload = object(vec![("report".into(), payload), ("other".into(), value)]);
        if let Ok(bundle) = issue_bundle(&payload, None, "2026-06-15T12:00:00.000Z", &key) {
            let answer = verify_receipt(bundle.to_text().as_bytes(), &jwks);
            prop_assert!(answer.valid, "{:?} {}", answer.reason, bundle.to_text());
        }
    }

    #[test]
    fn different_parts_have_different_keys(left in parts(), right in parts()) {
        let [left_key, right_key] = [&left, &right].map(|parts| derive_key(parts).unwrap());
        if left_key == right_key {
            prop_assert_eq!(normal(&left), normal(&right), "two intents share a key");
        } else {
            prop_assert_ne!(exact(&left), exact(&right), "an intent has two keys");
        }
    }

    #[test]
    fn different_actions_have_different_keys(left in parts(), right in parts(), hours in 0..3_i64) {
        let action = |parts: &Json| {
            let named = parts.members().unwrap().iter().enumerate().map(|(index, (name, value))| {
                let official = ["declared_goal", "session_id", "ts_bucket"].get(index);
                (official.map_or_else(|| name.clone(), |official| JsonString::from(*official)), value.clone())
            });
            object(named.collect())
        };
        let [left, right] = [action(&left), action(&right)];
        let keys = [(&left, 0), (&right, hours * 3600)].map(|(parts, time)| action_key(parts, "a", time).unwrap());
        let present = |parts: &Json| {
            let mut normal = normal(parts);
            // Only the official members take empty text for absent.
            normal.retain(|name, value| {
                let given = parts.get(name.as_str().unwrap()).unwrap();
                !given.is_null() && (*value != Json::from("") || is_extended(parts))
            });
            normal
        };
        let same = hours == 0 && present(&left) == present(&right);
        prop_assert_eq!(keys[0] == keys[1], same, "{:?} {:?}", left, right);
    }
}

/// Whether an action of [`parts`] has members or texts that the official key cannot hold.
fn is_extended(parts: &Json) -> bool {
    parts.members().unwrap().iter().any(|(name, value)| {
        let extra = name.as_str() == Some("ts_bucket") && !value.is_null();
        extra || matches!(value, Json::Array(_)) || value.as_str().is_some_and(|text| text.contains('|'))
    })
}

fn parse(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

/// One document of each kind, and the key that signed it.
fn documents() -> (Vec<String>, Jwks) {
    let key = SigningKey::generate().unwrap();
    let set = serde_json::json!({ "keys": [key.public_jwk()] }).to_string();
    let at = "2026-06-15T12:00:00.000Z";
    let violation = Violation { code: "fabricated_fact".into(), label: "Bétrag \"\\\n".into() };
    let source = parse(r#"{"allowedFacts":[{"value":"é"}],"requiredFacts":[]}"#);
    let receipt = issue_non_fabrication(Verdict::Block, &[violation], "text", &source, at, &key).unwrap();
    let payload =
        parse(r#"{"org":"o","frameworks":["soc2"],"report":"\ud800 é \u0001","n":[1,-0.5,1e+21,null]}"#);
    let previous = digest(&payload).unwrap();
    let bundle = issue_bundle(&payload, Some(&previous), at, &key).unwrap();
    let vector = r#"{"agent_id":"a","reliability_score":0.5,"total_events":7,"computed_at":"2026-06-15T12:00:00.000Z"}"#;
    let reputation = issue_reputation(&parse(vector), &key).unwrap();
    let work_order = r#"{"receipt_version":"1.0","work_order_id":"wo_1","type":"t","type_version":"1.0","status":"completed",
        "input_hash":null,"output_hash":null,"budget":{"max_cost_usd":0.25},"cost":{"total_usd":1e-7},"over_budget":false,
        "worker":"w","requested_by":null,"lifecycle":{},"error":null,"governance":{"mode":"governed"}}"#;
    let work_order = issue_work_order(&parse(work_order)).unwrap();
    let texts = [receipt, bundle, reputation, work_order].map(|document| document.to_text());
    (texts.to_vec(), Jwks::parse(set.as_bytes()).unwrap())
}

/// A changed byte is seen, unless every reader still reads the same document.
fn is_seen(original: &str, altered: &[u8], jwks: &Jwks) -> bool {
    let same = || Json::parse_unambiguous(altered).ok() == Json::parse_unambiguous(original.as_bytes()).ok();
    !verify_receipt(altered, jwks).valid || same()
}

#[test]
fn every_flipped_bit_of_a_document_is_seen() {
    let (documents, jwks) = documents();
    for document in &documents {
        assert!(verify_receipt(document.as_bytes(), &jwks).valid, "{document}");
        for position in 0..document.len() {
            for bit in 0..8 {
                let mut altered = document.as_bytes().to_vec();
                altered[position] ^= 1 << bit;
                assert!(is_seen(document, &altered, &jwks), "byte {position}, bit {bit} of {document}");
            }
        }
    }
}

#[test]
fn every_lost_byte_and_every_inserted_digit_is_seen() {
    let (documents, jwks) = documents();
    for document in &documents {
        for position in 0..document.len() {
            let mut shorter = document.as_bytes().to_vec();
            shorter.remove(position);
            assert!(is_seen(document, &shorter, &jwks), "byte {position} lost from {document}");
            for inserted in *b"0a\\\"=.-" {
                let mut longer = document.as_bytes().to_vec();
                longer.insert(position, inserted);
                assert!(is_seen(document, &longer, &jwks), "byte {position} inserted into {document}");
            }
        }
    }
}
