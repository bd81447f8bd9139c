//! Learning: what earlier actions teach about the next one.

use serde_json::{Map, Value};

use crate::catalogue::{Composed, Fill, lenient};
use crate::{operations, record};

operations! { "learning":
    /// Lists what the agent's earlier actions recommend for the next ones, one entry per kind of action.
    ///
    /// Inactive recommendations need an API key of the admin role.
    get_recommendations = Get "/api/learning/recommendations" => RecommendationList [
        positional(&[
            "action_type", "limit", "agent_id", "include_inactive", "track_events", "include_metrics",
            "lookback_days",
        ]),
    ]
    GetRecommendations {
        /// Only for this kind of action.
        action_type: Option<String>,
        /// How many, 1 to 200.
        limit: Option<i64> [default("50"), range(1, 200)],
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether to list inactive ones, too; false unless given.
        include_inactive: Option<bool>,
        /// Whether the server counts this as shown to the agent.
        track_events: Option<bool> [default("true")],
        /// Whether to add how well recommendations do; false unless given.
        include_metrics: Option<bool>,
        /// How far to look back for that, in days; 30 unless given.
        lookback_days: Option<i64> [range(1, i64::MAX)],
    }

    /// Lists what the agent's earlier actions recommend: `get_recommendations` with the server's own defaults and with
    /// filters passed on as they are.
    get_learning_recommendations = Get "/api/learning/recommendations" => RecommendationList [
        object("filters"), open(),
    ]
    GetLearningRecommendations {
        /// Only for this kind of action.
        action_type: Option<String>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether to list inactive ones, too; false unless given.
        include_inactive: Option<bool>,
        /// Whether the server counts this as shown to the agent; false unless given.
        track_events: Option<bool>,
        /// Whether to add how well recommendations do; false unless given.
        include_metrics: Option<bool>,
        /// How far to look back for that, in days; 30 unless given.
        lookback_days: Option<i64> [range(1, i64::MAX)],
    }

    /// Adapts an action to what earlier ones of its kind teach: a lower risk, a reversible course, a higher confidence.
    ///
    /// Nothing is recorded. The answer holds the adapted copy, the recommendation behind it and the names of the members it
    /// changed. An action without a type comes back as it is, and nothing is sent; so does one that nothing is recommended
    /// for.
    recommend_action = Get "/api/learning/recommendations" => RecommendedAction [
        composed(Composed::Recommendation), positional(&["action"]), node(&["action"]),
    ]
    RecommendAction {
        /// The action as `create_action` takes it.
        action: Map<String, Value> [local()],
    }

    /// Tells the server what became of recommendations: several events in `events`, or one in the other fields.
    record_recommendation_events = Post "/api/learning/recommendations/events" => RecordedEvents [
        positional(&["events"]), node(&["events"]), open(),
    ]
    RecordRecommendationEvents {
        /// Several events, one object each, with the fields below.
        events: Option<Vec<Value>>,
        /// Which recommendation.
        recommendation_id: Option<String>,
        /// Which agent. Not filled in by the client.
        agent_id: Option<String>,
        /// What became of it: `applied` or `overridden`.
        event_type: Option<String>,
        /// More about it: `action_type`, `reason`, `adapted_fields`, `confidence`.
        details: Option<Map<String, Value>>,
    }
}

record! {
    /// An action, adapted to a recommendation.
    pub struct RecommendedAction {
        /// The adapted action.
        action: Map<String, Value>,
        /// The recommendation; nothing when there is none.
        #[serde(default)]
        recommendation: Option<Recommendation>,
        /// The names of the members that it changed: `risk_score`, `reversible`, `confidence`.
        #[serde(default)]
        adapted_fields: Vec<String>,
    }

    /// Recommendations.
    pub struct RecommendationList {
        /// The recommendations.
        recommendations: Vec<Recommendation>,
        /// How well they do, when that was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        metrics: Option<Map<String, Value>>,
        /// How far back was looked, in days.
        #[serde(default)]
        lookback_days: i64,
        /// How many there are.
        #[serde(default)]
        total: i64,
        /// When this was read: ISO-8601, UTC.
        #[serde(default, rename = "lastUpdated")]
        last_updated: String,
    }

    /// What earlier actions of one kind recommend.
    pub struct Recommendation {
        /// Which recommendation: `lrec_…`.
        id: String,
        /// For which agent.
        #[serde(default)]
        agent_id: String,
        /// For which kind of action.
        #[serde(default)]
        action_type: String,
        /// How sure it is, 35 to 95.
        #[serde(default, deserialize_with = "lenient::or_default")]
        confidence: i64,
        /// From how many actions it was learned.
        #[serde(default, deserialize_with = "lenient::or_default")]
        sample_size: i64,
        /// How many of them were the best ones.
        #[serde(default, deserialize_with = "lenient::or_default")]
        top_sample_size: i64,
        /// How many of them ended well, 0 to 1.
        #[serde(default, deserialize_with = "lenient::or_default")]
        success_rate: f64,
        /// Their mean score, 0 to 100.
        #[serde(default, deserialize_with = "lenient::or_default")]
        avg_score: f64,
        /// What the best ones had in common.
        #[serde(default, deserialize_with = "lenient::or_default")]
        hints: RecommendationHints,
        /// The same in words.
        #[serde(default, deserialize_with = "lenient::or_default")]
        guidance: Vec<String>,
        /// Whether it is in use.
        #[serde(default, deserialize_with = "lenient::truth")]
        active: bool,
        /// When it was computed: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        computed_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        updated_at: String,
    }

    /// What the best actions of one kind had in common.
    pub struct RecommendationHints {
        /// The risk that three in four stayed below, 0 to 100.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preferred_risk_cap: Option<f64>,
        /// Whether most could be undone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefer_reversible: Option<bool>,
        /// The confidence that three in four stayed above, 0 to 100.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidence_floor: Option<f64>,
        /// How long they usually took, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_duration_ms: Option<f64>,
        /// What they usually cost, in US dollars.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_cost_estimate: Option<f64>,
    }

    /// The server's answer to events. Its members are not documented; they are in `extra`.
    pub struct RecordedEvents {}
}
