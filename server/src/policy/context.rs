//! What a policy may look at: the request, and the facts that storage knows about it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One guard request, after validation and identity resolution. `None` and JSON `null` both mean absent, except
/// where a field says otherwise.
#[derive(Clone, Debug, Default)]
pub struct GuardContext {
    /// The organisation; only webhooks are told.
    pub org_id: String,
    /// The agent, after a verified token may have replaced it.
    pub agent_id: Option<String>,
    /// The agent's display name.
    pub agent_name: Option<String>,
    /// What kind of act this is, for example `deploy`.
    pub action_type: String,
    /// What the agent says it wants to achieve.
    pub declared_goal: Option<String>,
    /// The client's own risk score, as sent.
    pub risk_score: Option<f64>,
    /// Names of systems the act touches.
    pub systems_touched: Vec<String>,
    /// Whether the act can be undone; `Some(false)` raises the risk.
    pub reversible: Option<bool>,
    /// A URL, host or path the act is aimed at.
    pub target: Option<String>,
    /// Paths the act writes to.
    pub write_paths: Vec<String>,
    /// Outgoing text as sent: any JSON, because a policy must be able to refuse what is not text.
    pub content: Option<Value>,
    /// Facts the outgoing text must agree with, as sent.
    pub source_of_truth: Option<Value>,
    /// `tool` of the request: name, category, `required_permission`.
    pub tool: Option<Value>,
    /// `intel` of the request: `green`, `branch` and others.
    pub intel: Option<Value>,
    /// Set for `x402_purchase` only.
    pub purchase: Option<Purchase>,
    /// Every member of the request by its snake_case name, reachable by a policy's path.
    pub extra: Map<String, Value>,
    /// When the evaluation happens, unix milliseconds.
    pub now_ms: i64,
    /// The same moment as ISO-8601 UTC with milliseconds.
    pub evaluated_at: String,
}

/// The money side of an `x402_purchase`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purchase {
    /// Estimated cost in USD; wins over `spend_amount`.
    pub cost_estimate: Option<f64>,
    /// Amount to spend in USD.
    pub spend_amount: Option<f64>,
    /// Every name the provider goes by: what the request says, and the id, slug and origin it resolved to.
    pub provider_names: Vec<String>,
}

impl Purchase {
    /// What will be spent in USD, when the request says so with a usable number.
    pub fn spend(&self) -> Option<f64> {
        self.cost_estimate.or(self.spend_amount).filter(|usd| usd.is_finite() && *usd >= 0.0)
    }
}

impl GuardContext {
    /// The texts that a person or a model reads in order to decide or to go on. What the act works on is data.
    pub fn read_by_people(&self) -> impl Iterator<Item = &str> {
        let said = ["reasoning", "authorization_scope", "trigger", "input_summary"];
        let said = said.into_iter().filter_map(|name| self.extra.get(name)?.as_str());
        self.declared_goal
            .as_deref()
            .into_iter()
            .chain([self.action_type.as_str()])
            .chain(self.agent_name.as_deref())
            .chain(said)
            .chain(self.systems_touched.iter().map(String::as_str))
    }

    /// Finds the value a policy names by a dotted path, such as `content` or `intel.branch.freshness`.
    pub fn lookup(&self, path: &str) -> Option<&Value> {
        let mut segments = path.split('.');
        let root = match segments.next()? {
            "content" => self.content.as_ref(),
            "source_of_truth" | "sourceOfTruth" => self.source_of_truth.as_ref(),
            "tool" => self.tool.as_ref(),
            "intel" => self.intel.as_ref(),
            other => self.extra.get(other),
        };
        segments.try_fold(root?, |value, segment| value.get(segment))
    }
}

/// What storage knows and a policy needs. Everything here is read before evaluation starts.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Set while an operator has halted the organisation.
    pub org_halt: Option<OrgHalt>,
    /// Earlier guard decisions of this agent, by window in minutes. Fill it for every window that
    /// [`PolicySet::rate_limits`](super::PolicySet::rate_limits) lists.
    pub decisions_in_minutes: BTreeMap<u32, u64>,
    /// What the agent's purchases in a window cost, in USD, by window in minutes. Fill it for every window that
    /// [`PolicySet::spend_windows`](super::PolicySet::spend_windows) lists.
    pub spent_in_minutes: BTreeMap<u32, f64>,
    /// An operator's approval of this very question in the last 15 minutes that nothing has used up.
    pub operator_approval: Option<OperatorApproval>,
    /// What a finding of the prompt-injection scan does.
    pub injection: InjectionRule,
    /// What the agent's approved pairing permits.
    pub permission: Permission,
    /// Live signals, already worded; present only when the request asked for them.
    pub signals: Vec<String>,
    /// Why the agent's token forces a block (replayed, expiry too distant, act mismatch), if it does.
    pub identity_block: Option<String>,
}

/// A halted organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgHalt {
    /// Who halted it.
    pub actor: String,
    /// Why, when the actor said so.
    pub reason: Option<String>,
}

/// A human's approval of the very same act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorApproval {
    /// The approved action.
    pub action_id: String,
    /// Who approved it.
    pub approved_by: String,
    /// The risk it had; a question with a higher one was not approved.
    pub risk_score: u8,
}

/// What a finding of the built-in prompt-injection scan does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InjectionRule {
    /// Critical findings block, others warn.
    #[default]
    Block,
    /// Every finding warns.
    Warn,
    /// Nothing is scanned.
    Off,
}

/// Permission levels of agents and tools, from the least to the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Reading only.
    Readonly,
    /// Writing inside the workspace.
    WorkspaceWrite,
    /// Dangerous operations; what an agent has when its pairing says nothing.
    #[default]
    Danger,
    /// Asking the user.
    Prompt,
    /// Everything.
    Allow,
}

impl Permission {
    const WORDS: [(&'static str, Self); 5] = [
        ("readonly", Self::Readonly),
        ("workspace_write", Self::WorkspaceWrite),
        ("danger", Self::Danger),
        ("prompt", Self::Prompt),
        ("allow", Self::Allow),
    ];

    /// Reads the word on the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(name, _)| *name == word).map(|(_, level)| level)
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_reach_into_the_request() {
        let context = GuardContext {
            content: Some(json!("text")),
            intel: Some(json!({"branch": {"freshness": "stale"}})),
            extra: json!({"draft": {"body": "x"}}).as_object().unwrap().clone(),
            ..GuardContext::default()
        };
        assert_eq!(context.lookup("content"), Some(&json!("text")));
        assert_eq!(context.lookup("intel.branch.freshness"), Some(&json!("stale")));
        assert_eq!(context.lookup("draft.body"), Some(&json!("x")));
        for absent in ["", "content.deeper", "tool.name", "draft.body.x", "nothing", "intel..x"] {
            assert_eq!(context.lookup(absent), None, "{absent}");
        }
    }

    #[test]
    fn permissions_are_ranked_and_read_back() {
        for (rank, (word, level)) in Permission::WORDS.into_iter().enumerate() {
            assert_eq!((level as usize, level.as_str()), (rank, word));
            assert_eq!(Permission::from_word(word), Some(level));
        }
        assert_eq!(Permission::from_word("root"), None);
        assert_eq!(Permission::default(), Permission::Danger);
    }

    #[test]
    fn the_estimate_wins_and_nonsense_is_no_spend() {
        let purchase = Purchase { cost_estimate: Some(2.0), spend_amount: Some(9.0), ..Purchase::default() };
        assert_eq!(purchase.spend(), Some(2.0));
        assert_eq!(Purchase { spend_amount: Some(9.0), ..Purchase::default() }.spend(), Some(9.0));
        assert_eq!(Purchase { spend_amount: Some(f64::NAN), ..Purchase::default() }.spend(), None);
        assert_eq!(Purchase { spend_amount: Some(-1.0), ..Purchase::default() }.spend(), None);
    }
}
