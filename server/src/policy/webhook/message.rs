//! What a webhook is told: the body, and headers that let it check who speaks.

use std::fmt::Write as _;

use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::policy::{Evaluation, GuardContext};

const EVENT: &str = "guard.evaluation";

/// The evaluation so far.
#[derive(Clone, Copy, Debug)]
pub struct Preliminary<'a> {
    /// The request.
    pub context: &'a GuardContext,
    /// What the local policies and the scan say.
    pub evaluation: &'a Evaluation,
}

/// One message: the exact bytes of the body and the headers beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// JSON text.
    pub body: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
}

impl Delivery {
    /// Words the message; with a secret it carries `v1=<hex HMAC-SHA256 of "<ms>.<body>">`.
    pub fn new(preliminary: &Preliminary<'_>, delivery_id: String, secret: Option<&SecretString>) -> Self {
        let Preliminary { context, evaluation } = preliminary;
        let body = json!({
            "event": EVENT,
            "org_id": context.org_id,
            "timestamp": context.evaluated_at,
            "context": {
                "action_type": context.action_type,
                "risk_score": evaluation.risk.effective,
                "agent_id": context.agent_id,
                "systems_touched": context.systems_touched,
                "reversible": context.reversible,
                "declared_goal": context.declared_goal,
            },
            "preliminary_decision": evaluation.verdict,
            "matched_policies": evaluation.matched_policies,
            "reasons": evaluation.reasons,
            "warnings": evaluation.warnings,
        })
        .to_string();
        let mut headers = vec![("X-DashClaw-Event", EVENT.to_owned()), ("X-DashClaw-Delivery", delivery_id)];
        if let Some(secret) = secret {
            let timestamp = context.now_ms.to_string();
            headers.push(("X-DashClaw-Signature", signature(secret, &timestamp, &body)));
            headers.push(("X-DashClaw-Timestamp", timestamp));
        }
        Self { body, headers }
    }
}

fn signature(secret: &SecretString, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    format!("v1={}", hex(tag.as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A new `wd_<uuid>`.
pub(super) fn delivery_id() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random)?;
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let digits = hex(&random);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(format!("wd_{}", parts.join("-")))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::policy::{Facts, GuardSettings, PolicySet, evaluate};

    fn delivery(secret: Option<&SecretString>) -> Delivery {
        let context = GuardContext {
            org_id: "org_1".into(),
            agent_id: Some("a".into()),
            action_type: "api".into(),
            now_ms: 1_700_000_000_123,
            evaluated_at: "2023-11-14T22:13:20.123Z".into(),
            ..GuardContext::default()
        };
        let evaluation =
            evaluate(&PolicySet::default(), &context, &Facts::default(), &GuardSettings::default());
        let preliminary = Preliminary { context: &context, evaluation: &evaluation };
        Delivery::new(&preliminary, "wd_1".into(), secret)
    }

    #[test]
    fn the_body_has_the_documented_members() {
        let body: Value = serde_json::from_str(&delivery(None).body).unwrap();
        let expected = json!({
            "event": "guard.evaluation", "org_id": "org_1", "timestamp": "2023-11-14T22:13:20.123Z",
            "context": {
                "action_type": "api", "risk_score": 35, "agent_id": "a", "systems_touched": [],
                "reversible": null, "declared_goal": null
            },
            "preliminary_decision": "allow", "matched_policies": [], "reasons": [], "warnings": []
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_secret_signs_timestamp_and_body() {
        assert_eq!(delivery(None).headers.len(), 2);
        let secret = SecretString::from("s3cret");
        let signed = delivery(Some(&secret));
        let header = |name: &str| &signed.headers.iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!(header("X-DashClaw-Timestamp"), "1700000000123");
        let tag: Vec<u8> = header("X-DashClaw-Signature")
            .strip_prefix("v1=")
            .unwrap()
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"s3cret");
        let message = format!("1700000000123.{}", signed.body);
        assert!(hmac::verify(&key, message.as_bytes(), &tag).is_ok());
    }

    #[test]
    fn tags_are_lower_case_hex() {
        // RFC 4231, test case 2.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let tag = hmac::sign(&key, b"what do ya want for nothing?");
        assert_eq!(hex(tag.as_ref()), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn delivery_ids_are_random_uuids() {
        let (one, other) = (delivery_id().unwrap(), delivery_id().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[..3], &one[17..18]), (39, "wd_", "4"));
    }
}
