//! `rate_limit`: the agent has already decided often in a window.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::Verdict;

const DEFAULT_MAX: u32 = 50;
const DEFAULT_WINDOW: u32 = 60;
/// A week.
pub(super) const LONGEST_WINDOW: u32 = 10_080;

/// How many decisions an agent may get in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RateLimit {
    /// How long the window is, in minutes.
    pub window_minutes: u32,
    /// How many decisions.
    pub max: u32,
}

#[derive(Debug)]
struct Limited {
    limit: RateLimit,
    action: Verdict,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    let limit = RateLimit {
        max: fields.whole("max_actions", 1, u32::MAX).unwrap_or(DEFAULT_MAX),
        window_minutes: fields.whole("window_minutes", 1, LONGEST_WINDOW).unwrap_or(DEFAULT_WINDOW),
    };
    Rule::Local(Box::new(Limited { limit, action: fields.action(Verdict::Warn) }))
}

impl LocalRule for Limited {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        input.context.agent_id.as_ref()?;
        let RateLimit { window_minutes: window, max } = self.limit;
        let Some(count) = input.facts.decisions_in_minutes.get(&window) else {
            let reason = format!("The number of actions in {window} minutes is not known");
            return Some(Finding::new(input.fallback, reason));
        };
        let reason = || format!("Rate limit: {count} actions in {window} minutes (max {max})");
        (*count >= u64::from(max)).then(|| Finding::new(self.action, reason()))
    }

    fn rate_limit(&self) -> Option<RateLimit> {
        Some(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check_with, of_type, problems};
    use crate::policy::{Facts, GuardContext, Verdict};

    fn counted(window: u32, count: u64) -> Facts {
        Facts { decisions_in_minutes: [(window, count)].into(), ..Facts::default() }
    }

    #[test]
    fn the_maximum_itself_is_reached() {
        let agent = GuardContext { agent_id: Some("a".into()), ..of_type("api") };
        let rules = json!({"max_actions": 3, "window_minutes": 5, "action": "block"});
        let found = check_with("rate_limit", &rules, &agent, &counted(5, 3)).unwrap();
        assert_eq!(found.verdict, Verdict::Block);
        assert_eq!(found.reason, "Rate limit: 3 actions in 5 minutes (max 3)");
        assert_eq!(check_with("rate_limit", &rules, &agent, &counted(5, 2)), None);
        let default = check_with("rate_limit", &json!({}), &agent, &counted(60, 50)).unwrap();
        assert_eq!(default.verdict, Verdict::Warn);
    }

    #[test]
    fn without_an_agent_there_is_nothing_to_count() {
        assert_eq!(check_with("rate_limit", &json!({}), &of_type("api"), &counted(60, 500)), None);
    }

    #[test]
    fn a_count_that_nobody_read_is_not_zero() {
        let agent = GuardContext { agent_id: Some("a".into()), ..of_type("api") };
        let found = check_with("rate_limit", &json!({}), &agent, &Facts::default()).unwrap();
        assert_eq!(found.verdict, Verdict::RequireApproval);
    }

    #[test]
    fn bounds() {
        assert_eq!(
            problems("rate_limit", &json!({"max_actions": 0, "window_minutes": 10_081})),
            ["`max_actions` must be >= 1", "`window_minutes` must be <= 10080"]
        );
    }
}
