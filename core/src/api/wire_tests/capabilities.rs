//! Capabilities.

use serde_json::{Value, json};

use super::{same, security};
use crate::api::capabilities::{
    CapabilityDetail, CapabilityHealth, CapabilityHealthList, CapabilityHistory, CapabilityInvocation,
    CapabilityList, CapabilityState, CapabilityTest, Certification, DeletedCapability, InvokeCapability,
};

#[test]
fn capabilities_keep_all_their_members() {
    let capability = json!({
        "capability_id": "cap_1", "org_id": "o", "name": "Send", "slug": "send", "description": "", "category": null,
        "source_type": "http_api", "auth_type": "none", "risk_level": "medium", "requires_approval": false,
        "tags": [], "pricing": {}, "health_status": "unknown", "docs_url": null,
        "invocation_schema": { "endpoint": "https://example.com" }, "created_at": "t", "updated_at": "t",
    });
    let read: CapabilityDetail = same(&json!({ "capability": capability }));
    assert!(read.capability.extra.is_empty(), "{:?}", read.capability.extra);
    same::<CapabilityList>(&json!({ "capabilities": [capability] }));
    same::<DeletedCapability>(&json!({ "deleted": true }));
}

fn retries() -> Value {
    json!({ "total_attempts": 2, "retried": true, "attempts": [
        { "attempt": 1, "success": false, "error": "HTTP 503", "status": 503, "elapsed_ms": 9 },
        { "attempt": 2, "elapsed_ms": 7 },
    ]})
}

#[test]
fn a_call_that_waits_for_approval_is_no_success() {
    let done: CapabilityInvocation = same(&json!({
        "success": true, "action_id": "act_1", "result": { "answer": 42 }, "elapsed_ms": 16, "governed": true,
        "retry_metadata": retries(), "security": security(),
    }));
    assert!(done.success && done.extra.is_empty());
    let waiting: CapabilityInvocation = same(&json!({
        "success": false, "error": "pending_approval", "action_id": "act_1", "message": "a human must approve",
    }));
    assert!(!waiting.success && waiting.result.is_none());
    same::<CapabilityTest>(&json!({
        "success": true, "tested": true, "capability_id": "cap_1", "test_action_id": "act_1", "result": null,
        "elapsed_ms": 16, "health_status": "healthy", "certification_status": "certified",
        "retry_metadata": retries(),
    }));
}

#[test]
fn health_and_history_keep_all_their_members() {
    let health = json!({
        "capability_id": "cap_1", "name": "Send", "slug": "send", "category": null, "risk_level": "medium",
        "health_status": "unknown", "status": "untested", "certification_status": "uncertified",
        "last_checked_at": null, "last_success_at": null, "last_failure_at": null, "last_tested_at": null,
        "last_test_status": null, "last_test_action_id": null, "last_test_duration_ms": null,
        "last_test_summary": null, "stale_check": false, "total_invocations": 0, "successful_invocations": 0,
        "failed_invocations": 0, "pending_approvals": 0, "success_rate_1d": null, "success_rate_7d": 98,
        "p95_latency_ms": null, "recent_errors": [{ "message": "timed out", "timestamp": "t" }],
    });
    let read: CapabilityHealth = same(&health);
    assert_eq!(read.status, CapabilityState::Untested);
    assert_eq!(read.certification_status, Certification::Uncertified);
    assert!(read.extra.is_empty(), "{:?}", read.extra);
    same::<CapabilityHealthList>(&json!({ "capabilities": [health] }));
    same::<CapabilityHistory>(
        &json!({ "capability_id": "cap_1", "name": "Send", "slug": "send", "events": [{
            "action_id": "act_1", "action_type": "capability_test", "status": "failed", "agent_id": "a",
            "declared_goal": "g", "trigger": null, "output_summary": null, "error_message": "timed out",
            "duration_ms": 12, "timestamp_start": "t", "timestamp_end": null,
        }]}),
    );
}

#[test]
fn a_typed_call_holds_its_payload_apart() {
    let payload = json!({ "query": "q", "reason": null }).as_object().cloned();
    let request = InvokeCapability { capability_id: "cap_1".to_owned(), payload, ..Default::default() };
    let expected = json!({ "capability_id": "cap_1", "payload": { "query": "q", "reason": null } });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
}
