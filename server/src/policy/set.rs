//! Policies as stored, and compiled for evaluation.

use std::collections::BTreeSet;

use serde_json::Value;

use super::matching::fold;
use super::rules::model::Unreadable;
use super::rules::{AllowGrant, LocalRule, RateLimit, Rule, WebhookCheck, rule_type};

/// A policy as storage has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `gp_` and 24 hex digits, or a name from a file.
    pub id: String,
    /// Unique within the organisation; every reason starts with it.
    pub name: String,
    /// One of the [`RULE_TYPES`](super::rules::RULE_TYPES); any other is ignored.
    pub policy_type: String,
    /// JSON text.
    pub rules: String,
    /// Inactive policies are not compiled.
    pub active: bool,
    /// JSON array of agent ids; absent, `null` and `[]` mean every agent.
    pub agent_ids: Option<String>,
}

/// A policy that takes no part in evaluation, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedPolicy {
    /// The policy's id.
    pub id: String,
    /// Why it is skipped.
    pub why: String,
}

/// The active policies of an organisation, in stored order, compiled once.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<CompiledPolicy>,
    skipped: Vec<SkippedPolicy>,
}

#[derive(Debug)]
pub(super) struct CompiledPolicy {
    pub(super) id: String,
    pub(super) name: String,
    agents: Agents,
    rule: Rule,
}

#[derive(Debug)]
enum Agents {
    Every,
    /// As written, and folded.
    Only {
        written: BTreeSet<String>,
        folded: BTreeSet<String>,
    },
}

impl Agents {
    fn read(text: Option<&str>) -> Option<Self> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Some(Self::Every) };
        match serde_json::from_str(text).ok()? {
            Value::Null => Some(Self::Every),
            Value::Array(ids) if ids.is_empty() => Some(Self::Every),
            Value::Array(ids) => {
                let written: BTreeSet<String> =
                    ids.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                let folded = written.iter().map(|id| fold(id).into_owned()).collect();
                Some(Self::Only { written, folded })
            }
            _ => None,
        }
    }

    /// Whether the agent is listed in any spelling: no agent leaves a policy by writing its id otherwise.
    fn include(&self, agent_id: Option<&str>) -> bool {
        match self {
            Self::Every => true,
            Self::Only { folded, .. } => agent_id.is_some_and(|id| folded.contains(fold(id).as_ref())),
        }
    }

    /// Whether the agent is listed as written: what permits is exact.
    fn name(&self, agent_id: Option<&str>) -> bool {
        match self {
            Self::Every => true,
            Self::Only { written, .. } => agent_id.is_some_and(|id| written.contains(id)),
        }
    }
}

impl PolicySet {
    /// Compiles the active policies. Nothing here fails: what takes no part is listed by [`skipped`](Self::skipped),
    /// and rules that cannot be read ask for approval.
    pub fn compile(policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut set = Self::default();
        for policy in policies.into_iter().filter(|policy| policy.active) {
            match compile(policy) {
                Ok(compiled) => set.policies.push(compiled),
                Err(skipped) => set.skipped.push(skipped),
            }
        }
        set
    }

    /// Active policies that take no part: unknown types and malformed agent lists.
    pub fn skipped(&self) -> &[SkippedPolicy] {
        &self.skipped
    }

    /// How many policies take part.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether no policy takes part.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The limits for whose windows [`Facts::decisions_in_minutes`](super::Facts) must hold a count.
    pub fn rate_limits(&self, agent_id: Option<&str>) -> BTreeSet<RateLimit> {
        self.local(agent_id).filter_map(|(_, rule)| rule.rate_limit()).collect()
    }

    /// The windows in minutes for which [`Facts::spent_in_minutes`](super::Facts) must hold a sum.
    pub fn spend_windows(&self, agent_id: Option<&str>) -> BTreeSet<u32> {
        self.local(agent_id).filter_map(|(_, rule)| rule.spend_window()).collect()
    }

    fn of_agent(&self, agent_id: Option<&str>) -> impl Iterator<Item = &CompiledPolicy> {
        self.policies.iter().filter(move |policy| policy.agents.include(agent_id))
    }

    pub(super) fn local(
        &self,
        agent_id: Option<&str>,
    ) -> impl Iterator<Item = (&CompiledPolicy, &dyn LocalRule)> {
        self.of_agent(agent_id).filter_map(|policy| match &policy.rule {
            Rule::Local(rule) => Some((policy, rule.as_ref())),
            _ => None,
        })
    }

    /// Whether somebody else is asked about what this agent does.
    pub fn asks_webhooks(&self, agent_id: Option<&str>) -> bool {
        self.webhooks(agent_id).next().is_some()
    }

    pub(super) fn webhooks(
        &self,
        agent_id: Option<&str>,
    ) -> impl Iterator<Item = (&CompiledPolicy, &WebhookCheck)> {
        self.of_agent(agent_id).filter_map(|policy| match &policy.rule {
            Rule::Webhook(check) => Some((policy, check)),
            _ => None,
        })
    }

    pub(super) fn grants(
        &self,
        agent_id: Option<&str>,
    ) -> impl Iterator<Item = (&CompiledPolicy, &AllowGrant)> {
        let named = self.policies.iter().filter(move |policy| policy.agents.name(agent_id));
        named.filter_map(|policy| match &policy.rule {
            Rule::Grant(grant) => Some((policy, grant)),
            _ => None,
        })
    }
}

fn compile(policy: Policy) -> Result<CompiledPolicy, SkippedPolicy> {
    let Policy { id, name, policy_type, rules, agent_ids, .. } = policy;
    let Some(known) = rule_type(&policy_type) else {
        return Err(SkippedPolicy { id, why: format!("unknown policy type `{policy_type}`") });
    };
    let Some(agents) = Agents::read(agent_ids.as_deref()) else {
        return Err(SkippedPolicy { id, why: "`agent_ids` must be a JSON array".into() });
    };
    let parsed = serde_json::from_str(&rules).ok().and_then(|rules| known.parse(&rules).ok());
    let rule = parsed.unwrap_or_else(|| Rule::Local(Box::new(Unreadable)));
    Ok(CompiledPolicy { id, name, agents, rule })
}

#[cfg(test)]
pub(super) mod testing {
    use serde_json::Value;

    use super::{Policy, PolicySet};

    /// A policy whose id is its name after `gp_`.
    pub(in crate::policy) fn policy(name: &str, policy_type: &str, rules: &Value) -> Policy {
        Policy {
            id: format!("gp_{name}"),
            name: name.into(),
            policy_type: policy_type.into(),
            rules: rules.to_string(),
            active: true,
            agent_ids: None,
        }
    }

    pub(in crate::policy) fn set(policies: &[(&str, &str, Value)]) -> PolicySet {
        PolicySet::compile(policies.iter().map(|(name, kind, rules)| policy(name, kind, rules)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::policy;
    use super::*;

    fn scoped(agent_ids: Option<&str>) -> PolicySet {
        let mut blocking = policy("p", "block_action_type", &json!({"action_types": ["x"]}));
        blocking.agent_ids = agent_ids.map(str::to_owned);
        PolicySet::compile([blocking])
    }

    fn applies(set: &PolicySet, agent: Option<&str>) -> bool {
        set.local(agent).next().is_some()
    }

    #[test]
    fn agents_scope_a_policy() {
        for every in [None, Some(""), Some("null"), Some("[]")] {
            assert!(applies(&scoped(every), None), "{every:?}");
            assert!(applies(&scoped(every), Some("a")), "{every:?}");
        }
        let one = scoped(Some(r#"["a", 5]"#));
        assert!(applies(&one, Some("a")));
        assert!(!applies(&one, Some("b")));
        assert!(!applies(&one, None));
    }

    #[test]
    fn no_agent_leaves_a_policy_by_its_spelling_or_enters_a_grant() {
        let listed = Some(r#"["Agent-A"]"#.to_owned());
        let mut blocking = policy("p", "block_action_type", &json!({"action_types": ["x"]}));
        let mut grant = policy("g", "allow_grant", &json!({"action_type": "x"}));
        (blocking.agent_ids, grant.agent_ids) = (listed.clone(), listed);
        let set = PolicySet::compile([blocking, grant]);
        for agent in ["Agent-A", "agent-a", " AGENT-A", "Agent\u{200b}-A", "\u{ff21}gent-A"] {
            assert!(applies(&set, Some(agent)), "{agent:?}");
            assert_eq!(set.grants(Some(agent)).count(), usize::from(agent == "Agent-A"), "{agent:?}");
        }
        for agent in ["agent_a", "agent-b", "agent-a2", ""] {
            assert!(!applies(&set, Some(agent)), "{agent:?}");
        }
    }

    #[test]
    fn malformed_agent_lists_and_unknown_types_are_skipped_and_listed() {
        for malformed in ["{", "\"a\"", "{}", "5"] {
            let set = scoped(Some(malformed));
            assert!(set.is_empty(), "{malformed}");
            assert_eq!(set.skipped()[0].why, "`agent_ids` must be a JSON array");
        }
        let set = PolicySet::compile([policy("p", "quantum_check", &json!({}))]);
        assert_eq!((set.len(), set.skipped()[0].why.as_str()), (0, "unknown policy type `quantum_check`"));
    }

    #[test]
    fn inactive_policies_are_neither() {
        let mut idle = policy("p", "risk_threshold", &json!({"threshold": 0}));
        idle.active = false;
        let set = PolicySet::compile([idle]);
        assert!(set.is_empty() && set.skipped().is_empty());
    }

    #[test]
    fn windows_are_those_of_the_agents_own_policies() {
        let mut other = policy("o", "rate_limit", &json!({"window_minutes": 5}));
        other.agent_ids = Some(r#"["b"]"#.into());
        let set = PolicySet::compile([policy("r", "rate_limit", &json!({})), other]);
        let windows = |agent| -> Vec<u32> {
            set.rate_limits(Some(agent)).into_iter().map(|limit| limit.window_minutes).collect()
        };
        assert_eq!((windows("a"), windows("b")), (vec![60], vec![5, 60]));
    }
}
