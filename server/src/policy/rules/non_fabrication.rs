//! `non_fabrication`: outgoing text must agree with its source of truth.

use serde_json::Value;

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::facts::{Deadline, FactEvidence, check_content};
use crate::policy::Verdict;
use crate::policy::matching::ActionTypes;

const MAX_PATH: usize = 256;

#[derive(Debug)]
struct NonFabrication {
    action_types: ActionTypes,
    content_path: String,
    source_path: String,
    on_violation: Verdict,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    let words = [("block", Verdict::Block), ("require_approval", Verdict::RequireApproval)];
    Rule::Local(Box::new(NonFabrication {
        action_types: ActionTypes::new(&fields.texts("action_types")),
        content_path: fields.text("content_path", MAX_PATH).unwrap_or("content").to_owned(),
        source_path: fields.text("source_path", MAX_PATH).unwrap_or("source_of_truth").to_owned(),
        on_violation: fields.word("on_violation", &words, Verdict::Block),
    }))
}

impl LocalRule for NonFabrication {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let context = input.context;
        if !self.action_types.is_empty() && !self.action_types.include(input.subject) {
            return None;
        }
        let sent = context.lookup(&self.content_path).filter(|sent| !is_absent(sent))?;
        let source = context.lookup(&self.source_path);
        let evidence = check_content(sent, source, Deadline::new(input.deadline));
        let (verdict, reason) = self.outcome(&evidence);
        Some(Finding { verdict, reason, evidence: Some(evidence) })
    }
}

impl NonFabrication {
    fn outcome(&self, evidence: &FactEvidence) -> (Verdict, String) {
        if evidence.is_pass() {
            return (Verdict::Allow, "Every stated fact is supported".into());
        }
        // What could not be checked is never left to a tired approver.
        let verdict = if evidence.is_unchecked() { Verdict::Block } else { self.on_violation };
        (verdict, format!("Non-fabrication: {}", evidence.summary()))
    }
}

fn is_absent(content: &Value) -> bool {
    content.is_null() || content.as_str() == Some("")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, local, of_type, problems, verdict};
    use super::*;
    use crate::policy::matching::Subject;
    use crate::policy::{Facts, GuardContext, RiskScore};

    fn sent(content: Value, source: Option<Value>) -> GuardContext {
        GuardContext { content: Some(content), source_of_truth: source, ..of_type("message") }
    }

    fn source() -> Value {
        json!({"allowedFacts": [{"label": "total", "value": "$5.00"}], "requiredFacts": []})
    }

    #[test]
    fn a_pass_is_an_allow_with_evidence() {
        let found = check("non_fabrication", &json!({}), &sent(json!("pay $5"), Some(source()))).unwrap();
        assert_eq!(found.verdict, Verdict::Allow);
        assert!(found.evidence.unwrap().is_pass());
    }

    #[test]
    fn a_violation_does_what_the_policy_says() {
        let lie = sent(json!("pay $6"), Some(source()));
        assert_eq!(verdict("non_fabrication", &json!({}), &lie), Some(Verdict::Block));
        let softer = json!({"on_violation": "require_approval"});
        let found = check("non_fabrication", &softer, &lie).unwrap();
        assert_eq!(found.verdict, Verdict::RequireApproval);
        assert_eq!(found.reason, "Non-fabrication: fabricated_fact: money \"$6\"");
    }

    #[test]
    fn what_cannot_be_checked_is_blocked_whatever_on_violation_says() {
        let softer = json!({"on_violation": "require_approval"});
        let unsafe_pattern = json!({
            "allowedFacts": [], "requiredFacts": [], "forbiddenPatterns": [{"pattern": "(a+)+", "label": "p"}]
        });
        let table = [
            (json!(42), Some(source()), "invalid_content"),
            (json!({"text": "x"}), Some(source()), "invalid_content"),
            (json!("pay"), None, "missing_source"),
            (json!("pay"), Some(json!("text")), "missing_source"),
            (json!("pay"), Some(json!({"allowedFacts": []})), "missing_source"),
            (json!("pay"), Some(json!({"requiredFacts": []})), "missing_source"),
            (json!("pay"), Some(json!({"requiredFacts": {}, "allowedFacts": []})), "missing_source"),
            (json!("pay"), Some(unsafe_pattern), "engine_error"),
        ];
        for (content, source, code) in table {
            let found = check("non_fabrication", &softer, &sent(content, source)).unwrap();
            assert_eq!(found.verdict, Verdict::Block, "{code}");
            assert!(found.reason.starts_with(&format!("Non-fabrication: {code}")), "{}", found.reason);
        }
    }

    #[test]
    fn a_check_that_does_not_finish_is_blocked() {
        let context = sent(json!("pay $5"), Some(source()));
        let (facts, risk) = (Facts::default(), RiskScore::of(&context));
        let (fallback, deadline) = (Verdict::Allow, Some(std::time::Instant::now()));
        let rule = local("non_fabrication", &json!({"on_violation": "require_approval"}));
        let subject = Subject::of(&context);
        let input = Input { context: &context, subject: &subject, facts: &facts, risk, fallback, deadline };
        let found = rule.evaluate(&input).unwrap();
        assert_eq!(found.verdict, Verdict::Block);
        assert!(found.reason.starts_with("Non-fabrication: engine_error"), "{}", found.reason);
    }

    #[test]
    fn absent_content_and_other_acts_are_not_its_business() {
        let rules = json!({"action_types": ["message"]});
        assert_eq!(verdict("non_fabrication", &rules, &sent(Value::Null, None)), None);
        assert_eq!(verdict("non_fabrication", &rules, &sent(json!(""), None)), None);
        assert_eq!(verdict("non_fabrication", &rules, &of_type("message")), None);
        let other = GuardContext { action_type: "api".into(), ..sent(json!("$6"), Some(source())) };
        assert_eq!(verdict("non_fabrication", &rules, &other), None);
    }

    #[test]
    fn paths_choose_other_members() {
        let rules = json!({"content_path": "tool.input.body", "source_path": "intel.facts"});
        let context = GuardContext {
            tool: Some(json!({"input": {"body": "pay $6"}})),
            intel: Some(json!({"facts": source()})),
            ..of_type("message")
        };
        assert_eq!(verdict("non_fabrication", &rules, &context), Some(Verdict::Block));
        assert_eq!(
            problems("non_fabrication", &json!({"on_violation": "warn"})),
            ["`on_violation` must be one of: block, require_approval"]
        );
    }
}
