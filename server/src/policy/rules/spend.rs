//! `x402_spend_limit`: how much an agent may pay, and to whom.

use super::rate_limit::LONGEST_WINDOW;
use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::Verdict;
use crate::policy::matching::is_same_action_type;

const ACTION_TYPE: &str = "x402_purchase";
const MAX_USD: f64 = 1_000_000_000.0;

#[derive(Debug)]
struct SpendLimit {
    max_spend_usd: Option<f64>,
    approval_threshold: Option<f64>,
    /// The limits hold for all that the agent spends in a window, where one is given, and else for each purchase.
    window_minutes: Option<u32>,
    allowed_providers: Vec<String>,
    blocked_providers: Vec<String>,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    let rule = SpendLimit {
        max_spend_usd: fields.number("max_spend_usd", 0.0, MAX_USD),
        approval_threshold: fields.number("approval_threshold", 0.0, MAX_USD),
        window_minutes: fields.whole("window_minutes", 1, LONGEST_WINDOW),
        allowed_providers: fields.texts("allowed_providers"),
        blocked_providers: fields.texts("blocked_providers"),
    };
    if !["max_spend_usd", "approval_threshold", "allowed_providers", "blocked_providers"]
        .iter()
        .any(|name| fields.has(name))
    {
        fields.error("at least one limit is required");
    }
    Rule::Local(Box::new(rule))
}

impl LocalRule for SpendLimit {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        if !is_same_action_type(&input.context.action_type, ACTION_TYPE) {
            return None;
        }
        let purchase = input.context.purchase.as_ref();
        let names = purchase.map_or(&[][..], |purchase| purchase.provider_names.as_slice());
        let spend = purchase.and_then(super::super::Purchase::spend);
        self.provider(names).or_else(|| self.amount(spend, input))
    }

    fn spend_window(&self) -> Option<u32> {
        self.window_minutes
    }
}

impl SpendLimit {
    fn provider(&self, names: &[String]) -> Option<Finding> {
        let listed = |list: &[String]| {
            list.iter().any(|entry| names.iter().any(|name| name.to_lowercase() == entry.to_lowercase()))
        };
        let shown = names.first().map_or("unknown", String::as_str);
        if listed(&self.blocked_providers) {
            return Some(Finding::new(Verdict::Block, format!("Provider \"{shown}\" is blocked")));
        }
        let outside = !self.allowed_providers.is_empty() && !listed(&self.allowed_providers);
        outside
            .then(|| Finding::new(Verdict::Block, format!("Provider \"{shown}\" is not on the allow list")))
    }

    fn amount(&self, spend: Option<f64>, input: &Input<'_>) -> Option<Finding> {
        if self.max_spend_usd.is_none() && self.approval_threshold.is_none() {
            return None;
        }
        // A limit on an amount that nobody states cannot be kept by guessing zero.
        let Some(spend) = spend else {
            return Some(Finding::new(Verdict::RequireApproval, "The amount to spend is not stated"));
        };
        let (spend, window) = match self.window_minutes {
            None => (spend, String::new()),
            Some(minutes) => {
                let Some(before) = input.facts.spent_in_minutes.get(&minutes) else {
                    let reason = format!("What was spent in {minutes} minutes is not known");
                    return Some(Finding::new(input.fallback.max(Verdict::RequireApproval), reason));
                };
                (before + spend, format!(" in {minutes} minutes"))
            }
        };
        if let Some(max) = self.max_spend_usd.filter(|max| spend > *max) {
            return Some(Finding::new(Verdict::Block, format!("Spend ${spend}{window} > limit ${max}")));
        }
        let threshold = self.approval_threshold.filter(|threshold| spend >= *threshold)?;
        let reason = format!("Spend ${spend}{window} >= approval threshold ${threshold}");
        Some(Finding::new(Verdict::RequireApproval, reason))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{check, check_with, of_type, problems, verdict};
    use super::*;
    use crate::policy::{Facts, GuardContext, Purchase};

    fn buy(spend: Option<f64>, provider: &str) -> GuardContext {
        let purchase = Purchase {
            spend_amount: spend,
            provider_names: vec![provider.into(), "prov_1".into()],
            ..Purchase::default()
        };
        GuardContext { purchase: Some(purchase), ..of_type(ACTION_TYPE) }
    }

    #[test]
    fn amounts() {
        let rules = json!({"max_spend_usd": 10, "approval_threshold": 5});
        let at = |spend| verdict("x402_spend_limit", &rules, &buy(spend, "acme"));
        assert_eq!(at(Some(4.99)), None);
        assert_eq!(at(Some(5.0)), Some(Verdict::RequireApproval));
        assert_eq!(at(Some(10.0)), Some(Verdict::RequireApproval), "the limit itself may be spent");
        assert_eq!(at(Some(10.01)), Some(Verdict::Block));
        assert_eq!(at(None), Some(Verdict::RequireApproval));
        let found = check("x402_spend_limit", &rules, &buy(Some(12.5), "acme")).unwrap();
        assert_eq!(found.reason, "Spend $12.5 > limit $10");
    }

    #[test]
    fn providers_by_any_of_their_names() {
        let at = |rules: Value| verdict("x402_spend_limit", &rules, &buy(Some(1.0), "Acme"));
        assert_eq!(at(json!({"allowed_providers": ["acme"]})), None);
        assert_eq!(at(json!({"allowed_providers": ["prov_1"]})), None);
        assert_eq!(at(json!({"allowed_providers": ["other"]})), Some(Verdict::Block));
        assert_eq!(
            at(json!({"blocked_providers": ["prov_1"], "allowed_providers": ["acme"]})),
            Some(Verdict::Block)
        );
        assert_eq!(at(json!({"allowed_providers": [], "max_spend_usd": 5})), None);
    }

    #[test]
    fn a_window_adds_up_what_the_agent_spends() {
        let rules = json!({"max_spend_usd": 10, "window_minutes": 60});
        let after = |spent: &[(u32, f64)]| {
            let facts = Facts { spent_in_minutes: spent.iter().copied().collect(), ..Facts::default() };
            check_with("x402_spend_limit", &rules, &buy(Some(4.0), "acme"), &facts)
        };
        assert_eq!(after(&[(60, 6.0)]), None);
        let found = after(&[(60, 6.5)]).unwrap();
        assert_eq!(
            (found.verdict, found.reason.as_str()),
            (Verdict::Block, "Spend $10.5 in 60 minutes > limit $10")
        );
        assert_eq!(
            after(&[]).unwrap().verdict,
            Verdict::RequireApproval,
            "a sum that nobody read is not zero"
        );
    }

    #[test]
    fn other_acts_are_not_purchases() {
        assert_eq!(verdict("x402_spend_limit", &json!({"max_spend_usd": 0}), &of_type("api")), None);
        let bare = verdict("x402_spend_limit", &json!({"allowed_providers": ["a"]}), &of_type(ACTION_TYPE));
        assert_eq!(bare, Some(Verdict::Block));
        assert_eq!(problems("x402_spend_limit", &json!({})), ["at least one limit is required"]);
    }
}
