//! Agents' public keys, and pairings: agents that ask for theirs to be taken.

use dashclaw::api::identities::{
    IdentityDetail, IdentityList, RegisterIdentity, RevokeIdentity, RevokedIdentity,
};
use dashclaw::api::pairings::{
    ApprovePairing, CreatePairing, CreatedPairing, GetPairing, ListPairings, Pairing, PairingDetail,
    PairingList, PairingStatus,
};
use dashclaw::clock;
use dashclaw::signing::{SigningError, verify_action_signature};
use http::StatusCode;

use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::ids;
use crate::store::{Approval, Identity};

/// What keys sign with unless it is said otherwise.
const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";
/// The most characters of an agent's id, as everywhere.
const MAX_ID: usize = 128;
/// The most characters of a display name.
const MAX_NAME: usize = 256;
/// The longest key that is looked at, in characters.
const MAX_KEY: usize = 8192;
/// How many pairings may wait at once: any key can ask for one.
const MOST_PENDING: i64 = 1000;

/// Registers an agent's public key.
pub(super) async fn register(call: Call) -> Answer {
    let request: RegisterIdentity = call.request()?;
    let agent_id = agent(&request.agent_id)?;
    let identity = usable(request.public_key, request.algorithm)?;
    let identity = call.app.store.register(call.org_id(), &agent_id, identity).await?;
    ok(&IdentityDetail { identity, ..IdentityDetail::default() })
}

fn agent(agent_id: &str) -> Answer<String> {
    let fits = !agent_id.trim().is_empty()
        && agent_id.chars().count() <= MAX_ID
        && !agent_id.chars().any(char::is_control);
    let problem = "agent_id must be a text of 1 to 128 characters";
    fits.then(|| agent_id.to_owned()).ok_or_else(|| Refusal::bad_request(problem))
}

/// A key that a signature could be checked with; any other would make every signed action of the agent unverified.
fn usable(public_key: String, algorithm: Option<String>) -> Answer<Identity> {
    let algorithm = algorithm.filter(|name| !name.is_empty()).unwrap_or_else(|| ALGORITHM.to_owned());
    if public_key.len() > MAX_KEY {
        return Err(Refusal::bad_request(format!("public_key exceeds max length of {MAX_KEY}")));
    }
    // The check itself says whether it could be made; this signature fits nothing.
    match verify_action_signature(&public_key, &algorithm, br#"{"_signature":"AA=="}"#) {
        Err(SigningError::BadPublicKey) => {
            Err(Refusal::bad_request("public_key must be an RSA or P-256 key in PEM (SPKI)"))
        }
        Err(SigningError::UnsupportedAlgorithm) => Err(Refusal::bad_request("algorithm is not supported")),
        _ => Ok(Identity { public_key, algorithm }),
    }
}

/// Lists the agents that have a key.
pub(super) async fn list(call: Call) -> Answer {
    let identities = call.app.store.identities(call.org_id()).await?;
    ok(&IdentityList { identities, ..IdentityList::default() })
}

/// Takes an agent's key away.
pub(super) async fn revoke(call: Call) -> Answer {
    let agent_id = call.request::<RevokeIdentity>()?.agent_id;
    if !call.app.store.revoke_identity(call.org_id(), &agent_id).await? {
        return Err(Refusal::not_found("Identity not found"));
    }
    ok(&RevokedIdentity { deleted: true, ..RevokedIdentity::default() })
}

/// Asks for a key to be taken as an agent's own.
pub(super) async fn pair(call: Call) -> Answer {
    let request: CreatePairing = call.request()?;
    let agent_id = agent(request.agent_id.as_deref().unwrap_or_default())?;
    let Identity { public_key, algorithm } = usable(request.public_key_pem, request.algorithm)?;
    let agent_name = request.agent_name.filter(|name| !name.is_empty());
    if agent_name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME) {
        return Err(Refusal::bad_request(format!("agent_name exceeds max length of {MAX_NAME}")));
    }
    let now = clock::unix_millis();
    let pairing = Pairing {
        id: ids::pairing()?,
        org_id: call.org_id().to_owned(),
        agent_id,
        agent_name,
        algorithm,
        status: PairingStatus::Pending,
        permission_level: Some("danger".to_owned()),
        expires_at: Some(clock::iso(now.saturating_add(call.app.config.pairing_ttl_ms))),
        created_at: clock::iso(now),
        updated_at: clock::iso(now),
        ..Pairing::default()
    };
    if !call.app.store.create_pairing(pairing.clone(), &public_key, MOST_PENDING).await? {
        return Err(
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many pairings are pending").retry_after(60)
        );
    }
    let pairing_url = format!("/pair/{}", pairing.id);
    ok(&CreatedPairing { pairing, pairing_url, ..CreatedPairing::default() })
}

/// Reads a pairing.
pub(super) async fn pairing(call: Call) -> Answer {
    let id = call.request::<GetPairing>()?.pairing_id;
    let pairing = call.app.store.pairing(call.org_id(), &id).await?.ok_or_else(unknown)?;
    ok(&PairingDetail { pairing, ..PairingDetail::default() })
}

fn unknown() -> Refusal {
    Refusal::not_found("Pairing not found")
}

/// Lists pairings.
pub(super) async fn pairings(call: Call) -> Answer {
    let status = call.request::<ListPairings>()?.status.unwrap_or(PairingStatus::Pending);
    let pairings = call.app.store.pairings(call.org_id(), status, call.page(50).limit).await?;
    ok(&PairingList { pairings, ..PairingList::default() })
}

/// Makes the key of a pairing its agent's own.
pub(super) async fn approve(call: Call) -> Answer {
    let id = call.request::<ApprovePairing>()?.pairing_id;
    match call.app.store.approve_pairing(call.org_id(), &id).await? {
        Approval::Done(identity) => ok(&IdentityDetail { identity, ..IdentityDetail::default() }),
        Approval::NotPending(PairingStatus::Expired) => {
            Err(Refusal::new(StatusCode::GONE, "Pairing expired").with("status", "expired"))
        }
        Approval::NotPending(status) => {
            let refusal = Refusal::conflict(format!("Pairing is not pending (status={status})"));
            Err(refusal.with("status", status.as_str()))
        }
        Approval::NotFound => Err(unknown()),
    }
}
