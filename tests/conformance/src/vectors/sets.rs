//! What is asked of each set of vectors.

use std::path::Path;

use dashclaw::json::Json;
use serde_json::{Map, Value, json};

use super::{Vector, read};
use crate::matcher::hex;
use crate::testee::Answer;

type Vectors = Result<Vec<Vector>, String>;
/// From a file, and the directory it is in, to its vectors.
type Make = fn(&Json, &Path) -> Vectors;

/// Name of the set, its file, how its vectors are made, and how many there must be, so that none is lost unseen.
const SETS: &[(&str, &str, Make, usize)] = &[
    ("canonical JSON, plain", "canonical-json.json", |file, _| canonical(file, "plain"), 61),
    ("canonical JSON, integrity", "canonical-json.json", |file, _| canonical(file, "integrity"), 61),
    ("canonical JSON, RFC 8785", "canonical-json.json", |file, _| canonical(file, "rfc8785"), 61),
    ("idempotency keys", "idempotency.json", |file, _| keys(file), 62),
    ("receipts and tampered receipts", "receipts.json", |file, _| receipts(file), 90),
    ("unusual Ed25519 signatures", "ed25519-edge-cases.json", |file, _| edge_cases(file), 9),
    ("issued receipts", "issued.json", issued, 12),
    ("work-order receipts", "work-order-receipts.json", |file, _| work_orders(file), 30),
    ("RSA action signatures", "rsa-action-signatures.json", |file, _| signatures(file), 26),
];

/// The file of a set, and its vectors.
pub(super) fn load(set: &str, directory: &Path) -> Result<(String, Vec<Vector>), String> {
    let (_, file, make, count) =
        SETS.iter().find(|(name, ..)| *name == set).ok_or(format!("there is no set `{set}`"))?;
    let vectors = make(&read(directory, file)?, directory)?;
    if vectors.len() == *count {
        Ok(((*file).to_owned(), vectors))
    } else {
        Err(format!("`{set}` has {} vectors, expected {count}", vectors.len()))
    }
}

fn canonical(file: &Json, layer: &'static str) -> Vectors {
    let member = match layer {
        "plain" => "plain_canonical",
        "integrity" => "integrity_canonical",
        _ => "rfc8785",
    };
    each(file, "vectors", |vector| {
        let expected = at(vector, &["expected", member, "utf8_hex"]);
        let members = json!({ "json": text(vector, &["input", "json_text"])?, "layer": layer });
        Ok(Some(Vector {
            name: format!("{} ({layer})", text(vector, &["name"])?),
            action: "canonical_json",
            members: object(members),
            official: expected.and_then(Json::as_str).unwrap_or("error").to_owned(),
            also: None,
            read: |answer| match answer {
                Answer::Ok(Value::String(text)) => hex(text.as_bytes()),
                _ => "error".to_owned(),
            },
        }))
    })
}

/// JSON integers that JavaScript rounds; a language that does not keeps them, as the official Python client does.
const EXACT_INTEGERS: [&str; 2] = ["int 2^53+1", "int 1e21 as integer literal"];

/// Those with a JSON form; each language's own tests hold its native values.
fn keys(file: &Json) -> Vectors {
    each(file, "vectors", |vector| {
        if text(vector, &["input", "encoding"])? != "json" {
            return Ok(None);
        }
        let official = at(vector, &["expected", "node", "key"]).and_then(Json::as_str);
        let exact = at(vector, &["expected", "python", "key"]).and_then(Json::as_str);
        let exact = exact.filter(|_| EXACT_INTEGERS.contains(&text(vector, &["name"]).unwrap_or_default()));
        Ok(Some(Vector {
            name: text(vector, &["name"])?.to_owned(),
            action: "derive_idempotency_key",
            members: object(json!({ "json": text(vector, &["input", "text"])? })),
            official: official.unwrap_or("error").to_owned(),
            also: exact.map(str::to_owned),
            read: plain,
        }))
    })
}

fn receipts(file: &Json) -> Vectors {
    let published = value(at(file, &["jwks"]))?;
    each(file, "vectors", |vector| {
        let group = text(vector, &["group"])?;
        let jwks = if group == "key-set" { json!({ "keys": [] }) } else { published.clone() };
        let reputation = text(vector, &["input", "endpoint"])? == "POST /api/reputation/verify";
        let valid = at(vector, &["expected", "body", "ok"]).is_some_and(|ok| *ok == Json::Bool(true));
        let members = json!({ "document": text(vector, &["input", "body_json_text"])?, "jwks": jwks });
        Ok(Some(Vector {
            name: format!("{group}: {}", text(vector, &["name"])?),
            action: "verify_receipt",
            members: object(members),
            official: if valid { "valid" } else { "invalid" }.to_owned(),
            also: None,
            read: if reputation { reputation_verdict } else { verdict },
        }))
    })
}

fn edge_cases(file: &Json) -> Vectors {
    each(file, "vectors", |vector| {
        let jwks = value(at(vector, &["input", "jwks"]))?;
        let members = json!({ "document": text(vector, &["input", "document"])?, "jwks": jwks });
        let reason = at(vector, &["expected", "reason"]).and_then(Json::as_str);
        Ok(Some(Vector {
            name: text(vector, &["name"])?.to_owned(),
            action: "verify_receipt",
            members: object(members),
            official: reason.unwrap_or("valid").to_owned(),
            also: None,
            read: reason_of,
        }))
    })
}

/// The text of a genuine receipt whose verdict is `block`.
pub(super) fn a_receipt(directory: &Path) -> Result<String, String> {
    let file = read(directory, "issued.json")?;
    let Some(Json::Array(receipts)) = file.get("receipts") else { return Err("no receipts".to_owned()) };
    let blocks = |receipt: &&Json| {
        at(receipt, &["expected", "receipt", "verdict"]).and_then(Json::as_str) == Some("block")
    };
    let found = receipts.iter().find(blocks).and_then(|receipt| at(receipt, &["expected", "receipt"]));
    found.map(Json::to_text).ok_or("no receipt that blocks".to_owned())
}

/// The keys that verify the issued receipts.
pub(super) fn published_keys(directory: &Path) -> Result<Value, String> {
    value(at(&read(directory, "keys.json")?, &["jwks"]))
}

fn issued(file: &Json, directory: &Path) -> Vectors {
    let jwks = published_keys(directory)?;
    let mut vectors = Vec::new();
    for list in ["receipts", "bundles", "reputation"] {
        vectors.extend(each(file, list, |vector| {
            Ok(Some(Vector {
                name: text(vector, &["name"])?.to_owned(),
                action: "verify_receipt",
                members: object(json!({ "document": issued_document(vector)?, "jwks": jwks })),
                official: "valid".to_owned(),
                also: None,
                read: verdict,
            }))
        })?);
    }
    Ok(vectors)
}

/// The issued document; of a bundle the vector holds the parts.
fn issued_document(vector: &Json) -> Result<String, String> {
    if let Some(receipt) = at(vector, &["expected", "receipt"]) {
        return Ok(receipt.to_text());
    }
    let signed = text(vector, &["expected", "signing_input"])?;
    let mut bundle = object(serde_json::from_str(signed).map_err(|error| error.to_string())?);
    bundle.insert("payload".to_owned(), value(at(vector, &["input", "payload"]))?);
    bundle.insert("signature".to_owned(), value(at(vector, &["expected", "signature"]))?);
    Ok(Value::Object(bundle).to_string())
}

fn work_orders(file: &Json) -> Vectors {
    let order = |name: String, document: String, valid: bool| Vector {
        name,
        action: "verify_receipt",
        members: object(json!({ "document": document, "jwks": { "keys": [] } })),
        official: if valid { "valid" } else { "invalid" }.to_owned(),
        also: None,
        read: verdict,
    };
    let mut vectors = each(file, "vectors", |vector| {
        let receipt = at(vector, &["expected", "receipt"]).map(Json::to_text).ok_or("no receipt")?;
        let hash = text(vector, &["expected", "receipt_hash"])?;
        let document = format!(r#"{{"receipt":{receipt},"receipt_hash":"{hash}"}}"#);
        Ok(Some(order(text(vector, &["name"])?.to_owned(), document, true)))
    })?;
    vectors.extend(each(file, "tampering", |vector| {
        let document = at(vector, &["input"]).map(Json::to_text).ok_or("no input")?;
        let valid = at(vector, &["expected", "ok"]).is_some_and(|ok| *ok == Json::Bool(true));
        Ok(Some(order(format!("tampering: {}", text(vector, &["name"])?), document, valid)))
    })?);
    Ok(vectors)
}

/// Signatures that the server accepts are deterministic, so each language must make the same ones.
fn signatures(file: &Json) -> Vectors {
    let key = text(file, &["test_private_keys", "agent_a_pkcs8_pem"])?;
    each(file, "vectors", |vector| {
        let body = text(vector, &["input", "body_json_text"])?;
        let verified = at(vector, &["expected", "verified"]).is_some_and(|ok| *ok == Json::Bool(true));
        let Some(theirs) = Json::parse(body.as_bytes()).ok().filter(|_| verified) else { return Ok(None) };
        if text(&theirs, &["agent_id"])? != "agent-a" {
            return Ok(None);
        }
        Ok(Some(Vector {
            name: text(vector, &["name"])?.to_owned(),
            action: "sign_action",
            members: object(json!({ "body": body, "private_key": key })),
            official: text(&theirs, &["_signature"])?.to_owned(),
            also: None,
            read: plain,
        }))
    })
}

fn plain(answer: &Answer) -> String {
    match answer {
        Answer::Ok(Value::String(text)) | Answer::Struct(Value::String(text)) => text.clone(),
        Answer::Ok(other) | Answer::Struct(other) => other.to_string(),
        Answer::Error(_) => "error".to_owned(),
    }
}

fn verdict(answer: &Answer) -> String {
    let valid = matches!(answer, Answer::Ok(answer) if answer["valid"] == true);
    if valid { "valid" } else { "invalid" }.to_owned()
}

fn reputation_verdict(answer: &Answer) -> String {
    let reputation = matches!(answer, Answer::Ok(answer) if answer["kind"] == "reputation");
    if reputation { verdict(answer) } else { "invalid".to_owned() }
}

fn reason_of(answer: &Answer) -> String {
    match answer {
        Answer::Ok(answer) if answer["valid"] == true => "valid".to_owned(),
        Answer::Ok(answer) | Answer::Struct(answer) => {
            answer["reason"].as_str().unwrap_or("no reason").to_owned()
        }
        Answer::Error(error) => error["code"].as_str().unwrap_or("no code").to_owned(),
    }
}

fn each(file: &Json, list: &str, make: impl Fn(&Json) -> Result<Option<Vector>, String>) -> Vectors {
    let Some(Json::Array(items)) = file.get(list) else { return Err(format!("there is no list `{list}`")) };
    items.iter().filter_map(|item| make(item).transpose()).collect()
}

fn at<'a>(value: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

fn text<'a>(value: &'a Json, path: &[&str]) -> Result<&'a str, String> {
    at(value, path).and_then(Json::as_str).ok_or(format!("no text at {}", path.join(".")))
}

fn value(json: Option<&Json>) -> Result<Value, String> {
    let text = json.ok_or("a member is missing")?.to_text();
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
