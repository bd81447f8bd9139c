//! Agents' signs of life.

use dashclaw::api::agents::{AgentList, AgentStatus, Heartbeat, HeartbeatAck, ListAgents};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::rows::{self, Presence};
use crate::context::Context;
use crate::failure::Answer;
use crate::scrub::{Scrub, check_ids};

/// Takes a heartbeat of the agent `agent_id`, who is in `status`.
pub(super) async fn heartbeat(
    context: Context,
    agent_id: String,
    status: AgentStatus,
    request: Heartbeat,
) -> Answer<HeartbeatAck> {
    check_ids([("agent_id", Some(agent_id.as_str()))])?;
    let scrub = |scrub: &mut Scrub, request: &mut Heartbeat| {
        scrub.optional([&mut request.agent_name, &mut request.current_task_id]);
        if let Some(metadata) = &mut request.metadata {
            let mut value = Value::Object(std::mem::take(metadata));
            scrub.value(&mut value);
            if let Value::Object(clean) = value {
                *metadata = clean;
            }
        }
    };
    let (request, _) = Scrub::apart(context.size, request, scrub).await?;
    let at = clock::now_iso();
    let event = json!({
        "agent_id": agent_id, "agent_name": request.agent_name, "status": status, "timestamp": at,
    });
    let presence = Presence {
        agent_id,
        agent_name: request.agent_name,
        status: status.to_string(),
        current_task_id: request.current_task_id,
        metadata: request.metadata.map(|metadata| json!(metadata).to_string()),
        at: at.clone(),
    };
    let keys = vec![format!("agent {}", presence.agent_id)];
    let noted = context.write_with(Some(keys), (presence, event), |(presence, event), tx| {
        async move {
            rows::put_presence(tx, presence).await?;
            Ok(tx.tell("agent.heartbeat", event)?)
        }
        .boxed()
    });
    noted.await?;
    Ok(HeartbeatAck { status: "ok".to_owned(), timestamp: at, ..HeartbeatAck::default() })
}

/// Lists the agents that are known.
pub(super) async fn list(context: Context, _: ListAgents) -> Answer<AgentList> {
    let agents = context.scan((), |(), tx| async move { Ok(rows::list(tx).await?) }.boxed()).await?;
    Ok(AgentList { agents, last_updated: clock::now_iso(), ..AgentList::default() })
}
