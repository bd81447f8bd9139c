//! The pure functions.
#![expect(unreachable_pub, reason = "the macro wants `pub`, and no crate links this one")]

use dashclaw::receipt::{self, Jwks};
use dashclaw::signing::ActionSigner;
use dashclaw::{Error, ErrorKind, canonical, idempotency, terminal};
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use secrecy::SecretString;

use crate::crossing::raise;

/// The idempotency key of `parts`, a JSON object.
#[napi(catch_unwind)]
pub fn derive_idempotency_key(parts: String) -> napi::Result<String> {
    idempotency::derive_idempotency_key(parts.as_bytes())
        .map_err(|error| raise(Error::argument("parts", error)))
}

/// The canonical form of a JSON text on one of the layers.
#[napi(catch_unwind)]
pub fn canonical_json(value: String, layer: String) -> napi::Result<String> {
    let layer = layer.parse().map_err(|error| raise(Error::argument("layer", error)))?;
    canonical::canonical_json(value.as_bytes(), layer).map_err(|error| raise(Error::argument("value", error)))
}

/// Verifies a receipt against a key set, both JSON: `{"valid", "kind", "kid", "reason", "message"}` as JSON.
#[napi(catch_unwind)]
pub fn verify_receipt(document: Buffer, jwks: Buffer) -> napi::Result<String> {
    let keys = Jwks::parse(&jwks).map_err(|error| raise(Error::argument("jwks", error)))?;
    serde_json::to_string(&receipt::verify_receipt(&document, &keys))
        .map_err(|error| raise(Error::new(ErrorKind::Internal, error.to_string())))
}

/// The signature of an action, a JSON object, with an RSA key in PEM or JWK.
#[napi(catch_unwind)]
pub fn sign_action(payload: String, key: String) -> napi::Result<String> {
    let signer = ActionSigner::from_text(&SecretString::from(key))
        .map_err(|error| raise(Error::argument("key", error)))?;
    signer.sign_action(payload.as_bytes()).map_err(|error| raise(Error::argument("payload", error)))
}

/// `text` on one line of a terminal, without anything that the terminal would obey or hide.
#[napi(catch_unwind)]
pub fn printable(text: String) -> String {
    terminal::printable(&text)
}

/// The code of every kind of error.
#[napi]
pub fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The version of the SDK.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
