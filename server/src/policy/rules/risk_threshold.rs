//! `risk_threshold`: the score reached a limit.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::Verdict;

const DEFAULT_THRESHOLD: f64 = 80.0;

#[derive(Debug)]
struct RiskThreshold {
    threshold: f64,
    action: Verdict,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    let threshold = fields.number("threshold", 0.0, 100.0).unwrap_or(DEFAULT_THRESHOLD);
    Rule::Local(Box::new(RiskThreshold { threshold, action: fields.action(Verdict::Block) }))
}

impl LocalRule for RiskThreshold {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let score = input.risk.effective;
        let reached = f64::from(score) >= self.threshold;
        reached
            .then(|| Finding::new(self.action, format!("Risk score {score} >= threshold {}", self.threshold)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, of_type, problems, verdict};
    use crate::policy::Verdict;

    #[test]
    fn the_threshold_itself_matches() {
        let deploy = of_type("deploy");
        let found = check("risk_threshold", &json!({"threshold": 75}), &deploy).unwrap();
        assert_eq!((found.verdict, found.reason.as_str()), (Verdict::Block, "Risk score 75 >= threshold 75"));
        assert_eq!(verdict("risk_threshold", &json!({"threshold": 75.5}), &deploy), None);
        let words = [
            ("allow", Verdict::Allow),
            ("warn", Verdict::Warn),
            ("require_approval", Verdict::RequireApproval),
        ];
        for (action, expected) in words {
            let rules = json!({"threshold": 1, "action": action});
            assert_eq!(verdict("risk_threshold", &rules, &deploy), Some(expected));
        }
    }

    #[test]
    fn a_missing_threshold_is_80_at_run_time_and_an_error_when_written() {
        assert_eq!(verdict("risk_threshold", &json!({}), &of_type("deploy")), None);
        assert_eq!(verdict("risk_threshold", &json!({}), &of_type("security")), Some(Verdict::Block));
        assert_eq!(problems("risk_threshold", &json!({})), ["`threshold` is required"]);
        assert_eq!(
            problems("risk_threshold", &json!({"threshold": 101, "action": "stop"})),
            ["`threshold` must be <= 100", "`action` must be one of: allow, warn, require_approval, block"]
        );
    }
}
