//! Workflows: templates of steps, and what became of each run of them.

mod run;

use crate::api::ids::ActionId;
pub use run::{
    CancelledWorkflowRun, ResumedWorkflowRun, WorkflowExecution, WorkflowLaunch, WorkflowLaunchDetail,
    WorkflowRun, WorkflowRunList, WorkflowRunStep, WorkflowStepStatus,
};
use serde_json::{Map, Value};

use super::actions::Action;
use crate::catalogue::lenient;
use crate::{open_enum, operations, record};

open_enum! {
    /// Where a workflow template is in its life.
    pub enum WorkflowTemplateStatus {
        /// Being written.
        Draft = "draft",
        /// In use.
        Active = "active",
        /// Put away.
        Archived = "archived",
    }
}

operations! { "workflows":
    /// Adds a workflow template and returns it. Needs an API key of the admin role.
    ///
    /// A slug that exists already is an error of kind `conflict`, a key without the role one of kind `permission`.
    create_workflow_template = Post "/api/workflows/templates" => WorkflowTemplateDetail [admin(), open()]
    CreateWorkflowTemplate {
        /// What it is called.
        name: String,
        /// Its name in URLs; unique. The server makes one of `name` unless given.
        slug: Option<String>,
        /// What it is, in short.
        description: Option<String>,
        /// What its runs are to achieve.
        objective: Option<String>,
        /// Its steps, in their order, one object each: `{"id": "plan"}`.
        steps: Option<Vec<Value>>,
        /// The model strategy that its runs use.
        model_strategy_id: Option<String>,
        /// The prompt templates that belong to it.
        linked_prompt_template_ids: Option<Vec<String>>,
        /// The policies that belong to it.
        linked_policy_ids: Option<Vec<String>>,
        /// The knowledge collections that belong to it.
        linked_knowledge_collection_ids: Option<Vec<String>>,
        /// The capabilities that belong to it.
        linked_capability_ids: Option<Vec<String>>,
        /// The capabilities that belong to it, by their tags.
        linked_capability_tags: Option<Vec<String>>,
        /// Where it is in its life.
        status: Option<WorkflowTemplateStatus>,
    }

    /// Lists workflow templates.
    list_workflow_templates = Get "/api/workflows/templates" => WorkflowTemplateList, each WorkflowTemplate as iter_workflow_templates [
        positional(&["status", "limit", "offset"]), open(), pages("templates"),
    ]
    ListWorkflowTemplates {
        /// Only templates in this state.
        status: Option<WorkflowTemplateStatus>,
        /// How many, 1 to 200.
        limit: Option<i64> [default("50"), range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Reads one workflow template. An unknown id is an error of kind `not_found`.
    get_workflow_template = Get "/api/workflows/templates/{template_id}" => WorkflowTemplateDetail [
        positional(&["template_id"]),
    ]
    GetWorkflowTemplate from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Changes a workflow template: the fields that are given. Needs an API key of the admin role.
    ///
    /// When its steps change, its version goes up by one. An unknown id is an error of kind `not_found`, a key without the
    /// role one of kind `permission`.
    update_workflow_template = Patch "/api/workflows/templates/{template_id}" => WorkflowTemplateDetail [
        admin(), positional(&["template_id"]), open(),
    ]
    UpdateWorkflowTemplate {
        /// Which template.
        template_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// Its name in URLs from now on; unique.
        slug: Option<String>,
        /// What it is, in short.
        description: Option<String>,
        /// What its runs are to achieve.
        objective: Option<String>,
        /// All its steps from now on, in their order, one object each.
        steps: Option<Vec<Value>>,
        /// The model strategy that its runs use from now on.
        model_strategy_id: Option<String>,
        /// The prompt templates that belong to it from now on.
        linked_prompt_template_ids: Option<Vec<String>>,
        /// The policies that belong to it from now on.
        linked_policy_ids: Option<Vec<String>>,
        /// The knowledge collections that belong to it from now on.
        linked_knowledge_collection_ids: Option<Vec<String>>,
        /// The capabilities that belong to it from now on.
        linked_capability_ids: Option<Vec<String>>,
        /// The capabilities that belong to it from now on, by their tags.
        linked_capability_tags: Option<Vec<String>>,
        /// Where it is in its life.
        status: Option<WorkflowTemplateStatus>,
    }

    /// Removes a workflow template. Needs an API key of the admin role.
    ///
    /// An unknown id is an error of kind `not_found`, a key without the role one of kind `permission`.
    delete_workflow_template = Delete "/api/workflows/templates/{template_id}" => DeletedWorkflowTemplate [
        admin(), positional(&["template_id"]),
    ]
    DeleteWorkflowTemplate from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Copies a workflow template and returns the copy, a draft. An unknown id is an error of kind `not_found`.
    duplicate_workflow_template = Post "/api/workflows/templates/{template_id}/duplicate" => WorkflowTemplateDetail [
        positional(&["template_id"]), open(),
    ]
    DuplicateWorkflowTemplate from template_id: String {
        /// Which template to copy.
        template_id: String,
        /// What the copy is called; the old name and ` (copy)` unless given.
        name: Option<String>,
        /// The copy's name in URLs; unique.
        slug: Option<String>,
    }

    /// Records that a workflow begins, as a running action of type `workflow_launch`, and returns that action's id with the
    /// model strategy as it stands now.
    ///
    /// It runs no step: the caller does that and reports the action's outcome. To let the server run the steps use
    /// `execute_workflow_template`. An unknown id is an error of kind `not_found`.
    launch_workflow_template = Post "/api/workflows/templates/{template_id}/launch" => WorkflowLaunchDetail [
        positional(&["template_id"]), open(),
    ]
    LaunchWorkflowTemplate from template_id: String {
        /// Which template.
        template_id: String,
        /// Who runs it; `workflow_launcher` unless given. Not filled in by the client.
        agent_id: Option<String>,
        /// What the run is for, in a sentence.
        declared_goal: Option<String>,
    }

    /// Asks guard, lets the server run all steps of a workflow, and returns what came out.
    ///
    /// What needs a human's approval is not run: then `success` is false, `error` is `pending_approval`, and `action_id` is the
    /// action that waits. A run that fails is an error of kind `server` whose `body` holds the steps as they are returned
    /// otherwise. A workflow without steps is an error of kind `validation`, an unknown id one of kind `not_found`, and what
    /// guard blocks, or the plan's quota does not allow, one of kind `permission`.
    execute_workflow_template = Post "/api/workflows/templates/{template_id}/execute" => WorkflowExecution [
        positional(&["template_id", "variables", "agent_id", "declared_goal"]),
    ]
    ExecuteWorkflowTemplate from template_id: String {
        /// Which template.
        template_id: String,
        /// The values that its steps may use, by name. Sent as they are.
        variables: Option<Map<String, Value>>,
        /// Who runs it; `anonymous` unless given. Not filled in by the client.
        agent_id: Option<String>,
        /// What the run is for, in a sentence.
        declared_goal: Option<String>,
    }

    /// Lists the runs of a workflow template: the actions that stand for them.
    list_workflow_runs = Get "/api/workflows/templates/{template_id}/runs" => WorkflowRunList, each Action as iter_workflow_runs [
        positional(&["template_id", "limit", "offset"]), pages("runs"),
    ]
    ListWorkflowRuns from template_id: String {
        /// Which template.
        template_id: String,
        /// How many; the server decides unless given.
        limit: Option<i64> [range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Reads one run of a workflow with the whole input and output of each step. An unknown run is an error of kind
    /// `not_found`.
    get_workflow_run = Get "/api/workflows/templates/{template_id}/runs/{run_action_id}" => WorkflowRun [
        positional(&["template_id", "run_action_id"]),
    ]
    GetWorkflowRun {
        /// Which template.
        template_id: String,
        /// Which run: the id of its action.
        run_action_id: ActionId,
    }

    /// Runs a failed workflow again from where it failed, as a new run. Steps that were completed are not run again; they are
    /// taken over as `reused`.
    ///
    /// A run that did not fail, or has nothing left to run, is an error of kind `validation`, an unknown one `not_found`.
    resume_workflow_run = Post "/api/workflows/templates/{template_id}/runs/{run_action_id}/resume" => ResumedWorkflowRun [
        positional(&["template_id", "run_action_id"]), empty_body(),
    ]
    ResumeWorkflowRun {
        /// Which template.
        template_id: String,
        /// Which run: the id of its action.
        run_action_id: ActionId,
    }

    /// Stops a running workflow. A run that is not running is an error of kind `validation`, an unknown one `not_found`.
    cancel_workflow_run = Post "/api/workflows/templates/{template_id}/runs/{run_action_id}/cancel" => CancelledWorkflowRun [
        positional(&["template_id", "run_action_id"]),
    ]
    CancelWorkflowRun {
        /// Which template.
        template_id: String,
        /// Which run: the id of its action.
        run_action_id: ActionId,
    }
}

record! {
    /// One workflow template.
    pub struct WorkflowTemplateDetail {
        /// The template.
        #[required]
        template: WorkflowTemplate,
    }

    /// A page of workflow templates.
    pub struct WorkflowTemplateList {
        /// The templates.
        #[required]
        templates: Vec<WorkflowTemplate>,
    }

    /// Steps that can be run again and again, with what belongs to them.
    pub struct WorkflowTemplate {
        /// Which template: `wft_` and a UUID.
        #[required]
        template_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// Its name in URLs.
        slug: String,
        /// What it is, in short.
        description: Option<String>,
        /// What its runs are to achieve.
        objective: Option<String>,
        /// Its steps, in their order, one object each.
        steps: Vec<Value>,
        /// The model strategy that its runs use.
        model_strategy_id: Option<String>,
        /// That strategy as it was when it was last looked up.
        model_strategy_snapshot: Option<Map<String, Value>>,
        /// The prompt templates that belong to it.
        linked_prompt_template_ids: Vec<String>,
        /// The policies that belong to it.
        linked_policy_ids: Vec<String>,
        /// The knowledge collections that belong to it.
        linked_knowledge_collection_ids: Vec<String>,
        /// The capabilities that belong to it.
        linked_capability_ids: Vec<String>,
        /// The capabilities that belong to it, by their tags.
        linked_capability_tags: Vec<String>,
        /// How often its steps were changed, and one.
        version: i64,
        /// Where it is in its life.
        status: WorkflowTemplateStatus,
        /// Who added it.
        created_by: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// A workflow template that is gone.
    pub struct DeletedWorkflowTemplate {
        /// Whether it is gone.
        #[read = "lenient::truth"]
        deleted: bool,
        /// Which template it was.
        template_id: String,
    }
}
