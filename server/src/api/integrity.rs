//! The signing keys, and the instance's word on a receipt.

use dashclaw::json::Json;
use dashclaw::receipt::{Reason, ReceiptKind, verify_receipt};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::app::App;
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::Answer;

/// A document to be checked, as the exact text that came: a signature covers no less.
#[derive(Deserialize)]
struct Documents<'a> {
    #[serde(borrow)]
    receipt: Option<&'a RawValue>,
    #[serde(borrow)]
    bundle: Option<&'a RawValue>,
}

/// Says whether a receipt or a bundle was signed by one of our keys, as strictly as the SDK does.
pub(super) fn verify(call: &Call) -> Answer {
    let Ok(documents) = serde_json::from_slice::<Documents<'_>>(&call.raw) else {
        return ok(&json!({ "ok": false, "reason": "verification_error" }));
    };
    let given = |document: Option<&RawValue>| {
        document
            .map(RawValue::get)
            .filter(|text| !matches!(*text, "null" | "false" | "0" | "\"\""))
            .map(str::to_owned)
    };
    if let Some(receipt) = given(documents.receipt) {
        return verify_signed(&call.app, &receipt);
    }
    if let Some(bundle) = given(documents.bundle) {
        return verify_bundle(&call.app, &bundle);
    }
    reply(StatusCode::BAD_REQUEST, &json!({ "ok": false, "error": "receipt or bundle is required" }))
}

fn verify_signed(app: &App, receipt: &str) -> Answer {
    let jwks = app.signer.jwks();
    if jwks.is_empty() {
        return ok(&json!({ "ok": false, "reason": "no_published_keys" }));
    }
    let verification = verify_receipt(receipt.as_bytes(), jwks);
    let signed = matches!(verification.kind, Some(ReceiptKind::NonFabrication | ReceiptKind::Reputation));
    if verification.valid && signed {
        return ok(&json!({ "ok": true, "kid": verification.kid }));
    }
    ok(&json!({ "ok": false, "reason": "no_matching_key_or_bad_signature" }))
}

fn verify_bundle(app: &App, bundle: &str) -> Answer {
    let verification = verify_receipt(bundle.as_bytes(), app.signer.jwks()).expect(ReceiptKind::Bundle);
    let Some(reason) = verification.reason else {
        let bundle = Json::parse(bundle.as_bytes()).ok();
        let previous = bundle.as_ref().and_then(|bundle| bundle.get("prevBundleHash")?.as_str());
        return ok(&json!({ "ok": true, "kid": verification.kid, "prevBundleHash": previous }));
    };
    let word = match reason {
        Reason::PayloadHashMismatch => "payload_tampered",
        Reason::NoKeys | Reason::UnknownKey | Reason::BadSignature => "bad_signature",
        Reason::TooDeep => "error",
        _ => "malformed",
    };
    ok(&json!({ "ok": false, "reason": word }))
}

/// Publishes the signing keys.
pub(super) fn jwks(call: &Call) -> Answer {
    let keys = call.app.signer.key_set();
    let mut response = ok(keys)?;
    let cache = if keys.keys.is_empty() { "no-store" } else { "public, max-age=300" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}
