//! Canonical JSON and the digests over it.
//!
//! DashClaw signs and hashes JSON in two layers. Both sort members by UTF-16 code units and print strings and
//! numbers as `JSON.stringify` does; they differ in what they do before that, see [`Layer`].

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::json::{Json, JsonError, JsonString, MAX_DEPTH};

/// How deep a value may lie under the root in the integrity layer (the root is at depth 0).
const INTEGRITY_DEPTH: usize = 100;

/// How many characters follow `sha256:` in a digest.
const DIGEST_CHARACTERS: usize = 43;

/// Which canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// What agents sign with RSA: no normalization; lone surrogates are escaped; infinite numbers print `null`.
    Plain,
    /// What receipts hash and sign: strings and names in Unicode NFC (of names that become equal the later
    /// wins), no member named `__proto__`, nothing deeper than 100 levels; then as [`Layer::Plain`].
    Integrity,
    /// RFC 8785, which refuses what has no place in I-JSON: lone surrogates and infinite numbers.
    Rfc8785,
}

/// Why a value has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// The text is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A value lies deeper than the layer allows.
    #[error("nested too deep for canonical JSON")]
    TooDeep,
    /// RFC 8785 has no form for infinite numbers.
    #[error("a number is not finite")]
    NotFinite,
    /// RFC 8785 has no form for lone surrogates.
    #[error("text holds a lone surrogate")]
    LoneSurrogate,
}

/// A name that is none of `plain`, `integrity`, `rfc8785`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown canonical layer `{0}`")]
pub struct UnknownLayer(String);

impl FromStr for Layer {
    type Err = UnknownLayer;

    fn from_str(name: &str) -> Result<Self, UnknownLayer> {
        match name {
            "plain" => Ok(Self::Plain),
            "integrity" => Ok(Self::Integrity),
            "rfc8785" => Ok(Self::Rfc8785),
            _ => Err(UnknownLayer(name.to_owned())),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "plain",
            Self::Integrity => "integrity",
            Self::Rfc8785 => "rfc8785",
        })
    }
}

/// The canonical form of a JSON text, read as `JSON.parse` reads it.
pub fn canonical_json(text: &[u8], layer: Layer) -> Result<String, CanonicalError> {
    canonical_value(&Json::parse(text)?, layer)
}

/// The canonical form of a value.
pub fn canonical_value(value: &Json, layer: Layer) -> Result<String, CanonicalError> {
    let limit = if layer == Layer::Integrity { INTEGRITY_DEPTH } else { MAX_DEPTH };
    check_depth(value, limit)?;
    Ok(normalize(value, layer)?.to_text())
}

/// The digest of a value: `sha256:` and 43 characters of base64url, over its integrity form.
///
/// # Errors
/// [`CanonicalError::TooDeep`] only.
pub fn digest(value: &Json) -> Result<String, CanonicalError> {
    Ok(digest_bytes(canonical_value(value, Layer::Integrity)?.as_bytes()))
}

/// `sha256:` and the SHA-256 of `bytes` in base64url without padding.
pub fn digest_bytes(bytes: &[u8]) -> String {
    format!("sha256:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)))
}

/// Whether `text` is spelled as [`digest`] spells digests.
pub fn is_digest(text: &str) -> bool {
    let Some(encoded) = text.strip_prefix("sha256:") else { return false };
    encoded.len() == DIGEST_CHARACTERS && URL_SAFE_NO_PAD.decode(encoded).is_ok()
}

/// The form of a text that its digest covers: Unicode NFC, with typographic dashes, quotes, ellipses and
/// no-break spaces replaced by their ASCII neighbours. Nothing is trimmed and case stays.
pub fn canonical_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfc() {
        match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2018}'..='\u{201b}' => out.push('\''),
            '\u{201c}'..='\u{201f}' => out.push('"'),
            '\u{2026}' => out.push_str("..."),
            '\u{a0}' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// The digest of a text, over its [`canonical_text`].
pub fn digest_text(text: &str) -> String {
    digest_bytes(canonical_text(text).as_bytes())
}

/// Fails when a value lies deeper than `limit` under `value`.
fn check_depth(value: &Json, limit: usize) -> Result<(), CanonicalError> {
    let deeper = |child| {
        let limit = limit.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
        check_depth(child, limit)
    };
    match value {
        Json::Array(items) => items.iter().try_for_each(deeper),
        Json::Object(members) => members.iter().map(|(_, member)| member).try_for_each(deeper),
        _ => Ok(()),
    }
}

/// The value that `JSON.stringify` prints in canonical form.
fn normalize(value: &Json, layer: Layer) -> Result<Json, CanonicalError> {
    Ok(match value {
        Json::Number(number) if layer == Layer::Rfc8785 && !number.is_finite() => {
            return Err(CanonicalError::NotFinite);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Decimal(_) => value.clone(),
        Json::String(text) => Json::String(normalize_text(text, layer)?),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| normalize(item, layer)).collect::<Result<_, _>>()?)
        }
        Json::Object(members) => Json::Object(normalize_members(members, layer)?),
    })
}

fn normalize_members(
    members: &[(JsonString, Json)],
    layer: Layer,
) -> Result<Vec<(JsonString, Json)>, CanonicalError> {
    let mut sorted = Vec::with_capacity(members.len());
    for (name, value) in members {
        if layer != Layer::Integrity || name.as_str() != Some("__proto__") {
            sorted.push((normalize_text(name, layer)?, normalize(value, layer)?));
        }
    }
    // The sort is stable, so of names that NFC made equal the later one comes last; it wins.
    sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
    sorted.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
    Ok(sorted)
}

fn normalize_text(text: &JsonString, layer: Layer) -> Result<JsonString, CanonicalError> {
    match layer {
        Layer::Integrity => Ok(text.nfc().into_owned()),
        Layer::Rfc8785 if text.as_str().is_none() => Err(CanonicalError::LoneSurrogate),
        Layer::Plain | Layer::Rfc8785 => Ok(text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_stable_names() {
        for (layer, name) in
            [(Layer::Plain, "plain"), (Layer::Integrity, "integrity"), (Layer::Rfc8785, "rfc8785")]
        {
            assert_eq!(name.parse(), Ok(layer));
            assert_eq!(layer.to_string(), name);
            assert_eq!(serde_json::to_value(layer).unwrap(), name);
        }
        assert_eq!("p".parse::<Layer>().unwrap_err().to_string(), "unknown canonical layer `p`");
    }

    #[test]
    fn rfc_8785_refuses_what_i_json_cannot_hold() {
        assert_eq!(canonical_json(br#""\ud800""#, Layer::Rfc8785), Err(CanonicalError::LoneSurrogate));
        assert_eq!(canonical_json(b"[1e400]", Layer::Rfc8785), Err(CanonicalError::NotFinite));
        assert_eq!(canonical_json(b"[1e400]", Layer::Plain).unwrap(), "[null]");
    }

    #[test]
    fn depth_counts_what_the_integrity_layer_drops() {
        let hidden = format!("{{\"__proto__\":{}1{}}}", "[".repeat(100), "]".repeat(100));
        assert_eq!(canonical_json(hidden.as_bytes(), Layer::Integrity), Err(CanonicalError::TooDeep));
    }

    #[test]
    fn values_deeper_than_any_text_are_refused() {
        let mut value = Json::Null;
        for _ in 0..=MAX_DEPTH {
            value = Json::Array(vec![value]);
        }
        assert_eq!(canonical_value(&value, Layer::Plain), Err(CanonicalError::TooDeep));
    }

    #[test]
    fn digests_are_recognised_strictly() {
        let good = digest_bytes(b"");
        assert!(is_digest(&good));
        assert!(!is_digest(&format!("{good}=")));
        assert!(!is_digest(&good.replace("sha256:", "SHA256:")));
        assert!(!is_digest(&good[..good.len() - 1]));
        // The last character carries two unused bits, which must be zero.
        let unused_bits = format!("{}V", &good[..good.len() - 1]);
        assert!(good.ends_with('U') && !is_digest(&unused_bits));
    }
}
