//! Guard: asking whether an agent may act, and the log of what was answered.

use crate::api::ids::DecisionId;
use serde_json::{Map, Value};

use crate::catalogue::{Expect, Fill, Repeat};
use crate::{open_enum, operations, record};

open_enum! {
    /// What the server decided.
    pub enum Verdict {
        /// Go ahead.
        Allow = "allow",
        /// Go ahead, and look at the warnings.
        Warn = "warn",
        /// A human must approve first.
        RequireApproval = "require_approval",
        /// Do not act.
        Block = "block",
    }
}

operations! { "guard":
    /// Asks whether the agent may act.
    ///
    /// All four verdicts come back as a normal result; a `block` is no error here. The verdict is advisory: the
    /// binding one is made when the action is created. Anything that is not one of the four verdicts is an error, never
    /// permission.
    ///
    /// The same `idempotency_key` within 10 minutes returns the earlier verdict with `idempotent_replay`, unless the
    /// policies have changed since. A key stands for one question: with another one it is an error of kind `conflict`.
    guard = Post "/api/guard" => GuardDecision [
        repeat(Repeat::Idempotent), expect(Expect::Verdict), object("context"), open(), key_when("record"),
    ]
    Guard {
        /// What the agent is about to do: `deploy`, `message`, or a word of your own. At most 128 characters.
        action_type: String [max(128)],
        /// The agent's own estimate of the risk, 0 to 100. It can raise the server's score, never lower it.
        risk_score: Option<i64> [range(0, 100)],
        /// Who acts. The client's own agent unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
        /// The agent's display name. The client's own unless given. At most 256 characters.
        agent_name: Option<String> [max(256), fill(Fill::AgentName)],
        /// Systems the action touches, at most 50 of at most 500 characters each.
        systems_touched: Option<Vec<String>> [max(50)],
        /// Whether the action can be undone.
        reversible: Option<bool>,
        /// What the action is for, in a sentence. It is scanned for prompt injection. At most 2000 characters.
        declared_goal: Option<String> [max(2000)],
        /// What the action is aimed at: a URL, a path, a resource name. At most 1024 characters.
        target: Option<String> [max(1024)],
        /// The text that is about to leave: checked by `non_fabrication` policies and scanned for secrets. At most
        /// 50000 characters.
        content: Option<String> [max(50000)],
        /// The facts that `content` may state.
        source_of_truth: Option<SourceOfTruth>,
        /// Evidence about the work tree: `green` (test level), `branch` (freshness).
        intel: Option<Map<String, Value>>,
        /// The tool about to be used; `required_permission` is read by `permission_escalation` policies.
        tool: Option<Map<String, Value>>,
        /// Paths about to be written, at most 100 of at most 500 characters each.
        write_paths: Option<Vec<String>> [max(100)],
        /// What a purchase of the type `x402_purchase` is expected to cost, in US dollars.
        cost_estimate: Option<f64>,
        /// What a purchase of the type `x402_purchase` will cost, in US dollars; `cost_estimate` wins over it.
        spend_amount: Option<f64>,
        /// Whom a purchase pays: name or slug. At most 256 characters.
        provider: Option<String> [max(256)],
        /// Whom a purchase pays: id. At most 128 characters.
        provider_id: Option<String> [max(128)],
        /// What set the agent off. At most 1000 characters.
        trigger: Option<String> [max(1000)],
        /// The swarm the agent belongs to. At most 128 characters.
        swarm_id: Option<String> [max(128)],
        /// Repeats the earlier verdict when it was used in the last 10 minutes. At most 256 characters.
        idempotency_key: Option<String> [max(256)],
        /// Adds live signals to the warnings.
        include_signals: Option<bool> [query()],
        /// Records an action, too, unless the verdict is `block`.
        record: Option<bool> [query()],
    }

    /// Lists guard decisions, newest first.
    get_guard_decisions = Get "/api/guard"
        => GuardDecisionList, each GuardDecisionRecord as iter_guard_decisions [
        positional(&["decision", "limit", "offset", "agent_id"]), pages("decisions"),
    ]
    GetGuardDecisions {
        /// Only this verdict.
        decision: Option<Verdict>,
        /// How many, 1 to 1000.
        limit: Option<i64> [default("20"), range(1, 1000)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
        /// Only this agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists guard decisions with what each was for, newest first: what a person looks at.
    get_recent_decisions = Get "/api/guard/decisions"
        => RecentDecisionList, each RecentDecision as iter_recent_decisions [
        positional(&["decision", "limit", "offset", "agent_id"]), pages("decisions"),
    ]
    GetRecentDecisions {
        /// Only this verdict.
        decision: Option<Verdict>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
        /// Only this agent. All agents unless given.
        agent_id: Option<String>,
    }
}

record! {
    /// The facts that a text may and must state.
    pub struct SourceOfTruth {
        /// Facts that the text may state.
        #[required]
        #[serde(rename = "allowedFacts")]
        allowed_facts: Vec<Fact>,
        /// Facts that the text must state.
        #[required]
        #[serde(rename = "requiredFacts")]
        required_facts: Vec<Fact>,
        /// Patterns that must not appear.
        #[serde(rename = "forbiddenPatterns", skip_serializing_if = "Option::is_none")]
        forbidden_patterns: Option<Vec<ForbiddenPattern>>,
        /// Which kinds of facts are looked for in the text; all kinds unless one is switched off.
        #[serde(skip_serializing_if = "Option::is_none")]
        extract: Option<Extract>,
    }

    /// One fact.
    pub struct Fact {
        /// What it is called: `refund`.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// How it is stated: `$1,500.00`.
        #[required]
        value: String,
        /// The text that must stand around a required fact.
        #[serde(skip_serializing_if = "Option::is_none")]
        slot: Option<Slot>,
    }

    /// The text that must stand around a required fact.
    pub struct Slot {
        /// Right before it.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
        /// Right behind it.
        #[serde(skip_serializing_if = "Option::is_none")]
        suffix: Option<String>,
    }

    /// A pattern that must not appear in a text.
    pub struct ForbiddenPattern {
        /// Words, or a regular expression.
        #[required]
        pattern: String,
        /// What it is called in violations.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// Flags of the expression; `i` unless given.
        #[serde(skip_serializing_if = "Option::is_none")]
        flags: Option<String>,
    }

    /// Which kinds of facts are looked for in a text.
    pub struct Extract {
        /// Amounts such as `$1,500.00`.
        #[serde(skip_serializing_if = "Option::is_none")]
        money: Option<bool>,
        /// Dates such as `2026-06-01` or `June 1, 2026`.
        #[serde(skip_serializing_if = "Option::is_none")]
        dates: Option<bool>,
        /// Percentages such as `12.5 %`.
        #[serde(skip_serializing_if = "Option::is_none")]
        percentages: Option<bool>,
        /// Kinds of your own.
        #[serde(skip_serializing_if = "Option::is_none")]
        patterns: Option<Vec<FactPattern>>,
    }

    /// A kind of fact of your own.
    pub struct FactPattern {
        /// The regular expression that finds it.
        #[required]
        pattern: String,
        /// What it is called in violations.
        #[required]
        label: String,
    }

    /// What guard answered.
    pub struct GuardDecision {
        /// The verdict.
        #[required]
        decision: Verdict,
        /// Which decision this is; absent when an automatic secret scan blocked the text unrecorded.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision_id: Option<DecisionId>,
        /// An alias of `decision_id`, or the action's id when `record` was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_id: Option<String>,
        /// All reasons in one text.
        reason: Option<String>,
        /// Why, one entry per policy: `<policy name>: <reason>`.
        reasons: Vec<String>,
        /// What to look at although it is allowed.
        warnings: Vec<String>,
        /// Warnings, then reasons.
        signals: Vec<String>,
        /// The policies that had a say.
        matched_policies: Vec<String>,
        /// The risk, 0 to 100: the server's own score or the agent's, whichever is higher.
        risk_score: i64,
        /// The agent's own estimate as it was sent.
        agent_risk_score: Option<f64>,
        /// How sure the server is of the agent's identity: `verified`, `unverified`, `expired`, `failed`,
        /// `unknown_issuer` or `exp_too_far`.
        #[serde(skip_serializing_if = "Option::is_none")]
        verification_status: Option<String>,
        /// Who asked.
        agent_id: Option<String>,
        /// Who asked, for people.
        agent_name: Option<String>,
        /// When: ISO-8601, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        evaluated_at: Option<String>,
        /// What was learned from earlier actions of this kind; absent without history.
        #[serde(skip_serializing_if = "Option::is_none")]
        learning: Option<Value>,
        /// One entry per `non_fabrication` policy that applied, with its signed receipt.
        #[serde(skip_serializing_if = "Option::is_none")]
        non_fabrication: Option<Vec<NonFabrication>>,
        /// What the scan of `content` for secrets found; absent when it found nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        secret_scan: Option<Value>,
        /// Whether an action was recorded, when `record` was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        recorded: Option<bool>,
        /// Why no action was recorded.
        #[serde(skip_serializing_if = "Option::is_none")]
        recorded_error: Option<String>,
        /// Whether this repeats an earlier verdict. A replay is never new permission.
        #[serde(skip_serializing_if = "Option::is_none")]
        idempotent_replay: Option<bool>,
    }

    /// The finding of one `non_fabrication` policy.
    pub struct NonFabrication {
        /// Which policy.
        #[required]
        policy_id: String,
        /// `pass` or `block`.
        #[required]
        verdict: String,
        /// What was wrong.
        violations: Vec<Violation>,
        /// The signed receipt; see [`verify_receipt`](crate::proof::receipt::verify_receipt). Nothing when it could not be signed.
        receipt: Option<Value>,
    }

    /// One way in which a text strays from its facts.
    pub struct Violation {
        /// `missing_required`, `forbidden_match`, `fabricated_fact`, `engine_error`, `missing_source` or
        /// `invalid_content`.
        #[required]
        code: String,
        /// Which fact or kind of fact.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// The text at fault. It is not part of the receipt.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    }

    /// A page of guard decisions.
    pub struct GuardDecisionList {
        /// Newest first.
        #[required]
        decisions: Vec<GuardDecisionRecord>,
        /// How many there are in all.
        total: i64,
        /// Counts of the last 24 hours.
        stats: GuardDecisionStats,
        /// The page size that was used.
        limit: i64,
        /// How many were skipped.
        offset: i64,
    }

    /// A page of guard decisions with what each was for.
    pub struct RecentDecisionList {
        /// Newest first.
        #[required]
        decisions: Vec<RecentDecision>,
        /// How many there are in all.
        total: i64,
        /// Counts of the last 24 hours.
        stats: GuardDecisionStats,
    }

    /// A guard decision with what it was for.
    pub struct RecentDecision {
        /// Which decision.
        #[required]
        id: DecisionId,
        /// Whose organisation.
        org_id: String,
        /// Who asked.
        agent_id: Option<String>,
        /// Who asked, for people.
        agent_name: Option<String>,
        /// How sure the server was of the agent's identity.
        #[serde(skip_serializing_if = "Option::is_none")]
        verification_status: Option<String>,
        /// What was asked for.
        action_type: String,
        /// What the action was for.
        declared_goal: Option<String>,
        /// The risk, 0 to 100.
        risk_score: i64,
        /// The verdict.
        #[required]
        decision: Verdict,
        /// All reasons in one text.
        reasons: Option<String>,
        /// The ids of the policies that had a say.
        matched_policies: Vec<String>,
        /// When: ISO-8601, UTC.
        created_at: String,
    }

    /// Counts of the last 24 hours.
    pub struct GuardDecisionStats {
        /// All decisions.
        total_24h: i64,
        /// Blocks.
        blocks_24h: i64,
        /// Warnings.
        warns_24h: i64,
        /// Requests for approval.
        approvals_24h: i64,
    }

    /// A guard decision as it was logged.
    pub struct GuardDecisionRecord {
        /// Which decision.
        #[required]
        id: DecisionId,
        /// Whose organisation.
        org_id: String,
        /// Who asked.
        agent_id: Option<String>,
        /// Who asked, for people.
        agent_name: Option<String>,
        /// How sure the server was of the agent's identity.
        #[serde(skip_serializing_if = "Option::is_none")]
        verification_status: Option<String>,
        /// What was asked for.
        action_type: String,
        /// The risk, 0 to 100.
        risk_score: i64,
        /// The verdict.
        #[required]
        decision: Verdict,
        /// All reasons in one text.
        reasons: Option<String>,
        /// JSON text: the ids of the policies that had a say.
        matched_policies: Option<String>,
        /// When: ISO-8601, UTC.
        created_at: String,
    }
}
