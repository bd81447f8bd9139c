//! Signatures of agents over the actions they record.

use dashclaw::signing::{SigningError, verify_action_signature};
use http::StatusCode;
use serde_json::Value;

use crate::http::call::Call;
use crate::http::refusal::{Answer, Refusal};

const ENFORCE: &str = "ENFORCE_AGENT_SIGNATURES";

/// What is known about a request's signature.
#[derive(Debug, Default)]
pub(super) struct Signature {
    pub(super) text: Option<String>,
    pub(super) verified: bool,
}

/// Checks the `_signature` of the body as it came. A missing or wrong one is refused only where the organisation, or else
/// the environment, enforces signatures.
pub(super) async fn check(call: &Call, agent_id: &str) -> Answer<Signature> {
    let text = call.body.get("_signature").and_then(Value::as_str).filter(|text| !text.is_empty());
    let verified = match text {
        None => Err(SigningError::Unsigned),
        Some(_) => match call.app.store.identity(call.org_id(), agent_id).await? {
            Some(identity) => verify_action_signature(&identity.public_key, &identity.algorithm, &call.raw),
            None => Err(SigningError::BadPublicKey),
        },
    };
    let org = call.app.org(call.org_id()).await?;
    let enforced = org.flag(ENFORCE).unwrap_or(call.app.config.enforce_signatures);
    let refusal = |error: &str, code| Refusal::new(StatusCode::UNAUTHORIZED, error).code(code);
    match verified {
        Err(SigningError::Unsigned) if enforced => Err(refusal("Signature required", "SIGNATURE_REQUIRED")),
        Err(error) if enforced => {
            Err(refusal(&format!("Invalid agent signature: {error}"), "INVALID_AGENT_SIGNATURE"))
        }
        verified => Ok(Signature { text: text.map(str::to_owned), verified: verified.is_ok() }),
    }
}
