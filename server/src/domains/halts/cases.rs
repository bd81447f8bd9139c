//! Halting an organisation: guard blocks everything until the halt is lifted. Nothing else lifts it.

use dashclaw::clock;

use crate::app::App;
use crate::context::Context;
use crate::db::DbResult;
use crate::domains::settings;
use crate::failure::{Answer, Failure};
use crate::orgs::{HALT, Halt};
use crate::scrub::clean;

/// The most characters of the reason of a halt.
const MAX_REASON: usize = 2000;

/// Halts an organisation, or lifts the halt.
pub(crate) async fn put(app: &App, org_id: &str, halt: Option<Halt>) -> DbResult<()> {
    let text = halt.as_ref().map(serde_json::to_string).transpose()?;
    let stored = settings::cases::put(&app.db, org_id, HALT, text).await;
    // Forgotten even when the write failed: it is better to look twice than to miss a halt.
    app.forget_org(org_id);
    stored
}

/// The halt in force.
pub(super) async fn get(context: &Context) -> Answer<Option<Halt>> {
    Ok(context.app.org(context.org_id()).await?.halt())
}

/// Halts the caller's organisation, or lifts its halt; answers the one in force then.
pub(super) async fn set(context: &Context, halted: bool, reason: Option<&str>) -> Answer<Option<Halt>> {
    let reason = reason.map(|reason| clean(reason.to_owned()));
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_REASON) {
        return Err(Failure::validation(vec![format!("`reason` exceeds max length of {MAX_REASON}")]));
    }
    let halt = Halt { actor: context.principal().to_owned(), reason, at: clock::now_iso() };
    put(&context.app, context.org_id(), halted.then_some(halt)).await?;
    get(context).await
}
