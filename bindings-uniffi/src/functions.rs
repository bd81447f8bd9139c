//! The pure functions.

use dashclaw::receipt::{self, Jwks, Verification};
use dashclaw::signing::ActionSigner;
use dashclaw::{Error, ErrorKind, canonical, idempotency, terminal};
use secrecy::SecretString;
use serde::Serialize;

use crate::error::{Result, crossing};

/// The answer to a verification: [`dashclaw::receipt::Verification`] in words.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeVerification {
    /// Whether every check passed.
    pub valid: bool,
    /// What kind of receipt it is, once that is known.
    pub kind: Option<String>,
    /// The key that it names, once that is found.
    pub kid: Option<String>,
    /// The code of the first check that failed.
    pub reason: Option<String>,
    /// The same for people.
    pub message: Option<String>,
}

/// The idempotency key of `parts`, the text of a JSON object.
#[uniffi::export]
pub fn derive_idempotency_key(parts: &[u8]) -> Result<String> {
    idempotency::derive_idempotency_key(parts).map_err(|error| crossing(Error::argument("parts", error)))
}

/// The canonical form of a JSON text on the layer `plain`, `integrity` or `rfc8785`.
#[uniffi::export]
pub fn canonical_json(value: &[u8], layer: &str) -> Result<String> {
    let layer = layer.parse().map_err(|error| crossing(Error::argument("layer", error)))?;
    canonical::canonical_json(value, layer).map_err(|error| crossing(Error::argument("value", error)))
}

/// Verifies a receipt against a key set, both JSON texts.
#[uniffi::export]
pub fn verify_receipt(document: &[u8], jwks: &[u8]) -> Result<NativeVerification> {
    let keys = Jwks::parse(jwks).map_err(|error| crossing(Error::argument("jwks", error)))?;
    Ok(receipt::verify_receipt(document, &keys).into())
}

/// The signature of an action, the text of a JSON object, with an RSA key in PEM or JWK.
#[uniffi::export]
pub fn sign_action(payload: &[u8], key: String) -> Result<String> {
    let signer = ActionSigner::from_text(&SecretString::from(key))
        .map_err(|error| crossing(Error::argument("key", error)))?;
    signer.sign_action(payload).map_err(|error| crossing(Error::argument("payload", error)))
}

/// `text` on one line of a terminal, without anything that the terminal would obey or hide.
#[uniffi::export]
pub fn printable(text: &str) -> String {
    terminal::printable(text)
}

/// The code of every kind of error.
#[uniffi::export]
pub fn error_kinds() -> Vec<String> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()
}

/// The version of the SDK.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

impl From<Verification> for NativeVerification {
    fn from(answer: Verification) -> Self {
        Self {
            valid: answer.valid,
            kind: word(answer.kind),
            kid: answer.kid,
            reason: word(answer.reason),
            message: answer.reason.map(|reason| reason.to_string()),
        }
    }
}

/// The word that JSON has for a value.
fn word(value: Option<impl Serialize>) -> Option<String> {
    let value = serde_json::to_value(value?).ok()?;
    value.as_str().map(str::to_owned)
}
