//! Decisions that an agent wrote down.

use serde_json::Value;

use crate::record;

record! {
    /// A decision as it was written down.
    pub struct RecordedDecision {
        /// The decision.
        #[required]
        decision: LearningDecision,
    }

    /// A decision, and what came of it.
    pub struct LearningDecision {
        /// Which decision: a number or a text.
        #[required]
        id: Value,
        /// What was decided.
        #[required]
        decision: String,
        /// What it was about.
        context: Option<String>,
        /// Why.
        reasoning: Option<String>,
        /// What came of it: `pending`, or words of your own.
        outcome: String,
        /// How sure the agent was, 0 to 100.
        confidence: i64,
        /// Who decided.
        agent_id: Option<String>,
        /// When: ISO-8601, UTC.
        timestamp: String,
    }
}
