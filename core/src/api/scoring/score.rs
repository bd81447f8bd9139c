//! What profiles make of actions.

use serde_json::Value;

use super::CompositeMethod;
use crate::api::actions::ActionId;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// What a profile makes of an action.
    pub struct ProfileScore {
        /// Which score: `ps_…`.
        id: String,
        /// By which profile.
        #[serde(default)]
        profile_id: String,
        /// What the profile is called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        profile_name: String,
        /// Of which action, where that is known.
        #[serde(default)]
        action_id: Option<ActionId>,
        /// The score, 0 to 100, with two decimals; null when no dimension has one.
        #[serde(default)]
        composite_score: Option<f64>,
        /// How the scores of the dimensions became one.
        #[serde(default)]
        composite_method: CompositeMethod,
        /// The score of each dimension.
        #[serde(default, deserialize_with = "lenient::or_default")]
        dimensions: Vec<DimensionScore>,
        /// In lists, who acted: `Some(None)`, null on the wire, when that is not known.
        #[serde(default, deserialize_with = "lenient::present", skip_serializing_if = "Option::is_none")]
        agent_id: Option<Option<String>>,
        /// In lists, when it was scored: ISO-8601, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created_at: Option<String>,
    }

    /// What one dimension makes of an action.
    pub struct DimensionScore {
        /// Which dimension.
        #[serde(default)]
        dimension_id: String,
        /// What it is called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        dimension_name: String,
        /// How much it counts beside the others.
        #[serde(default, deserialize_with = "lenient::or_default")]
        weight: f64,
        /// What was measured; null when there was nothing.
        #[serde(default)]
        raw_value: Value,
        /// The score, 0 to 100; null when there was nothing to measure.
        #[serde(default)]
        score: Option<f64>,
        /// What such a value is called on the scale; `no_data` when there was nothing to measure, `default` when nothing on
        /// the scale fits, `unscaled` without a scale.
        #[serde(default, deserialize_with = "lenient::or_default")]
        label: String,
    }

    /// What a profile makes of several actions.
    pub struct ProfileScoreBatch {
        /// The scores, one per action.
        results: Vec<ProfileScore>,
        /// The same summed up.
        #[serde(default, deserialize_with = "lenient::or_default")]
        summary: ProfileScoreSummary,
    }

    /// Scores of several actions, summed up.
    pub struct ProfileScoreSummary {
        /// How many actions there were.
        #[serde(default)]
        total: i64,
        /// How many of them have a score.
        #[serde(default)]
        scored: i64,
        /// Their mean, 0 to 100; null when there is none.
        #[serde(default)]
        avg_score: Option<f64>,
    }

    /// Stored scores.
    pub struct ProfileScoreList {
        /// The scores.
        scores: Vec<ProfileScore>,
    }

    /// The stored scores of a profile, summed up.
    pub struct ProfileScoreStats {
        /// How many there are.
        #[serde(default, deserialize_with = "lenient::or_default")]
        total_scores: i64,
        /// Their mean, 0 to 100; null when there is none.
        #[serde(default)]
        avg_score: Option<f64>,
        /// The lowest.
        #[serde(default)]
        min_score: Option<f64>,
        /// The highest.
        #[serde(default)]
        max_score: Option<f64>,
        /// Their standard deviation, as of a sample.
        #[serde(default)]
        stddev_score: Option<f64>,
        /// Of how many agents.
        #[serde(default, deserialize_with = "lenient::or_default")]
        unique_agents: i64,
        /// Of how many actions.
        #[serde(default, deserialize_with = "lenient::or_default")]
        unique_actions: i64,
    }
}
