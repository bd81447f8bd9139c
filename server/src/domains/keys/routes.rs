//! `/api/keys`.

use dashclaw::api::orgs::{CreateApiKey, RevokeApiKey};
use futures_util::FutureExt;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::cases;
use crate::failure::{Answer, Failure};
use crate::http::call::{Call, Reply, ok, reply};
use crate::http::route::Route;
use crate::keys::{NewKey, Role};

const MAX_LABEL: usize = 256;
const MAX_AGENT: usize = 128;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<CreateApiKey>(|call| create(call).boxed()).own_checks(),
        Route::case(cases::list),
        Route::of::<RevokeApiKey>(|call| revoke(call).boxed()).own_checks(),
        Route::of::<RevokeApiKey>(|call| revoke(call).boxed()).own_checks().at_path("/api/keys/{id}"),
    ]
}

async fn create(call: Call) -> Reply {
    let label = text(&call, "label", "API Key").filter(|label| label.chars().count() <= MAX_LABEL);
    let label =
        label.ok_or_else(|| Failure::bad_request("label must be a string of at most 256 characters"))?;
    let role = text(&call, "role", "member").and_then(|word| Role::from_word(&word));
    let role = role.ok_or_else(|| Failure::bad_request("role must be one of: admin, member, readonly"))?;
    let agent_id = agent(&call, role)?;
    let NewKey { text, record } = cases::create(&call.context, label, role, agent_id.as_deref()).await?;
    let mut answer = json!({ "key": {
        "id": record.shown.id,
        "raw_key": text.expose_secret(),
        "prefix": record.shown.key_prefix,
        "label": record.shown.label,
        "role": role.as_str(),
        "storageWarning": "Store this key now. It is not shown again.",
    }});
    if let Some(agent_id) = agent_id {
        answer["key"]["agent_id"] = agent_id.into();
    }
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
        return Err(Failure::bad_request(
            "agent_id must be a string of at most 128 characters without spaces around it",
        ));
    };
    if agent_id.is_empty() {
        return Ok(None);
    }
    // An admin can make a key for any agent, so binding one would promise what does not hold.
    if role == Role::Admin {
        return Err(Failure::bad_request("an admin's key cannot be bound to an agent"));
    }
    Ok(Some(agent_id))
}

async fn revoke(call: Call) -> Reply {
    let id = call.text("id").or_else(|| call.query("id").map(str::to_owned)).unwrap_or_default();
    if id.is_empty() {
        return Err(Failure::bad_request("id is required"));
    }
    ok(&cases::revoke(&call.context, &id).await?)
}
