//! Actions: what agents do, one record each, from its declaration to its end.

mod action;
mod graph;

use crate::api::ids::ActionId;
pub use action::{Action, ActionStatus, ApprovalRequest, OutcomeStatus};
pub use graph::{
    ActionGraph, ActionTrace, AssumptionTrace, GraphEdge, GraphEdgeKind, GraphNode, GraphNodeKind, LoopTrace,
    RootCause, Trace,
};
use serde_json::{Map, Value};

use super::assumptions::Assumption;
use super::guard::{GuardDecision, SourceOfTruth};
use super::loops::OpenLoop;
use super::security::Security;
use crate::catalogue::{Expect, Fill, Repeat};
use crate::{operations, record};

operations! { "actions":
    /// Records what the agent is about to do, and returns the binding verdict on it.
    ///
    /// `allow` and `warn`: the action is `running`. `require_approval`: it is `pending_approval`; wait for a human with
    /// [`wait_for_approval`](crate::DashClaw::wait_for_approval). `block`: the call fails with an error of kind
    /// `guard_blocked` that holds the verdict; the action is stored as `blocked`.
    ///
    /// The request carries an idempotency key, derived from the intent and the current hour unless one is given. A key
    /// that was used before stands for that action, with `idempotent_replay` and no new verdict: a replay is never new
    /// permission. It is judged by its present state. One that was blocked is an error of kind `guard_blocked`, one that a
    /// human denied is an error of kind `approval_denied`, one that ended is an error of kind `conflict`. The option
    /// `on_replay` with `return` gives the record all the same. With another question the key is an error of kind
    /// `conflict`.
    ///
    /// An `action_id` of your own that exists already is an error of kind `conflict`.
    create_action = Post "/api/actions" => CreatedAction [
        repeat(Repeat::Keyed), expect(Expect::Creation),
        positional(&["action_type", "declared_goal", "session_id"]), node(&["..action"]), open(), signed(), governed(),
    ]
    CreateAction {
        /// What the agent is about to do: `deploy`, `message`, or a word of your own. At most 128 characters.
        action_type: String [max(128)],
        /// What the action is for, in a sentence. It is scanned for prompt injection. At most 2000 characters.
        declared_goal: String [max(2000)],
        /// The session the action belongs to. At most 128 characters.
        session_id: Option<String> [max(128)],
        /// Who acts. The client's own agent unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
        /// The agent's display name. At most 256 characters.
        agent_name: Option<String> [max(256)],
        /// The id of the new action; the server makes one (`act_` and a UUID) unless given. At most 128 characters.
        action_id: Option<String> [max(128)],
        /// The swarm the agent belongs to. At most 128 characters.
        swarm_id: Option<String> [max(128)],
        /// The action that this one is a part of. At most 128 characters.
        parent_action_id: Option<String> [max(128)],
        /// Why the agent does it. At most 4000 characters.
        reasoning: Option<String> [max(4000)],
        /// What authorises the agent to do it. At most 1000 characters.
        authorization_scope: Option<String> [max(1000)],
        /// What set the agent off. At most 1000 characters.
        trigger: Option<String> [max(1000)],
        /// Systems the action touches, at most 50 of at most 500 characters each.
        systems_touched: Option<Vec<String>> [max(50)],
        /// What goes into the action, in short. At most 4000 characters.
        input_summary: Option<String> [max(4000)],
        /// The state it starts in; `running` unless given. A verdict of `require_approval` or `block` overrules it.
        status: Option<ActionStatus>,
        /// Whether the action can be undone; true unless given.
        reversible: Option<bool>,
        /// The agent's own estimate of the risk, 0 to 100. It can raise the server's score, never lower it.
        risk_score: Option<i64> [range(0, 100)],
        /// How sure the agent is of itself, 0 to 100; 50 unless given.
        confidence: Option<i64> [range(0, 100)],
        /// The recommendation that the agent looked at. At most 128 characters.
        recommendation_id: Option<String> [max(128)],
        /// Whether the recommendation was followed.
        recommendation_applied: Option<bool>,
        /// Why the recommendation was not followed. At most 500 characters.
        recommendation_override_reason: Option<String> [max(500)],
        /// What came out, in short, for an action that has ended already. At most 4000 characters.
        output_summary: Option<String> [max(4000)],
        /// What else changed, at most 50 texts of at most 500 characters each.
        side_effects: Option<Vec<String>> [max(50)],
        /// What was made, at most 100 texts of at most 500 characters each.
        artifacts_created: Option<Vec<String>> [max(100)],
        /// What went wrong, for an action that has ended already. At most 4000 characters.
        error_message: Option<String> [max(4000)],
        /// When it started: ISO-8601; now unless given.
        timestamp_start: Option<String> [max(64)],
        /// When it ended: ISO-8601.
        timestamp_end: Option<String> [max(64)],
        /// How long it took, in milliseconds.
        duration_ms: Option<i64> [range(0, i64::MAX)],
        /// What it costs, in US dollars. The server computes it from `model` and the tokens unless given.
        cost_estimate: Option<f64>,
        /// Tokens that a model read.
        tokens_in: Option<i64> [range(0, i64::MAX)],
        /// Tokens that a model wrote.
        tokens_out: Option<i64> [range(0, i64::MAX)],
        /// The model that was used. At most 128 characters.
        model: Option<String> [max(128)],
        /// Returns the action that was created with the same key. Derived unless given. At most 256 characters.
        idempotency_key: Option<String> [max(256)],
        /// The text that is about to leave: checked by `non_fabrication` policies. At most 50000 characters.
        content: Option<String> [max(50000)],
        /// The facts that `content` may state.
        source_of_truth: Option<SourceOfTruth>,
        /// What the action is aimed at: a URL, a path, a resource name. At most 1024 characters.
        target: Option<String> [max(1024)],
        /// Paths about to be written, at most 100 of at most 500 characters each.
        write_paths: Option<Vec<String>> [max(100)],
        /// The tool about to be used; `required_permission` is read by `permission_escalation` policies.
        tool: Option<Map<String, Value>>,
        /// Evidence about the work tree: `green` (test level), `branch` (freshness).
        intel: Option<Map<String, Value>>,
        /// What a purchase of the type `x402_purchase` will cost, in US dollars; `cost_estimate` wins over it.
        spend_amount: Option<f64>,
        /// Whom a purchase pays: name or slug. At most 256 characters.
        provider: Option<String> [max(256)],
        /// Whom a purchase pays: id. At most 128 characters.
        provider_id: Option<String> [max(128)],
    }

    /// Reads one action with its open loops, its assumptions and a summary of the messages about it.
    ///
    /// The id of a guard decision (`act_gd_…`) is not the id of an action and is refused before any request. An unknown
    /// id is an error of kind `not_found`.
    get_action = Get "/api/actions/{action_id}" => ActionDetail [positional(&["action_id"])]
    GetAction from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
    }

    /// Lists actions, newest first.
    get_actions = Get "/api/actions" => ActionList, each Action as iter_actions [open(), pages("actions")]
    GetActions {
        /// Only this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only this swarm.
        swarm_id: Option<String>,
        /// Only actions in this state.
        status: Option<ActionStatus>,
        /// No actions in this state. Ignored when `status` is given.
        exclude_status: Option<ActionStatus>,
        /// Only this kind of action.
        action_type: Option<String>,
        /// Only actions with this risk or a higher one, 0 to 100.
        risk_min: Option<i64> [range(0, 100)],
        /// Only actions with this outcome.
        outcome_status: Option<OutcomeStatus>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Ends an action, or adds facts to it.
    ///
    /// `status`, `output_summary` and `timestamp_end` close the action and are taken only while it is `running`: alone
    /// they are otherwise an error of kind `conflict` with the action's state; beside other fields the server drops them
    /// silently. The other fields are taken in any state. An action that waits for approval or is blocked cannot be
    /// completed this way. To report the outcome for good use `report_action_outcome`.
    ///
    /// Ending an action also sets its outcome when that is still `pending`.
    update_outcome = Patch "/api/actions/{action_id}" => UpdatedAction [
        one_shot("action", "get_action"), positional(&["action_id", "status"]), node(&["action_id", "..outcome"]), open(),
    ]
    UpdateOutcome {
        /// Which action.
        action_id: ActionId,
        /// The state it is in now: `completed`, `failed`, `cancelled`.
        status: Option<ActionStatus> [spread()],
        /// What came out, in short. At most 4000 characters.
        output_summary: Option<String> [max(4000)],
        /// What else changed, at most 50 texts of at most 500 characters each.
        side_effects: Option<Vec<String>> [max(50)],
        /// What was made, at most 100 texts of at most 500 characters each.
        artifacts_created: Option<Vec<String>> [max(100)],
        /// What went wrong. At most 4000 characters.
        error_message: Option<String> [max(4000)],
        /// When it ended: ISO-8601. Now unless given.
        timestamp_end: Option<String> [max(64), fill(Fill::Now)],
        /// How long it took, in milliseconds.
        duration_ms: Option<i64> [range(0, i64::MAX)],
        /// What it cost, in US dollars. The server computes it from `model` and the tokens unless given.
        cost_estimate: Option<f64>,
        /// Tokens that a model read.
        tokens_in: Option<i64> [range(0, i64::MAX)],
        /// Tokens that a model wrote.
        tokens_out: Option<i64> [range(0, i64::MAX)],
        /// The model that was used. At most 128 characters.
        model: Option<String> [max(128)],
        /// Makes ending an action that has ended already a success that changes nothing.
        close_if_running: Option<bool>,
        /// The run that works on the action. The first run that is named claims the action while it is `running`; another
        /// one is then an error of kind `conflict`. Servers of the platform do not look at it. At most 64 characters.
        run_id: Option<String> [max(64)],
        /// The run whose claim `run_id` takes over: only if it is still the one that holds it. At most 64 characters.
        replaces_run_id: Option<String> [max(64)],
    }

    /// Reads how an action came about: its assumptions and loops, the actions above, below and around it, and what may
    /// have caused its failure. An unknown id is an error of kind `not_found`.
    get_action_trace = Get "/api/actions/{action_id}/trace" => ActionTrace [positional(&["action_id"])]
    GetActionTrace from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
    }

    /// Reads an action and what surrounds it as nodes and edges: at most 10 parents up, at most 20 related actions of the
    /// hour before and after. An unknown id is an error of kind `not_found`.
    get_action_graph = Get "/api/actions/{action_id}/graph" => ActionGraph [positional(&["action_id"])]
    GetActionGraph from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
    }
}

record! {
    /// An action as it was created, with the verdict on it.
    pub struct CreatedAction {
        /// The action.
        #[required]
        action: Action,
        /// Its id once more.
        #[required]
        action_id: ActionId,
        /// The verdict; absent in a replay.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision: Option<GuardDecision>,
        /// What the scan for secrets found; absent in a replay.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Whether this is an action that was created before with the same key. A replay is never new permission.
        #[serde(skip_serializing_if = "Option::is_none")]
        idempotent_replay: Option<bool>,
    }

    /// An action with what hangs on it.
    pub struct ActionDetail {
        /// The action.
        #[required]
        action: Action,
        /// Its loops.
        open_loops: Vec<OpenLoop>,
        /// Its assumptions.
        assumptions: Vec<Assumption>,
        /// The messages about it.
        message_summary: MessageSummary,
    }

    /// The messages about an action, in short.
    pub struct MessageSummary {
        /// How many there are.
        total: i64,
        /// Who wrote or received them.
        participants: Vec<String>,
        /// When the first was sent: ISO-8601, UTC.
        first_message_at: Option<String>,
        /// When the last was sent: ISO-8601, UTC.
        last_message_at: Option<String>,
    }

    /// A page of actions.
    pub struct ActionList {
        /// Newest first.
        #[required]
        actions: Vec<Action>,
        /// How many there are in all.
        total: i64,
        /// Counts over all of them.
        stats: ActionStats,
        /// When this was read: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
    }

    /// Counts over actions.
    pub struct ActionStats {
        /// All.
        total: i64,
        /// In state `completed`.
        completed: i64,
        /// In state `failed`.
        failed: i64,
        /// In state `running`.
        running: i64,
        /// In state `blocked`.
        blocked: i64,
        /// With a risk of 70 or more.
        high_risk: i64,
        /// The mean risk, 0 to 100.
        avg_risk: f64,
        /// The sum of all costs, in US dollars.
        total_cost: f64,
    }

    /// An action as it was changed.
    pub struct UpdatedAction {
        /// The action after the change.
        #[required]
        action: Action,
        /// What the scan for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Says that the action cost more than its organisation allows; absent otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        cost_alert: Option<Value>,
    }
}
