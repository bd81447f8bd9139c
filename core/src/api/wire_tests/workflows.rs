//! Workflows and model strategies.

use serde_json::{Value, json};

use super::{action, same, security};
use crate::api::actions::ActionStatus;
use crate::api::model_strategies::{
    DeletedModelStrategy, ModelStrategyDetail, ModelStrategyList, StrategyCompletion,
};
use crate::api::workflows::{
    CancelledWorkflowRun, DeletedWorkflowTemplate, ResumedWorkflowRun, WorkflowExecution,
    WorkflowLaunchDetail, WorkflowRun, WorkflowRunList, WorkflowStepStatus, WorkflowTemplateDetail,
    WorkflowTemplateList, WorkflowTemplateStatus,
};

fn template() -> Value {
    json!({
        "template_id": "wft_1", "org_id": "o", "name": "Release", "slug": "release", "description": null,
        "objective": null, "steps": [{ "id": "plan" }], "model_strategy_id": null, "model_strategy_snapshot": null,
        "linked_prompt_template_ids": [], "linked_policy_ids": ["gp_1"], "linked_knowledge_collection_ids": [],
        "linked_capability_ids": [], "linked_capability_tags": ["deploy"], "version": 1, "status": "draft",
        "created_by": null, "created_at": "t", "updated_at": "t",
    })
}

#[test]
fn templates_keep_all_their_members() {
    let read: WorkflowTemplateDetail = same(&json!({ "template": template() }));
    assert_eq!(read.template.status, WorkflowTemplateStatus::Draft);
    assert!(read.template.extra.is_empty(), "{:?}", read.template.extra);
    same::<WorkflowTemplateList>(&json!({ "templates": [template()] }));
    same::<DeletedWorkflowTemplate>(&json!({ "deleted": true, "template_id": "wft_1" }));
    same::<WorkflowLaunchDetail>(&json!({ "launch": {
        "action_id": "act_1", "template_id": "wft_1", "template_version": 2, "launched_at": "t",
        "resolved_strategy": null,
    }}));
}

#[test]
fn a_run_that_waits_for_approval_is_no_success() {
    let done = same::<WorkflowExecution>(&json!({
        "success": true, "action_id": "act_1", "steps": [{ "id": "plan" }], "result": null, "total_elapsed_ms": 12,
        "governed": true, "security": security(),
    }));
    assert!(done.success && done.result == Some(Value::Null));
    let waiting = same::<WorkflowExecution>(&json!({
        "success": false, "error": "pending_approval", "action_id": "act_1", "message": "a human must approve",
    }));
    assert!(!waiting.success && waiting.error.as_deref() == Some("pending_approval"));
}

#[test]
fn runs_keep_all_their_members() {
    same::<WorkflowRunList>(&json!({ "template_id": "wft_1", "runs": [action()] }));
    let run: WorkflowRun = same(&json!({
        "action_id": "act_1", "template_id": "wft_1", "status": "failed", "steps": [{
            "step_id": "plan", "step_name": "Plan", "status": "reused", "input": { "a": [1] }, "output": "done",
            "error": null, "duration_ms": null,
        }],
    }));
    assert_eq!((run.status, &run.steps[0].status), (ActionStatus::Failed, &WorkflowStepStatus::Reused));
    same::<ResumedWorkflowRun>(&json!({
        "success": false, "action_id": "act_2", "resumed_from": "act_1", "resume_step_index": 1, "steps": [],
        "result": null, "error": "timed out", "total_elapsed_ms": 12,
    }));
    same::<CancelledWorkflowRun>(&json!({ "success": true, "action_id": "act_1", "status": "cancelled" }));
}

#[test]
fn model_strategies_keep_all_their_members() {
    let strategy = json!({
        "strategy_id": "mst_1", "org_id": "o", "name": "Balanced", "description": null,
        "config": { "primary": { "provider": "openai", "model": "gpt-4.1" }, "maxBudgetUsd": 0.5 },
        "created_by": null, "created_at": "t", "updated_at": "t",
    });
    same::<ModelStrategyDetail>(&json!({ "strategy": strategy }));
    same::<ModelStrategyList>(&json!({ "strategies": [strategy] }));
    same::<DeletedModelStrategy>(&json!({ "deleted": true }));
    let completion: StrategyCompletion = same(&json!({
        "content": "All is well.", "provider": "openai", "model": "gpt-4.1", "cost_usd": 0.002,
        "fallback_used": false, "strategy_id": "mst_1", "strategy_name": "Balanced", "usage": { "input": 3 },
    }));
    assert_eq!(completion.extra["usage"]["input"], 3);
}
