//! API keys.

use dashclaw::api::orgs::{ApiKey, ApiKeyList, ListApiKeys, RevokedApiKey};
use dashclaw::clock;

use crate::app::App;
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::keys::{NewKey, Role};
use crate::scrub::clean;
use crate::store::{Revocation, Revoked, StoreResult};

/// Makes an API key; its text is shown this once.
pub(super) async fn create(
    context: &Context,
    label: String,
    role: Role,
    agent_id: Option<&str>,
) -> Answer<NewKey> {
    let made = NewKey::make(context.org_id(), role, &clean(label), agent_id)?;
    context.app.store.add_keys(vec![made.record.clone()]).await?;
    Ok(made)
}

/// Lists keys, without the keys themselves.
pub(super) async fn list(context: Context, _: ListApiKeys) -> Answer<ApiKeyList> {
    let keys = all(&context.app, context.org_id()).await?;
    Ok(ApiKeyList { keys, ..ApiKeyList::default() })
}

/// All keys of an organisation, newest first.
pub(crate) async fn all(app: &App, org_id: &str) -> StoreResult<Vec<ApiKey>> {
    let mut keys = app.store.keys(org_id).await?;
    // The storage knows the last use to the minute; this process knows its own exactly.
    let used = app.callers.last_used();
    for key in &mut keys {
        if let Some(at) = used.get(&key.id) {
            key.last_used_at = key.last_used_at.take().max(Some(clock::iso(*at)));
        }
    }
    Ok(keys)
}

/// Revokes a key, which is refused from the answer on.
pub(super) async fn revoke(context: &Context, id: &str) -> Answer<RevokedApiKey> {
    // An operator whose key is not stored keeps it, whatever becomes of the stored ones.
    let keep_an_admin = context.caller.as_ref().is_some_and(|caller| caller.stored);
    match put_revoked(&context.app, context.org_id(), id, keep_an_admin).await? {
        Revoked::Done(key) => Ok(RevokedApiKey { success: true, key: *key, ..RevokedApiKey::default() }),
        Revoked::NotFound => Err(Failure::not_found("API key not found")),
        Revoked::LastAdmin => {
            let failure =
                Failure::conflict("The last key of the admin role cannot be revoked; make another first");
            Err(failure.code("LAST_ADMIN_KEY"))
        }
    }
}

/// Revokes a key. What follows from it happens with the write, whether or not the caller waits.
pub(crate) async fn put_revoked(
    app: &App,
    org_id: &str,
    id: &str,
    keep_an_admin: bool,
) -> StoreResult<Revoked> {
    let callers = app.callers.clone();
    let tell = Box::new(move |hash| callers.revoke(hash));
    let revocation = Revocation { at: clock::now_iso(), keep_an_admin, tell };
    app.store.revoke_key(org_id, id, revocation).await
}
