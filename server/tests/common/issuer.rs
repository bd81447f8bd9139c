//! Somebody who issues tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// An issuer with one key.
pub(crate) struct Issuer(Ed25519KeyPair);

impl Issuer {
    pub(crate) fn new() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
    }

    pub(crate) fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k", "alg": "EdDSA" }] })
            .to_string()
    }

    /// A token of `https://issuer.example` for ten minutes, with other claims over that.
    pub(crate) fn token(&self, more: Value) -> String {
        self.token_by("k", more)
    }

    /// The same, by a key of this name.
    pub(crate) fn token_by(&self, kid: &str, more: Value) -> String {
        let mut claims = json!({ "iss": "https://issuer.example", "sub": "named", "exp": now() + 600 });
        if let Value::Object(more) = more {
            claims.as_object_mut().unwrap().extend(more);
        }
        let parts = [json!({ "alg": "EdDSA", "kid": kid }), claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = parts.join(".");
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// The time, in seconds.
pub(crate) fn now() -> i64 {
    dashclaw::clock::unix_millis() / 1000
}
