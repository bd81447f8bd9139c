//! Agents' signs of life.

use dashclaw::api::agents::{AgentStatus, HeartbeatAck};
use dashclaw::clock;
use serde_json::Value;

use super::scrub::{Scrub, check_ids};
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::store::Presence;

/// Takes a heartbeat.
pub(super) async fn heartbeat(call: Call) -> Answer {
    let agent_id = call.text("agent_id").filter(|id| !id.trim().is_empty());
    let agent_id = agent_id.ok_or_else(|| Refusal::bad_request("agent_id is required"))?;
    check_ids([("agent_id", Some(agent_id.as_str()))])?;
    let status = call.body.get("status").filter(|status| !status.is_null());
    let status = status.map_or(Some("online"), Value::as_str);
    let Some(status) = status.filter(|word| AgentStatus::WORDS.contains(word)) else {
        let words = AgentStatus::WORDS.join(", ");
        return Err(Refusal::bad_request(format!("Invalid status. Must be one of: {words}")));
    };
    if !call.received.problems.is_empty() {
        return Err(Refusal::validation(call.received.problems));
    }
    let at = clock::now_iso();
    let told = (
        call.text("agent_name"),
        call.text("current_task_id"),
        call.received.arguments.get("metadata").cloned(),
    );
    let scrub =
        |scrub: &mut Scrub, (name, task, metadata): &mut (Option<String>, Option<String>, Option<Value>)| {
            scrub.optional([name, task]);
            if let Some(metadata) = metadata {
                scrub.value(metadata);
            }
        };
    let ((agent_name, current_task_id, metadata), _) = Scrub::apart(call.raw.len(), told, scrub).await?;
    let presence = Presence {
        agent_id,
        agent_name,
        status: status.to_owned(),
        current_task_id,
        metadata: metadata.as_ref().map(Value::to_string),
        at: at.clone(),
    };
    let event = serde_json::json!({
        "agent_id": presence.agent_id, "agent_name": presence.agent_name, "status": status, "timestamp": at,
    });
    call.app.store.put_presence(call.org_id(), presence).await?;
    call.app.hub.publish(call.org_id(), "agent.heartbeat", &event);
    ok(&HeartbeatAck { status: "ok".to_owned(), timestamp: at, ..HeartbeatAck::default() })
}
