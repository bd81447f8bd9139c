//! Published keys: JSON Web Key Sets (RFC 7517) of Ed25519 keys (RFC 8037).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::json::{Json, JsonError, without_mark};

/// The document is not a key set. (A set without usable keys is one.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// The text is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// There is no list called `keys`.
    #[error("a key set must be an object with a list of `keys`")]
    NoKeyList,
}

/// The usable keys of a key set, found by `kid`.
#[derive(Debug, Clone, Default)]
pub struct Jwks {
    keys: Vec<(String, VerifyingKey)>,
}

impl Jwks {
    /// Reads a key set.
    ///
    /// Keys that cannot verify receipts are skipped: not OKP/Ed25519, marked for another algorithm or use,
    /// without a `kid`, or with an `x` that is not 32 bytes of strict base64url or not a safe point. Of several
    /// keys with one `kid` the first counts, as on the server.
    ///
    /// # Errors
    /// When the text is not JSON, or is no key set at all.
    pub fn parse(text: &[u8]) -> Result<Self, JwksError> {
        let set = Json::parse(without_mark(text))?;
        let Some(Json::Array(listed)) = set.get("keys") else { return Err(JwksError::NoKeyList) };
        let mut keys: Vec<(String, VerifyingKey)> = Vec::new();
        for (kid, key) in listed.iter().filter_map(usable_key) {
            if keys.iter().all(|(known, _)| known != kid) {
                keys.push((kid.to_owned(), key));
            }
        }
        Ok(Self { keys })
    }

    /// How many usable keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no usable key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key has this `kid`; if not, it may be worth fetching the set again.
    pub fn contains(&self, kid: &str) -> bool {
        self.key(kid).is_some()
    }

    pub(super) fn key(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }
}

/// A public key as a key set lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    /// `OKP`
    pub kty: &'static str,
    /// `Ed25519`
    pub crv: &'static str,
    /// The key, 32 bytes in base64url.
    pub x: String,
    /// The name receipts call the key by.
    pub kid: String,
    /// `EdDSA`
    pub alg: &'static str,
    /// `sig`
    #[serde(rename = "use")]
    pub key_use: &'static str,
}

impl PublicJwk {
    pub(super) fn new(key: &VerifyingKey, kid: String) -> Self {
        let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
        Self { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", key_use: "sig" }
    }
}

/// The RFC 7638 thumbprint of an Ed25519 key, given its `x`: the `kid` of keys that were not named.
pub fn thumbprint(x: &str) -> String {
    // The members RFC 7638 wants, in its order; `x` is base64url, which needs no escapes.
    let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(required))
}

pub(super) fn text<'a>(jwk: &'a Json, name: &str) -> Option<&'a str> {
    jwk.get(name)?.as_str()
}

/// 32 bytes in strict base64url.
pub(super) fn key_bytes(encoded: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()
}

fn usable_key(jwk: &Json) -> Option<(&str, VerifyingKey)> {
    let demanded = [("kty", "OKP"), ("crv", "Ed25519")];
    let optional = [("alg", "EdDSA"), ("use", "sig")];
    let fits = demanded.iter().all(|(name, value)| text(jwk, name) == Some(value))
        && optional.iter().all(|(name, value)| jwk.get(name).is_none() || text(jwk, name) == Some(value));
    if !fits {
        return None;
    }
    let kid = text(jwk, "kid").filter(|kid| !kid.is_empty())?;
    let key = VerifyingKey::from_bytes(&key_bytes(text(jwk, "x")?)?).ok()?;
    (!key.is_weak()).then_some((kid, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "9uYMoZMYucXJsBGF6p9oElp1KGEbFS7tJX5VSTmED-w";

    fn usable(jwk: &str) -> usize {
        Jwks::parse(format!("{{\"keys\":[{jwk}]}}").as_bytes()).unwrap().len()
    }

    #[test]
    fn unusable_keys_are_skipped() {
        let good = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{X}"}}"#);
        assert_eq!(usable(&good), 1);
        let bad = [
            "null".to_owned(),
            "5".to_owned(),
            "{}".to_owned(),
            good.replace("OKP", "EC"),
            good.replace("Ed25519", "X25519"),
            good.replace("\"k\"", "\"\""),
            good.replace("\"k\"", "5"),
            good.replace("\"k\"", "\"\\ud800\""),
            good.replace(X, &X[1..]),
            good.replace(X, &format!("{X}=")),
            good.replace(X, &X.replace('-', "+")),
            good.replace(X, ""),
            good.replace("\"k\"", "\"k\",\"alg\":\"ES256\""),
            good.replace("\"k\"", "\"k\",\"use\":\"enc\""),
            // The identity and another point of small order.
            good.replace(X, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            good.replace(X, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ];
        for jwk in bad {
            assert_eq!(usable(&jwk), 0, "{jwk}");
        }
    }

    #[test]
    fn the_first_key_of_a_kid_counts() {
        let other = "3dg4VIwrOi5oGqUeUZnr_gltaho5wGTrdKmaEgrr0TE";
        let jwk = |x: &str| format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}"#);
        let set = format!("{{\"keys\":[{},{}]}}", jwk(X), jwk(other));
        let set = Jwks::parse(set.as_bytes()).unwrap();
        assert_eq!(set.len(), 1);
        assert_eq!(set.key("k").unwrap().as_bytes(), &key_bytes(X).unwrap());
        assert!(set.contains("k") && !set.contains("K"));
    }

    #[test]
    fn what_is_no_key_set_is_an_error() {
        for text in ["[]", "{}", "{\"keys\":{}}", "null"] {
            assert_eq!(Jwks::parse(text.as_bytes()).unwrap_err(), JwksError::NoKeyList);
        }
        assert!(matches!(Jwks::parse(b"<html>"), Err(JwksError::Json(_))));
        assert!(Jwks::parse(b"{\"keys\":[]}").unwrap().is_empty());
    }
}
