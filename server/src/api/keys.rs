//! API keys over HTTP.

use dashclaw::api::orgs::{ApiKey, ApiKeyList, RevokedApiKey};
use dashclaw::clock;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::scrub::clean;
use crate::app::App;
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::keys::{NewKey, Role};
use crate::store::{Revocation, Revoked, StoreResult};

const MAX_LABEL: usize = 256;
const MAX_AGENT: usize = 128;

/// Makes an API key; its text is shown this once.
pub(super) async fn create(call: Call) -> Answer {
    let label = text(&call, "label", "API Key").filter(|label| label.chars().count() <= MAX_LABEL);
    let label =
        label.ok_or_else(|| Refusal::bad_request("label must be a string of at most 256 characters"))?;
    let label = clean(label);
    let role = text(&call, "role", "member").and_then(|word| Role::from_word(&word));
    let role = role.ok_or_else(|| Refusal::bad_request("role must be one of: admin, member, readonly"))?;
    let agent_id = agent(&call, role)?;
    let NewKey { text, record } = NewKey::make(call.org_id(), role, &label, agent_id.as_deref())?;
    let mut answer = json!({ "key": {
        "id": record.shown.id,
        "raw_key": text.expose_secret(),
        "prefix": record.shown.key_prefix,
        "label": label,
        "role": role.as_str(),
        "storageWarning": "Store this key now. It is not shown again.",
    }});
    if let Some(agent_id) = agent_id {
        answer["key"]["agent_id"] = agent_id.into();
    }
    call.app.store.add_keys(vec![record]).await?;
    reply(StatusCode::CREATED, &answer)
}

/// A member of the body; `default` when there is none, nothing when it is no text.
fn text(call: &Call, name: &str, default: &str) -> Option<String> {
    match call.body.get(name) {
        None | Some(Value::Null) => Some(default.to_owned()),
        Some(value) => value.as_str().map(str::to_owned),
    }
}

/// The one agent that the key may speak for.
fn agent(call: &Call, role: Role) -> Answer<Option<String>> {
    let agent_id = text(call, "agent_id", "");
    let fits =
        |id: &String| id.trim() == id && id.chars().count() <= MAX_AGENT && !id.contains(char::is_control);
    let Some(agent_id) = agent_id.filter(fits) else {
        return Err(Refusal::bad_request(
            "agent_id must be a string of at most 128 characters without spaces around it",
        ));
    };
    if agent_id.is_empty() {
        return Ok(None);
    }
    // An admin can make a key for any agent, so binding one would promise what does not hold.
    if role == Role::Admin {
        return Err(Refusal::bad_request("an admin's key cannot be bound to an agent"));
    }
    Ok(Some(agent_id))
}

/// Lists keys, without the keys themselves.
pub(super) async fn list(call: Call) -> Answer {
    let keys = all(&call.app, call.org_id()).await?;
    ok(&ApiKeyList { keys, ..ApiKeyList::default() })
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
pub(super) async fn revoke(call: Call) -> Answer {
    let id = call.text("id").or_else(|| call.query("id").map(str::to_owned)).unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad_request("id is required"));
    }
    // An operator whose key is not stored keeps it, whatever becomes of the stored ones.
    let keep_an_admin = call.caller.as_ref().is_some_and(|caller| caller.stored);
    match put_revoked(&call.app, call.org_id(), &id, keep_an_admin).await? {
        Revoked::Done(key) => ok(&RevokedApiKey { success: true, key: *key, ..RevokedApiKey::default() }),
        Revoked::NotFound => Err(Refusal::not_found("API key not found")),
        Revoked::LastAdmin => {
            let refusal =
                Refusal::conflict("The last key of the admin role cannot be revoked; make another first");
            Err(refusal.code("LAST_ADMIN_KEY"))
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
