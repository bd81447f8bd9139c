//! Outcomes: how an action ended, reported once and for good.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use super::actions::{ActionStatus, OutcomeStatus};
use super::security::Security;
use crate::catalogue::Repeat;
use crate::{open_enum, operations, record};

open_enum! {
    /// How an action ended, in the agent's words.
    pub enum ReportedOutcome {
        /// All was done.
        Completed = "completed",
        /// A part was done; says how far it got.
        Partial = "partial",
        /// It failed; says why.
        Failed = "failed",
    }
}

operations! { "outcomes":
    /// Reports how an action ended. The first report is final.
    ///
    /// A second report, or one on an action that is blocked, waits for approval, was cancelled or has failed, is an error
    /// of kind `conflict` whose `current_status` says why. When the answer to our own report was lost, it is read anew and
    /// returned with `idempotent_replay`. The action's `status` stays as it is, unless `close_if_running` says otherwise.
    report_action_outcome = Post "/api/actions/{action_id}/outcome" => ReportedAction [
        one_shot_bare("outcome", "get_action_outcome"),
        positional(&["action_id", "status", "summary", "error_message", "progress"]),
        node(&["action_id", "..payload"]),
    ]
    ReportActionOutcome {
        /// Which action.
        action_id: ActionId,
        /// How it ended.
        status: ReportedOutcome,
        /// What came out, in short. Cut to 4000 characters.
        summary: Option<String> [max(4000)],
        /// What went wrong. Needed when it `failed`. Cut to 4000 characters.
        error_message: Option<String> [max(4000)],
        /// How far it got. Needed when it is `partial`. At most 8192 bytes as JSON.
        progress: Option<Map<String, Value>>,
        /// Whether a running action ends with the report, in one step: as `failed`, or else as `completed`. The answer then says
        /// `action_status`; the official platform does not know this, leaves the action as it is, and says nothing.
        close_if_running: Option<bool>,
        /// With `close_if_running`: how long the work took, in milliseconds.
        duration_ms: Option<i64> [range(0, i64::MAX)],
    }

    /// Reads how an action ended. An unknown id is an error of kind `not_found`.
    get_action_outcome = Get "/api/actions/{action_id}/outcome" => Outcome [positional(&["action_id"])]
    GetActionOutcome from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
    }

    /// Marks the outcomes that nobody reported in time as `lost_confirmation`, in all organisations: what a scheduler asks for
    /// where a server has no timer of its own. The embedded instance has one, and answers this all the same.
    ///
    /// It wants the server's `CRON_SECRET`, which the client sends as its `auth_token`, and looks at no API key. A server without
    /// that secret answers 503; a wrong secret is an error of kind `authentication`.
    sweep_outcomes = Get "/api/cron/outcome-sweep" => OutcomeSweep [
        repeat(Repeat::Idempotent), scheduler(),
    ]
    SweepOutcomes {}

    /// Reports that all was done: `report_action_outcome` with `completed`.
    report_action_success = Post "/api/actions/{action_id}/outcome" => ReportedAction [
        one_shot_bare("outcome", "get_action_outcome"), positional(&["action_id", "summary"]),
        node(&["action_id", "summary"]),
    ]
    ReportActionSuccess from action_id: ActionId {
        /// Which action.
        action_id: ActionId,
        /// Always `completed`.
        status: Option<String> [constant("\"completed\"")],
        /// What came out, in short. Cut to 4000 characters.
        summary: Option<String> [max(4000)],
    }

    /// Reports that the action failed: `report_action_outcome` with `failed`.
    report_action_failure = Post "/api/actions/{action_id}/outcome" => ReportedAction [
        one_shot_bare("outcome", "get_action_outcome"), positional(&["action_id", "error_message", "summary"]),
        node(&["action_id", "error_message", "summary"]),
    ]
    ReportActionFailure {
        /// Which action.
        action_id: ActionId,
        /// Always `failed`.
        status: Option<String> [constant("\"failed\"")],
        /// What went wrong. Cut to 4000 characters.
        error_message: String [max(4000)],
        /// What came out nevertheless, in short. Cut to 4000 characters.
        summary: Option<String> [max(4000)],
    }

    /// Reports that a part was done: `report_action_outcome` with `partial`.
    report_action_partial = Post "/api/actions/{action_id}/outcome" => ReportedAction [
        one_shot_bare("outcome", "get_action_outcome"), positional(&["action_id", "progress", "summary"]),
        node(&["action_id", "progress", "summary"]),
    ]
    ReportActionPartial {
        /// Which action.
        action_id: ActionId,
        /// Always `partial`.
        status: Option<String> [constant("\"partial\"")],
        /// How far it got. At most 8192 bytes as JSON.
        progress: Map<String, Value>,
        /// What came out, in short. Cut to 4000 characters.
        summary: Option<String> [max(4000)],
    }
}

record! {
    /// What a sweep found.
    pub struct OutcomeSweep {
        /// Always true.
        ok: bool,
        /// How many organisations were looked at.
        orgs_scanned: i64,
        /// How many outcomes are marked now.
        rows_swept: i64,
        /// How many webhooks were told.
        webhooks_fired: i64,
    }

    /// A report as it was taken.
    pub struct ReportedAction {
        /// The outcome.
        #[required]
        outcome: Outcome,
        /// The status of the action's record, where `close_if_running` was asked for and is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_status: Option<ActionStatus>,
        /// What the scan for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Whether this is our own earlier report, whose answer was lost on the way.
        #[serde(skip_serializing_if = "Option::is_none")]
        idempotent_replay: Option<bool>,
    }

    /// How an action ended.
    pub struct Outcome {
        /// Which action.
        #[required]
        action_id: ActionId,
        /// How it ended; `pending` while nothing was reported.
        #[required]
        status: OutcomeStatus,
        /// When that was reported: ISO-8601, UTC.
        outcome_at: Option<String>,
        /// What came out, in short.
        summary: Option<String>,
        /// What went wrong.
        error_message: Option<String>,
        /// How far it got: an object.
        progress: Option<Value>,
        /// From the action's start to its report, or to now, in milliseconds.
        elapsed_ms: i64,
    }
}
