//! Policies: the rules that guard goes by.

mod reports;

use crate::api::ids::{ActionId, PolicyId};
pub use reports::{
    ImportedPolicy, PolicyImport, PolicyProof, PolicyTest, PolicyTestDetail, PolicyTestReport,
    PolicyTestResults,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::actions::ActionStatus;
use super::guard::Verdict;
use crate::catalogue::{Argument, Fill, Kind, Repeat, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// What a policy looks at.
    pub enum PolicyType {
        /// The risk: acts at `threshold` and above.
        RiskThreshold = "risk_threshold",
        /// The kind of action: asks a human for `action_types`.
        RequireApproval = "require_approval",
        /// The kind of action: refuses `action_types`.
        BlockActionType = "block_action_type",
        /// The kind of action: warns of `action_types`.
        WarnActionType = "warn_action_type",
        /// The kind of action: asks a human for all but `action_types`.
        UnlistedActionType = "unlisted_action_type",
        /// The kind of action: lets `action_type` pass where others warn or ask; never what they block.
        AllowGrant = "allow_grant",
        /// The target and the paths to be written: acts when one matches `paths`.
        ProtectedPath = "protected_path",
        /// How often the agent acts: acts at `max_actions` in `window_minutes`.
        RateLimit = "rate_limit",
        /// What a server of your own says, asked at `url`.
        WebhookCheck = "webhook_check",
        /// The text that is about to leave, against the facts it may state.
        NonFabrication = "non_fabrication",
        /// How unlike the agent's earlier actions it is.
        BehavioralAnomaly = "behavioral_anomaly",
        /// What a language model says to `instruction`.
        SemanticCheck = "semantic_check",
        /// The permission that the tool needs, against the agent's own.
        PermissionEscalation = "permission_escalation",
        /// How well the work tree is tested.
        GreenContract = "green_contract",
        /// How far the branch is behind.
        BranchFreshness = "branch_freshness",
        /// What a purchase costs and from whom.
        X402SpendLimit = "x402_spend_limit",
    }
}

open_enum! {
    /// In which form a report is written.
    pub enum ReportFormat {
        /// Markdown, for people.
        Markdown = "md",
        /// JSON, for programs.
        Json = "json",
    }
}

/// The rules of a policy: an object, or the JSON text of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyRules(pub Value);

impl PolicyRules {
    /// The rules as an object, in whichever form they came; nothing when they are neither.
    pub fn object(&self) -> Option<Map<String, Value>> {
        match &self.0 {
            Value::Object(rules) => Some(rules.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}

impl<T: Into<Value>> From<T> for PolicyRules {
    fn from(rules: T) -> Self {
        Self(rules.into())
    }
}

impl Argument for PolicyRules {
    const KIND: Kind = Kind::ObjectOrText;

    fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PolicyRules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PolicyRules".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["object", "string"] })
    }
}

operations! { "policies":
    /// Lists all policies.
    list_policies = Get "/api/policies" => PolicyList [positional(&["agent_id"])]
    ListPolicies {
        /// Only policies that hold for this agent. All policies unless given.
        agent_id: Option<String>,
    }

    /// Adds a policy. Needs an API key of the admin role.
    ///
    /// A name that exists already is an error of kind `conflict`, a key without the role one of kind `permission`, and
    /// rules that do not fit the type one of kind `validation` with `details`.
    create_policy = Post "/api/policies" => CreatedPolicy [
        admin(), positional(&["name", "policy_type", "rules"]), node(&["..policy"]),
    ]
    CreatePolicy {
        /// What it is called; unique. At most 256 characters.
        name: String [max(256)],
        /// What it looks at.
        policy_type: PolicyType,
        /// What it says, by type: `{"threshold": 80, "action": "block"}`. At most 4000 characters as JSON text.
        rules: PolicyRules [max(4000), json_text()],
        /// Whether it holds, which is so unless given; on the wire 1 or 0.
        active: Option<i64> [flag()],
        /// The agents it holds for; an empty list, or none, means every agent. At most 200 entries.
        agent_ids: Option<Vec<String>> [max(200)],
    }

    /// Changes a policy: the fields that are given. Needs an API key of the admin role.
    ///
    /// An unknown id is an error of kind `not_found`, a key without the role one of kind `permission`.
    update_policy = Patch "/api/policies" => PolicyDetail [
        repeat(Repeat::Idempotent), admin(), positional(&["id"]), node(&["id", "..updates"]),
    ]
    UpdatePolicy {
        /// Which policy.
        id: PolicyId,
        /// What it is called from now on; unique. At most 256 characters.
        name: Option<String> [max(256)],
        /// What it looks at from now on.
        policy_type: Option<PolicyType>,
        /// What it says from now on. At most 4000 characters as JSON text.
        rules: Option<PolicyRules> [max(4000), json_text()],
        /// Whether it holds from now on; on the wire 1 or 0.
        active: Option<i64> [flag()],
        /// The agents it holds for from now on; an empty list means every agent. At most 200 entries.
        agent_ids: Option<Vec<String>> [max(200)],
    }

    /// Removes a policy. Needs an API key of the admin role.
    delete_policy = Delete "/api/policies" => DeletedPolicy [admin(), positional(&["id"]), node(&["id"])]
    DeletePolicy from id: PolicyId {
        /// Which policy.
        id: PolicyId,
    }

    /// Says what a policy would have done to recent actions. Nothing is written.
    ///
    /// At most the 200 newest actions of the window are tried, each with the risk it was recorded with.
    simulate_policy = Post "/api/policies/simulate" => PolicySimulation [
        repeat(Repeat::Safe), positional(&["policy_type", "rules", "days"]),
    ]
    SimulatePolicy {
        /// What the policy looks at.
        policy_type: PolicyType,
        /// What the policy says, by type.
        rules: Map<String, Value>,
        /// How far to look back, in days, at least 1; 7 unless given.
        days: Option<i64> [range(1, i64::MAX)],
    }

    /// Runs the tests of all policies that hold, and returns each one's result. The server keeps a record of the run.
    test_policies = Post "/api/policies/test" => PolicyTestReport []
    TestPolicies {
        /// Who asks. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Writes down what the policies that hold prove: a report for auditors.
    get_proof_report = Get "/api/policies/proof" => PolicyProof [positional(&["format"])]
    GetProofReport {
        /// In which form.
        format: Option<ReportFormat> [default("\"json\"")],
    }

    /// Adds the policies of a pack of the server's, or of a YAML text. Needs an API key of the admin role.
    ///
    /// A policy whose name exists already is left out and named in `skipped_names`. Neither a pack nor a text, and a
    /// pack that the server does not have, are errors of kind `validation`.
    import_policies = Post "/api/policies/import" => PolicyImport [
        admin(), positional(&["pack", "yaml"]), node(&["..source"]),
    ]
    ImportPolicies {
        /// The name of the pack. It comes before `yaml`; one of the two must be given.
        pack: Option<String>,
        /// Policies in YAML: a document with a list `policies`.
        yaml: Option<String>,
    }
}

record! {
    /// A rule that guard goes by.
    pub struct Policy {
        /// Which policy.
        #[required]
        id: PolicyId,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it looks at.
        #[required]
        policy_type: PolicyType,
        /// JSON text: what it says. Newer servers may send an object.
        #[required]
        rules: PolicyRules,
        /// Whether it holds: 0 or 1.
        #[read = "lenient::zero_or_one"]
        active: i64,
        /// JSON text: the agents it holds for; null means every agent.
        agent_ids: Option<String>,
        /// Who added it.
        created_by: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// All policies.
    pub struct PolicyList {
        /// The policies.
        #[required]
        policies: Vec<Policy>,
    }

    /// A policy as it was added.
    pub struct CreatedPolicy {
        /// The policy.
        #[required]
        policy: Policy,
        /// Its id once more.
        #[required]
        policy_id: PolicyId,
    }

    /// One policy.
    pub struct PolicyDetail {
        /// The policy.
        #[required]
        policy: Policy,
    }

    /// A policy that is gone.
    pub struct DeletedPolicy {
        /// Always true.
        #[required]
        deleted: bool,
        /// Which policy it was.
        #[required]
        id: PolicyId,
    }

    /// What a policy would have done.
    pub struct PolicySimulation {
        /// Counts.
        #[required]
        summary: SimulationSummary,
        /// The actions it would have had a say in.
        matches: Vec<SimulationMatch>,
        /// How many actions were tried. Older servers leave it out when there were none.
        sample_size: i64,
        /// How far back was looked, in days. Older servers leave it out when there were no actions.
        window_days: i64,
        /// Says that there were no actions.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// What a policy would have done, counted.
    pub struct SimulationSummary {
        /// Actions tried.
        total: i64,
        /// Actions it would have had a say in.
        matches: i64,
        /// Blocks.
        block: i64,
        /// Warnings.
        warn: i64,
        /// Requests for approval.
        require_approval: i64,
        /// Actions it would have let pass.
        allow: i64,
    }

    /// An action that a policy would have had a say in.
    pub struct SimulationMatch {
        /// Which action.
        #[required]
        action_id: ActionId,
        /// What it was for.
        goal: String,
        /// Who acted, for people.
        agent_name: Option<String>,
        /// When: ISO-8601, UTC.
        timestamp: String,
        /// The state it is in.
        original_status: ActionStatus,
        /// What the policy would have said.
        #[required]
        simulated_action: Verdict,
        /// Why.
        simulated_reason: String,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_read_in_both_forms() {
        let object = json!({ "threshold": 80 });
        let text = PolicyRules::from(object.to_string());
        assert_eq!(text.object(), PolicyRules::from(object).object());
        assert_eq!(text.object().unwrap()["threshold"], 80);
        assert_eq!(PolicyRules::from("[80]").object(), None);
    }
}
