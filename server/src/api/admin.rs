//! Administration: API keys, and halting the organisation.

use dashclaw::clock;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::app::App;
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::keys::{self, Role};
use crate::orgs::{HALT, Halt};
use crate::store::StoreResult;

const MAX_LABEL: usize = 256;
/// The most characters of the reason of a halt.
const MAX_REASON: usize = 2000;

/// Makes an API key; its text is shown this once.
pub(super) async fn create_key(call: Call) -> Answer {
    let text = |name: &str, default: &str| match call.body.get(name) {
        None | Some(Value::Null) => Some(default.to_owned()),
        Some(value) => value.as_str().map(str::to_owned),
    };
    let label = text("label", "API Key").filter(|label| label.chars().count() <= MAX_LABEL);
    let label =
        label.ok_or_else(|| Refusal::bad_request("label must be a string of at most 256 characters"))?;
    let role = text("role", "member").and_then(|word| Role::from_word(&word));
    let role = role.ok_or_else(|| Refusal::bad_request("role must be one of: admin, member, readonly"))?;
    let (key, record) = keys::make(call.org_id(), role, &label)?;
    let answer = json!({ "key": {
        "id": record.id,
        "raw_key": key.expose_secret(),
        "prefix": record.prefix,
        "label": record.label,
        "role": role.as_str(),
        "storageWarning": "Store this key now. It is not shown again.",
    }});
    call.app.store.add_key(record).await?;
    reply(StatusCode::CREATED, &answer)
}

/// Halts an organisation: guard blocks everything until the halt is lifted. Nothing lifts it.
pub(crate) async fn put_halt(app: &App, org_id: &str, halt: Option<Halt>) -> StoreResult<()> {
    let text = halt.as_ref().map(serde_json::to_string).transpose()?;
    let stored = app.store.put_setting(org_id, HALT, text).await;
    // Forgotten even when the write failed: it is better to look twice than to miss a halt.
    app.forget_org(org_id);
    stored
}

/// Says whether the organisation is halted.
pub(super) async fn halt(call: Call) -> Answer {
    let halt = call.app.org(call.org_id()).await?.halt();
    let halted = halt.is_some();
    let Halt { actor, reason, at } = halt.unwrap_or_default();
    let text = |text: String| (!text.is_empty()).then_some(text);
    ok(&json!({ "halt": { "halted": halted, "actor": text(actor), "reason": reason, "at": text(at) } }))
}

/// Halts the organisation, or lifts the halt.
pub(super) async fn set_halt(call: Call) -> Answer {
    let Some(halted) = call.body.get("halted").and_then(Value::as_bool) else {
        return Err(Refusal::validation(vec!["`halted` must be a boolean".to_owned()]));
    };
    let reason = call.body.get("reason").and_then(Value::as_str).map(str::to_owned);
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        return Err(Refusal::validation(vec![format!("`reason` exceeds max length of {MAX_REASON}")]));
    }
    let halt = Halt { actor: call.principal().to_owned(), reason, at: clock::now_iso() };
    put_halt(&call.app, call.org_id(), halted.then_some(halt)).await?;
    self::halt(call).await
}
