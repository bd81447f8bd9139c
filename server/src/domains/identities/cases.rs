//! Agents' public keys.

use dashclaw::api::identities::{
    GetIdentities, IdentityDetail, IdentityList, RegisterIdentity, RevokeIdentity, RevokedIdentity,
};

use futures_util::FutureExt;

use super::rows;
use super::rules::{agent, usable};
use crate::context::Context;
use crate::failure::{Answer, Failure};

/// Registers an agent's public key.
pub(super) async fn register(context: Context, request: RegisterIdentity) -> Answer<IdentityDetail> {
    let agent_id = agent(&request.agent_id)?;
    let identity = usable(request.public_key, request.algorithm)?;
    let registered = context.write((agent_id, identity), |(agent_id, identity), tx| {
        async move { Ok(rows::register(tx, agent_id, identity).await?) }.boxed()
    });
    let identity = registered.await?;
    Ok(IdentityDetail { identity, ..IdentityDetail::default() })
}

/// Lists the agents that have a key.
pub(super) async fn list(context: Context, _: GetIdentities) -> Answer<IdentityList> {
    let identities = context.scan((), |(), tx| async move { Ok(rows::list(tx).await?) }.boxed()).await?;
    Ok(IdentityList { identities, ..IdentityList::default() })
}

/// Takes an agent's key away.
pub(super) async fn revoke(context: Context, request: RevokeIdentity) -> Answer<RevokedIdentity> {
    let revoked = context
        .write(request.agent_id, |agent_id, tx| async move { Ok(rows::revoke(tx, agent_id).await?) }.boxed());
    if !revoked.await? {
        return Err(Failure::not_found("Identity not found"));
    }
    Ok(RevokedIdentity { deleted: true, ..RevokedIdentity::default() })
}
