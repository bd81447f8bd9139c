//! What a genuine token says: who, for whom, and from when until when.

use serde_json::{Map, Value};

use super::Status;

/// How far clocks may differ, in seconds.
const SKEW: f64 = 60.0;
/// How long a token may still be valid, in seconds: used ones are remembered for no longer.
const LONGEST: f64 = 24.0 * 3600.0;
/// The most characters of an agent's id, as everywhere.
const MAX_ID: usize = 128;
/// The most characters of an agent's name.
const MAX_NAME: usize = 256;

/// What a token says about its agent.
#[derive(Debug, PartialEq)]
pub(super) struct Claims {
    pub(super) agent_id: String,
    pub(super) agent_name: Option<String>,
    pub(super) jti: Option<String>,
    /// When nobody takes it any more, in milliseconds since the Unix epoch.
    pub(super) forgotten_ms: i64,
}

/// Reads the claims of a token whose signature holds.
///
/// # Errors
/// Why it is not valid at `now_ms`.
pub(super) fn read(
    claims: &Map<String, Value>,
    audience: Option<&str>,
    now_ms: i64,
) -> Result<Claims, Status> {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    let now = now_ms as f64 / 1000.0;
    let expires = time(claims, "exp")?.ok_or(Status::Failed)?;
    if expires <= now - SKEW {
        return Err(Status::Expired);
    }
    for begins in ["nbf", "iat"] {
        if time(claims, begins)?.is_some_and(|at| at > now + SKEW) {
            return Err(Status::Failed);
        }
    }
    if audience.is_some_and(|wanted| !is_for(claims.get("aud"), wanted)) {
        return Err(Status::Failed);
    }
    let agent_id = word(claims, "sub", MAX_ID).ok_or(Status::Failed)?;
    if expires > now + LONGEST + SKEW {
        return Err(Status::ExpTooFar);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it lies within a day of now")]
    let forgotten_ms = ((expires + 2.0 * SKEW) * 1000.0) as i64;
    let jti = match claims.get("jti") {
        None | Some(Value::Null) => None,
        Some(Value::String(jti)) if !jti.is_empty() => Some(jti.clone()),
        Some(_) => return Err(Status::Failed),
    };
    Ok(Claims { agent_id, agent_name: word(claims, "agent_name", MAX_NAME), jti, forgotten_ms })
}

/// A time in seconds since the Unix epoch; one that is no number is no valid token.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Status> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().filter(|at| at.is_finite()).map(Some).ok_or(Status::Failed),
    }
}

/// Whether `wanted` is among those that the token is for (RFC 7519, 4.1.3).
fn is_for(audience: Option<&Value>, wanted: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// A text that can stand for somebody: not blank, not too long, nothing in it that a terminal obeys.
fn word(claims: &Map<String, Value>, name: &str, max: usize) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    let fits = !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW_MS: i64 = 1_781_524_800_000;
    const NOW: i64 = NOW_MS / 1000;

    fn told(more: &Value) -> Result<Claims, Status> {
        let mut claims = json!({ "sub": "agent", "exp": NOW + 600 });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(claims.as_object().unwrap(), Some("us"), NOW_MS)
    }

    #[test]
    fn a_valid_token_says_who_the_agent_is() {
        let told =
            told(&json!({ "aud": ["them", "us"], "agent_name": "An agent", "jti": "1", "nbf": NOW + 59 }));
        let expected = Claims {
            agent_id: "agent".to_owned(),
            agent_name: Some("An agent".to_owned()),
            jti: Some("1".to_owned()),
            forgotten_ms: NOW_MS + 720_000,
        };
        assert_eq!(told, Ok(expected));
    }

    #[test]
    fn each_way_in_which_it_is_not_valid() {
        let us = |more: Value| {
            let mut claims = json!({ "aud": "us" });
            claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            claims
        };
        let day = 24 * 3600;
        let table = [
            (us(json!({ "exp": NOW - 61 })), Status::Expired),
            (us(json!({ "exp": NOW - 60 })), Status::Expired),
            (us(json!({ "exp": null })), Status::Failed),
            (us(json!({ "exp": (NOW + 600).to_string() })), Status::Failed),
            (us(json!({ "nbf": NOW + 61 })), Status::Failed),
            (us(json!({ "iat": NOW + 61 })), Status::Failed),
            (us(json!({ "iat": "now" })), Status::Failed),
            (us(json!({ "exp": NOW + day + 61 })), Status::ExpTooFar),
            (us(json!({ "exp": 1e300 })), Status::ExpTooFar),
            (json!({}), Status::Failed),
            (json!({ "aud": "them" }), Status::Failed),
            (json!({ "aud": { "us": 1 } }), Status::Failed),
            (us(json!({ "sub": null })), Status::Failed),
            (us(json!({ "sub": " " })), Status::Failed),
            (us(json!({ "sub": "a\u{1b}[2J" })), Status::Failed),
            (us(json!({ "sub": "x".repeat(129) })), Status::Failed),
            (us(json!({ "jti": 7 })), Status::Failed),
            (us(json!({ "jti": "" })), Status::Failed),
        ];
        for (claims, expected) in table {
            assert_eq!(told(&claims), Err(expected), "{claims}");
        }
        assert!(told(&us(json!({ "exp": NOW - 59 }))).is_ok());
        assert!(told(&us(json!({ "exp": NOW + day + 60 }))).is_ok());
    }
}
