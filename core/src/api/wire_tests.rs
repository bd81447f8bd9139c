//! Responses as servers write them, read and written again by the types that client and server share.

mod access;
mod agents;
mod capabilities;
mod commerce;
mod compliance;
mod composed;
mod knowledge;
mod learning;
mod prompts;
mod scoring;
mod usage;
mod workflows;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::actions::{
    Action, ActionGraph, ActionStatus, CreatedAction, GetAction, OutcomeStatus, UpdateOutcome,
};
use super::assumptions::{DriftReport, GetAssumption};
use super::loops::{CreatedLoop, GetOpenLoops, LoopList};
use super::outcomes::{Outcome, ReportActionSuccess};
use super::policies::{CreatePolicy, DeletePolicy, Policy, PolicyRules, PolicySimulation, PolicyType};
use super::sessions::{GetSession, SessionList};
use crate::api::ids::ActionId;
use crate::catalogue::Operation;

/// Reads `wire` as `T`, sees that writing it gives the same members, and returns it.
fn same<T: DeserializeOwned + Serialize>(wire: &Value) -> T {
    let read: T = serde_json::from_value(wire.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), *wire);
    read
}

/// An action with every member of the contract.
fn action() -> Value {
    serde_json::from_str(
        r#"{
        "id": 42, "action_id": "act_6b0f3c1e-0000-4000-8000-000000000000", "org_id": "org_default",
        "agent_id": "my-agent", "agent_name": null, "swarm_id": null, "parent_action_id": null,
        "action_type": "deploy", "declared_goal": "Ship v2.4.0 to production", "reasoning": null,
        "authorization_scope": null, "trigger": null, "systems_touched": "[]", "input_summary": null,
        "status": "pending_approval", "reversible": 1, "risk_score": 90, "confidence": 50,
        "recommendation_id": null, "recommendation_applied": 0, "recommendation_override_reason": null,
        "output_summary": null, "side_effects": "[]", "artifacts_created": "[]", "error_message": null,
        "timestamp_start": "2026-06-15T12:00:00.000Z", "timestamp_end": null, "duration_ms": null,
        "cost_estimate": 0.0, "tokens_in": 0, "tokens_out": 0, "model": null, "signature": null,
        "verified": false, "approved_by": null, "approved_at": null, "outcome_status": "pending",
        "outcome_at": null, "outcome_summary": null, "outcome_error": null, "outcome_progress": null,
        "idempotency_key": null, "session_id": null, "created_at": "2026-06-15T12:00:00.000Z",
        "updated_at": "2026-06-15T12:00:00.000Z"
    }"#,
    )
    .unwrap()
}

fn security() -> Value {
    json!({ "clean": true, "findings_count": 0, "critical_count": 0, "categories": [] })
}

#[test]
fn an_action_keeps_all_its_members_and_its_nulls() {
    let read: Action = same(&action());
    assert_eq!((read.status, read.outcome_status), (ActionStatus::PendingApproval, OutcomeStatus::Pending));
    assert!(read.extra.is_empty(), "{:?}", read.extra);
}

#[test]
fn an_action_is_read_from_flags_of_either_form_unknown_words_and_a_few_columns() {
    let mut wire = action();
    wire["verified"] = json!(1);
    wire["reversible"] = json!(false);
    wire["status"] = json!("paused");
    wire["colour"] = json!("red");
    let read: Action = serde_json::from_value(wire).unwrap();
    assert_eq!((read.verified, read.reversible), (true, 0));
    assert_eq!(read.status, ActionStatus::Other("paused".to_owned()));
    assert_eq!(read.extra["colour"], "red");
    let few: Action = serde_json::from_value(json!({ "action_id": "act_1", "status": "running" })).unwrap();
    assert_eq!(few.action_id.as_str(), "act_1");
}

#[test]
fn a_replay_and_a_creation_are_told_apart() {
    let replay = same::<CreatedAction>(
        &json!({ "action": action(), "action_id": action()["action_id"], "idempotent_replay": true }),
    );
    assert!(replay.idempotent_replay == Some(true) && replay.decision.is_none());
}

#[test]
fn an_outcome_keeps_its_nulls() {
    same::<Outcome>(&json!({
        "action_id": "act_1", "status": "lost_confirmation", "outcome_at": "2026-06-15T12:06:00.000Z",
        "summary": null, "error_message": null, "progress": null, "elapsed_ms": 360_000,
    }));
}

#[test]
fn a_drift_score_may_be_null_and_is_absent_elsewhere() {
    let mut invalidated = json!({
        "id": 1, "assumption_id": "asm_1", "org_id": "o", "action_id": "act_1", "assumption": "a", "basis": null,
        "validated": 0, "validated_at": null, "invalidated": 1, "invalidated_reason": "r",
        "invalidated_at": "2026-06-15T12:06:00.000Z", "created_at": "2026-06-15T12:00:00.000Z",
    });
    same::<super::assumptions::Assumption>(&invalidated);
    invalidated["drift_score"] = Value::Null;
    same::<DriftReport>(&json!({
        "assumptions": [invalidated], "total": 1, "lastUpdated": "2026-06-15T12:06:00.000Z",
        "drift_summary": { "total": 1, "at_risk": 0, "validated": 0, "invalidated": 1, "unvalidated": 0 },
    }));
}

#[test]
fn loops_graphs_sessions_and_policies_keep_all_their_members() {
    let open_loop = json!({
        "id": 1, "loop_id": "loop_1", "org_id": "o", "action_id": "act_1", "loop_type": "other",
        "description": "d", "status": "open", "priority": "medium", "owner": null, "resolution": null,
        "created_at": "2026-06-15T12:00:00.000Z", "resolved_at": null,
    });
    same::<CreatedLoop>(&json!({ "loop": open_loop, "loop_id": "loop_1", "security": security() }));
    same::<LoopList>(&json!({
        "loops": [open_loop], "total": 1, "lastUpdated": "2026-06-15T12:00:00.000Z",
        "stats": { "open_count": 1, "resolved_count": 0, "critical_open": 0, "high_open": 0 },
    }));
    same::<ActionGraph>(&json!({
        "rootActionId": "act_1",
        "nodes": [{
            "id": "action:act_1", "type": "action", "label": "l", "status": "running", "riskScore": null,
            "agentId": null, "agentName": null, "actionType": null, "timestamp": null, "isRoot": true, "meta": {},
        }],
        "edges": [{ "id": "e", "source": "a", "target": "b", "type": "parent_child", "label": "l" }],
    }));
    same::<SessionList>(&json!({ "sessions": [{
        "id": "sess_1", "session_id": "sess_1", "org_id": "o", "agent_id": "a", "workspace": null, "branch": null,
        "status": "running", "green_level": null, "branch_freshness": null, "commits_behind": null,
        "blocked_reason": null, "summary": null, "created_at": "t", "updated_at": "t", "action_count": 0,
        "last_action_at": null, "total_cost": 0.0, "max_risk": null, "last_outcome_status": null,
        "last_status": null, "last_declared_goal": null, "event_count": 0, "last_activity": "t",
    }] }));
    let policy: Policy = same(&json!({
        "id": "gp_1", "org_id": "o", "name": "n", "policy_type": "risk_threshold", "rules": "{\"threshold\":80}",
        "active": 1, "agent_ids": null, "created_by": null, "created_at": "t", "updated_at": "t",
    }));
    assert_eq!(policy.rules.object().unwrap()["threshold"], 80);
}

#[test]
fn a_simulation_of_no_actions_is_read_from_older_servers() {
    let read: PolicySimulation =
        serde_json::from_value(json!({ "summary": { "total": 0 }, "matches": [], "message": "none" }))
            .unwrap();
    assert_eq!((read.sample_size, read.window_days), (0, 0));
}

#[test]
fn an_id_alone_is_a_request() {
    fn arguments<O: Operation>(request: impl Into<O>) -> Value {
        serde_json::to_value(request.into()).unwrap()
    }
    assert_eq!(arguments::<GetAction>("act_1"), json!({ "action_id": "act_1" }));
    assert_eq!(arguments::<GetAction>(ActionId::from("act_1")), json!({ "action_id": "act_1" }));
    assert_eq!(arguments::<GetAssumption>("asm_1".to_owned()), json!({ "assumption_id": "asm_1" }));
    assert_eq!(arguments::<GetSession>("sess_1"), json!({ "session_id": "sess_1" }));
    assert_eq!(arguments::<DeletePolicy>("gp_1"), json!({ "id": "gp_1" }));
    assert_eq!(arguments::<ReportActionSuccess>("act_1"), json!({ "action_id": "act_1" }));
}

#[test]
fn a_typed_request_holds_only_what_was_given() {
    let request = CreatePolicy {
        name: "n".to_owned(),
        policy_type: PolicyType::RiskThreshold,
        rules: PolicyRules::from(json!({ "threshold": 80 })),
        agent_ids: Some(Vec::new()),
        ..CreatePolicy::default()
    };
    let expected = json!({ "name": "n", "policy_type": "risk_threshold", "rules": { "threshold": 80 }, "agent_ids": [] });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    assert_eq!(serde_json::to_value(GetOpenLoops::default()).unwrap(), json!({}));
    let given =
        UpdateOutcome { action_id: "act_1".into(), status: Some(ActionStatus::Failed), ..Default::default() };
    assert_eq!(serde_json::to_value(&given).unwrap(), json!({ "action_id": "act_1", "status": "failed" }));
}
