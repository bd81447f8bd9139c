//! Administration: halting the organisation.

use dashclaw::clock;
use serde_json::{Value, json};

use super::scrub::clean;
use crate::app::App;
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::orgs::{HALT, Halt};
use crate::store::StoreResult;

/// The most characters of the reason of a halt.
const MAX_REASON: usize = 2000;

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
    let reason = call.body.get("reason").and_then(Value::as_str).map(|reason| clean(reason.to_owned()));
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        return Err(Refusal::validation(vec![format!("`reason` exceeds max length of {MAX_REASON}")]));
    }
    let halt = Halt { actor: call.principal().to_owned(), reason, at: clock::now_iso() };
    put_halt(&call.app, call.org_id(), halted.then_some(halt)).await?;
    self::halt(call).await
}
