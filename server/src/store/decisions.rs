//! Guard decisions.

use dashclaw::api::guard::{GuardDecisionRecord, GuardDecisionStats};

use super::{Asked, Page, Premises, Span, Stale, Stored};

/// Where guard decisions are kept.
pub(crate) trait Decisions {
    /// Stores a decision, while its premises hold and its key is free.
    fn log_decision(&self, decision: NewDecision) -> Stored<'_, Logged>;

    /// The newest decision that was made with this idempotency key in a span of time.
    fn earlier_decision(&self, org_id: &str, key: &str, within: Span) -> Stored<'_, Option<EarlierDecision>>;

    /// Lists decisions, newest first.
    fn decisions(&self, org_id: &str, filter: DecisionFilter, page: Page) -> Stored<'_, DecisionPage>;

    /// How many decisions on this agent there are since each of these times, counted up to the number beside it.
    fn count_decisions(
        &self,
        org_id: &str,
        agent_id: &str,
        since_ms: Vec<(i64, i64)>,
    ) -> Stored<'_, Vec<i64>>;

    /// What the actions of this agent spend, in USD, since each of these times; blocked ones spend nothing.
    fn sum_spendings(&self, org_id: &str, agent_id: &str, since_ms: Vec<i64>) -> Stored<'_, Vec<f64>>;
}

/// A decision to be stored.
#[derive(Debug)]
pub(crate) struct NewDecision {
    pub(crate) record: GuardDecisionRecord,
    pub(crate) created_ms: i64,
    pub(crate) premises: Premises,
    pub(crate) asked: Asked,
    /// What it may be repeated by.
    pub(crate) repeatable: Option<Repeatable>,
    /// What the action that is born with it will spend, in USD.
    pub(crate) spent_usd: Option<f64>,
    /// JSON text: what was asked, without the content and its facts.
    pub(crate) context: String,
    /// JSON text: what fact checks found.
    pub(crate) evidence: Option<String>,
}

/// What a decision may be repeated by.
#[derive(Clone, Debug)]
pub(crate) struct Repeatable {
    pub(crate) key: String,
    /// Decisions made then are young enough to be repeated.
    pub(crate) within: Span,
    /// The reply as JSON text.
    pub(crate) reply: String,
}

/// A decision that was made with the same key.
#[derive(Clone, Debug)]
pub(crate) struct EarlierDecision {
    asked: Asked,
    version: i64,
    reply: String,
}

impl EarlierDecision {
    pub(crate) fn new(asked: Asked, version: i64, reply: String) -> Self {
        Self { asked, version, reply }
    }

    /// What its key means for this question; nothing when a new decision is due, because policies or settings have
    /// changed since.
    pub(crate) fn for_question(self, asked: &Asked, version: i64) -> Option<Logged> {
        if self.asked != *asked {
            return Some(Logged::OtherQuestion);
        }
        (self.version == version).then_some(Logged::Repeats(self.reply))
    }
}

/// What became of a decision.
#[derive(Debug, PartialEq)]
pub(crate) enum Logged {
    /// It was stored.
    Stored,
    /// There was a young one of this question with the same key; this is its reply.
    Repeats(String),
    /// The key stands for another question.
    OtherQuestion,
    /// What it was made on has changed; nothing was stored.
    Stale(Stale),
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
