//! Templates for the risk of actions.

use crate::catalogue::lenient;
use crate::record;

record! {
    /// Risk templates.
    pub struct RiskTemplateList {
        /// The templates.
        templates: Vec<RiskTemplate>,
    }

    /// Rules by which the risk of an action is worked out.
    pub struct RiskTemplate {
        /// Which template: `rt_` and 24 hex digits.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// What it is called.
        name: String,
        /// What it is for.
        #[serde(default, deserialize_with = "lenient::or_default")]
        description: String,
        /// The kind of action it is for; null means every kind.
        #[serde(default)]
        action_type: Option<String>,
        /// The risk to start from, 0 to 100.
        #[serde(default, deserialize_with = "lenient::or_default")]
        base_risk: i64,
        /// What adds to it.
        #[serde(default, deserialize_with = "lenient::or_default")]
        rules: Vec<RiskRule>,
        /// The state it is in: `active`, or another word.
        #[serde(default, deserialize_with = "lenient::or_default")]
        status: String,
        /// When it was added: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        updated_at: String,
    }

    /// What adds to a risk.
    pub struct RiskRule {
        /// When it does: a member of the action, an operator, a value.
        #[serde(default)]
        condition: String,
        /// How much; below 0 it takes away.
        #[serde(default)]
        add: i64,
    }
}
