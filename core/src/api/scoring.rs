//! Scoring: profiles that turn what is measured of an action into a score, and templates for its risk.

mod calibration;
mod profile;
mod risk;
mod score;

use crate::api::ids::ActionId;
pub use calibration::{CalibrationStatus, CalibrationSuggestion, MetricDistribution, ScoringCalibration};
pub use profile::{
    CompositeMethod, DeletedScoringRecord, ScaleOperator, ScaleRule, ScoringDimension, ScoringProfile,
    ScoringProfileList, ScoringSource,
};
pub use risk::{RiskRule, RiskTemplate, RiskTemplateList};
pub use score::{
    DimensionScore, ProfileScore, ProfileScoreBatch, ProfileScoreList, ProfileScoreStats, ProfileScoreSummary,
};
use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::operations;

operations! { "scoring":
    /// Lists scoring profiles with their dimensions.
    list_scoring_profiles = Get "/api/scoring/profiles" => ScoringProfileList, each ScoringProfile as iter_scoring_profiles [open(), pages("profiles")]
    ListScoringProfiles {
        /// Only profiles for this kind of action, and those for every kind.
        action_type: Option<String>,
        /// Only profiles in this state; `active` unless given.
        status: Option<String>,
        /// How many.
        limit: Option<i64> [range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Adds a scoring profile, with its dimensions when they are given. An unknown method of combining scores is an error
    /// of kind `validation`.
    create_scoring_profile = Post "/api/scoring/profiles" => ScoringProfile [node(&["..profile"]), open()]
    CreateScoringProfile {
        /// What it is called.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// The kind of action it is for. Every kind unless given.
        action_type: Option<String>,
        /// How the scores of its dimensions become one; `weighted_average` unless given.
        composite_method: Option<CompositeMethod>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
        /// What it looks at: objects with the fields of `add_scoring_dimension`.
        dimensions: Option<Vec<Value>>,
    }

    /// Reads one scoring profile with its dimensions. An unknown id is an error of kind `not_found`.
    get_scoring_profile = Get "/api/scoring/profiles/{profile_id}" => ScoringProfile [positional(&["profile_id"])]
    GetScoringProfile from profile_id: String {
        /// Which profile.
        profile_id: String,
    }

    /// Changes a scoring profile: the fields that are given. Its dimensions have operations of their own. An unknown id is
    /// an error of kind `not_found`.
    update_scoring_profile = Patch "/api/scoring/profiles/{profile_id}" => ScoringProfile [
        repeat(Repeat::Idempotent), positional(&["profile_id"]), open(),
    ]
    UpdateScoringProfile {
        /// Which profile.
        profile_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The kind of action it is for from now on.
        action_type: Option<String>,
        /// How the scores of its dimensions become one from now on.
        composite_method: Option<CompositeMethod>,
        /// The state it is in from now on.
        status: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Removes a scoring profile. An unknown id is an error of kind `not_found`.
    delete_scoring_profile = Delete "/api/scoring/profiles/{profile_id}" => DeletedScoringRecord [
        positional(&["profile_id"]),
    ]
    DeleteScoringProfile from profile_id: String {
        /// Which profile.
        profile_id: String,
    }

    /// Adds a dimension to a scoring profile. An unknown profile is an error of kind `not_found`.
    add_scoring_dimension = Post "/api/scoring/profiles/{profile_id}/dimensions" => ScoringDimension [
        positional(&["profile_id"]), node(&["profile_id", "..dimension"]), open(),
    ]
    AddScoringDimension {
        /// Which profile.
        profile_id: String,
        /// What it is called.
        name: String,
        /// What it looks at.
        data_source: ScoringSource,
        /// What it is for.
        description: Option<String>,
        /// How much it counts beside the others; 1 unless given.
        weight: Option<f64>,
        /// More about what it looks at: for `metadata_field` the `field`, with dots for members of members.
        data_config: Option<Map<String, Value>>,
        /// Which value earns which score: objects with `label`, `operator`, `value` and `score`. The first that fits counts;
        /// where none does, the lowest score among them. Without a scale every value earns 50.
        scale: Option<Vec<Value>>,
        /// Its place among the dimensions.
        sort_order: Option<i64>,
    }

    /// Changes a dimension: the fields that are given. An unknown id is an error of kind `not_found`.
    update_scoring_dimension = Patch "/api/scoring/profiles/{profile_id}/dimensions/{dimension_id}"
        => ScoringDimension [
        repeat(Repeat::Idempotent), positional(&["profile_id", "dimension_id"]), open(),
    ]
    UpdateScoringDimension {
        /// Which profile.
        profile_id: String,
        /// Which dimension.
        dimension_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it looks at from now on.
        data_source: Option<ScoringSource>,
        /// What it is for.
        description: Option<String>,
        /// How much it counts beside the others from now on.
        weight: Option<f64>,
        /// More about what it looks at.
        data_config: Option<Map<String, Value>>,
        /// Which value earns which score from now on: objects with `label`, `operator`, `value` and `score`.
        scale: Option<Vec<Value>>,
        /// Its place among the dimensions from now on.
        sort_order: Option<i64>,
    }

    /// Removes a dimension from a scoring profile. An unknown id is an error of kind `not_found`.
    delete_scoring_dimension = Delete "/api/scoring/profiles/{profile_id}/dimensions/{dimension_id}"
        => DeletedScoringRecord [positional(&["profile_id", "dimension_id"])]
    DeleteScoringDimension {
        /// Which profile.
        profile_id: String,
        /// Which dimension.
        dimension_id: String,
    }

    /// Scores one action by a profile and stores the score. An unknown profile is an error of kind `not_found`, one
    /// without dimensions one of kind `server`.
    score_with_profile = Post "/api/scoring/score" => ProfileScore [
        positional(&["profile_id", "action"]), node(&["profile_id", "action"]),
    ]
    ScoreWithProfile {
        /// By which profile.
        profile_id: String,
        /// The action: its members as `get_action` returns them, or what is to be scored.
        action: Map<String, Value>,
    }

    /// Scores several actions by a profile and stores the scores. An unknown profile is an error of kind `not_found`, one
    /// without dimensions one of kind `server`.
    batch_score_with_profile = Post "/api/scoring/score" => ProfileScoreBatch [
        positional(&["profile_id", "actions"]), node(&["profile_id", "actions"]),
    ]
    BatchScoreWithProfile {
        /// By which profile.
        profile_id: String,
        /// The actions: objects as `score_with_profile` takes one.
        actions: Vec<Value>,
    }

    /// Lists stored scores.
    get_profile_scores = Get "/api/scoring/score" => ProfileScoreList, each ProfileScore as iter_profile_scores [open(), pages("scores")]
    GetProfileScores {
        /// Only scores by this profile.
        profile_id: Option<String>,
        /// Only scores of this agent's actions. All agents unless given.
        agent_id: Option<String>,
        /// Only scores of this action.
        action_id: Option<ActionId>,
        /// How many.
        limit: Option<i64> [range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Sums up the stored scores of a profile.
    get_profile_score_stats = Get "/api/scoring/score" => ProfileScoreStats [
        positional(&["profile_id"]), node(&["profile_id"]),
    ]
    GetProfileScoreStats from profile_id: String {
        /// Which profile.
        profile_id: String,
        /// Always `stats`.
        view: Option<String> [constant("\"stats\"")],
    }

    /// Lists risk templates.
    list_risk_templates = Get "/api/scoring/risk-templates" => RiskTemplateList [open()]
    ListRiskTemplates {
        /// Only templates for this kind of action.
        action_type: Option<String>,
        /// Only templates in this state.
        status: Option<String>,
    }

    /// Adds a risk template: rules by which the server works out the risk of actions.
    create_risk_template = Post "/api/scoring/risk-templates" => RiskTemplate [node(&["..template"]), open()]
    CreateRiskTemplate {
        /// What it is called.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// The kind of action it is for. Every kind unless given.
        action_type: Option<String>,
        /// The risk to start from, 0 to 100; 0 unless given.
        base_risk: Option<i64> [range(0, 100)],
        /// What adds to it: objects with `condition` (a member of the action, one of `==`, `!=`, `>=`, `<=`, `>`, `<` and
        /// `contains`, a value) and `add`. The sum is kept within 0 to 100.
        rules: Option<Vec<Value>>,
    }

    /// Changes a risk template: the fields that are given. An unknown id is an error of kind `not_found`.
    update_risk_template = Patch "/api/scoring/risk-templates/{template_id}" => RiskTemplate [
        repeat(Repeat::Idempotent), positional(&["template_id"]), open(),
    ]
    UpdateRiskTemplate {
        /// Which template.
        template_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The kind of action it is for from now on.
        action_type: Option<String>,
        /// The risk to start from, 0 to 100.
        base_risk: Option<i64> [range(0, 100)],
        /// What adds to it from now on: objects with `condition` and `add`.
        rules: Option<Vec<Value>>,
        /// The state it is in from now on.
        status: Option<String>,
    }

    /// Removes a risk template. An unknown id is an error of kind `not_found`.
    delete_risk_template = Delete "/api/scoring/risk-templates/{template_id}" => DeletedScoringRecord [
        positional(&["template_id"]),
    ]
    DeleteRiskTemplate from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Suggests scales from what earlier actions measured. Nothing is written.
    ///
    /// With fewer than 10 actions there are no suggestions, and `status` says `insufficient_data`.
    auto_calibrate = Post "/api/scoring/calibrate" => ScoringCalibration [
        repeat(Repeat::Safe), node(&["..options"]), open(),
    ]
    AutoCalibrate {
        /// Only from this kind of action. Every kind unless given.
        action_type: Option<String>,
        /// Only from this agent's actions. All agents unless given.
        agent_id: Option<String>,
        /// How far to look back, in days; 30 unless given.
        lookback_days: Option<i64> [range(1, i64::MAX)],
        /// What to suggest scales for, each of at most 500 characters. Everything unless given.
        metrics: Option<Vec<String>>,
    }
}
