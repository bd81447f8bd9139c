//! The instance's word on a receipt.

use dashclaw::json::Json;
use dashclaw::receipt::{Reason, ReceiptKind, verify_receipt};
use serde_json::{Value, json};

use crate::app::App;

/// Says whether a receipt was signed by one of our keys, as strictly as the SDK does.
pub(super) fn verify_signed(app: &App, receipt: &str) -> Value {
    let jwks = app.signer.jwks();
    if jwks.is_empty() {
        return json!({ "ok": false, "reason": "no_published_keys" });
    }
    let verification = verify_receipt(receipt.as_bytes(), jwks);
    let signed = matches!(verification.kind, Some(ReceiptKind::NonFabrication | ReceiptKind::Reputation));
    if verification.valid && signed {
        return json!({ "ok": true, "kid": verification.kid });
    }
    json!({ "ok": false, "reason": "no_matching_key_or_bad_signature" })
}

/// The same of a bundle.
pub(super) fn verify_bundle(app: &App, bundle: &str) -> Value {
    let verification = verify_receipt(bundle.as_bytes(), app.signer.jwks()).expect(ReceiptKind::Bundle);
    let Some(reason) = verification.reason else {
        let bundle = Json::parse(bundle.as_bytes()).ok();
        let previous = bundle.as_ref().and_then(|bundle| bundle.get("prevBundleHash")?.as_str());
        return json!({ "ok": true, "kid": verification.kid, "prevBundleHash": previous });
    };
    let word = match reason {
        Reason::PayloadHashMismatch => "payload_tampered",
        Reason::NoKeys | Reason::UnknownKey | Reason::BadSignature => "bad_signature",
        Reason::TooDeep => "error",
        _ => "malformed",
    };
    json!({ "ok": false, "reason": word })
}
