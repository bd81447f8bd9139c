//! Verification of whole documents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signature;

use crate::canonical::{CanonicalError, Layer, canonical_value, digest};
use crate::json::{Json, JsonError};

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
pub fn verify_receipt(document: &[u8], jwks: &Jwks) -> Verification {
    let mut answer = Verification { valid: false, kind: None, kid: None, reason: None };
    match check(document, jwks, &mut answer) {
        Ok(()) => answer.valid = true,
        Err(reason) => answer.reason = Some(reason),
    }
    answer
}

fn check(document: &[u8], jwks: &Jwks, answer: &mut Verification) -> Result<(), Reason> {
    let value = Json::parse_unambiguous(document).map_err(json_reason)?;
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
