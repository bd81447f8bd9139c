//! What agents say to each other, leave for later, are, and are worth.

use serde_json::{Value, json};

use super::same;
use crate::api::agents::{
    AgentCapabilityList, ConnectionReport, RegisteredAgentAnswer, RegisteredAgentDetail, RegisteredAgentList,
    RegisteredAgentRisk, SavedRegisteredAgent,
};
use crate::api::handoffs::{ConsumedHandoff, CreatedHandoff, Handoff, HandoffList};
use crate::api::messages::{
    CreatedMessageThread, MessageDetail, MessageList, MessageStatus, MessageThreadDetail, MessageThreadList,
    MessageType, SentMessage, UpdatedMessages,
};
use crate::api::reputation::{
    AgentReputation, AgentReputationReceipt, RecomputedReputation, ReputationEventList, ReputationVerdict,
};
use crate::api::security::{ContentScan, InjectionAdvice, InjectionRisk, PromptInjectionScan};

fn message() -> Value {
    json!({
        "id": "msg_1", "org_id": "o", "thread_id": null, "from_agent_id": "a", "to_agent_id": "ops",
        "message_type": "status", "subject": null, "body": "b", "urgent": false, "status": "sent", "doc_ref": null,
        "read_by": null, "action_id": null, "created_at": "t", "read_at": null, "archived_at": null,
    })
}

fn thread() -> Value {
    json!({
        "id": "mt_1", "name": "n", "participants": "[\"a\"]", "status": "open", "summary": null, "created_by": "a",
        "created_at": "t", "updated_at": "t", "resolved_at": null,
    })
}

fn registered() -> Value {
    json!({
        "entry_id": "reg_1", "org_id": "o", "name": "Pricing API", "slug": "pricing-api", "endpoint": null,
        "auth_type": "bearer", "auth_metadata": {}, "risk_class": "high", "default_budget_usd": 5.0,
        "status": "active", "metadata": {}, "created_at": "t", "updated_at": "t",
    })
}

fn capability() -> Value {
    json!({
        "capability_id": "cap_1", "name": "n", "slug": "s", "category": null, "risk_level": "low",
        "source_type": "http_api", "health_status": "healthy",
    })
}

fn vector() -> Value {
    json!({
        "reliability_score": 0.5, "completion_rate": 0.7, "policy_violation_rate": 0.05,
        "approval_adherence": 0.8, "quality_score": 0.7, "risk_score": 20, "volume_weight": 1.2,
        "confidence": 0.1131, "total_events": 3, "last_event_at": null, "computed_at": "t",
    })
}

#[test]
fn messages_and_threads_keep_all_their_members() {
    let read: SentMessage = same(&json!({ "message": message(), "message_id": "msg_1" }));
    assert_eq!((read.message.message_type, read.message.status), (MessageType::Status, MessageStatus::Sent));
    assert!(read.message.extra.is_empty(), "{:?}", read.message.extra);
    let mut listed = message();
    listed["is_read"] = json!(true);
    listed["attachments"] = json!([{ "filename": "f" }]);
    let read: MessageList = same(&json!({ "messages": [listed], "total": 1, "unread_count": 0 }));
    assert!(read.messages[0].extra.is_empty(), "{:?}", read.messages[0].extra);
    same::<MessageDetail>(&json!({ "message": message() }));
    same::<UpdatedMessages>(&json!({ "updated": 2 }));
    let read: CreatedMessageThread = same(&json!({ "thread": thread(), "thread_id": "mt_1" }));
    assert!(read.thread.extra.is_empty(), "{:?}", read.thread.extra);
    same::<MessageThreadList>(&json!({ "threads": [thread()], "total": 1 }));
    same::<MessageThreadDetail>(&json!({ "thread": thread() }));
}

#[test]
fn handoffs_tell_whether_they_were_consumed_only_in_lists() {
    let latest = json!({
        "id": "hf_1", "agent_id": "a", "project_id": null, "bundle": { "summary": "s" }, "created_at": "t",
    });
    let read: Handoff = same(&latest);
    assert_eq!(read.consumed_at, None);
    let mut listed = latest;
    listed["consumed_at"] = Value::Null;
    let read: HandoffList = same(&json!({ "handoffs": [listed], "total": 1 }));
    assert_eq!(read.handoffs[0].consumed_at, Some(None));
    same::<CreatedHandoff>(&json!({ "id": "hf_1" }));
    same::<ConsumedHandoff>(&json!({ "id": "hf_1", "consumed_at": "t" }));
}

#[test]
fn scans_keep_all_their_members_and_need_their_result() {
    same::<ContentScan>(&json!({
        "clean": false, "findings_count": 1, "critical_count": 1, "categories": ["api_key"],
        "findings": [{ "pattern": "p" }], "redacted_text": "[REDACTED:p]", "destination": null,
    }));
    let mut scan = json!({
        "clean": false, "risk_level": "critical", "recommendation": "block", "findings_count": 1,
        "critical_count": 1, "categories": ["role_override"],
        "findings": [{
            "pattern": "ignore_instructions", "category": "role_override", "severity": "critical",
            "matched": "Ignore all previous ...", "position": 0,
        }],
        "source": "user_input",
    });
    let read: PromptInjectionScan = same(&scan);
    assert_eq!((read.risk_level, read.recommendation), (InjectionRisk::Critical, InjectionAdvice::Block));
    assert!(read.findings[0].extra.is_empty(), "{:?}", read.findings[0].extra);
    scan.as_object_mut().unwrap().remove("clean");
    serde_json::from_value::<PromptInjectionScan>(scan).unwrap_err();
}

#[test]
fn connections_and_registered_agents_keep_all_their_members() {
    let read: ConnectionReport = same(&json!({
        "connections": [{
            "id": "conn_1", "agent_id": "a", "provider": "github", "auth_type": "api_key", "plan_name": null,
            "status": "active", "metadata": null, "reported_at": "t", "updated_at": "t",
        }],
        "errors": ["e"], "created": 1,
    }));
    assert!(read.connections[0].extra.is_empty(), "{:?}", read.connections[0].extra);
    let read: SavedRegisteredAgent = same(&json!({ "registered_agent": registered() }));
    assert_eq!(read.registered_agent.risk_class, RegisteredAgentRisk::High);
    assert!(read.registered_agent.extra.is_empty(), "{:?}", read.registered_agent.extra);
    same::<RegisteredAgentList>(&json!({ "registered_agents": [registered()] }));
    same::<RegisteredAgentDetail>(&json!({
        "registered_agent": registered(), "capabilities": [capability()], "invocations": [{ "action_id": "act_1" }],
    }));
    let read: AgentCapabilityList = same(&json!({ "capabilities": [capability()] }));
    assert!(read.capabilities[0].extra.is_empty(), "{:?}", read.capabilities[0].extra);
}

#[test]
fn a_call_of_an_agent_that_waits_for_a_human_is_told_apart() {
    let answer = json!({ "success": true, "action_id": "act_1", "risk_score": 30, "result": null });
    assert!(same::<RegisteredAgentAnswer>(&answer).success);
    let waits = json!({ "success": false, "error": "pending_approval", "action_id": "act_1" });
    assert!(!same::<RegisteredAgentAnswer>(&waits).success);
}

#[test]
fn reputations_keep_all_their_members() {
    let read: AgentReputation = same(&json!({ "agent_id": "a", "vector": vector(), "source": "computed" }));
    assert!(read.vector.extra.is_empty(), "{:?}", read.vector.extra);
    same::<RecomputedReputation>(&json!({ "agent_id": "a", "vector": vector(), "recomputed_at": "t" }));
    let read: ReputationEventList = same(&json!({
        "agent_id": "a",
        "events": [{
            "id": "are_o_act_1", "agent_id": "a", "source_agent_id": null, "event_type": "outcome", "weight": 1.0,
            "value": 0.5, "action_id": "act_1", "occurred_at": "t", "metadata": null, "created_at": "t",
        }],
        "pagination": { "limit": 50, "offset": 0, "count": 1 },
    }));
    assert!(read.events[0].extra.is_empty(), "{:?}", read.events[0].extra);
    same::<AgentReputationReceipt>(&json!({
        "agent_id": "a",
        "receipt": {
            "version": "dashclaw-reputation/v1", "issuedAt": "t", "agentId": "a", "vectorHash": "h",
            "totalEvents": 3, "vector": vector(), "signature": { "kid": "k" },
        },
        "source": "stored",
    }));
    same::<ReputationVerdict>(&json!({ "ok": true, "kid": "k" }));
    same::<ReputationVerdict>(&json!({ "ok": false, "reason": "malformed" }));
}
