//! What a webhook answers, and what it may change: the verdict upwards, nothing else.

use serde_json::Value;

use crate::policy::set::CompiledPolicy;
use crate::policy::{Evaluation, Verdict};

const MAX_TEXTS: usize = 10;
const MAX_TEXT: usize = 500;

/// The end of one webhook check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A 2xx reply.
    Replied(Reply),
    /// No usable reply, and why.
    Unfinished(String),
}

/// A reply: `{decision?, reasons?, warnings?}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    decision: Option<Verdict>,
    reasons: Vec<String>,
    warnings: Vec<String>,
}

impl Answer {
    /// Reads the body of a 2xx reply. What is not a JSON object says nothing; a decision that is no verdict is an
    /// endpoint that cannot be understood.
    pub fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Self::Replied(Reply::default());
        };
        let decision = match members.get("decision") {
            None | Some(Value::Null) => None,
            Some(word) => match word.as_str().and_then(Verdict::from_word) {
                Some(verdict) => Some(verdict),
                None => return Self::Unfinished("its decision is not a verdict".into()),
            },
        };
        Self::Replied(Reply {
            decision,
            reasons: texts(members.get("reasons")),
            warnings: texts(members.get("warnings")),
        })
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let texts = items.iter().filter_map(Value::as_str).filter(|text| !text.trim().is_empty());
    texts.take(MAX_TEXTS).map(|text| text.chars().take(MAX_TEXT).collect()).collect()
}

impl Reply {
    pub(in crate::policy) fn apply(self, policy: &CompiledPolicy, evaluation: &mut Evaluation) {
        let named = |text: &str| format!("{}: {text}", policy.name);
        evaluation.warnings.extend(self.warnings.iter().map(|text| named(text)));
        let Some(decision) = self.decision else { return };
        evaluation.matched(&policy.id);
        if decision <= evaluation.verdict {
            return;
        }
        if self.reasons.is_empty() {
            evaluation.raise(decision, named(&format!("Webhook answered {decision}")));
        }
        for reason in &self.reasons {
            evaluation.raise(decision, named(reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::set::testing::set;
    use crate::policy::{Facts, GuardContext, GuardSettings, Stages};

    fn answered(base: &str, body: &str) -> Evaluation {
        let policies = set(&[
            ("base", "risk_threshold", json!({"threshold": 0, "action": base})),
            ("hook", "webhook_check", json!({"url": "https://hooks.example.com/"})),
        ]);
        let (context, facts) = (GuardContext::default(), Facts::default());
        let mut stages = Stages::start(&policies, &context, &facts, &GuardSettings::default());
        stages.apply_answers(vec![Answer::read(body.as_bytes())]);
        stages.finish()
    }

    #[test]
    fn only_escalation_counts() {
        let block = r#"{"decision":"block","reasons":["fraud","limits"]}"#;
        let raised = answered("allow", block);
        assert_eq!(
            (raised.verdict, raised.reasons),
            (Verdict::Block, vec!["hook: fraud".to_owned(), "hook: limits".to_owned()])
        );
        assert_eq!(answered("allow", r#"{"decision":"warn"}"#).warnings, ["hook: Webhook answered warn"]);
        for lower in ["allow", "warn", "require_approval"] {
            let kept = answered("require_approval", &format!(r#"{{"decision":"{lower}","reasons":["x"]}}"#));
            assert_eq!((kept.verdict, kept.reasons.len()), (Verdict::RequireApproval, 1), "{lower}");
            assert_eq!(kept.matched_policies, ["gp_base", "gp_hook"]);
        }
    }

    #[test]
    fn what_is_no_decision_changes_nothing() {
        for body in ["", "<html>", "null", "[]", "{}", r#"{"decision":null}"#, r#"{"reasons":["x"]}"#] {
            let same = answered("allow", body);
            assert_eq!((same.verdict, same.signals().len()), (Verdict::Allow, 0), "{body}");
            assert_eq!(same.matched_policies, ["gp_base"], "{body}");
        }
        assert_eq!(answered("allow", r#"{"warnings":["late",5," "]}"#).warnings, ["hook: late"]);
    }

    #[test]
    fn a_word_that_is_no_verdict_is_an_unfinished_check() {
        for body in [r#"{"decision":"deny"}"#, r#"{"decision":true}"#] {
            assert_eq!(answered("allow", body).verdict, Verdict::RequireApproval, "{body}");
        }
    }

    #[test]
    fn texts_are_bounded() {
        let many = json!({"decision": "block", "reasons": vec!["x".repeat(900); 40]}).to_string();
        let reasons = answered("allow", &many).reasons;
        assert_eq!((reasons.len(), reasons[0].len()), (10, 500 + "hook: ".len()));
    }
}
