//! Agents' public keys.

use dashclaw::api::identities::{
    GetIdentities, IdentityDetail, IdentityList, RegisterIdentity, RevokeIdentity, RevokedIdentity,
};

use super::rules::{agent, usable};
use crate::context::Context;
use crate::failure::{Answer, Failure};

/// Registers an agent's public key.
pub(super) async fn register(context: Context, request: RegisterIdentity) -> Answer<IdentityDetail> {
    let agent_id = agent(&request.agent_id)?;
    let identity = usable(request.public_key, request.algorithm)?;
    let identity = context.app.store.register(context.org_id(), &agent_id, identity).await?;
    Ok(IdentityDetail { identity, ..IdentityDetail::default() })
}

/// Lists the agents that have a key.
pub(super) async fn list(context: Context, _: GetIdentities) -> Answer<IdentityList> {
    let identities = context.app.store.identities(context.org_id()).await?;
    Ok(IdentityList { identities, ..IdentityList::default() })
}

/// Takes an agent's key away.
pub(super) async fn revoke(context: Context, request: RevokeIdentity) -> Answer<RevokedIdentity> {
    if !context.app.store.revoke_identity(context.org_id(), &request.agent_id).await? {
        return Err(Failure::not_found("Identity not found"));
    }
    Ok(RevokedIdentity { deleted: true, ..RevokedIdentity::default() })
}
