//! The policy types: one table from type name to known fields and parser; every parser returns the rule that
//! evaluates.

mod action_types;
mod fields;
mod intel;
pub(super) mod model;
mod non_fabrication;
mod permission;
mod protected_path;
mod rate_limit;
mod risk_threshold;
mod spend;
mod webhook_check;

use std::fmt::Debug;
use std::time::Instant;

use serde_json::Value;

pub use self::action_types::AllowGrant;
pub use self::fields::Fields;
pub use self::rate_limit::RateLimit;
pub use self::webhook_check::{Unanswered, WebhookCheck};
use super::matching::Subject;
use super::{Facts, GuardContext, RiskScore, Verdict};
use crate::facts::FactEvidence;

/// Longest `rules` text a policy may have, in bytes.
pub const MAX_RULES: usize = 4000;

/// What one evaluation looks at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The request.
    pub context: &'a GuardContext,
    /// What the request is about, in the forms that rules compare.
    pub subject: &'a Subject<'a>,
    /// What storage knows.
    pub facts: &'a Facts,
    /// The scores of the request.
    pub risk: RiskScore,
    /// What a check that could not finish resolves to.
    pub fallback: Verdict,
    /// When a rule whose cost the caller chooses gives up and takes its strict side; never, without one.
    pub deadline: Option<Instant>,
}

/// A policy that matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What the policy asks for; `Allow` only puts its id among the matched ones.
    pub verdict: Verdict,
    /// Why, without the policy's name.
    pub reason: String,
    /// What a fact check found and may sign; only `non_fabrication` has it.
    pub evidence: Option<FactEvidence>,
}

impl Finding {
    /// A finding without evidence.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), evidence: None }
    }
}

/// A rule that decides from the request and the facts alone.
pub trait LocalRule: Debug + Send + Sync {
    /// What the rule says, or nothing when it does not match.
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding>;

    /// The limit whose count of decisions the rule needs.
    fn rate_limit(&self) -> Option<RateLimit> {
        None
    }

    /// The window in minutes whose sum of purchases the rule needs.
    fn spend_window(&self) -> Option<u32> {
        None
    }
}

/// A compiled rule, by the stage that evaluates it.
#[derive(Debug)]
pub enum Rule {
    /// Evaluated first, in stored order.
    Local(Box<dyn LocalRule>),
    /// Asks somebody else, after the local ones.
    Webhook(WebhookCheck),
    /// Lifts warn and require_approval, after the webhooks.
    Grant(AllowGrant),
}

/// One policy type.
#[derive(Debug)]
pub struct RuleType {
    /// The `policy_type` word.
    pub name: &'static str,
    /// The members its `rules` may have, besides `tests`.
    pub fields: &'static [&'static str],
    parse: fn(&mut Fields<'_>) -> Rule,
}

/// Every policy type, sorted by name.
pub const RULE_TYPES: [RuleType; 16] = [
    RuleType { name: "allow_grant", fields: &["action_type", "target_prefix"], parse: action_types::grant },
    RuleType {
        name: "behavioral_anomaly",
        fields: &["similarity_threshold", "min_history", "action"],
        parse: model::behavioral_anomaly,
    },
    RuleType {
        name: "block_action_type",
        fields: &["action_types", "target_prefix"],
        parse: action_types::block,
    },
    RuleType {
        name: "branch_freshness",
        fields: &["action_types", "freshness", "max_commits_behind", "action"],
        parse: intel::branch_freshness,
    },
    RuleType {
        name: "green_contract",
        fields: &["action_types", "required_level", "action"],
        parse: intel::green_contract,
    },
    RuleType {
        name: "non_fabrication",
        fields: &["action_types", "content_path", "source_path", "on_violation"],
        parse: non_fabrication::parse,
    },
    RuleType { name: "permission_escalation", fields: &["enforce", "action"], parse: permission::parse },
    RuleType { name: "protected_path", fields: &["paths", "action"], parse: protected_path::parse },
    RuleType {
        name: "rate_limit",
        fields: &["max_actions", "window_minutes", "action"],
        parse: rate_limit::parse,
    },
    RuleType {
        name: "require_approval",
        fields: &["action_types", "target_prefix"],
        parse: action_types::require_approval,
    },
    RuleType { name: "risk_threshold", fields: &["threshold", "action"], parse: risk_threshold::parse },
    RuleType {
        name: "semantic_check",
        fields: &["instruction", "model", "fallback"],
        parse: model::semantic_check,
    },
    RuleType {
        name: "unlisted_action_type",
        fields: &["action_types", "action"],
        parse: action_types::unlisted,
    },
    RuleType {
        name: "warn_action_type",
        fields: &["action_types", "target_prefix"],
        parse: action_types::warn,
    },
    RuleType {
        name: "webhook_check",
        fields: &["url", "timeout_ms", "on_timeout"],
        parse: webhook_check::parse,
    },
    RuleType {
        name: "x402_spend_limit",
        fields: &[
            "max_spend_usd",
            "approval_threshold",
            "window_minutes",
            "allowed_providers",
            "blocked_providers",
        ],
        parse: spend::parse,
    },
];

/// Finds a policy type by its word.
pub fn rule_type(name: &str) -> Option<&'static RuleType> {
    RULE_TYPES.iter().find(|known| known.name == name)
}

impl RuleType {
    /// Reads the `rules` of a policy of this type.
    ///
    /// # Errors
    /// Returns every problem, one message each, such as "`threshold` is required".
    pub fn parse(&self, rules: &Value) -> Result<Rule, Vec<String>> {
        let Some(members) = rules.as_object() else { return Err(vec!["`rules` must be an object".into()]) };
        let mut fields = Fields::new(members);
        let rule = (self.parse)(&mut fields);
        if members.get("tests").is_some_and(|tests| !tests.is_array() && !tests.is_null()) {
            fields.error("`tests` must be an array");
        }
        let errors = fields.into_errors();
        if errors.is_empty() { Ok(rule) } else { Err(errors) }
    }
}

/// Checks a policy before it is stored (`POST` and `PATCH /api/policies`).
///
/// # Errors
/// Returns the `details` of the 400 answer, one message for each problem.
pub fn validate(
    policy_type: &str,
    rules_text: &str,
    allow_private_webhooks: bool,
) -> Result<(), Vec<String>> {
    let Some(known) = rule_type(policy_type) else {
        let names: Vec<&str> = RULE_TYPES.iter().map(|known| known.name).collect();
        return Err(vec![format!("`policy_type` must be one of: {}", names.join(", "))]);
    };
    if rules_text.chars().count() > MAX_RULES {
        return Err(vec![format!("`rules` exceeds max length of {MAX_RULES}")]);
    }
    let Ok(rules) = serde_json::from_str(rules_text) else {
        return Err(vec!["`rules` must be valid JSON".into()]);
    };
    let Rule::Webhook(webhook) = known.parse(&rules)? else {
        // A missing threshold reads as 80 at run time, for policies stored by older servers; new ones must say it.
        let forgotten = known.name == "risk_threshold" && rules.get("threshold").is_none_or(Value::is_null);
        return if forgotten { Err(vec!["`threshold` is required".into()]) } else { Ok(()) };
    };
    super::webhook::check_url(&webhook.url, allow_private_webhooks)
        .map_err(|problem| vec![format!("`url` {problem}")])
}

#[cfg(test)]
pub(crate) mod testing {
    //! Shorthands that the tests of the rules share.

    use super::*;

    pub(crate) fn local(policy_type: &str, rules: &Value) -> Box<dyn LocalRule> {
        match rule_type(policy_type).unwrap().parse(rules).unwrap() {
            Rule::Local(rule) => rule,
            other => panic!("not a local rule: {other:?}"),
        }
    }

    pub(crate) fn problems(policy_type: &str, rules: &Value) -> Vec<String> {
        validate(policy_type, &rules.to_string(), false).err().unwrap_or_default()
    }

    pub(crate) fn check_with(
        policy_type: &str,
        rules: &Value,
        context: &GuardContext,
        facts: &Facts,
    ) -> Option<Finding> {
        let risk = RiskScore::of(context);
        local(policy_type, rules).evaluate(&Input {
            context,
            subject: &Subject::of(context),
            facts,
            risk,
            fallback: Verdict::RequireApproval,
            deadline: None,
        })
    }

    pub(crate) fn check(policy_type: &str, rules: &Value, context: &GuardContext) -> Option<Finding> {
        check_with(policy_type, rules, context, &Facts::default())
    }

    pub(crate) fn verdict(policy_type: &str, rules: &Value, context: &GuardContext) -> Option<Verdict> {
        check(policy_type, rules, context).map(|finding| finding.verdict)
    }

    pub(crate) fn of_type(action_type: &str) -> GuardContext {
        GuardContext { action_type: action_type.into(), ..GuardContext::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::problems;
    use super::*;

    #[test]
    fn the_table_is_sorted_and_found_by_name() {
        assert!(RULE_TYPES.is_sorted_by_key(|known| known.name));
        assert!(rule_type("risk_threshold").is_some());
        assert!(rule_type("RISK_THRESHOLD").is_none());
    }

    #[test]
    fn validation_names_what_is_wrong_with_the_whole() {
        let refused = validate("riskthreshold", "{}", false).unwrap_err();
        assert!(refused[0].starts_with("`policy_type` must be one of: allow_grant, "), "{refused:?}");
        assert_eq!(validate("risk_threshold", "{", false).unwrap_err(), ["`rules` must be valid JSON"]);
        assert_eq!(validate("risk_threshold", "[]", false).unwrap_err(), ["`rules` must be an object"]);
        let long = format!("{{\"threshold\":80,\"x\":\"{}\"}}", "x".repeat(MAX_RULES));
        assert_eq!(
            validate("risk_threshold", &long, false).unwrap_err(),
            ["`rules` exceeds max length of 4000"]
        );
        assert_eq!(
            problems("risk_threshold", &json!({"threshold": 1, "tests": 5})),
            ["`tests` must be an array"]
        );
        assert!(problems("risk_threshold", &json!({"threshold": 1, "tests": [], "unknown": 1})).is_empty());
    }
}
