//! Checking the signatures of actions, for the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};

use crate::json::Json;

use super::pem::{self, PublicKey};
use super::{SIGNATURE_MEMBER, SigningError, signing_input};

/// The algorithms an identity may be registered with.
static RSA_ALGORITHMS: [(&str, &dyn VerificationAlgorithm); 4] = [
    ("RSASSA-PKCS1-v1_5", &RSA_PKCS1_2048_8192_SHA256),
    ("RSA-SHA256", &RSA_PKCS1_2048_8192_SHA256),
    ("RSA-SHA384", &RSA_PKCS1_2048_8192_SHA384),
    ("RSA-SHA512", &RSA_PKCS1_2048_8192_SHA512),
];

/// Checks the `_signature` of an action body against the key of its agent.
///
/// `algorithm` is the one registered with the key: `RSASSA-PKCS1-v1_5` or `RSA-SHA256`, `RSA-SHA384`, `RSA-SHA512`.
/// As on the platform, the key decides the scheme: a P-256 key takes a DER ECDSA signature with SHA-256.
///
/// # Errors
/// [`SigningError`] says what is wrong; the action counts as unverified then.
pub fn verify_action_signature(
    public_key_pem: &str,
    algorithm: &str,
    body: &[u8],
) -> Result<(), SigningError> {
    let body = Json::parse(body)?;
    let input = signing_input(&body)?;
    let signature = match body.get(SIGNATURE_MEMBER) {
        None | Some(Json::Null) => return Err(SigningError::Unsigned),
        Some(member) => member.as_str().ok_or(SigningError::BadSignature)?,
    };
    if signature.is_empty() {
        return Err(SigningError::Unsigned);
    }
    let signature = STANDARD.decode(signature).map_err(|_| SigningError::BadSignature)?;
    let rsa = RSA_ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
    let (_, rsa) = rsa.ok_or(SigningError::UnsupportedAlgorithm)?;
    let (scheme, key): (&dyn VerificationAlgorithm, _) =
        match pem::public_key(public_key_pem).ok_or(SigningError::BadPublicKey)? {
            PublicKey::Rsa(key) => (*rsa, key),
            PublicKey::P256(key) if matches!(algorithm, "RSASSA-PKCS1-v1_5" | "RSA-SHA256") => {
                (&ECDSA_P256_SHA256_ASN1, key)
            }
            PublicKey::P256(_) => return Err(SigningError::UnsupportedAlgorithm),
        };
    UnparsedPublicKey::new(scheme, key)
        .verify(input.as_bytes(), &signature)
        .map_err(|_| SigningError::BadSignature)
}
