//! A signed token taken apart (RFC 7515, compact form): strictly, since every reading must be the same reading.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dashclaw::json::Json;
use serde_json::{Map, Value};

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

/// A token whose signature nobody has checked yet.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// The algorithm its header names. The key decides, not this.
    pub(super) algorithm: String,
    /// The key its header names.
    pub(super) key_id: Option<String>,
    pub(super) claims: Map<String, Value>,
    /// What is signed.
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes it apart; nothing when it is not a token that can be understood wholly.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_TOKEN {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(header)?;
        // `crit` and `b64` change what the rest means (RFC 7515, 4.1.11; RFC 7797).
        if header.contains_key("crit") || header.contains_key("b64") {
            return None;
        }
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return None,
        };
        Some(Self {
            algorithm: header.get("alg")?.as_str()?.to_owned(),
            key_id,
            claims: object(claims)?,
            signed: signed.as_bytes(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok().filter(|bytes| !bytes.is_empty())?,
        })
    }
}

/// The object in a part of a token; nothing when a name stands in it twice.
fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    Json::parse_unambiguous(&bytes).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(header: &str, claims: &str, signature: &str) -> String {
        [header, claims, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    #[test]
    fn what_is_not_wholly_understood_is_no_token() {
        let (header, claims) = (r#"{"alg":"EdDSA","kid":"k"}"#, r#"{"sub":"a"}"#);
        let good = written(header, claims, "s");
        let token = Token::parse(&good).unwrap();
        assert_eq!((token.algorithm.as_str(), token.key_id.as_deref()), ("EdDSA", Some("k")));
        assert_eq!((token.claims["sub"].as_str(), token.signature.as_slice()), (Some("a"), b"s".as_slice()));
        let bad = [
            String::new(),
            "a.b".to_owned(),
            good.clone() + ".x",
            good.clone() + "=",
            format!(" {good}"),
            written(header, claims, ""),
            written(r#"{"alg":"EdDSA","alg":"none"}"#, claims, "s"),
            written(header, r#"{"sub":"a","sub":"b"}"#, "s"),
            written(r#"{"alg":"EdDSA","crit":["exp"]}"#, claims, "s"),
            written(r#"{"alg":"EdDSA","b64":false}"#, claims, "s"),
            written(r#"{"alg":"EdDSA","kid":7}"#, claims, "s"),
            written(r#"{"kid":"k"}"#, claims, "s"),
            written(r#"["EdDSA"]"#, claims, "s"),
            written(header, "7", "s"),
            written(header, &format!(r#"{{"sub":"{}"}}"#, "a".repeat(MAX_TOKEN)), "s"),
        ];
        for text in bad {
            assert!(Token::parse(&text).is_none(), "{text:.60}");
        }
    }
}
