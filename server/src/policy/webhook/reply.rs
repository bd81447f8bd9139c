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
    /// Reads the body of a 2xx reply. Only a JSON object is an answer; one without a decision has no objection. A
    /// decision that is no verdict is an endpoint that cannot be understood.
    pub fn read(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        // The members of a list would be taken for those of an object, in their order.
        let is_object = text.trim_start().starts_with('{');
        match serde_json::from_str::<Members>(text) {
            Ok(members) if is_object => Self::of(&members),
            _ => Self::Unfinished("its answer is not a JSON object".into()),
        }
    }

    fn of(Members { decision, reasons, warnings }: &Members) -> Self {
        let decision = match decision {
            None | Some(Value::Null) => None,
            Some(word) => match word.as_str().and_then(Verdict::from_word) {
                Some(verdict) => Some(verdict),
                None => return Self::Unfinished("its decision is not a verdict".into()),
            },
        };
        Self::Replied(Reply { decision, reasons: texts(reasons), warnings: texts(warnings) })
    }
}

/// What a reply may say. A member that is there twice is an error: two readers could take two different decisions.
#[derive(serde::Deserialize)]
struct Members {
    decision: Option<Value>,
    #[serde(default)]
    reasons: Value,
    #[serde(default)]
    warnings: Value,
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
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
    fn an_object_without_a_decision_has_no_objection() {
        for body in
            ["{}", r#"{"decision":null}"#, r#"{"reasons":["x"]}"#, r#" {"note":{"decision":"block"}} "#]
        {
            let same = answered("allow", body);
            assert_eq!((same.verdict, same.signals().len()), (Verdict::Allow, 0), "{body}");
            assert_eq!(same.matched_policies, ["gp_base"], "{body}");
        }
        assert_eq!(answered("allow", r#"{"warnings":["late",5," "]}"#).warnings, ["hook: late"]);
    }

    #[test]
    fn what_is_no_object_is_an_unfinished_check() {
        for body in [
            "",
            " ",
            "ok",
            "<html>",
            "null",
            "true",
            "1",
            "[]",
            r#"[{"decision":"allow"}]"#,
            r#"["allow",[],[]]"#,
            r#""allow""#,
            r#"{"decision":"allow""#,
            r#"{"decision":"allow"}{"decision":"block"}"#,
            r#"{"decision":"allow"} ok"#,
            r#"{"decision":"block","decision":"allow"}"#,
            r#"{"decision":"block","\u0064ecision":"allow"}"#,
            r#"{"decision":"allow","decision":null}"#,
            r"{'decision':'allow'}",
            "\u{FEFF}{}",
        ] {
            let unsettled = answered("allow", body);
            assert_eq!(unsettled.verdict, Verdict::RequireApproval, "{body}");
            assert!(
                unsettled.signals()[0].contains("not a JSON object"),
                "{body}: {:?}",
                unsettled.signals()
            );
        }
        assert!(matches!(Answer::read(b"{\"decision\":\"allow\",\"x\":\"\xff\"}"), Answer::Unfinished(_)));
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
