//! Integrity: the server's signing keys, and its own word on a receipt.

use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::{operations, record};

operations! { "integrity":
    /// Asks the server whether a receipt or an evidence bundle was signed by one of its keys. Needs no API key.
    ///
    /// A forgery is a normal result with `ok` false, not an error. The server is less strict than
    /// [`verify_receipt`](crate::proof::receipt::verify_receipt), which needs no server.
    verify_integrity = Post "/api/integrity/verify" => IntegrityVerdict [
        repeat(Repeat::Safe), public(), positional(&["receipt", "bundle"]),
    ]
    VerifyIntegrity {
        /// The receipt. Give this or `bundle`.
        receipt: Option<Map<String, Value>>,
        /// The evidence bundle. Give this or `receipt`.
        bundle: Option<Map<String, Value>>,
    }

    /// Reads the keys that the server signs with. Needs no API key. There are none while the server cannot sign.
    get_jwks = Get "/api/integrity/jwks" => JwkSet [public(), aliases(&["/.well-known/jwks.json"])]
    GetJwks {}
}

record! {
    /// The server's word on a receipt.
    pub struct IntegrityVerdict {
        /// Whether one of its keys signed it.
        #[required]
        ok: bool,
        /// Which key.
        #[serde(skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
        /// Why not: `no_published_keys`, `no_matching_key_or_bad_signature` or `verification_error`.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What is wrong with the request.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    }

    /// Public keys (RFC 7517).
    pub struct JwkSet {
        /// The keys.
        #[required]
        keys: Vec<Jwk>,
    }

    /// A public Ed25519 key (RFC 8037).
    pub struct Jwk {
        /// Its family: `OKP`.
        #[required]
        kty: String,
        /// Its curve: `Ed25519`.
        crv: String,
        /// Its 32 bytes, base64url.
        x: String,
        /// What receipts call it.
        kid: String,
        /// What it is for: `sig`.
        #[serde(rename = "use")]
        usage: String,
        /// Its algorithm: `EdDSA`.
        alg: String,
    }
}
