//! Pairings: agents that ask for their keys to be taken.

use dashclaw::api::identities::IdentityDetail;
use dashclaw::api::pairings::{
    ApprovePairing, CreatePairing, CreatedPairing, GetPairing, ListPairings, Pairing, PairingDetail,
    PairingList, PairingStatus,
};
use dashclaw::clock;

use super::rules::{agent, usable};
use crate::context::Context;
use crate::failure::{Answer, Failure, Kind};
use crate::ids;
use crate::store::{Approval, Identity};

/// The most characters of a display name.
const MAX_NAME: usize = 256;
/// How many pairings may wait at once: any key can ask for one.
const MOST_PENDING: i64 = 1000;

/// Asks for a key to be taken as an agent's own.
pub(super) async fn pair(context: Context, request: CreatePairing) -> Answer<CreatedPairing> {
    let agent_id = agent(request.agent_id.as_deref().unwrap_or_default())?;
    let Identity { public_key, algorithm } = usable(request.public_key_pem, request.algorithm)?;
    let agent_name = request.agent_name.filter(|name| !name.is_empty());
    if agent_name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME) {
        return Err(Failure::bad_request(format!("agent_name exceeds max length of {MAX_NAME}")));
    }
    let now = clock::unix_millis();
    let pairing = Pairing {
        id: ids::pairing()?,
        org_id: context.org_id().to_owned(),
        agent_id,
        agent_name,
        algorithm,
        status: PairingStatus::Pending,
        permission_level: Some("danger".to_owned()),
        expires_at: Some(clock::iso(now.saturating_add(context.app.config.pairing_ttl_ms))),
        created_at: clock::iso(now),
        updated_at: clock::iso(now),
        ..Pairing::default()
    };
    if !context.app.store.create_pairing(pairing.clone(), &public_key, MOST_PENDING).await? {
        return Err(Failure::new(Kind::TooMany, "Too many pairings are pending").retry_after(60));
    }
    let pairing_url = format!("/pair/{}", pairing.id);
    Ok(CreatedPairing { pairing, pairing_url, ..CreatedPairing::default() })
}

/// Reads a pairing.
pub(super) async fn get(context: Context, request: GetPairing) -> Answer<PairingDetail> {
    let found = context.app.store.pairing(context.org_id(), &request.pairing_id).await?;
    Ok(PairingDetail { pairing: found.ok_or_else(unknown)?, ..PairingDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Pairing not found")
}

/// Lists pairings.
pub(super) async fn list(context: Context, request: ListPairings) -> Answer<PairingList> {
    let (status, limit) = (request.status.unwrap_or(PairingStatus::Pending), request.limit.unwrap_or(50));
    let pairings = context.app.store.pairings(context.org_id(), status, limit).await?;
    Ok(PairingList { pairings, ..PairingList::default() })
}

/// Makes the key of a pairing its agent's own.
pub(super) async fn approve(context: Context, request: ApprovePairing) -> Answer<IdentityDetail> {
    match context.app.store.approve_pairing(context.org_id(), &request.pairing_id).await? {
        Approval::Done(identity) => Ok(IdentityDetail { identity, ..IdentityDetail::default() }),
        Approval::NotPending(PairingStatus::Expired) => {
            Err(Failure::new(Kind::Gone, "Pairing expired").with("status", "expired"))
        }
        Approval::NotPending(status) => {
            let failure = Failure::conflict(format!("Pairing is not pending (status={status})"));
            Err(failure.with("status", status.as_str()))
        }
        Approval::NotFound => Err(unknown()),
    }
}
