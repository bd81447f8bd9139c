//! The record of an action.

use crate::api::ids::{ActionId, DecisionId};
use serde_json::{Map, Value};

use crate::api::approvals::ApprovalDecision;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// Where an action is in its life.
    pub enum ActionStatus {
        /// Under way.
        Running = "running",
        /// Ended well.
        Completed = "completed",
        /// Ended badly, or denied by a human.
        Failed = "failed",
        /// Given up.
        Cancelled = "cancelled",
        /// Not started.
        Pending = "pending",
        /// Waits for a human.
        PendingApproval = "pending_approval",
        /// Refused by a policy.
        Blocked = "blocked",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

open_enum! {
    /// How an action ended, as far as anybody reported.
    pub enum OutcomeStatus {
        /// Nothing was reported.
        Pending = "pending",
        /// All was done.
        Completed = "completed",
        /// A part was done.
        Partial = "partial",
        /// It failed.
        Failed = "failed",
        /// No report came in time; the server says so itself.
        LostConfirmation = "lost_confirmation",
    }
}

record! {
    /// An action. Lists leave out some of its members, which then read as nothing.
    pub struct Action {
        /// The number of its row.
        id: i64,
        /// Which action: `act_` and a UUID, or the id it was created with.
        #[required]
        action_id: ActionId,
        /// Whose organisation.
        org_id: String,
        /// Who acts.
        agent_id: String,
        /// Who acts, for people.
        agent_name: Option<String>,
        /// The swarm the agent belongs to.
        swarm_id: Option<String>,
        /// The action that this one is a part of.
        parent_action_id: Option<ActionId>,
        /// What is done.
        action_type: String,
        /// What it is for.
        declared_goal: String,
        /// Why; a human's decision is appended.
        reasoning: Option<String>,
        /// What authorises it.
        authorization_scope: Option<String>,
        /// What set the agent off.
        trigger: Option<String>,
        /// JSON text: the systems it touches.
        systems_touched: String,
        /// What goes into it, in short.
        input_summary: Option<String>,
        /// Where it is in its life.
        #[required]
        status: ActionStatus,
        /// Whether it can be undone: 0 or 1.
        #[read = "lenient::zero_or_one"]
        reversible: i64,
        /// The risk that guard found, 0 to 100.
        risk_score: i64,
        /// How sure the agent is of itself, 0 to 100.
        confidence: i64,
        /// The recommendation that the agent looked at.
        recommendation_id: Option<String>,
        /// Whether it was followed: 0 or 1.
        #[read = "lenient::zero_or_one"]
        recommendation_applied: i64,
        /// Why it was not.
        recommendation_override_reason: Option<String>,
        /// What came out, in short.
        output_summary: Option<String>,
        /// JSON text: what else changed.
        side_effects: String,
        /// JSON text: what was made.
        artifacts_created: String,
        /// What went wrong. Of an action that a human denied it is the human's reason, and no update changes it.
        error_message: Option<String>,
        /// When it started: ISO-8601, UTC.
        timestamp_start: String,
        /// When it ended: ISO-8601, UTC.
        timestamp_end: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: Option<i64>,
        /// What it cost, in US dollars.
        cost_estimate: f64,
        /// Tokens that a model read.
        tokens_in: i64,
        /// Tokens that a model wrote.
        tokens_out: i64,
        /// The model that was used.
        model: Option<String>,
        /// The agent's signature of the request, base64.
        signature: Option<String>,
        /// Whether that signature is the agent's.
        #[read = "lenient::truth"]
        verified: bool,
        /// Who approved it.
        approved_by: Option<String>,
        /// When it was approved: ISO-8601, UTC.
        approved_at: Option<String>,
        /// What a human decided. Only a decision sets this and the three that follow; no update reaches them.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision: Option<ApprovalDecision>,
        /// Who decided.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision_by: Option<String>,
        /// When that was: ISO-8601, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision_at: Option<String>,
        /// Why, in the human's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision_reason: Option<String>,
        /// What a human is asked to approve; absent where none was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        approval: Option<ApprovalRequest>,
        /// Until when it waits for a human: ISO-8601, UTC. After that it is `expired`, and no decision counts.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
        /// The receipts that were issued with the verdict on it; absent where none was.
        #[serde(skip_serializing_if = "Option::is_none")]
        receipts: Option<Vec<Value>>,
        /// The run that claimed it; absent while none has.
        #[serde(skip_serializing_if = "Option::is_none")]
        run_id: Option<String>,
        /// How it ended, as the agent reported.
        outcome_status: OutcomeStatus,
        /// When that was reported: ISO-8601, UTC.
        outcome_at: Option<String>,
        /// What came out, as reported.
        outcome_summary: Option<String>,
        /// What went wrong, as reported.
        outcome_error: Option<String>,
        /// How far it got, as reported: an object.
        outcome_progress: Option<Value>,
        /// The key it was created with.
        idempotency_key: Option<String>,
        /// The session it belongs to.
        session_id: Option<String>,
        /// When it was recorded: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }
    /// What a human is asked to approve: all that the approval will be bound to, and why a human is asked.
    pub struct ApprovalRequest {
        /// SHA-256 of everything that was asked but the risk, lower-case hex: the approval lets this question through and no
        /// other. Secrets that stand in it by mistake are part of the digest and not of `asked`.
        #[required]
        digest: String,
        /// What was asked: `target`, `content`, `systems_touched`, `write_paths`, `irreversible`, `purchase`, … and in `more`
        /// what no operation declares. What is absent was not said.
        asked: Map<String, Value>,
        /// Whether a part of `asked` was too long to be kept whole.
        #[read = "lenient::truth"]
        truncated: bool,
        /// The decision that sent it to a human: `act_gd_…`.
        decision_id: Option<DecisionId>,
        /// The policies that fitted.
        matched_policies: Vec<String>,
        /// Why, in the words of the policies.
        reasons: Vec<String>,
    }
}
