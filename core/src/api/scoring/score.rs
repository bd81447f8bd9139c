//! What profiles make of actions.

use crate::api::ids::ActionId;
use serde_json::Value;

use super::CompositeMethod;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// What a profile makes of an action.
    pub struct ProfileScore {
        /// Which score: `ps_…`.
        #[required]
        id: String,
        /// By which profile.
        profile_id: String,
        /// What the profile is called.
        profile_name: String,
        /// Of which action, where that is known.
        action_id: Option<ActionId>,
        /// The score, 0 to 100, with two decimals; null when no dimension has one.
        composite_score: Option<f64>,
        /// How the scores of the dimensions became one.
        composite_method: CompositeMethod,
        /// The score of each dimension.
        dimensions: Vec<DimensionScore>,
        /// In lists, who acted: `Some(None)`, null on the wire, when that is not known.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<Option<String>>,
        /// In lists, when it was scored: ISO-8601, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        created_at: Option<String>,
    }

    /// What one dimension makes of an action.
    pub struct DimensionScore {
        /// Which dimension.
        dimension_id: String,
        /// What it is called.
        dimension_name: String,
        /// How much it counts beside the others.
        weight: f64,
        /// What was measured; null when there was nothing.
        raw_value: Value,
        /// The score, 0 to 100; null when there was nothing to measure.
        score: Option<f64>,
        /// What such a value is called on the scale; `no_data` when there was nothing to measure, `default` when nothing on
        /// the scale fits, `unscaled` without a scale.
        label: String,
    }

    /// What a profile makes of several actions.
    pub struct ProfileScoreBatch {
        /// The scores, one per action.
        #[required]
        results: Vec<ProfileScore>,
        /// The same summed up.
        summary: ProfileScoreSummary,
    }

    /// Scores of several actions, summed up.
    pub struct ProfileScoreSummary {
        /// How many actions there were.
        total: i64,
        /// How many of them have a score.
        scored: i64,
        /// Their mean, 0 to 100; null when there is none.
        avg_score: Option<f64>,
    }

    /// Stored scores.
    pub struct ProfileScoreList {
        /// The scores.
        #[required]
        scores: Vec<ProfileScore>,
    }

    /// The stored scores of a profile, summed up.
    pub struct ProfileScoreStats {
        /// How many there are.
        total_scores: i64,
        /// Their mean, 0 to 100; null when there is none.
        avg_score: Option<f64>,
        /// The lowest.
        min_score: Option<f64>,
        /// The highest.
        max_score: Option<f64>,
        /// Their standard deviation, as of a sample.
        stddev_score: Option<f64>,
        /// Of how many agents.
        unique_agents: i64,
        /// Of how many actions.
        unique_actions: i64,
    }
}
