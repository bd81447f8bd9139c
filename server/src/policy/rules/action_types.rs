//! `require_approval`, `block_action_type`, `warn_action_type` and `allow_grant`: rules about kinds of acts.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::{GuardContext, Verdict, target_has_prefix};

const MAX_TARGET_PREFIX: usize = 256;

#[derive(Debug)]
struct Listed {
    action_types: Vec<String>,
    target_prefix: Option<String>,
    verdict: Verdict,
}

pub(super) fn require_approval(fields: &mut Fields<'_>) -> Rule {
    listed(fields, Verdict::RequireApproval)
}

pub(super) fn block(fields: &mut Fields<'_>) -> Rule {
    listed(fields, Verdict::Block)
}

pub(super) fn warn(fields: &mut Fields<'_>) -> Rule {
    listed(fields, Verdict::Warn)
}

fn listed(fields: &mut Fields<'_>, verdict: Verdict) -> Rule {
    let action_types = fields.required_texts("action_types", 128);
    Rule::Local(Box::new(Listed { action_types, target_prefix: target_prefix(fields), verdict }))
}

fn target_prefix(fields: &mut Fields<'_>) -> Option<String> {
    fields.text("target_prefix", MAX_TARGET_PREFIX).map(str::to_owned)
}

fn target_matches(prefix: Option<&str>, context: &GuardContext) -> bool {
    prefix.is_none_or(|prefix| {
        context.target.as_deref().is_some_and(|target| target_has_prefix(target, prefix))
    })
}

impl LocalRule for Listed {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let action_type = &input.context.action_type;
        let matches = self.action_types.contains(action_type)
            && target_matches(self.target_prefix.as_deref(), input.context);
        matches.then(|| {
            let says = match self.verdict {
                Verdict::Block => "is blocked",
                Verdict::Warn => "is flagged",
                _ => "requires approval",
            };
            Finding::new(self.verdict, format!("Action type \"{action_type}\" {says}"))
        })
    }
}

/// `allow_grant`: lifts warn and require_approval for one kind of act. Never lifts a block.
#[derive(Debug)]
pub struct AllowGrant {
    action_type: String,
    target_prefix: Option<String>,
}

pub(super) fn grant(fields: &mut Fields<'_>) -> Rule {
    fields.require("action_type");
    let action_type = fields.text("action_type", 128).unwrap_or_default().to_owned();
    Rule::Grant(AllowGrant { action_type, target_prefix: target_prefix(fields) })
}

impl AllowGrant {
    /// Whether the grant covers the act.
    pub fn covers(&self, context: &GuardContext) -> bool {
        self.action_type == context.action_type && target_matches(self.target_prefix.as_deref(), context)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, of_type, problems, verdict};
    use super::super::{Rule, rule_type};
    use crate::policy::{GuardContext, Verdict};

    const EFFECTS: [(&str, Verdict); 3] = [
        ("require_approval", Verdict::RequireApproval),
        ("block_action_type", Verdict::Block),
        ("warn_action_type", Verdict::Warn),
    ];

    #[test]
    fn each_type_has_its_own_effect_on_listed_acts_only() {
        let rules = json!({"action_types": ["deploy", "refund"]});
        for (policy_type, expected) in EFFECTS {
            assert_eq!(verdict(policy_type, &rules, &of_type("refund")), Some(expected));
            assert_eq!(verdict(policy_type, &rules, &of_type("refunds")), None);
            assert_eq!(verdict(policy_type, &rules, &of_type("Refund")), None);
        }
        let found = check("block_action_type", &rules, &of_type("deploy")).unwrap();
        assert_eq!(found.reason, "Action type \"deploy\" is blocked");
    }

    #[test]
    fn a_target_prefix_narrows() {
        let rules = json!({"action_types": ["api"], "target_prefix": "example.com"});
        let to = |target: Option<&str>| GuardContext { target: target.map(Into::into), ..of_type("api") };
        assert!(check("block_action_type", &rules, &to(Some("https://api.example.com/x"))).is_some());
        assert!(check("block_action_type", &rules, &to(Some("https://example.org/"))).is_none());
        assert!(check("block_action_type", &rules, &to(None)).is_none());
    }

    #[test]
    fn lists_must_be_there() {
        for (policy_type, _) in EFFECTS {
            assert_eq!(problems(policy_type, &json!({})), ["`action_types` is required"]);
            assert_eq!(
                problems(policy_type, &json!({"action_types": []})),
                ["`action_types` must not be empty"]
            );
            assert_eq!(
                problems(policy_type, &json!({"action_types": "x"})),
                ["`action_types` must be an array"]
            );
        }
        let long = "x".repeat(257);
        assert_eq!(
            problems("allow_grant", &json!({"target_prefix": long})),
            ["`action_type` is required", "`target_prefix` exceeds max length of 256"]
        );
    }

    #[test]
    fn a_grant_covers_one_kind_of_act_and_its_target() {
        let rules = json!({"action_type": "api", "target_prefix": "example.com/v1"});
        let Ok(Rule::Grant(grant)) = rule_type("allow_grant").unwrap().parse(&rules) else {
            panic!("a grant")
        };
        let to = |action: &str, target: &str| GuardContext { target: Some(target.into()), ..of_type(action) };
        assert!(grant.covers(&to("api", "https://example.com/v1/users")));
        assert!(!grant.covers(&to("api", "https://example.com/v2/users")));
        assert!(!grant.covers(&to("deploy", "https://example.com/v1/users")));
        assert!(!grant.covers(&of_type("api")));
    }
}
