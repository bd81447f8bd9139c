//! What is going wrong right now, computed when it is read from what this instance knows.

use dashclaw::api::signals::{GetSignals, Signal, SignalCounts, SignalList, SignalSeverity};
use dashclaw::clock;

use super::rules::Seen;
use crate::context::Context;
use crate::failure::Answer;
use crate::store::{AssumptionFilter, LoopFilter, Page};

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
    let (store, org_id) = (&context.app.store, context.org_id());
    let agent = agent_id.map(str::to_owned);
    let now_ms = clock::unix_millis();
    let open = LoopFilter { status: Some("open".into()), agent_id: agent.clone(), ..LoopFilter::default() };
    let assumptions = AssumptionFilter { agent_id: agent, ..AssumptionFilter::default() };
    let seen = Seen {
        actions: store.recent_actions(org_id, agent_id, &clock::iso(now_ms - DAY_MS)).await?,
        loops: store.loops(org_id, open, LOOKED_AT).await?.loops,
        assumptions: store.assumptions(org_id, assumptions, LOOKED_AT).await?.assumptions,
        now_ms,
    };
    Ok(seen.signals())
}
