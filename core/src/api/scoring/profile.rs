//! Scoring profiles and their dimensions.

use serde_json::{Map, Value};

use crate::{open_enum, record};

open_enum! {
    /// How the scores of several dimensions become one.
    pub enum CompositeMethod {
        /// The mean, by weight; a dimension without a score is left out.
        WeightedAverage = "weighted_average",
        /// The lowest.
        Minimum = "minimum",
        /// The geometric mean: 0 when one of them is 0.
        GeometricMean = "geometric_mean",
    }
}

open_enum! {
    /// What a dimension looks at.
    pub enum ScoringSource {
        /// How long the action took, in milliseconds.
        DurationMs = "duration_ms",
        /// What it cost, in US dollars.
        CostEstimate = "cost_estimate",
        /// How many tokens it took in and gave out.
        TokensTotal = "tokens_total",
        /// Its risk, 0 to 100.
        RiskScore = "risk_score",
        /// How sure the agent was, 0 to 100.
        Confidence = "confidence",
        /// How it was graded.
        EvalScore = "eval_score",
        /// A member of its metadata.
        MetadataField = "metadata_field",
        /// What a function of your own returns. Servers may refuse it.
        CustomFunction = "custom_function",
    }
}

open_enum! {
    /// How a value is compared.
    pub enum ScaleOperator {
        /// It is less.
        Lt = "lt",
        /// It is less or the same.
        Lte = "lte",
        /// It is more.
        Gt = "gt",
        /// It is more or the same.
        Gte = "gte",
        /// It is the same.
        Eq = "eq",
        /// It lies between two numbers.
        Between = "between",
        /// It contains the text.
        Contains = "contains",
    }
}

record! {
    /// Scoring profiles.
    pub struct ScoringProfileList {
        /// The profiles.
        #[required]
        profiles: Vec<ScoringProfile>,
    }

    /// What turns the measures of an action into one score.
    pub struct ScoringProfile {
        /// Which profile: `sp_` and 24 hex digits.
        #[required]
        id: String,
        /// Whose organisation; absent right after it was added.
        #[serde(skip_serializing_if = "Option::is_none")]
        org_id: Option<String>,
        /// What it is called.
        #[required]
        name: String,
        /// What it is for.
        description: String,
        /// The kind of action it is for; null means every kind.
        action_type: Option<String>,
        /// The state it is in: `active`, or another word.
        status: String,
        /// How the scores of its dimensions become one.
        composite_method: CompositeMethod,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was added: ISO-8601, UTC; absent right after that.
        #[serde(skip_serializing_if = "Option::is_none")]
        created_at: Option<String>,
        /// When it was last changed: ISO-8601, UTC; absent right after it was added.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_at: Option<String>,
        /// What it looks at; empty, too, in the answer to a change.
        dimensions: Vec<ScoringDimension>,
    }

    /// One thing that a profile looks at.
    pub struct ScoringDimension {
        /// Which dimension: `sd_` and 24 hex digits.
        #[required]
        id: String,
        /// Of which profile.
        profile_id: String,
        /// What it is called.
        name: String,
        /// What it is for.
        description: String,
        /// How much it counts beside the others.
        weight: f64,
        /// What it looks at.
        data_source: ScoringSource,
        /// More about what it looks at.
        data_config: Map<String, Value>,
        /// Which value earns which score; the first that fits counts.
        scale: Vec<ScaleRule>,
        /// Its place among the dimensions.
        sort_order: i64,
    }

    /// Which value earns which score.
    pub struct ScaleRule {
        /// What such a value is called.
        label: String,
        /// How a value is compared.
        operator: ScaleOperator,
        /// With what: a number or a text; two numbers for `between`.
        value: Value,
        /// The score, 0 to 100.
        score: f64,
    }

    /// A profile, a dimension or a risk template that is gone.
    pub struct DeletedScoringRecord {
        /// Always true.
        #[required]
        deleted: bool,
    }
}
