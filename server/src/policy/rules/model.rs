//! `behavioral_anomaly` and `semantic_check`: rules that need a model provider, which the embedded instance has
//! not; and what a stored policy that cannot be read becomes.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::Verdict;

/// Without embeddings there is nothing to compare: the platform skips the check, and so do we.
#[derive(Debug)]
struct BehavioralAnomaly;

pub(super) fn behavioral_anomaly(fields: &mut Fields<'_>) -> Rule {
    fields.number("similarity_threshold", 0.0, 1.0);
    fields.whole("min_history", 0, u32::MAX);
    fields.action(Verdict::RequireApproval);
    Rule::Local(Box::new(BehavioralAnomaly))
}

impl LocalRule for BehavioralAnomaly {
    fn evaluate(&self, _: &Input<'_>) -> Option<Finding> {
        None
    }
}

/// Without a model nobody has read the instruction: a human must.
#[derive(Debug)]
struct SemanticCheck;

pub(super) fn semantic_check(fields: &mut Fields<'_>) -> Rule {
    fields.require("instruction");
    fields.text("instruction", super::MAX_RULES);
    fields.text("model", 128);
    fields.word(
        "fallback",
        &Verdict::ALL.map(|verdict| (verdict.as_str(), verdict)),
        Verdict::RequireApproval,
    );
    Rule::Local(Box::new(SemanticCheck))
}

impl LocalRule for SemanticCheck {
    fn evaluate(&self, _: &Input<'_>) -> Option<Finding> {
        Some(Finding::new(Verdict::RequireApproval, "No model provider is configured for the semantic check"))
    }
}

/// A stored policy of a known type whose rules cannot be read: somebody meant to restrict something.
#[derive(Debug)]
pub(in crate::policy) struct Unreadable;

impl LocalRule for Unreadable {
    fn evaluate(&self, _: &Input<'_>) -> Option<Finding> {
        Some(Finding::new(Verdict::RequireApproval, "The rules of this policy cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{of_type, problems, verdict};
    use crate::policy::Verdict;

    #[test]
    fn without_a_provider_one_is_skipped_and_the_other_asks_a_human() {
        let act = of_type("api");
        assert_eq!(verdict("behavioral_anomaly", &json!({}), &act), None);
        let rules = json!({"instruction": "no refunds over $100", "fallback": "allow"});
        assert_eq!(verdict("semantic_check", &rules, &act), Some(Verdict::RequireApproval));
    }

    #[test]
    fn rules_are_checked_all_the_same() {
        assert_eq!(problems("semantic_check", &json!({})), ["`instruction` is required"]);
        assert_eq!(
            problems("behavioral_anomaly", &json!({"similarity_threshold": 2, "min_history": -1})),
            ["`similarity_threshold` must be <= 1", "`min_history` must be >= 0"]
        );
    }
}
