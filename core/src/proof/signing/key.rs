//! The agent's private key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::json::Json;
use crate::proof::canonical::CanonicalError;

use super::{SigningError, pem, signing_input};

/// Signs actions with the RSA key of an agent (2048 to 4096 bits).
pub struct ActionSigner {
    key: KeyPair,
}

impl ActionSigner {
    /// Reads a private key in PEM or, where the text starts with `{`, a private JWK.
    ///
    /// # Errors
    /// [`SigningError::BadPrivateKey`].
    pub fn from_text(key: &SecretString) -> Result<Self, SigningError> {
        // Editors put a byte-order mark before it.
        let text = key.expose_secret().trim_start_matches('\u{feff}').trim_start();
        let key = &SecretString::from(text);
        if text.starts_with('{') { Self::from_jwk(key) } else { Self::from_pem(key) }
    }

    /// Reads a private key in PEM: PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// # Errors
    /// [`SigningError::BadPrivateKey`].
    pub fn from_pem(pem: &SecretString) -> Result<Self, SigningError> {
        let (label, der) = pem::decode(pem.expose_secret()).ok_or(SigningError::BadPrivateKey)?;
        let key = match label {
            "PRIVATE KEY" => KeyPair::from_pkcs8(&der),
            "RSA PRIVATE KEY" => KeyPair::from_der(&der),
            _ => return Err(SigningError::BadPrivateKey),
        };
        key.map(|key| Self { key }).map_err(|_| SigningError::BadPrivateKey)
    }

    /// Reads a private RSA JWK (RFC 7518) with its primes.
    ///
    /// # Errors
    /// [`SigningError::BadPrivateKey`].
    pub fn from_jwk(jwk: &SecretString) -> Result<Self, SigningError> {
        let jwk: PrivateJwk<'_> =
            serde_json::from_str(jwk.expose_secret()).map_err(|_| SigningError::BadPrivateKey)?;
        jwk.key_pair().map(|key| Self { key }).ok_or(SigningError::BadPrivateKey)
    }

    /// The public half as SubjectPublicKeyInfo in PEM.
    pub fn public_key_pem(&self) -> String {
        pem::rsa_public_key(self.key.public().as_ref())
    }

    /// The signature of an action, in standard base64, for its member `_signature`. A signature that the action
    /// already carries is not covered.
    ///
    /// # Errors
    /// [`SigningError`]; the caller must not send the action unsigned then. A number that is not finite, such as
    /// `1e400`, is an error, because the signature would cover `null` in its place.
    pub fn sign_action(&self, action: &[u8]) -> Result<String, SigningError> {
        let action = Json::parse(action)?;
        if !action.is_finite() {
            return Err(SigningError::Canonical(CanonicalError::NotFinite));
        }
        let input = signing_input(&action)?;
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .map_err(|_| SigningError::Failed)?;
        Ok(STANDARD.encode(signature))
    }
}

impl fmt::Debug for ActionSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ActionSigner").finish_non_exhaustive()
    }
}

/// A private RSA key as RFC 7518, section 6.3, spells it. Its texts borrow from the secret they were read from.
#[derive(serde::Deserialize)]
struct PrivateJwk<'a> {
    kty: &'a str,
    n: &'a str,
    e: &'a str,
    d: &'a str,
    p: &'a str,
    q: &'a str,
    #[serde(alias = "dmp1")]
    dp: &'a str,
    #[serde(alias = "dmq1")]
    dq: &'a str,
    #[serde(alias = "iqmp")]
    qi: &'a str,
}

impl PrivateJwk<'_> {
    fn key_pair(&self) -> Option<KeyPair> {
        if self.kty != "RSA" {
            return None;
        }
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: integer(self.n)?, e: integer(self.e)? },
            d: integer(self.d)?,
            p: integer(self.p)?,
            q: integer(self.q)?,
            dP: integer(self.dp)?,
            dQ: integer(self.dq)?,
            qInv: integer(self.qi)?,
        };
        KeyPair::from_components(&components).ok()
    }
}

/// A big-endian integer, wiped when dropped.
struct Integer(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Integer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn integer(encoded: &str) -> Option<Integer> {
    URL_SAFE_NO_PAD.decode(encoded).ok().map(|bytes| Integer(Zeroizing::new(bytes)))
}
