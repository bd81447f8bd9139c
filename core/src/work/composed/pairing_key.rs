//! `create_pairing_from_private_jwk`: the private key stays here; its public half is registered.

use secrecy::SecretString;

use super::Steps;
use crate::client::modes::{members, raw_text, to_json};
use crate::proof::signing::ActionSigner;
use crate::{Error, Response, Result};

pub(super) async fn create(mut steps: Steps<'_>) -> Result<Response> {
    let jwk = SecretString::from(steps.value("private_jwk").unwrap_or_default().into_owned());
    // The cause names no part of the key.
    let unfit = |error| Error::argument("private_jwk", format!("does not fit: {error}"));
    let key = ActionSigner::from_jwk(&jwk).map_err(unfit)?;
    let mut pairing = members(steps.prepared.body.as_deref().unwrap_or(b"{}"))?;
    pairing.insert("agent_id".to_owned(), raw_text(steps.client.agent_id())?);
    pairing.insert("public_key".to_owned(), raw_text(&key.public_key_pem())?);
    steps.prepared.body = Some(to_json(&pairing)?.into());
    steps.send().await
}
