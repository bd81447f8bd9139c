//! API keys.

use dashclaw::api::orgs::{ApiKey, ApiKeyList, ListApiKeys, RevokedApiKey};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::json;

use super::rows;
use crate::app::App;
use crate::context::Context;
use crate::db::{Db, DbResult};
use crate::domains::activity::cases::note;
use crate::domains::settings;
use crate::failure::{Answer, Failure};
use crate::keys::{KeyHash, KeyRecord, NewKey, Role};
use crate::scrub::clean;

/// Makes an API key; its text is shown this once.
pub(super) async fn create(
    context: &Context,
    label: String,
    role: Role,
    agent_id: Option<&str>,
) -> Answer<NewKey> {
    let made = NewKey::make(context.org_id(), role, &clean(label), agent_id)?;
    let given = (made.record.clone(), context.shown());
    let stored = context.write(given, |(record, actor), tx| {
        async move {
            rows::insert(tx, record).await?;
            let details = json!({ "label": record.shown.label, "role": record.role.as_str() });
            Ok(note(tx, actor, "key.created", ("api_key", &record.shown.id), &details).await?)
        }
        .boxed()
    });
    stored.await?;
    Ok(made)
}

/// Lists keys, without the keys themselves.
pub(super) async fn list(context: Context, _: ListApiKeys) -> Answer<ApiKeyList> {
    let keys = all(&context.app, context.org_id()).await?;
    Ok(ApiKeyList { keys, ..ApiKeyList::default() })
}

/// All keys of an organisation, newest first.
pub(crate) async fn all(app: &App, org_id: &str) -> DbResult<Vec<ApiKey>> {
    let mut keys = app.db.look_up(org_id, (), |(), tx| rows::list(tx).boxed()).await?;
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
    match put_revoked(&context.app, context.org_id(), &context.shown(), id, keep_an_admin).await? {
        Revoked::Done(key) => Ok(RevokedApiKey { success: true, key: *key, ..RevokedApiKey::default() }),
        Revoked::NotFound => Err(Failure::not_found("API key not found")),
        Revoked::LastAdmin => {
            let failure =
                Failure::conflict("The last key of the admin role cannot be revoked; make another first");
            Err(failure.code("LAST_ADMIN_KEY"))
        }
    }
}

/// What became of a revocation.
#[derive(Debug)]
pub(crate) enum Revoked {
    /// The key is of no use now.
    Done(Box<ApiKey>),
    /// There is no such key.
    NotFound,
    /// It is the last key of the admin role.
    LastAdmin,
}

/// Revokes a key; one that is revoked already stays as it is. What follows from it happens with the write, whether or not the
/// caller waits. With `keep_an_admin` the last key of the admin role stays.
pub(crate) async fn put_revoked(
    app: &App,
    org_id: &str,
    by: &str,
    id: &str,
    keep_an_admin: bool,
) -> DbResult<Revoked> {
    let given = (app.callers.clone(), by.to_owned(), id.to_owned(), keep_an_admin, clock::now_iso());
    let revoked = app.db.write(org_id, given, |(callers, by, id, keep_an_admin, at), tx| {
        async move {
            let Some(mut key) = rows::find(tx, id).await? else { return Ok(Revoked::NotFound) };
            if key.shown.revoked_at.is_none() {
                let last =
                    *keep_an_admin && key.role == Role::Admin && !rows::has_other_admin(tx, id).await?;
                if last {
                    return Ok(Revoked::LastAdmin);
                }
                rows::revoke(tx, id, at).await?;
                // Other hosts have the key in memory, and look at what changes.
                settings::rows::raise_version(tx).await?;
                let details = json!({ "label": key.shown.label });
                note(tx, by, "key.revoked", ("api_key", id), &details).await?;
                key.shown.revoked_at = Some(at.clone());
            }
            callers.revoke(key.hash);
            Ok(Revoked::Done(Box::new(key.shown)))
        }
        .boxed()
    });
    revoked.await
}

/// Stores keys of an organisation, all or none.
pub(crate) async fn add(db: &Db, org_id: &str, keys: Vec<KeyRecord>) -> DbResult<()> {
    let added = db.write(org_id, keys, |keys, tx| {
        async move {
            for key in keys {
                rows::insert(tx, key).await?;
            }
            Ok(())
        }
        .boxed()
    });
    added.await
}

/// The key with this hash, unless it was revoked.
pub(crate) async fn in_force(db: &Db, hash: KeyHash) -> DbResult<Option<KeyRecord>> {
    db.find_anywhere(hash, |hash, tx| rows::in_force(tx, hash).boxed()).await
}

/// Whether there is any API key, revoked or not.
pub(crate) async fn any(db: &Db) -> DbResult<bool> {
    let any = db.find_anywhere((), |(), tx| async { Ok(rows::any(tx).await?.then_some(())) }.boxed());
    Ok(any.await?.is_some())
}

/// Notes when a key was last used.
pub(crate) async fn note_use(db: &Db, org_id: &str, id: String, at: String) -> DbResult<()> {
    let keys = [format!("key {id}")];
    db.write_beside(org_id, &keys, (id, at), |(id, at), tx| rows::note_use(tx, id, at).boxed()).await
}
