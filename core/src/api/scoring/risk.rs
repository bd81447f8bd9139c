//! Templates for the risk of actions.

use crate::record;

record! {
    /// Risk templates.
    pub struct RiskTemplateList {
        /// The templates.
        #[required]
        templates: Vec<RiskTemplate>,
    }

    /// Rules by which the risk of an action is worked out.
    pub struct RiskTemplate {
        /// Which template: `rt_` and 24 hex digits.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is for.
        description: String,
        /// The kind of action it is for; null means every kind.
        action_type: Option<String>,
        /// The risk to start from, 0 to 100.
        base_risk: i64,
        /// What adds to it.
        rules: Vec<RiskRule>,
        /// The state it is in: `active`, or another word.
        status: String,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// What adds to a risk.
    pub struct RiskRule {
        /// When it does: a member of the action, an operator, a value.
        condition: String,
        /// How much; below 0 it takes away.
        add: i64,
    }
}
