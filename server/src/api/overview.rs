//! What operators look at: recent decisions, the agents that are known, and how busy the organisation is.

use dashclaw::api::agents::AgentList;
use dashclaw::api::guard::GetRecentDecisions;
use dashclaw::clock;

use crate::http::call::{Call, ok};
use crate::http::refusal::Answer;
use crate::store::DecisionFilter;

/// Lists recent decisions. Filters that it does not know are ignored, as on the platform.
pub(super) async fn decisions(call: Call) -> Answer {
    let request: GetRecentDecisions = call.request()?;
    let filter = DecisionFilter {
        agent_id: request.agent_id,
        decision: request.decision.map(|verdict| verdict.to_string()),
    };
    ok(&call.app.store.recent_decisions(call.org_id(), filter, call.page(50)).await?)
}

/// Lists the agents that are known.
pub(super) async fn agents(call: Call) -> Answer {
    let agents = call.app.store.known_agents(call.org_id()).await?;
    ok(&AgentList { agents, last_updated: clock::now_iso(), ..AgentList::default() })
}

/// Sums up how busy the organisation is.
pub(super) async fn operations(call: Call) -> Answer {
    ok(&call.app.store.operations(call.org_id(), clock::unix_millis()).await?)
}
