//! Issuing receipts.
//!
//! Documents come out with their members in the official order and their text in Unicode NFC, the form that is
//! signed: a verifier could not tell genuine text in another form from altered text. Publish them with
//! [`Json::to_text`].

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::proof::canonical::{CanonicalError, digest, digest_bytes, digest_text};

use super::document::{Shape, check_shape, shape_of};
use super::verify::signing_input;
use super::{ReceiptKind, SigningKey, source_of_truth_hash};

/// The version of the checker that receipts name.
pub const ENGINE_VERSION: &str = "0.1.0";

/// Why no receipt was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// What should be covered has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// What should be covered lacks a member, or holds what a signature cannot protect (a wrong type, a member
    /// `__proto__`, two names that are one in NFC, an infinite number): the receipt would not verify.
    #[error("the content of the receipt does not have the members of its kind")]
    Malformed,
}

/// The outcome of a non-fabrication check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything stated is in the source of truth.
    Pass,
    /// At least one violation.
    Block,
}

/// What a non-fabrication check found, as far as a receipt tells it: the text in question is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// `fabricated_fact`, `missing_required`, `forbidden_match`, `engine_error`, …
    pub code: String,
    /// Which rule, for example `money`.
    pub label: String,
}

/// Issues a non-fabrication receipt for a content that was checked against a source of truth.
///
/// `issued_at` is ISO 8601 in UTC with milliseconds.
pub fn issue_non_fabrication(
    verdict: Verdict,
    violations: &[Violation],
    candidate: &str,
    source_of_truth: &Json,
    issued_at: &str,
    key: &SigningKey,
) -> Result<Json, IssueError> {
    let violations = violations.iter().map(|violation| {
        Json::object([("code", violation.code.as_str().into()), ("label", violation.label.as_str().into())])
    });
    let verdict = if verdict == Verdict::Pass { "pass" } else { "block" };
    let base = vec![
        ("issuedAt", issued_at.into()),
        ("engineVersion", ENGINE_VERSION.into()),
        ("verdict", verdict.into()),
        ("violations", Json::Array(violations.collect())),
        ("candidateHash", digest_text(candidate).as_str().into()),
        ("sourceOfTruthHash", source_of_truth_hash(source_of_truth)?.as_str().into()),
    ];
    sign(ReceiptKind::NonFabrication, base, key)
}

/// Issues a compliance bundle. The payload is an object; the members that official exports have stand in their
/// order. `previous` is the [`bundle_hash`] of the export before this one.
///
/// `issued_at` is ISO 8601 in UTC with milliseconds.
pub fn issue_bundle(
    payload: &Json,
    previous: Option<&str>,
    issued_at: &str,
    key: &SigningKey,
) -> Result<Json, IssueError> {
    let base = vec![
        ("issuedAt", issued_at.into()),
        ("engineVersion", ENGINE_VERSION.into()),
        ("payloadHash", digest(payload)?.as_str().into()),
        ("prevBundleHash", previous.map_or(Json::Null, Json::from)),
        ("payload", payload.clone()),
    ];
    sign(ReceiptKind::Bundle, base, key)
}

/// Issues a reputation receipt for a vector, which names the agent, the time and the count of events.
pub fn issue_reputation(vector: &Json, key: &SigningKey) -> Result<Json, IssueError> {
    let member = |name| vector.get(name).cloned().ok_or(IssueError::Malformed);
    let base = vec![
        ("issuedAt", member("computed_at")?),
        ("agentId", member("agent_id")?),
        ("vectorHash", digest(vector)?.as_str().into()),
        ("totalEvents", member("total_events")?),
        ("vector", vector.clone()),
    ];
    sign(ReceiptKind::Reputation, base, key)
}

/// The identity of a bundle, which the next one links to. It covers the payload by its hash, not the signature.
pub fn bundle_hash(bundle: &Json) -> Result<String, IssueError> {
    let shape = shape_of(ReceiptKind::Bundle).ok_or(IssueError::Malformed)?;
    check_shape(bundle, shape).map_err(|_| IssueError::Malformed)?;
    Ok(digest_bytes(signing_input(bundle, shape)?.as_bytes()))
}

fn sign(kind: ReceiptKind, members: Vec<(&str, Json)>, key: &SigningKey) -> Result<Json, IssueError> {
    let shape: &Shape = shape_of(kind).ok_or(IssueError::Malformed)?;
    let version = ("version", shape.version.into());
    let mut document = Json::object([version].into_iter().chain(members)).nfc();
    let signature = key.signature(&signing_input(&document, shape)?);
    if let Json::Object(members) = &mut document {
        members.push(("signature".into(), signature));
    }
    check_shape(&document, shape).map_err(|_| IssueError::Malformed)?;
    publishable(document)
}

/// Refuses what no verifier would accept: a member `__proto__`, names that NFC made equal, infinite numbers.
pub(super) fn publishable(document: Json) -> Result<Json, IssueError> {
    let read = Json::parse_unambiguous(document.to_text().as_bytes());
    if read.as_ref() == Ok(&document) { Ok(document) } else { Err(IssueError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::receipt::{Jwks, verify_receipt};

    fn bundle(payload: &str) -> Result<Json, IssueError> {
        let payload = Json::parse(payload.as_bytes()).unwrap();
        let key = SigningKey::generate().unwrap();
        let bundle = issue_bundle(&payload, None, "2026-06-15T12:00:00.000Z", &key)?;
        let keys = serde_json::json!({ "keys": [key.public_jwk()] }).to_string();
        let keys = Jwks::parse(keys.as_bytes()).unwrap();
        assert!(verify_receipt(bundle.to_text().as_bytes(), &keys).valid, "{}", bundle.to_text());
        Ok(bundle)
    }

    #[test]
    fn text_is_published_in_nfc() {
        let issued = bundle("{\"report\":\"cafe\u{301}\"}").unwrap();
        assert_eq!(issued.get("payload").unwrap().to_text(), "{\"report\":\"café\"}");
    }

    #[test]
    fn what_a_signature_cannot_protect_is_not_issued() {
        let refused = [
            r#"{"__proto__":1}"#,
            r#"{"report":{"__proto__":{}}}"#,
            "{\"e\u{301}\":1,\"é\":2}",
            r#"{"n":1e400}"#,
            r#"{"report":"r","org":"o"}"#,
            "[1]",
            "null",
        ];
        for payload in refused {
            assert_eq!(bundle(payload).unwrap_err(), IssueError::Malformed, "{payload}");
        }
        let deep = format!("{{\"report\":{}{}}}", "[".repeat(101), "]".repeat(101));
        assert_eq!(bundle(&deep).unwrap_err(), IssueError::Canonical(CanonicalError::TooDeep));
    }
}
