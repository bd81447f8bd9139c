//! Pairings: agents that ask for their keys to be taken.

use dashclaw::api::identities::IdentityDetail;
use dashclaw::api::pairings::{
    ApprovePairing, CreatePairing, CreatedPairing, GetPairing, ListPairings, Pairing, PairingDetail,
    PairingList, PairingStatus,
};
use dashclaw::clock;
use futures_util::FutureExt;

use super::rows::{self, Identity};
use super::rules::{self, agent, usable};
use crate::context::Context;
use crate::failure::{Answer, Failure, Kind};
use crate::ids;

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
    let stored = context.write((pairing, public_key), |(pairing, public_key), tx| {
        async move {
            if rows::is_full(tx, &pairing.created_at, MOST_PENDING).await? {
                return Err(Failure::new(Kind::TooMany, "Too many pairings are pending").retry_after(60));
            }
            rows::insert_pairing(tx, pairing, public_key).await?;
            Ok(pairing.clone())
        }
        .boxed()
    });
    let pairing = stored.await?;
    let pairing_url = context.app.config.link(&format!("/pair/{}", pairing.id));
    Ok(CreatedPairing { pairing, pairing_url, ..CreatedPairing::default() })
}

/// Reads a pairing.
pub(super) async fn get(context: Context, request: GetPairing) -> Answer<PairingDetail> {
    let found = context.look_up(request.pairing_id, |id, tx| {
        async move { rows::pairing(tx, id).await?.ok_or_else(unknown) }.boxed()
    });
    Ok(PairingDetail { pairing: found.await?, ..PairingDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Pairing not found")
}

/// Lists pairings.
pub(super) async fn list(context: Context, request: ListPairings) -> Answer<PairingList> {
    let (status, limit) = (request.status.unwrap_or(PairingStatus::Pending), request.limit.unwrap_or(50));
    let read = context.scan((status, limit), |(status, limit), tx| {
        async move { Ok(rows::pairings(tx, status, *limit).await?) }.boxed()
    });
    let pairings = read.await?;
    Ok(PairingList { pairings, ..PairingList::default() })
}

/// Makes the key of a pairing its agent's own.
pub(super) async fn approve(context: Context, request: ApprovePairing) -> Answer<IdentityDetail> {
    let approved = context.write(request.pairing_id, |id, tx| {
        async move {
            let pairing = rows::pairing(tx, id).await?.ok_or_else(unknown)?;
            let pairing = rules::approve(pairing, &clock::now_iso()).map_err(not_pending)?;
            let public_key = rows::pairing_key(tx, id).await?.unwrap_or_default();
            let given = Identity { public_key, algorithm: pairing.algorithm.clone() };
            let identity = rows::register(tx, &pairing.agent_id, &given).await?;
            rows::update_pairing(tx, &pairing).await?;
            Ok(identity)
        }
        .boxed()
    });
    Ok(IdentityDetail { identity: approved.await?, ..IdentityDetail::default() })
}

fn not_pending(rules::NotPending(status): rules::NotPending) -> Failure {
    let failure = match status {
        PairingStatus::Expired => Failure::new(Kind::Gone, "Pairing expired"),
        _ => Failure::conflict(format!("Pairing is not pending (status={status})")),
    };
    failure.with("status", status.as_str())
}
