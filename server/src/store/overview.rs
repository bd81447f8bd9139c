//! What operators look at: recent decisions, the agents that are known, and how busy the organisation is.

use dashclaw::api::agents::KnownAgent;
use dashclaw::api::guard::RecentDecisionList;
use dashclaw::api::operations::OperationsSummary;

use super::{DecisionFilter, Page, Stored};

/// Where figures for people come from.
pub(crate) trait Overview {
    /// Lists decisions with what each was for, newest first.
    fn recent_decisions(
        &self,
        org_id: &str,
        filter: DecisionFilter,
        page: Page,
    ) -> Stored<'_, RecentDecisionList>;

    /// The agents that gave a sign of life, acted, or have a public key; the one last heard of first.
    fn known_agents(&self, org_id: &str) -> Stored<'_, Vec<KnownAgent>>;

    /// How busy the organisation is at `now_ms`.
    fn operations(&self, org_id: &str, now_ms: i64) -> Stored<'_, OperationsSummary>;
}
