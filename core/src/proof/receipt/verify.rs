//! Verification of whole documents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signature;

use crate::json::{Json, JsonError, without_mark};
use crate::proof::canonical::{CanonicalError, Layer, canonical_value, digest};

use super::document::{Document, Shape, check_shape, check_work_order, recognize};
use super::{Jwks, Reason, Verification};

/// Verifies a receipt offline, given its exact text and the published keys.
///
/// The document may be bare or wrapped as `{"receipt": …}` or `{"bundle": …}`; a work-order receipt comes with its
/// hash, as `{"receipt": …, "receipt_hash": …}` or as the server's row. "Valid signature" means what
/// ed25519-dalek's `verify_strict` means.
///
/// Of a bundle this says nothing about the bundles before it; compare `prevBundleHash` with
/// [`super::bundle_hash`] of the one before. A work-order receipt is not signed: valid means that it fits its
/// hash, not who wrote it.
///
/// ```
/// use dashclaw::receipt::{Jwks, Reason, verify_receipt};
///
/// let answer = verify_receipt(b"<html>", &Jwks::default());
/// assert!(!answer.valid);
/// assert_eq!(answer.reason, Some(Reason::NotJson));
/// ```
pub fn verify_receipt(document: &[u8], jwks: &Jwks) -> Verification {
    let mut answer = Verification { valid: false, kind: None, kid: None, reason: None };
    match check(document, jwks, &mut answer) {
        Ok(()) => answer.valid = true,
        Err(reason) => answer.reason = Some(reason),
    }
    answer
}

fn check(document: &[u8], jwks: &Jwks, answer: &mut Verification) -> Result<(), Reason> {
    let value = Json::parse_unambiguous(without_mark(document)).map_err(json_reason)?;
    let document = recognize(&value)?;
    answer.kind = Some(document.kind());
    match document {
        Document::WorkOrder { receipt, hash, row } => {
            check_work_order(receipt, row)?;
            check_digest(receipt, hash, Reason::ReceiptHashMismatch)
        }
        Document::Signed { shape, value } => {
            check_shape(value, shape)?;
            if let Some((hash, of, mismatch)) = shape.digest {
                check_digest(member(value, of)?, member(value, hash)?, mismatch)?;
            }
            check_signature(value, shape, jwks, &mut answer.kid)
        }
    }
}

fn check_digest(value: &Json, claimed: &Json, mismatch: Reason) -> Result<(), Reason> {
    let actual = digest(value).map_err(canonical_reason)?;
    if claimed.as_str() == Some(&*actual) { Ok(()) } else { Err(mismatch) }
}

fn check_signature(
    value: &Json,
    shape: &Shape,
    jwks: &Jwks,
    found: &mut Option<String>,
) -> Result<(), Reason> {
    let signature = member(value, "signature")?;
    let [alg, kid, sig] = ["alg", "kid", "sig"].map(|name| signature.get(name).and_then(Json::as_str));
    if alg.ok_or(Reason::Malformed)? != "EdDSA" {
        return Err(Reason::UnsupportedAlgorithm);
    }
    let kid = kid.ok_or(Reason::Malformed)?;
    if signature.members().is_none_or(|members| members.len() != 3) {
        return Err(Reason::Malformed);
    }
    let sig = decode_signature(sig.ok_or(Reason::Malformed)?).ok_or(Reason::MalformedSignature)?;
    if jwks.is_empty() {
        return Err(Reason::NoKeys);
    }
    let key = jwks.key(kid).ok_or(Reason::UnknownKey)?;
    *found = Some(kid.to_owned());
    let signed = signing_input(value, shape).map_err(canonical_reason)?;
    key.verify_strict(signed.as_bytes(), &sig).map_err(|_| Reason::BadSignature)
}

/// The text that the signature of a document covers.
pub(super) fn signing_input(value: &Json, shape: &Shape) -> Result<String, CanonicalError> {
    let mut base = value.members().unwrap_or_default().to_vec();
    base.retain(|(name, _)| name.as_str().is_none_or(|name| !shape.unsigned.contains(&name)));
    canonical_value(&Json::Object(base), Layer::Integrity)
}

fn decode_signature(sig: &str) -> Option<Signature> {
    let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(sig).ok()?.try_into().ok()?;
    Some(Signature::from_bytes(&bytes))
}

fn member<'a>(value: &'a Json, name: &str) -> Result<&'a Json, Reason> {
    value.get(name).ok_or(Reason::Malformed)
}

fn json_reason(error: JsonError) -> Reason {
    match error {
        JsonError::Syntax { .. } => Reason::NotJson,
        JsonError::TooDeep => Reason::TooDeep,
        JsonError::Ambiguous { .. } => Reason::Ambiguous,
    }
}

fn canonical_reason(error: CanonicalError) -> Reason {
    match error {
        CanonicalError::Json(error) => json_reason(error),
        CanonicalError::TooDeep => Reason::TooDeep,
        CanonicalError::NotFinite | CanonicalError::LoneSurrogate => Reason::Ambiguous,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::receipt::{SigningKey, Verdict, issue_non_fabrication, verify_content};

    fn receipt(content: &str) -> (String, Jwks) {
        let key = SigningKey::generate().unwrap();
        let source = Json::Object(Vec::new());
        let at = "2026-06-15T12:00:00.000Z";
        let receipt = issue_non_fabrication(Verdict::Pass, &[], content, &source, at, &key).unwrap();
        let keys = serde_json::json!({ "keys": [key.public_jwk()] }).to_string();
        (receipt.to_text(), Jwks::parse(keys.as_bytes()).unwrap())
    }

    #[test]
    fn the_signature_has_three_members_of_text() {
        let (receipt, jwks) = receipt("a");
        let reason = |from: &str, to: &str| {
            let altered = receipt.replace(from, to);
            assert_ne!(altered, receipt);
            verify_receipt(altered.as_bytes(), &jwks).reason
        };
        let alg = r#""alg":"EdDSA""#;
        assert_eq!(verify_receipt(receipt.as_bytes(), &jwks).reason, None);
        assert_eq!(reason(alg, r#""alg":"EdDSA","x":1"#), Some(Reason::Malformed));
        assert_eq!(reason(alg, r#""alg":null"#), Some(Reason::Malformed));
        assert_eq!(reason(alg, r#""alg":"eddsa""#), Some(Reason::UnsupportedAlgorithm));
        assert_eq!(reason(r#""kid":""#, r#""kid":5,"x":""#), Some(Reason::Malformed));
        assert_eq!(reason(r#""kid":""#, r#""kid":"x"#), Some(Reason::UnknownKey));
        assert_eq!(reason(r#""sig":""#, r#""sig":"=""#), Some(Reason::NotJson));
        assert_eq!(reason(r#""sig":""#, r#""sig":"="#), Some(Reason::MalformedSignature));
    }

    /// Even the holder of the key cannot make a receipt of another shape.
    #[test]
    fn what_is_signed_must_still_be_a_receipt() {
        let (receipt, _) = receipt("a");
        let key = SigningKey::generate().unwrap();
        let keys = serde_json::json!({ "keys": [key.public_jwk()] }).to_string();
        let jwks = Jwks::parse(keys.as_bytes()).unwrap();
        let resigned = |from: &str, to: &str| {
            let Json::Object(mut members) = Json::parse(receipt.replace(from, to).as_bytes()).unwrap() else {
                panic!("not an object");
            };
            members.pop();
            let base = Json::Object(members.clone());
            let input = canonical_value(&base, Layer::Integrity).unwrap();
            members.push(("signature".into(), key.signature(&input)));
            verify_receipt(Json::Object(members).to_text().as_bytes(), &jwks).reason
        };
        assert_eq!(resigned("", ""), None);
        for (from, to) in [
            (r#""pass""#, r#""maybe""#),
            (r#""violations":[]"#, r#""violations":[1]"#),
            (r#""violations":[]"#, r#""violations":{}"#),
            (r#""issuedAt":"#, r#""issuedAt":null,"at":"#),
            ("sha256:", "md5:"),
            (r#""verdict":"#, r#""verdicts":"#),
        ] {
            assert_eq!(resigned(from, to), Some(Reason::Malformed), "{to}");
        }
        assert_eq!(resigned("receipt/v1", "receipt/v2"), Some(Reason::UnsupportedVersion));
    }

    #[test]
    fn content_is_compared_as_text_digests_are() {
        let (receipt, jwks) = receipt("“a” – b");
        let reason = |content: &str| verify_content(receipt.as_bytes(), &jwks, content, None).reason;
        assert_eq!(reason("\"a\" - b"), None);
        assert_eq!(reason("“a” – b "), Some(Reason::ContentMismatch));
        let wrapped = format!("{{\"receipt\":{receipt}}}");
        assert!(verify_content(wrapped.as_bytes(), &jwks, "“a” – b", None).valid);
        assert!(!verify_content(wrapped.as_bytes(), &Jwks::default(), "“a” – b", None).valid);
    }
}
