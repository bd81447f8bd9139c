//! Learning: what earlier actions teach about the next one.

mod analytics;
mod decision;
mod lesson;
mod recommendation;

use crate::api::ids::ActionId;
pub use analytics::{
    LearningCurve, LearningCurveComputation, LearningCurveList, LearningPeriod, LearningVelocity,
    LearningVelocityComputation, LearningVelocityList, MaturityLevel,
};
pub use decision::{LearningDecision, RecordedDecision};
pub use lesson::{DriftWarning, Lesson, LessonHints, LessonList};
pub use recommendation::{
    Recommendation, RecommendationHints, RecommendationList, RecommendedAction, RecordedEvents,
};
use serde_json::{Map, Value};

use crate::catalogue::{Composed, Fill, Repeat};
use crate::operations;

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
        events: Option<Vec<Value>> [max(1000)],
        /// Which recommendation.
        recommendation_id: Option<String> [max(128)],
        /// Which agent. Not filled in by the client.
        agent_id: Option<String> [max(128)],
        /// What became of it: `applied` or `overridden`.
        event_type: Option<String> [max(64)],
        /// More about it: `action_type`, `reason`, `adapted_fields`, `confidence`. At most 8192 bytes of
        /// JSON.
        details: Option<Map<String, Value>> [max(8192)],
    }

    /// Turns a recommendation on or off. The answer's members are the server's own and not fixed.
    set_recommendation_active = Patch "/api/learning/recommendations/{recommendation_id}" => Map<String, Value> [
        repeat(Repeat::Idempotent), positional(&["recommendation_id", "active"]),
        node(&["recommendation_id", "active"]),
    ]
    SetRecommendationActive {
        /// Which recommendation.
        recommendation_id: String,
        /// Whether it is in use from now on.
        active: bool,
    }

    /// Learns recommendations anew from actions that have ended. The answer's members are the server's own and not fixed.
    rebuild_recommendations = Post "/api/learning/recommendations" => Map<String, Value> [
        positional(&[
            "action_type", "lookback_days", "min_samples", "episode_limit", "action_id", "agent_id",
        ]),
    ]
    RebuildRecommendations {
        /// Only for this kind of action.
        action_type: Option<String>,
        /// How far to look back, in days.
        lookback_days: Option<i64> [default("30"), range(1, i64::MAX)],
        /// How many actions of a kind there must be to learn from them.
        min_samples: Option<i64> [default("5"), range(1, i64::MAX)],
        /// From how many actions to learn at most.
        episode_limit: Option<i64> [default("5000"), range(1, i64::MAX)],
        /// The action that gives rise to it.
        action_id: Option<ActionId>,
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Says how well recommendations do. The answer's members are the server's own and not fixed.
    get_recommendation_metrics = Get "/api/learning/recommendations/metrics" => Map<String, Value> [
        positional(&["action_type", "limit", "agent_id", "include_inactive", "lookback_days"]),
    ]
    GetRecommendationMetrics {
        /// Only for this kind of action.
        action_type: Option<String>,
        /// How many at most.
        limit: Option<i64> [default("100"), range(1, i64::MAX)],
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether to count inactive ones, too; false unless given.
        include_inactive: Option<bool>,
        /// How far to look back, in days.
        lookback_days: Option<i64> [default("30"), range(1, i64::MAX)],
    }

    /// Writes a decision, and what came of it, into the ledger that learning reads.
    record_decision = Post "/api/learning" => RecordedDecision [
        positional(&["decision"]), node(&["..entry"]), open(),
    ]
    RecordDecision {
        /// What was decided. At most 2000 characters.
        decision: String [max(2000)],
        /// What it was about. At most 5000 characters.
        context: Option<String> [max(5000)],
        /// Why. At most 5000 characters.
        reasoning: Option<String> [max(5000)],
        /// What came of it; `pending` unless given. At most 200 characters.
        outcome: Option<String> [max(200)],
        /// How sure the agent was, 0 to 100; 50 unless given.
        confidence: Option<i64> [range(0, 100)],
        /// Who decided. The client's own agent unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
    }

    /// Lists what earlier actions teach, for people and prompts: one lesson per active recommendation, and warnings where
    /// the agent no longer behaves as it did.
    get_lessons = Get "/api/learning/lessons" => LessonList [positional(&["action_type", "limit"])]
    GetLessons {
        /// Only for this kind of action.
        action_type: Option<String>,
        /// How many, at least 1; 10 unless given.
        limit: Option<i64> [range(1, i64::MAX)],
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists how fast agents get better, one entry per window of time. Reads what `compute_learning_velocity` stored:
    /// before its first call there may be nothing.
    get_learning_velocity = Get "/api/learning/analytics/velocity" => LearningVelocityList [
        positional(&["agent_id", "limit"]), node(&["lookback_days"]),
    ]
    GetLearningVelocity {
        /// Only for this agent. Every agent unless given; in Node the client's own, and an empty text means every one.
        agent_id: Option<String> [own_agent_in_node()],
        /// How many, 1 to 100.
        limit: Option<i64> [default("30"), range(1, 100)],
        /// Taken for compatibility; servers ignore it.
        lookback_days: Option<i64> [range(1, i64::MAX)],
    }

    /// Computes and stores how fast agents get better.
    ///
    /// An agent needs 3 scored actions in at least 2 windows; others are left out.
    compute_learning_velocity = Post "/api/learning/analytics/velocity" => LearningVelocityComputation [
        positional(&["agent_id", "lookback_days", "period"]),
    ]
    ComputeLearningVelocity {
        /// Only for this agent. Every agent unless given.
        agent_id: Option<String>,
        /// How far to look back, in days.
        lookback_days: Option<i64> [default("30"), range(1, i64::MAX)],
        /// How long a window is.
        period: Option<LearningPeriod> [default("\"daily\"")],
    }

    /// Lists how agents do week by week, for each kind of action. Reads what `compute_learning_curves` stored: before its
    /// first call there may be nothing.
    get_learning_curves = Get "/api/learning/analytics/curves" => LearningCurveList [
        positional(&["agent_id", "action_type", "limit"]), node(&["lookback_days"]),
    ]
    GetLearningCurves {
        /// Only for this agent. Every agent unless given; in Node the client's own, and an empty text means every one.
        agent_id: Option<String> [own_agent_in_node()],
        /// Only this kind of action.
        action_type: Option<String>,
        /// How many, 1 to 200.
        limit: Option<i64> [default("50"), range(1, 200)],
        /// Taken for compatibility; servers ignore it.
        lookback_days: Option<i64> [range(1, i64::MAX)],
    }

    /// Computes and stores how agents do week by week, for each kind of action.
    compute_learning_curves = Post "/api/learning/analytics/curves" => LearningCurveComputation [
        positional(&["agent_id", "lookback_days"]),
    ]
    ComputeLearningCurves {
        /// Only for this agent. Every agent unless given.
        agent_id: Option<String>,
        /// How far to look back, in days.
        lookback_days: Option<i64> [default("60"), range(1, i64::MAX)],
    }

    /// Sums up what was learned. The answer's members are the server's own and not fixed.
    get_learning_analytics_summary = Get "/api/learning/analytics/summary" => Map<String, Value> [
        positional(&["agent_id"]),
    ]
    GetLearningAnalyticsSummary {
        /// Only this agent. Every agent unless given.
        agent_id: Option<String>,
    }

    /// Lists the levels of maturity and what each asks for. The answer's members are the server's own and not fixed.
    get_maturity_levels = Get "/api/learning/analytics/maturity" => Map<String, Value> []
    GetMaturityLevels {}
}
