//! Guard decisions.

use dashclaw::api::guard::{GuardDecisionRecord, GuardDecisionStats};

use super::{Page, Stored};

/// Where guard decisions are kept.
pub(crate) trait Decisions {
    /// Stores a decision, unless one with the same key is young enough to be repeated.
    fn log_decision(&self, decision: NewDecision) -> Stored<'_, Logged>;

    /// The reply that was given for this idempotency key at `since_ms` or later.
    fn earlier_reply(&self, org_id: &str, key: &str, since_ms: i64) -> Stored<'_, Option<String>>;

    /// Lists decisions, newest first.
    fn decisions(&self, org_id: &str, filter: DecisionFilter, page: Page) -> Stored<'_, DecisionPage>;

    /// How many decisions on this agent there are since each of these times.
    fn count_decisions(&self, org_id: &str, agent_id: &str, since_ms: Vec<i64>) -> Stored<'_, Vec<i64>>;
}

/// A decision to be stored.
#[derive(Debug)]
pub(crate) struct NewDecision {
    pub(crate) record: GuardDecisionRecord,
    pub(crate) created_ms: i64,
    /// What it may be repeated by.
    pub(crate) repeatable: Option<Repeatable>,
    /// JSON text: what was asked, without the content and its facts.
    pub(crate) context: String,
    /// JSON text: what fact checks found.
    pub(crate) evidence: Option<String>,
}

/// What a decision may be repeated by.
#[derive(Clone, Debug)]
pub(crate) struct Repeatable {
    pub(crate) key: String,
    /// Decisions made at this time or later are young enough to be repeated.
    pub(crate) since_ms: i64,
    /// The reply as JSON text.
    pub(crate) reply: String,
}

/// What became of a decision.
#[derive(Debug, PartialEq)]
pub(crate) enum Logged {
    /// It was stored.
    Stored,
    /// There was a young one with the same key; this is its reply.
    Repeats(String),
}

/// Which decisions are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DecisionFilter {
    pub(crate) agent_id: Option<String>,
    pub(crate) decision: Option<String>,
}

/// A page of decisions.
#[derive(Debug)]
pub(crate) struct DecisionPage {
    pub(crate) decisions: Vec<GuardDecisionRecord>,
    pub(crate) total: i64,
    pub(crate) stats: GuardDecisionStats,
}
