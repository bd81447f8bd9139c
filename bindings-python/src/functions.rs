//! The pure functions.

use dashclaw::json::Json;
use dashclaw::receipt::{self, Jwks};
use dashclaw::signing::ActionSigner;
use dashclaw::{Error, ErrorKind, canonical, idempotency, terminal};
use pyo3::prelude::*;
use secrecy::SecretString;

use crate::blocking::detached;
use crate::crossing::{give, json, raise};

/// The idempotency key of `parts`, a JSON object.
#[pyfunction]
pub(crate) fn derive_idempotency_key(py: Python<'_>, parts: &str) -> PyResult<String> {
    idempotency::derive_idempotency_key(parts.as_bytes())
        .map_err(|error| raise(py, &Error::argument("parts", error)))
}

/// The canonical form of a JSON text on one of the layers.
#[pyfunction]
pub(crate) fn canonical_json(py: Python<'_>, value: &str, layer: &str) -> PyResult<String> {
    let layer = layer.parse().map_err(|error| raise(py, &Error::argument("layer", error)))?;
    canonical::canonical_json(value.as_bytes(), layer)
        .map_err(|error| raise(py, &Error::argument("value", error)))
}

/// A JSON text as ECMAScript spells it, its members in their order.
#[pyfunction]
pub(crate) fn respell(py: Python<'_>, value: &str) -> PyResult<String> {
    Json::parse(value.as_bytes())
        .map(|value| value.to_text())
        .map_err(|error| raise(py, &Error::argument("value", error)))
}

/// Verifies a receipt against a key set, both JSON: `{"valid", "kind", "kid", "reason", "message"}` as JSON.
#[pyfunction]
pub(crate) fn verify_receipt<'py>(
    py: Python<'py>,
    document: &[u8],
    jwks: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let keys = Jwks::parse(jwks).map_err(|error| raise(py, &Error::argument("jwks", error)))?;
    let answer = detached(py, || receipt::verify_receipt(document, &keys));
    give(py, json(&answer))
}

/// The signature of an action, a JSON object, with an RSA key in PEM or JWK.
#[pyfunction]
pub(crate) fn sign_action(py: Python<'_>, payload: &str, key: String) -> PyResult<String> {
    let signer = ActionSigner::from_text(&SecretString::from(key))
        .map_err(|error| raise(py, &Error::argument("key", error)))?;
    detached(py, || signer.sign_action(payload.as_bytes()))
        .map_err(|error| raise(py, &Error::argument("payload", error)))
}

/// `text` on one line of a terminal, without anything that the terminal would obey or hide.
#[pyfunction]
pub(crate) fn printable(text: &str) -> String {
    terminal::printable(text)
}

/// The code of every kind of error.
#[pyfunction]
pub(crate) fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The version of the SDK.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
