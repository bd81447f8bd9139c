//! Decisions that an agent wrote down.

use serde_json::Value;

use crate::catalogue::lenient;
use crate::record;

record! {
    /// A decision as it was written down.
    pub struct RecordedDecision {
        /// The decision.
        decision: LearningDecision,
    }

    /// A decision, and what came of it.
    pub struct LearningDecision {
        /// Which decision: a number or a text.
        id: Value,
        /// What was decided.
        decision: String,
        /// What it was about.
        #[serde(default)]
        context: Option<String>,
        /// Why.
        #[serde(default)]
        reasoning: Option<String>,
        /// What came of it: `pending`, or words of your own.
        #[serde(default, deserialize_with = "lenient::or_default")]
        outcome: String,
        /// How sure the agent was, 0 to 100.
        #[serde(default, deserialize_with = "lenient::or_default")]
        confidence: i64,
        /// Who decided.
        #[serde(default)]
        agent_id: Option<String>,
        /// When: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        timestamp: String,
    }
}
