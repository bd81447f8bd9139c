//! What running a workflow yields.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use crate::api::actions::{Action, ActionStatus};
use crate::api::security::Security;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// What became of one step of a run.
    pub enum WorkflowStepStatus {
        /// Under way.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Gone wrong.
        Failed = "failed",
        /// Left out.
        Skipped = "skipped",
        /// Taken over from an earlier run.
        Reused = "reused",
    }
}

record! {
    /// A workflow that begins.
    pub struct WorkflowLaunchDetail {
        /// How it begins.
        #[required]
        launch: WorkflowLaunch,
    }

    /// How a workflow begins.
    pub struct WorkflowLaunch {
        /// The action that stands for the run.
        #[required]
        action_id: ActionId,
        /// Which template.
        template_id: String,
        /// Which version of it.
        template_version: i64,
        /// When: ISO-8601, UTC.
        launched_at: String,
        /// The model strategy as it stands now; nothing when the template has none.
        resolved_strategy: Option<Map<String, Value>>,
    }

    /// A run by the server, or why there was none.
    pub struct WorkflowExecution {
        /// Whether all steps were run. False when the run waits for approval.
        #[required]
        success: bool,
        /// The action that stands for the run, or waits for approval.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_id: Option<ActionId>,
        /// What became of each step, one object each; absent when nothing was run.
        #[serde(skip_serializing_if = "Option::is_none")]
        steps: Option<Vec<Value>>,
        /// What came out.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// How long it took, in milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        total_elapsed_ms: Option<i64>,
        /// Whether guard was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        governed: Option<bool>,
        /// What the scan for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Why nothing was run: `pending_approval`.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The same for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// A page of runs.
    pub struct WorkflowRunList {
        /// Which template.
        template_id: String,
        /// The actions that stand for the runs.
        #[required]
        runs: Vec<Action>,
    }

    /// One run of a workflow.
    pub struct WorkflowRun {
        /// The action that stands for it.
        #[required]
        action_id: ActionId,
        /// Which template.
        template_id: String,
        /// Where it is in its life.
        #[required]
        status: ActionStatus,
        /// What became of each step.
        steps: Vec<WorkflowRunStep>,
    }

    /// What became of one step of a run.
    pub struct WorkflowRunStep {
        /// Which step.
        step_id: String,
        /// What it is called.
        step_name: String,
        /// What became of it.
        #[required]
        status: WorkflowStepStatus,
        /// What went in, whole.
        input: Value,
        /// What came out, whole.
        output: Value,
        /// What went wrong.
        error: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: Option<i64>,
    }

    /// A run that goes on where an earlier one failed.
    pub struct ResumedWorkflowRun {
        /// Whether all steps were run.
        #[required]
        success: bool,
        /// The action that stands for the new run.
        #[required]
        action_id: ActionId,
        /// The action that stands for the failed one.
        resumed_from: ActionId,
        /// The first step that was run, counted from 0.
        resume_step_index: i64,
        /// What became of each step, one object each.
        steps: Vec<Value>,
        /// What came out.
        result: Value,
        /// What went wrong.
        error: Option<String>,
        /// How long it took, in milliseconds.
        total_elapsed_ms: i64,
    }

    /// A run that was stopped.
    pub struct CancelledWorkflowRun {
        /// Whether it was stopped.
        #[required]
        success: bool,
        /// The action that stands for it.
        action_id: ActionId,
        /// Where it is in its life: `cancelled`.
        status: ActionStatus,
    }
}
