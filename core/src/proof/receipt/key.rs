//! The private key that receipts are signed with.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use secrecy::zeroize::{Zeroize as _, Zeroizing};
use secrecy::{ExposeSecret as _, SecretString};

use crate::json::Json;

use super::PublicJwk;
use super::jwks::{key_bytes, text, thumbprint};

/// Why there is no signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The JWK is not JSON, or not an OKP/Ed25519 key with text `x` and `d` of 32 bytes each.
    #[error("the signing key is not a private Ed25519 JWK")]
    Malformed,
    /// `x` is not the public key of `d`.
    #[error("the public and the private part of the signing key do not fit")]
    Mismatch,
    /// The operating system gave no random bytes.
    #[error("no randomness for a new signing key")]
    NoRandomness,
}

/// An Ed25519 key with the name it is published under. It is wiped from memory when dropped.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    kid: String,
}

impl SigningKey {
    /// A new random key, named by its thumbprint.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::new(&seed, None))
    }

    /// Reads a private JWK. A key without `kid` is named by its thumbprint.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::Mismatch`].
    pub fn from_private_jwk(jwk: &SecretString) -> Result<Self, KeyError> {
        let mut jwk = Json::parse(jwk.expose_secret().as_bytes()).map_err(|_| KeyError::Malformed)?;
        let key = Self::from_parsed(&jwk);
        wipe(&mut jwk);
        key
    }

    fn from_parsed(jwk: &Json) -> Result<Self, KeyError> {
        if text(jwk, "kty") != Some("OKP") || text(jwk, "crv") != Some("Ed25519") {
            return Err(KeyError::Malformed);
        }
        let [x, d] = ["x", "d"].map(|name| text(jwk, name).and_then(key_bytes));
        let (Some(x), Some(d)) = (x, d.map(Zeroizing::new)) else { return Err(KeyError::Malformed) };
        let kid = text(jwk, "kid").filter(|kid| !kid.is_empty()).map(str::to_owned);
        let key = Self::new(&d, kid);
        if key.key.verifying_key().as_bytes() == &x { Ok(key) } else { Err(KeyError::Mismatch) }
    }

    fn new(seed: &[u8; 32], kid: Option<String>) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let kid = kid.unwrap_or_else(|| thumbprint(&URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes())));
        Self { key, kid }
    }

    /// The private JWK as JSON text, for storing.
    pub fn to_private_jwk(&self) -> SecretString {
        let d = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.key.as_bytes()));
        let public = self.public_jwk();
        let mut jwk = Json::object([
            ("crv", public.crv.into()),
            ("d", d.as_str().into()),
            ("x", public.x.as_str().into()),
            ("kty", public.kty.into()),
            ("kid", public.kid.as_str().into()),
            ("alg", public.alg.into()),
            ("use", public.key_use.into()),
        ]);
        let text = SecretString::from(jwk.to_text());
        wipe(&mut jwk);
        text
    }

    /// The key as a key set lists it.
    pub fn public_jwk(&self) -> PublicJwk {
        PublicJwk::new(&self.key.verifying_key(), self.kid.clone())
    }

    /// The name of the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The `signature` member for a document with this signing input.
    pub(super) fn signature(&self, signing_input: &str) -> Json {
        let sig = URL_SAFE_NO_PAD.encode(self.key.sign(signing_input.as_bytes()).to_bytes());
        Json::object([
            ("alg", "EdDSA".into()),
            ("kid", self.kid.as_str().into()),
            ("sig", sig.as_str().into()),
        ])
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Overwrites the text members of a parsed or built JWK, one of which is the private key.
fn wipe(jwk: &mut Json) {
    let Json::Object(members) = jwk else { return };
    for (_, member) in members {
        if let Json::String(text) = member {
            let mut bytes = std::mem::replace(text, "".into()).into_bytes();
            bytes.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_jwk() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_private_jwk(&key.to_private_jwk()).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        assert_eq!(again.signature("a"), key.signature("a"));
        assert_ne!(SigningKey::generate().unwrap().kid(), key.kid());
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::generate().unwrap();
        let jwk = Json::parse(key.to_private_jwk().expose_secret().as_bytes()).unwrap();
        let secret = jwk.get("d").unwrap().as_str().unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains(key.kid()) && !shown.contains(secret));
        assert_eq!(shown, format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
    }

    #[test]
    fn only_whole_private_keys_are_taken() {
        let key = SigningKey::generate().unwrap().to_private_jwk();
        let other = SigningKey::generate().unwrap().public_jwk().x;
        let good = key.expose_secret();
        let own = Json::parse(good.as_bytes()).unwrap().get("x").unwrap().as_str().unwrap().to_owned();
        let read = |text: String| SigningKey::from_private_jwk(&SecretString::from(text)).map(|_| ());
        assert_eq!(read(good.to_owned()), Ok(()));
        assert_eq!(read(good.replace(&own, &other)), Err(KeyError::Mismatch));
        for bad in [good.replace("OKP", "RSA"), good.replace("\"d\"", "\"e\""), "{bad".to_owned()] {
            assert_eq!(read(bad), Err(KeyError::Malformed));
        }
    }
}
