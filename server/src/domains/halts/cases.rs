//! Halting an organisation: guard blocks everything until the halt is lifted. Nothing else lifts it.

use dashclaw::api::halts::{self, GetHalt, HaltState, SetHalt};
use dashclaw::clock;
use futures_util::FutureExt;

use crate::app::App;
use crate::context::Context;
use crate::db::DbResult;
use crate::domains::settings;
use crate::failure::Answer;
use crate::orgs::{HALT, Halt};
use crate::scrub::clean;

/// Halts an organisation, or lifts the halt.
pub(crate) async fn put(app: &App, org_id: &str, halt: Option<Halt>) -> DbResult<()> {
    let text = halt.as_ref().map(serde_json::to_string).transpose()?;
    let stored = settings::cases::put(&app.db, org_id, HALT, text).await;
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
    put(&context.app, context.org_id(), request.halted.then_some(halt)).await?;
    get(context, GetHalt::default()).await
}
