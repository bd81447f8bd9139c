//! What an agent may be called, which keys are of use, and the life of a pairing.

use dashclaw::api::pairings::{Pairing, PairingStatus};
use dashclaw::signing::{SigningError, verify_action_signature};

use super::rows::Identity;
use crate::failure::{Answer, Failure};

/// What keys sign with unless it is said otherwise.
const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";
/// The most characters of an agent's id, as everywhere.
const MAX_ID: usize = 128;
/// The longest key that is looked at, in characters.
const MAX_KEY: usize = 8192;

/// The id of an agent, when it is one.
pub(super) fn agent(agent_id: &str) -> Answer<String> {
    let fits = !agent_id.trim().is_empty()
        && agent_id.chars().count() <= MAX_ID
        && !agent_id.chars().any(char::is_control);
    let problem = "agent_id must be a text of 1 to 128 characters";
    fits.then(|| agent_id.to_owned()).ok_or_else(|| Failure::bad_request(problem))
}

/// A key that a signature could be checked with; any other would make every signed action of the agent unverified.
pub(super) fn usable(public_key: String, algorithm: Option<String>) -> Answer<Identity> {
    let algorithm = algorithm.filter(|name| !name.is_empty()).unwrap_or_else(|| ALGORITHM.to_owned());
    if public_key.len() > MAX_KEY {
        return Err(Failure::bad_request(format!("public_key exceeds max length of {MAX_KEY}")));
    }
    // The check itself says whether it could be made; this signature fits nothing.
    match verify_action_signature(&public_key, &algorithm, br#"{"_signature":"AA=="}"#) {
        Err(SigningError::BadPublicKey) => {
            Err(Failure::bad_request("public_key must be an RSA or P-256 key in PEM (SPKI)"))
        }
        Err(SigningError::UnsupportedAlgorithm) => Err(Failure::bad_request("algorithm is not supported")),
        _ => Ok(Identity { public_key, algorithm }),
    }
}

/// The pairing does not wait any more; this is its state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotPending(pub(super) PairingStatus);

/// The pairing, approved, when it waits for that.
pub(super) fn approve(pairing: Pairing, now: &str) -> Result<Pairing, NotPending> {
    if pairing.status != PairingStatus::Pending {
        return Err(NotPending(pairing.status));
    }
    Ok(Pairing { status: PairingStatus::Approved, updated_at: now.to_owned(), ..pairing })
}
