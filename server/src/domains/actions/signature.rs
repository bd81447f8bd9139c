//! Signatures of agents over the actions they record.

use dashclaw::signing::{SigningError, verify_action_signature};
use futures_util::FutureExt;
use serde_json::Value;

use crate::context::Context;
use crate::domains::guard::question::Asking;
use crate::domains::identities;
use crate::domains::identities::rows::Identity;
use crate::failure::{Answer, Failure, Kind};
use crate::orgs::Org;

const ENFORCE: &str = "ENFORCE_AGENT_SIGNATURES";

/// What is known about a request's signature.
#[derive(Debug, Default)]
pub(super) struct Signature {
    pub(super) text: Option<String>,
    pub(super) verified: bool,
}

/// Checks the `_signature` of the body as it came. A missing or wrong one is refused only where the organisation, or else
/// the environment, enforces signatures.
pub(super) async fn check(context: &Context, asking: &Asking, agent_id: &str) -> Answer<Signature> {
    let text = asking.body.get("_signature").and_then(Value::as_str).filter(|text| !text.is_empty());
    let verified = match text {
        None => Err(SigningError::Unsigned),
        Some(_) => match identity(context, agent_id).await? {
            Some(identity) => verify_action_signature(&identity.public_key, &identity.algorithm, &asking.raw),
            None => Err(SigningError::BadPublicKey),
        },
    };
    let enforced = |org: &Org| org.flag(ENFORCE).unwrap_or(context.app.config.enforce_signatures);
    let mut enforced_here = enforced(&*context.app.org(context.org_id()).await?);
    if enforced_here && verified.is_err() {
        enforced_here = enforced(&*context.app.present_org(context.org_id()).await?);
    }
    let refusal = |error: &str, code| Failure::new(Kind::Unauthorized, error).code(code);
    match verified {
        Err(SigningError::Unsigned) if enforced_here => {
            Err(refusal("Signature required", "SIGNATURE_REQUIRED"))
        }
        Err(error) if enforced_here => {
            Err(refusal(&format!("Invalid agent signature: {error}"), "INVALID_AGENT_SIGNATURE"))
        }
        verified => Ok(Signature { text: text.map(str::to_owned), verified: verified.is_ok() }),
    }
}

async fn identity(context: &Context, agent_id: &str) -> Answer<Option<Identity>> {
    let read = context.look_up(agent_id.to_owned(), |agent_id, tx| {
        async move { Ok(identities::rows::find(tx, agent_id).await?) }.boxed()
    });
    read.await
}
