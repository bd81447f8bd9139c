//! Halting an organisation: guard blocks everything until the halt is lifted. Nothing else lifts it.

use dashclaw::api::halts::{self, GetHalt, HaltState, SetHalt};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::json;

use crate::app::App;
use crate::context::Context;
use crate::db::DbResult;
use crate::domains::activity::cases::note;
use crate::domains::settings;
use crate::failure::Answer;
use crate::orgs::{HALT, Halt};
use crate::scrub::clean;

/// Halts an organisation, or lifts the halt.
pub(crate) async fn put(app: &App, org_id: &str, by: &str, halt: Option<Halt>) -> DbResult<()> {
    let stored = app.db.write(org_id, (by.to_owned(), halt), |(by, halt), tx| {
        async move {
            let text = halt.as_ref().map(serde_json::to_string).transpose()?;
            settings::rows::put(tx, HALT, text.as_deref()).await?;
            let action = if halt.is_some() { "halt.set" } else { "halt.lifted" };
            let details = json!({ "reason": halt.as_ref().and_then(|halt| halt.reason.as_deref()) });
            note(tx, by, action, ("organization", tx.org_id()), &details).await
        }
        .boxed()
    });
    let stored = stored.await;
    // Forgotten even when the write failed: it is better to look twice than to miss a halt.
    app.forget_org(org_id);
    stored
}

/// The halt in force.
pub(super) async fn get(context: Context, _: GetHalt) -> Answer<HaltState> {
    let read = context.look_up((), |(), tx| async move { Ok(settings::rows::get(tx, HALT).await?) }.boxed());
    let halt = read.await?.map(|text| Halt::read(&text));
    let halted = halt.is_some();
    let Halt { actor, reason, at } = halt.unwrap_or_default();
    let text = |text: String| (!text.is_empty()).then_some(text);
    let shown = halts::Halt { halted, actor: text(actor), reason, at: text(at), ..halts::Halt::default() };
    Ok(HaltState { halt: shown, ..HaltState::default() })
}

/// Halts the caller's organisation, or lifts its halt; answers the one in force then.
pub(super) async fn set(context: Context, request: SetHalt) -> Answer<HaltState> {
    let halt = Halt { actor: context.shown(), reason: request.reason.map(clean), at: clock::now_iso() };
    put(&context.app, context.org_id(), &context.shown(), request.halted.then_some(halt)).await?;
    get(context, GetHalt::default()).await
}
