//! What is going wrong right now, computed when it is read from what this instance knows.

use dashclaw::api::signals::{GetSignals, Signal, SignalCounts, SignalList, SignalSeverity};
use dashclaw::clock;
use futures_util::FutureExt;

use super::rules::Seen;
use crate::context::Context;
use crate::db::{DbResult, Page, Tx};
use crate::domains::assumptions::rows::AssumptionFilter;
use crate::domains::loops::rows::LoopFilter;
use crate::domains::{actions, assumptions, loops};
use crate::failure::Answer;

/// How many records of a kind are looked at.
const LOOKED_AT: Page = Page { limit: 1000, offset: 0 };
/// How far back actions are looked at, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Lists signals.
pub(super) async fn list(context: Context, request: GetSignals) -> Answer<SignalList> {
    let signals = current(&context, request.agent_id.as_deref()).await?;
    let count = |severity: &SignalSeverity| {
        i64::try_from(signals.iter().filter(|signal| signal.severity == *severity).count())
            .unwrap_or(i64::MAX)
    };
    let (red, amber) = (count(&SignalSeverity::Red), count(&SignalSeverity::Amber));
    Ok(SignalList {
        counts: SignalCounts { red, amber, total: red + amber, ..SignalCounts::default() },
        signals,
        last_updated: clock::now_iso(),
        ..SignalList::default()
    })
}

/// The signals as guard adds them to its warnings.
pub(crate) async fn texts(context: &Context, agent_id: Option<&str>) -> Answer<Vec<String>> {
    let signals = current(context, agent_id).await?;
    let text = |signal: Signal| format!("[{}] {}", signal.severity, signal.label);
    Ok(signals.into_iter().map(text).collect())
}

async fn current(context: &Context, agent_id: Option<&str>) -> Answer<Vec<Signal>> {
    let seen = context.scan(agent_id.map(str::to_owned), |agent_id, tx| {
        async move { Ok(look(tx, agent_id.as_deref(), clock::unix_millis()).await?) }.boxed()
    });
    Ok(seen.await?.signals())
}

async fn look(tx: &Tx<'_>, agent_id: Option<&str>, now_ms: i64) -> DbResult<Seen> {
    let agent = agent_id.map(str::to_owned);
    let open = LoopFilter { status: Some("open".into()), agent_id: agent.clone(), ..LoopFilter::default() };
    let filter = AssumptionFilter { agent_id: agent, ..AssumptionFilter::default() };
    Ok(Seen {
        actions: actions::rows::recent(tx, agent_id, &clock::iso(now_ms - DAY_MS)).await?,
        loops: loops::rows::list(tx, &open, LOOKED_AT).await?,
        assumptions: assumptions::rows::list(tx, &filter, LOOKED_AT).await?,
        now_ms,
    })
}
