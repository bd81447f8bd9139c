//! `require_approval`, `block_action_type`, `warn_action_type`, `unlisted_action_type` and `allow_grant`: rules about
//! kinds of acts.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::matching::{ActionTypes, ExactPrefix, Subject, TargetPrefix};
use crate::policy::{GuardContext, Verdict};

const MAX_ACTION_TYPE: usize = 128;
const MAX_TARGET_PREFIX: usize = 256;

#[derive(Debug)]
struct Listed {
    action_types: ActionTypes,
    target_prefix: Option<TargetPrefix>,
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
    let action_types = ActionTypes::new(&fields.required_texts("action_types", MAX_ACTION_TYPE));
    let target_prefix = fields.text("target_prefix", MAX_TARGET_PREFIX).map(TargetPrefix::new);
    Rule::Local(Box::new(Listed { action_types, target_prefix, verdict }))
}

impl LocalRule for Listed {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let subject = input.subject;
        let matches = self.action_types.include(subject)
            && self.target_prefix.as_ref().is_none_or(|prefix| subject.may_be_under(prefix));
        matches.then(|| {
            let says = match self.verdict {
                Verdict::Block => "is blocked",
                Verdict::Warn => "is flagged",
                _ => "requires approval",
            };
            Finding::new(self.verdict, format!("Action type \"{}\" {says}", input.context.action_type))
        })
    }
}

/// `unlisted_action_type`: what nobody thought of is not allowed by silence.
#[derive(Debug)]
struct Unlisted {
    action_types: Vec<String>,
    action: Verdict,
}

pub(super) fn unlisted(fields: &mut Fields<'_>) -> Rule {
    Rule::Local(Box::new(Unlisted {
        action_types: fields.required_texts("action_types", MAX_ACTION_TYPE),
        action: fields.action(Verdict::RequireApproval),
    }))
}

impl LocalRule for Unlisted {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        // To be listed is a permission, so it is read byte for byte: another spelling is another word.
        let action_type = &input.context.action_type;
        let listed = self.action_types.contains(action_type);
        (!listed).then(|| Finding::new(self.action, format!("Action type \"{action_type}\" is not listed")))
    }
}

/// `allow_grant`: lifts warn and require_approval for one kind of act. Never lifts a block.
#[derive(Debug)]
pub struct AllowGrant {
    action_type: String,
    target_prefix: Option<ExactPrefix>,
}

pub(super) fn grant(fields: &mut Fields<'_>) -> Rule {
    fields.require("action_type");
    let action_type = fields.text("action_type", MAX_ACTION_TYPE).unwrap_or_default().to_owned();
    let target_prefix = fields.text("target_prefix", MAX_TARGET_PREFIX).map(ExactPrefix::new);
    Rule::Grant(AllowGrant { action_type, target_prefix })
}

impl AllowGrant {
    /// Whether the grant covers the act, word for word.
    pub fn covers(&self, context: &GuardContext, subject: &Subject<'_>) -> bool {
        self.action_type == context.action_type
            && self.target_prefix.as_ref().is_none_or(|prefix| subject.is_exactly_under(prefix))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, of_type, problems, verdict};
    use super::super::{Rule, rule_type};
    use crate::policy::matching::Subject;
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
            assert_eq!(verdict(policy_type, &rules, &of_type("Refund ")), Some(expected));
            assert_eq!(verdict(policy_type, &rules, &of_type("re\u{200b}fund")), Some(expected));
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
        let covers = |action: &str, target: Option<&str>| {
            let context = GuardContext { target: target.map(Into::into), ..of_type(action) };
            grant.covers(&context, &Subject::of(&context))
        };
        assert!(covers("api", Some("https://example.com/v1/users")));
        assert!(!covers("api", Some("https://example.com/v2/users")));
        assert!(!covers("api", None));
        for other in ["deploy", "API", "api ", "ap\u{200b}i", "\u{ff41}pi"] {
            assert!(!covers(other, Some("https://example.com/v1/users")), "{other:?}");
        }
    }

    #[test]
    fn what_is_not_listed_word_for_word_needs_a_human() {
        let rules = json!({"action_types": ["research", "Deploy"]});
        let asked = |action_type: &str| verdict("unlisted_action_type", &rules, &of_type(action_type));
        assert_eq!((asked("research"), asked("Deploy")), (None, None));
        for unlisted in ["deploy", "Research", "research ", "re\u{200b}search", "", "drop_table"] {
            assert_eq!(asked(unlisted), Some(Verdict::RequireApproval), "{unlisted:?}");
        }
        let rules = json!({"action_types": ["research"], "action": "block"});
        let found = check("unlisted_action_type", &rules, &of_type("pay")).unwrap();
        assert_eq!((found.verdict, &*found.reason), (Verdict::Block, "Action type \"pay\" is not listed"));
        assert_eq!(problems("unlisted_action_type", &json!({})), ["`action_types` is required"]);
        assert_eq!(
            problems("unlisted_action_type", &json!({"action_types": []})),
            ["`action_types` must not be empty"]
        );
    }
}
