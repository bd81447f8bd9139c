//! Idempotency keys: the same intent always gets the same key, and two intents never share one.
//!
//! A key is 64 lower-case hex digits of SHA-256 over one of two preimages:
//!
//! * **The official one**, when it is unambiguous: the parts sorted by name (UTF-16 order), each as `name=value`,
//!   joined with `|`. Values are printed as Node prints them: text as it is (lone surrogates as U+FFFD), numbers
//!   by ECMAScript's rules, `true`, `false`, and nothing for `null`. Whatever the official Node and Python clients
//!   agree about gets their key.
//! * **The unambiguous one**, when a value holds `|`, a name holds `|` or `=`, or a value is an object or a list:
//!   the byte `0xFF`, which no text in UTF-8 holds, then the RFC 8785 canonical JSON of the parts. (Lone
//!   surrogates, for which RFC 8785 has no form, are escaped as `JSON.stringify` does.)
//!
//! Numbers keep their exact value: one that no double holds, such as an order id above 2^53, is printed with all its
//! digits. The official Node client rounds it, so that two orders share a key; the Python client prints what we print.

use sha2::{Digest as _, Sha256};

use crate::json::{Json, JsonError, JsonString, number_text};
use crate::proof::canonical::{CanonicalError, Layer, canonical_value};

/// What the official automatic key covers, besides the hour.
const OFFICIAL_MEMBERS: [&str; 4] = ["action_type", "agent_id", "declared_goal", "session_id"];

/// What travels with an action without being part of the intent.
const OUTSIDE_THE_INTENT: [&str; 2] = ["idempotency_key", "_signature"];

/// The first byte of an unambiguous preimage.
const UNAMBIGUOUS: u8 = 0xff;

const SECONDS_PER_BUCKET: i64 = 3600;

/// Why there is no key for these parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The parts are not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The parts are not an object.
    #[error("the parts of an idempotency key must be an object")]
    NotAnObject,
    /// A number is NaN or infinite, so it identifies nothing.
    #[error("a number among the parts of an idempotency key is not finite")]
    NotFinite,
    /// The parts are nested too deep.
    #[error("the parts of an idempotency key are nested too deep")]
    TooDeep,
}

/// The key of these parts, given as the text of a JSON object.
///
/// ```
/// use dashclaw::idempotency::derive_idempotency_key;
///
/// let key = derive_idempotency_key(br#"{"order": "o_17", "amount": 20}"#)?;
/// assert_eq!(key, derive_idempotency_key(br#"{"amount": 20.0, "order": "o_17"}"#)?);
/// assert_ne!(key, derive_idempotency_key(br#"{"amount": 21, "order": "o_17"}"#)?);
/// # Ok::<(), dashclaw::idempotency::KeyError>(())
/// ```
///
/// # Errors
/// Every kind of [`KeyError`].
pub fn derive_idempotency_key(parts: &[u8]) -> Result<String, KeyError> {
    derive_key(&Json::parse_exact(parts)?)
}

/// The key of these parts.
///
/// # Errors
/// [`KeyError::NotAnObject`], [`KeyError::NotFinite`], [`KeyError::TooDeep`].
pub fn derive_key(parts: &Json) -> Result<String, KeyError> {
    let Json::Object(members) = parts else { return Err(KeyError::NotAnObject) };
    match official_preimage(members)? {
        Some(preimage) => Ok(hex_sha256(preimage.as_bytes())),
        None => unambiguous_key(parts),
    }
}

/// The key that `create_action` uses when the caller gives none.
///
/// `intent` is the body of the action as it will be sent; `agent_id` is the client's own, for a body that names
/// none. The key changes with every whole hour of `unix_seconds` (seconds since the epoch).
///
/// When the body holds nothing but what the official key covers (`agent_id`, `action_type`, `declared_goal`,
/// `session_id`; `null` counts as absent), this is the official key, so that fleets of official and our own
/// clients agree. Otherwise the official clients would give different actions one key, and ours covers every
/// member: it is the key of `{"action": <the members that are not null>, "ts_bucket": <hour>}`. The members
/// stand inside `action`, so none of them can pose as the hour. `idempotency_key` and `_signature` are not part
/// of the intent.
///
/// # Errors
/// As [`derive_key`].
pub fn action_key(intent: &Json, agent_id: &str, unix_seconds: i64) -> Result<String, KeyError> {
    let Json::Object(members) = intent else { return Err(KeyError::NotAnObject) };
    let mut action: Vec<_> = members.iter().filter(|(name, value)| is_intent(name, value)).cloned().collect();
    if !action.iter().any(|(name, _)| name.as_str() == Some("agent_id")) {
        action.push(("agent_id".into(), agent_id.into()));
    }
    let bucket = hour_bucket(unix_seconds);
    if action.iter().all(|(name, _)| name.as_str().is_some_and(|name| OFFICIAL_MEMBERS.contains(&name))) {
        let mut parts = action.clone();
        for name in OFFICIAL_MEMBERS {
            if !parts.iter().any(|(part, _)| part.as_str() == Some(name)) {
                parts.push((name.into(), Json::Null));
            }
        }
        parts.push(("ts_bucket".into(), bucket.clone()));
        if let Some(preimage) = official_preimage(&parts)? {
            return Ok(hex_sha256(preimage.as_bytes()));
        }
    }
    unambiguous_key(&Json::object([("action", Json::Object(action)), ("ts_bucket", bucket)]))
}

/// The key a caller put into the action, which always wins over a derived one. Empty text is no key.
pub fn explicit_key(intent: &Json) -> Option<&str> {
    intent.get("idempotency_key")?.as_str().filter(|key| !key.is_empty())
}

fn is_intent(name: &JsonString, value: &Json) -> bool {
    !value.is_null() && !name.as_str().is_some_and(|name| OUTSIDE_THE_INTENT.contains(&name))
}

fn hour_bucket(unix_seconds: i64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "an hour count stays far below 2^53")]
    Json::Number(unix_seconds.div_euclid(SECONDS_PER_BUCKET) as f64)
}

/// The official preimage, or `None` where it would be ambiguous or meaningless.
fn official_preimage(members: &[(JsonString, Json)]) -> Result<Option<String>, KeyError> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut preimage = String::new();
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        let name = name.to_string_lossy();
        let Some(value) = node_text(value)? else { return Ok(None) };
        if name.contains(['|', '=']) || value.contains('|') {
            return Ok(None);
        }
        if index > 0 {
            preimage.push('|');
        }
        preimage.push_str(&name);
        preimage.push('=');
        preimage.push_str(&value);
    }
    Ok(Some(preimage))
}

/// A scalar as a Node template literal prints it; `None` for an object or a list.
fn node_text(value: &Json) -> Result<Option<String>, KeyError> {
    Ok(Some(match value {
        Json::Null => String::new(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) if number.is_finite() => number_text(*number),
        Json::Number(_) => return Err(KeyError::NotFinite),
        Json::Decimal(text) => text.to_string(),
        Json::String(text) => text.to_string_lossy().into_owned(),
        Json::Array(_) | Json::Object(_) => return Ok(None),
    }))
}

fn unambiguous_key(parts: &Json) -> Result<String, KeyError> {
    // The plain layer equals RFC 8785 wherever that has a form, once infinite numbers are out. Its depth check
    // comes first, so that the walk below is bounded.
    let canonical = canonical_value(parts, Layer::Plain).map_err(|error| match error {
        CanonicalError::Json(error) => KeyError::Json(error),
        CanonicalError::NotFinite => KeyError::NotFinite,
        CanonicalError::TooDeep | CanonicalError::LoneSurrogate => KeyError::TooDeep,
    })?;
    if !parts.is_finite() {
        return Err(KeyError::NotFinite);
    }
    let mut preimage = vec![UNAMBIGUOUS];
    preimage.extend_from_slice(canonical.as_bytes());
    Ok(hex_sha256(&preimage))
}

fn hex_sha256(preimage: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(preimage) {
        let _infallible = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &str) -> String {
        derive_idempotency_key(parts.as_bytes()).unwrap()
    }

    fn action(intent: &str) -> String {
        action_key(&Json::parse(intent.as_bytes()).unwrap(), "agt_1", 7200).unwrap()
    }

    #[test]
    fn ambiguous_official_texts_get_different_keys() {
        let intents = [
            r#"{"a":"1|b=2"}"#,
            r#"{"a":"1","b":"2"}"#,
            r#"{"a=1|b":"2"}"#,
            r#"{"a=b":"c"}"#,
            r#"{"a":"b=c"}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":{"b":2}}"#,
            r#"{"a":"[object Object]"}"#,
            r#"{"a":["b"]}"#,
            r#"{"a":"b"}"#,
            r#"{"a":[]}"#,
            r#"{"a":[null]}"#,
            r#"{"a":null}"#,
            "{}",
            r#"{"__proto__":"x"}"#,
            r#"{"__proto__":{"x":1}}"#,
            r#"{"a":["\ud800"]}"#,
            r#"{"a":["\ufffd"]}"#,
        ];
        let keys: std::collections::BTreeSet<_> = intents.map(key).into_iter().collect();
        assert_eq!(keys.len(), intents.len());
    }

    #[test]
    fn the_unambiguous_preimage_is_0xff_and_rfc_8785() {
        let preimage = b"\xff{\"a\":\"1|b=2\",\"b\":[1,true]}";
        assert_eq!(key(r#"{"b":[1.0,true],"a":"1|b=2"}"#), hex_sha256(preimage));
    }

    #[test]
    fn only_objects_of_finite_parts_have_keys() {
        for (parts, expected) in [
            ("[1]", KeyError::NotAnObject),
            ("\"a\"", KeyError::NotAnObject),
            ("null", KeyError::NotAnObject),
            (r#"{"n":1e400}"#, KeyError::NotFinite),
            (r#"{"n":[{"m":-1e400}]}"#, KeyError::NotFinite),
            (r#"{"a":"|","n":1e400}"#, KeyError::NotFinite),
        ] {
            assert_eq!(derive_idempotency_key(parts.as_bytes()), Err(expected), "{parts}");
        }
        assert!(matches!(derive_idempotency_key(b"{"), Err(KeyError::Json(_))));
        let nan = Json::object([("n", Json::Number(f64::NAN))]);
        assert_eq!(derive_key(&nan), Err(KeyError::NotFinite));
    }

    #[test]
    fn an_action_of_official_parts_has_the_official_key() {
        let official = key(
            r#"{"agent_id":"agt_1","action_type":"deploy","declared_goal":"ship","session_id":null,"ts_bucket":2}"#,
        );
        for same in [
            r#"{"action_type":"deploy","declared_goal":"ship"}"#,
            r#"{"declared_goal":"ship","action_type":"deploy","agent_id":"agt_1","session_id":null}"#,
            r#"{"action_type":"deploy","declared_goal":"ship","agent_id":null,"agent_name":null,"risk_score":null}"#,
            r#"{"action_type":"deploy","declared_goal":"ship","idempotency_key":"","_signature":"x"}"#,
        ] {
            assert_eq!(action(same), official, "{same}");
        }
    }

    #[test]
    fn every_member_of_an_action_counts() {
        let intents = [
            r#"{"action_type":"refund","declared_goal":"refund"}"#,
            r#"{"action_type":"refund","declared_goal":"refund","metadata":{"amount":10}}"#,
            r#"{"action_type":"refund","declared_goal":"refund","metadata":{"amount":20}}"#,
            r#"{"action_type":"refund","declared_goal":"refund","ts_bucket":2}"#,
            r#"{"action_type":"refund","declared_goal":"refund","ts_bucket":3}"#,
            r#"{"action_type":"refund","declared_goal":"refund","agent_id":"other"}"#,
            r#"{"action_type":"refund","declared_goal":"refund|session_id=1"}"#,
            r#"{"action_type":"refund","declared_goal":"refund","session_id":"1"}"#,
            r#"{"action_type":"refund","declared_goal":"refund","agent_name":"Bob"}"#,
        ];
        let keys: std::collections::BTreeSet<_> = intents.map(action).into_iter().collect();
        assert_eq!(keys.len(), intents.len());
        let intent = Json::parse(intents[1].as_bytes()).unwrap();
        let at = |seconds| action_key(&intent, "agt_1", seconds).unwrap();
        assert_eq!(at(7200), at(10_799));
        assert_ne!(at(7200), at(10_800));
    }

    #[test]
    fn numbers_that_differ_in_a_digit_get_different_keys() {
        let numbers = [
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.5",
            "-9007199254740993",
            "12345678901234567890123456789",
            "12345678901234567890123456790",
            "0.1",
            "0.1000000000000000055511151231257827",
            "0.30000000000000000001",
            "0.3",
            "1e-400",
            "0",
        ];
        let nested = numbers.map(|number| format!(r#"{{"metadata":{{"order":{number}}}}}"#));
        let flat = numbers.map(|number| format!(r#"{{"order":{number}}}"#));
        let keys: std::collections::BTreeSet<_> = nested.iter().chain(&flat).map(|text| key(text)).collect();
        assert_eq!(keys.len(), 2 * numbers.len());
        let actions: std::collections::BTreeSet<_> = nested
            .iter()
            .chain(&flat)
            .map(|text| action_key(&Json::parse_exact(text.as_bytes()).unwrap(), "agt_1", 7200).unwrap())
            .collect();
        assert_eq!(actions.len(), 2 * numbers.len());
    }

    #[test]
    fn one_number_has_one_key_however_it_is_spelled() {
        for same in [
            ["9007199254740993", "9007199254740993.0", "9.007199254740993e15", "90071992547409930e-1"],
            [
                "0.30000000000000000001",
                "0.300000000000000000010",
                "3.0000000000000000001e-1",
                "30000000000000000001E-20",
            ],
            ["20", "20.0", "2e1", "200e-1"],
            ["0", "-0", "0.00", "0e9"],
        ] {
            let keys = same.map(|number| key(&format!(r#"{{"n":{number}}}"#)));
            assert!(keys.iter().all(|key| *key == keys[0]), "{same:?}");
        }
        // As the official Python client, and as a caller who passes it as text.
        assert_eq!(key(r#"{"n":9007199254740993}"#), hex_sha256(b"n=9007199254740993"));
    }

    #[test]
    fn an_empty_explicit_key_is_none() {
        let explicit = |text: &str| Json::object([("idempotency_key", text.into())]);
        assert_eq!(explicit_key(&explicit("k")), Some("k"));
        assert_eq!(explicit_key(&explicit("")), None);
    }
}
