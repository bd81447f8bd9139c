//! An issuer's keys: a JSON Web Key Set (RFC 7517) of which only keys that check signatures count.
//!
//! A key says which algorithms it may be used with; the token's header only chooses among them. So neither `none` nor an
//! HMAC with a public key for its secret can be asked for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p521::ecdsa::signature::Verifier as _;
use p521::ecdsa::{Signature as P521Signature, VerifyingKey as P521Key};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

use super::token::Token;

/// The most keys of a set that are looked at.
const MAX_KEYS: usize = 64;

/// The usable keys of an issuer.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    /// The one algorithm it is marked for.
    only: Option<String>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Ed25519(Vec<u8>),
    /// The curve's algorithm and the point, uncompressed.
    Curve(&'static str, &'static dyn VerificationAlgorithm, Vec<u8>),
    /// The curve that `ring` does not know.
    P521(Box<P521Key>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// RSA's algorithms; the key does not say which, unless it is marked.
const RSA: [(&str, &RsaParameters); 3] = [
    ("RS256", &RSA_PKCS1_2048_8192_SHA256),
    ("RS384", &RSA_PKCS1_2048_8192_SHA384),
    ("RS512", &RSA_PKCS1_2048_8192_SHA512),
];

impl KeySet {
    /// Reads a key set; keys that cannot check signatures are left out. Nothing when it is no key set.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(bytes).ok()?;
        let listed = set.get("keys")?.as_array()?;
        Some(Self(listed.iter().take(MAX_KEYS).filter_map(Key::read).collect()))
    }

    /// Whether there is a key that this token could be signed with.
    pub(super) fn fits(&self, token: &Token<'_>) -> bool {
        self.candidates(token).next().is_some()
    }

    /// Whether one of the keys signed this token.
    pub(super) fn verifies(&self, token: &Token<'_>) -> bool {
        self.candidates(token).any(|key| key.verifies(token))
    }

    /// A token that names no key may be signed with any that fits.
    fn candidates<'a>(&'a self, token: &'a Token<'_>) -> impl Iterator<Item = &'a Key> {
        self.0
            .iter()
            .filter(|key| (token.key_id.is_none() || key.id == token.key_id) && key.allows(&token.algorithm))
    }
}

impl Key {
    fn read(key: &Value) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|used| used != "sig") {
            return None;
        }
        let operations = key.get("key_ops").and_then(Value::as_array);
        if operations.is_some_and(|operations| !operations.iter().any(|one| one == "verify")) {
            return None;
        }
        let point = |size: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            (x.len() == size && y.len() == size).then(|| [&[4], x.as_slice(), y.as_slice()].concat())
        };
        let material = match (text("kty")?, text("crv")) {
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes("x").filter(|x| x.len() == 32)?),
            ("EC", Some("P-256")) => Material::Curve("ES256", &ECDSA_P256_SHA256_FIXED, point(32)?),
            ("EC", Some("P-384")) => Material::Curve("ES384", &ECDSA_P384_SHA384_FIXED, point(48)?),
            ("EC", Some("P-521")) => Material::P521(Box::new(P521Key::from_sec1_bytes(&point(66)?).ok()?)),
            ("RSA", _) => Material::Rsa { n: positive(&bytes("n")?)?, e: positive(&bytes("e")?)? },
            _ => return None,
        };
        Some(Self { id: text("kid").map(str::to_owned), only: text("alg").map(str::to_owned), material })
    }

    fn allows(&self, algorithm: &str) -> bool {
        let by_kind = match &self.material {
            Material::Ed25519(_) => algorithm == "EdDSA",
            Material::Curve(own, ..) => algorithm == *own,
            Material::P521(_) => algorithm == "ES512",
            Material::Rsa { .. } => RSA.iter().any(|(name, _)| *name == algorithm),
        };
        by_kind && self.only.as_deref().is_none_or(|only| only == algorithm)
    }

    fn verifies(&self, token: &Token<'_>) -> bool {
        let Token { signed, signature, algorithm, .. } = token;
        let checked = match &self.material {
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
            Material::Curve(_, scheme, key) => UnparsedPublicKey::new(*scheme, key).verify(signed, signature),
            Material::P521(key) => {
                let signature = P521Signature::from_slice(signature);
                return signature.is_ok_and(|signature| key.verify(signed.as_ref(), &signature).is_ok());
            }
            Material::Rsa { n, e } => match RSA.iter().find(|(name, _)| name == algorithm) {
                Some((_, scheme)) => RsaPublicKeyComponents { n, e }.verify(scheme, signed, signature),
                None => return false,
            },
        };
        checked.is_ok()
    }
}

/// A big-endian number without the zeros in front, which some issuers write.
fn positive(bytes: &[u8]) -> Option<Vec<u8>> {
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
