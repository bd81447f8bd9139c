//! Signatures of agents over the actions they record.
//!
//! An agent signs the plain canonical form of the whole body, without its `_signature`, with RSASSA-PKCS1-v1_5 and
//! SHA-256, and sends the signature in standard base64 as the member `_signature`.

mod key;
mod pem;
mod verify;

pub use key::ActionSigner;
pub use verify::verify_action_signature;

use crate::json::{Json, JsonError};
use crate::proof::canonical::{CanonicalError, Layer, canonical_value};

/// The member that carries the signature and is not covered by it.
pub const SIGNATURE_MEMBER: &str = "_signature";

/// Why an action could not be signed, or its signature does not count. Never holds key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The body is not JSON.
    #[error("the action is not JSON: {0}")]
    Json(#[from] JsonError),
    /// The body is not an object.
    #[error("an action must be an object to be signed")]
    NotAnObject,
    /// The body has no canonical form.
    #[error("the action has no canonical form: {0}")]
    Canonical(CanonicalError),
    /// The private key is not an RSA key in PEM (PKCS#8 or PKCS#1) or JWK, of 2048 to 4096 bits.
    #[error("the private key is not a usable RSA key")]
    BadPrivateKey,
    /// The public key is not an RSA or P-256 key in PEM.
    #[error("the public key is not usable")]
    BadPublicKey,
    /// The signature algorithm registered for the key is not supported.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// The cryptographic library failed to sign.
    #[error("signing failed")]
    Failed,
    /// The body carries no signature.
    #[error("the action is not signed")]
    Unsigned,
    /// The signature does not fit the body and the key.
    #[error("the signature does not fit the action")]
    BadSignature,
}

/// What the signature of a body covers.
fn signing_input(body: &Json) -> Result<String, SigningError> {
    let mut members = body.members().ok_or(SigningError::NotAnObject)?.to_vec();
    members.retain(|(name, _)| name.as_str() != Some(SIGNATURE_MEMBER));
    canonical_value(&Json::Object(members), Layer::Plain).map_err(SigningError::Canonical)
}
