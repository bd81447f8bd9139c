//! What earlier actions of one kind recommend.

use serde_json::{Map, Value};

use crate::catalogue::lenient;
use crate::record;

record! {
    /// An action, adapted to a recommendation.
    pub struct RecommendedAction {
        /// The adapted action.
        #[required]
        action: Map<String, Value>,
        /// The recommendation; nothing when there is none.
        recommendation: Option<Recommendation>,
        /// The names of the members that it changed: `risk_score`, `reversible`, `confidence`.
        adapted_fields: Vec<String>,
    }

    /// Recommendations.
    pub struct RecommendationList {
        /// The recommendations.
        #[required]
        recommendations: Vec<Recommendation>,
        /// How well they do, when that was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        metrics: Option<Map<String, Value>>,
        /// How far back was looked, in days.
        lookback_days: i64,
        /// How many there are.
        total: i64,
        /// When this was read: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
    }

    /// What earlier actions of one kind recommend.
    pub struct Recommendation {
        /// Which recommendation: `lrec_…`.
        #[required]
        id: String,
        /// For which agent.
        agent_id: String,
        /// For which kind of action.
        action_type: String,
        /// How sure it is, 35 to 95.
        confidence: i64,
        /// From how many actions it was learned.
        sample_size: i64,
        /// How many of them were the best ones.
        top_sample_size: i64,
        /// How many of them ended well, 0 to 1.
        success_rate: f64,
        /// Their mean score, 0 to 100.
        avg_score: f64,
        /// What the best ones had in common.
        hints: RecommendationHints,
        /// The same in words.
        guidance: Vec<String>,
        /// Whether it is in use.
        #[read = "lenient::truth"]
        active: bool,
        /// When it was computed: ISO-8601, UTC.
        computed_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// What the best actions of one kind had in common.
    pub struct RecommendationHints {
        /// The risk that three in four stayed below, 0 to 100.
        #[serde(skip_serializing_if = "Option::is_none")]
        preferred_risk_cap: Option<f64>,
        /// Whether most could be undone.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefer_reversible: Option<bool>,
        /// The confidence that three in four stayed above, 0 to 100.
        #[serde(skip_serializing_if = "Option::is_none")]
        confidence_floor: Option<f64>,
        /// How long they usually took, in milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        expected_duration_ms: Option<f64>,
        /// What they usually cost, in US dollars.
        #[serde(skip_serializing_if = "Option::is_none")]
        expected_cost_estimate: Option<f64>,
    }

    /// The server's answer to events. Its members are not documented; they are in `extra`.
    pub struct RecordedEvents {}
}
