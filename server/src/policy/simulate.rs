//! What a policy would have said to the acts of the past.

use dashclaw::api::actions::Action;
use dashclaw::clock;
use serde::Serialize;
use serde_json::Value;

use super::evaluate::evaluate_at;
use super::matching::Subject;
use super::rules::{Input, Rule, rule_type, validate};
use super::{Evaluation, Facts, GuardContext, GuardSettings, PolicySet, RiskScore, Verdict};

/// At most this many of the newest acts are replayed.
pub const MAX_SAMPLE: usize = 200;

/// An act as recorded.
#[derive(Clone, Debug, Default)]
pub struct HistoricalAction {
    /// Its id.
    pub action_id: String,
    /// When, as ISO-8601 text; passed through.
    pub timestamp: String,
    /// Its status.
    pub status: String,
    /// The recorded risk score, which replaces a new one.
    pub risk_score: u8,
    /// What was asked; `now_ms` is when it happened.
    pub context: GuardContext,
}

impl HistoricalAction {
    /// The risk that it was recorded with, in place of a new one.
    fn recorded(&self) -> RiskScore {
        let recorded = self.risk_score.min(100);
        RiskScore { effective: recorded, server: recorded, client: None }
    }
}

/// As it is on record. What a record does not hold, such as a target, is not known.
impl From<Action> for HistoricalAction {
    fn from(action: Action) -> Self {
        Self {
            action_id: action.action_id.to_string(),
            status: action.status.to_string(),
            risk_score: u8::try_from(action.risk_score.clamp(0, 100)).unwrap_or(100),
            context: GuardContext {
                org_id: action.org_id,
                agent_id: Some(action.agent_id),
                agent_name: action.agent_name,
                action_type: action.action_type,
                declared_goal: Some(action.declared_goal),
                systems_touched: serde_json::from_str(&action.systems_touched).unwrap_or_default(),
                reversible: Some(action.reversible != 0),
                now_ms: clock::parse_iso(&action.timestamp_start).unwrap_or_default(),
                evaluated_at: action.timestamp_start.clone(),
                ..GuardContext::default()
            },
            timestamp: action.timestamp_start,
        }
    }
}

/// Counts over the replayed acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SimulationSummary {
    /// Acts replayed.
    pub total: usize,
    /// Acts that the policy matched.
    pub matches: usize,
    /// Acts it would block.
    pub block: usize,
    /// Acts it would warn about.
    pub warn: usize,
    /// Acts it would hold for approval.
    pub require_approval: usize,
    /// All the others.
    pub allow: usize,
}

/// One act that the policy matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimulationMatch {
    /// The act's id.
    pub action_id: String,
    /// What the agent wanted.
    pub goal: String,
    /// Who.
    pub agent_name: Option<String>,
    /// When.
    pub timestamp: String,
    /// What became of it.
    pub original_status: String,
    /// What the policy says.
    pub simulated_action: Verdict,
    /// Why.
    pub simulated_reason: String,
}

/// The body of `POST /api/policies/simulate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// The counts.
    pub summary: SimulationSummary,
    /// The acts that matched, in the order given.
    pub matches: Vec<SimulationMatch>,
    /// Acts replayed.
    pub sample_size: usize,
    /// The days asked for.
    pub window_days: u32,
    /// Says so when there was nothing to replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Replays `history`, newest first, against one policy; only the newest 200 are judged. Webhooks are not asked and
/// nothing is written.
///
/// # Errors
/// Returns what is wrong with the policy, in the words of `POST /api/policies`.
pub fn simulate(
    policy_type: &str,
    rules: &Value,
    history: &[HistoricalAction],
    window_days: u32,
) -> Result<Simulation, Vec<String>> {
    validate(policy_type, &rules.to_string(), true)?;
    let Some(known) = rule_type(policy_type) else { return Err(Vec::new()) };
    let rule = known.parse(rules)?;
    let sample = &history[..history.len().min(MAX_SAMPLE)];
    let matches: Vec<SimulationMatch> =
        sample.iter().filter_map(|action| matched(&rule, action, history)).collect();
    let count = |verdict| matches.iter().filter(|matched| matched.simulated_action == verdict).count();
    let (block, warn, held) = (count(Verdict::Block), count(Verdict::Warn), count(Verdict::RequireApproval));
    let total = sample.len();
    let allow = total - block - warn - held;
    let summary =
        SimulationSummary { total, matches: matches.len(), block, warn, require_approval: held, allow };
    let message = (total == 0).then(|| format!("No actions in the last {window_days} days"));
    Ok(Simulation { summary, matches, sample_size: total, window_days, message })
}

/// What a set of policies says to each act of the past, in the order given, each with the risk it was recorded with. Webhooks
/// are not asked: leave such policies out, or they count as unfinished.
pub fn replay(policies: &PolicySet, history: &[HistoricalAction]) -> Vec<Evaluation> {
    let judged = history.iter().map(|action| {
        let agent_id = action.context.agent_id.as_deref();
        let mut facts = Facts::default();
        for limit in policies.rate_limits(agent_id) {
            let count = before(action, history, limit.window_minutes).count() as u64;
            facts.decisions_in_minutes.insert(limit.window_minutes, count);
        }
        for window in policies.spend_windows(agent_id) {
            let spent =
                before(action, history, window).filter_map(|other| other.context.purchase.as_ref()?.spend());
            facts.spent_in_minutes.insert(window, spent.sum());
        }
        evaluate_at(policies, &action.context, &facts, &GuardSettings::default(), action.recorded())
    });
    judged.collect()
}

fn matched(rule: &Rule, action: &HistoricalAction, history: &[HistoricalAction]) -> Option<SimulationMatch> {
    let (simulated_action, simulated_reason) = judge(rule, action, history)?;
    Some(SimulationMatch {
        action_id: action.action_id.clone(),
        goal: action.context.declared_goal.clone().unwrap_or_default(),
        agent_name: action.context.agent_name.clone(),
        timestamp: action.timestamp.clone(),
        original_status: action.status.clone(),
        simulated_action,
        simulated_reason,
    })
}

fn judge(rule: &Rule, action: &HistoricalAction, history: &[HistoricalAction]) -> Option<(Verdict, String)> {
    let context = &action.context;
    let subject = Subject::of(context);
    match rule {
        Rule::Webhook(_) => None,
        Rule::Grant(grant) => {
            grant.covers(context, &subject).then(|| (Verdict::Allow, "Allowed by grant".to_owned()))
        }
        Rule::Local(rule) => {
            let mut facts = Facts::default();
            if let Some(window) = rule.rate_limit().map(|limit| limit.window_minutes) {
                facts.decisions_in_minutes.insert(window, before(action, history, window).count() as u64);
            }
            if let Some(window) = rule.spend_window() {
                let spent = before(action, history, window)
                    .filter_map(|other| other.context.purchase.as_ref()?.spend());
                facts.spent_in_minutes.insert(window, spent.sum());
            }
            let risk = action.recorded();
            let (fallback, deadline) = (Verdict::RequireApproval, None);
            let input = Input { context, subject: &subject, facts: &facts, risk, fallback, deadline };
            rule.evaluate(&input).map(|finding| (finding.verdict, finding.reason))
        }
    }
}

/// Acts of the same agent in the minutes before this one.
fn before<'a>(
    action: &HistoricalAction,
    history: &'a [HistoricalAction],
    minutes: u32,
) -> impl Iterator<Item = &'a HistoricalAction> {
    let end = action.context.now_ms;
    let start = end.saturating_sub(i64::from(minutes) * 60_000);
    let agent_id = action.context.agent_id.clone();
    history.iter().filter(move |other| {
        other.context.agent_id == agent_id && (start..end).contains(&other.context.now_ms)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Newest first, one a minute, with scores 0, 1, 2, …
    fn history(count: u8) -> Vec<HistoricalAction> {
        let action = |age: u8| HistoricalAction {
            action_id: format!("act_{age}"),
            timestamp: "2026-06-15T12:00:00.000Z".into(),
            status: "completed".into(),
            risk_score: age,
            context: GuardContext {
                agent_id: Some("a".into()),
                agent_name: Some("Agent".into()),
                action_type: "deploy".into(),
                declared_goal: Some("ship".into()),
                now_ms: 100_000_000 - i64::from(age) * 60_000,
                ..GuardContext::default()
            },
        };
        (0..count).map(action).collect()
    }

    #[test]
    fn recorded_scores_are_used() {
        let told = simulate("risk_threshold", &json!({"threshold": 8}), &history(10), 30).unwrap();
        let expected = SimulationSummary { total: 10, matches: 2, block: 2, allow: 8, ..Default::default() };
        assert_eq!(told.summary, expected);
        let first = &told.matches[0];
        assert_eq!((first.action_id.as_str(), first.simulated_action), ("act_8", Verdict::Block));
        assert_eq!(first.simulated_reason, "Risk score 8 >= threshold 8");
        assert_eq!((told.sample_size, told.window_days, told.message), (10, 30, None));
    }

    #[test]
    fn a_whole_set_is_replayed_with_the_rates_of_the_history() {
        let set = crate::policy::set::testing::set(&[
            ("rate", "rate_limit", json!({"max_actions": 3, "window_minutes": 5, "action": "block"})),
            ("risk", "risk_threshold", json!({"threshold": 4, "action": "warn"})),
        ]);
        let verdicts: Vec<Verdict> = replay(&set, &history(6)).iter().map(|told| told.verdict).collect();
        let [allow, warn, block] = [Verdict::Allow, Verdict::Warn, Verdict::Block];
        assert_eq!(verdicts, [block, block, block, allow, warn, warn]);
    }

    #[test]
    fn only_the_newest_200_are_replayed() {
        let told =
            simulate("warn_action_type", &json!({"action_types": ["deploy"]}), &history(250), 7).unwrap();
        assert_eq!((told.summary.total, told.summary.warn, told.sample_size), (200, 200, 200));
        assert_eq!(told.matches[199].action_id, "act_199");
    }

    #[test]
    fn rates_are_counted_from_the_history_itself() {
        let rules = json!({"max_actions": 3, "window_minutes": 5});
        let told = simulate("rate_limit", &rules, &history(6), 7).unwrap();
        let ids: Vec<&str> = told.matches.iter().map(|matched| matched.action_id.as_str()).collect();
        assert_eq!(ids, ["act_0", "act_1", "act_2"]);
    }

    #[test]
    fn nothing_to_replay_still_has_every_member() {
        let told = simulate("risk_threshold", &json!({"threshold": 1}), &[], 7).unwrap();
        let body = serde_json::to_value(&told).unwrap();
        assert_eq!((&body["sample_size"], &body["window_days"]), (&json!(0), &json!(7)));
        assert_eq!(body["message"], "No actions in the last 7 days");
        assert_eq!(told.summary, SimulationSummary::default());
    }

    #[test]
    fn grants_allow_and_webhooks_stay_silent() {
        let told = simulate("allow_grant", &json!({"action_type": "deploy"}), &history(2), 7).unwrap();
        assert_eq!((told.summary.matches, told.summary.allow), (2, 2));
        let told = simulate("webhook_check", &json!({"url": "https://h.example/"}), &history(2), 7).unwrap();
        assert_eq!((told.summary.matches, told.summary.allow), (0, 2));
    }

    #[test]
    fn a_policy_that_could_not_be_stored_cannot_be_simulated() {
        assert_eq!(simulate("risk_threshold", &json!({}), &[], 7).unwrap_err(), ["`threshold` is required"]);
        assert!(simulate("nonsense", &json!({}), &[], 7).unwrap_err()[0].starts_with("`policy_type`"));
    }
}
