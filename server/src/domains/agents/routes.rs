//! `/api/agents`.

use dashclaw::api::agents::{AgentStatus, Heartbeat};
use futures_util::FutureExt;
use serde_json::Value;

use super::cases;
use crate::failure::Failure;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::of::<Heartbeat>(|call| heartbeat(call).boxed()).own_checks(), Route::case(cases::list)]
}

async fn heartbeat(call: Call) -> Reply {
    let agent_id = call.text("agent_id").filter(|id| !id.trim().is_empty());
    let agent_id = agent_id.ok_or_else(|| Failure::bad_request("agent_id is required"))?;
    let status = call.body.get("status").filter(|status| !status.is_null());
    let status = status.map_or(Some("online"), Value::as_str);
    let Some(status) = status.filter(|word| AgentStatus::WORDS.contains(word)) else {
        let words = AgentStatus::WORDS.join(", ");
        return Err(Failure::bad_request(format!("Invalid status. Must be one of: {words}")));
    };
    call.check()?;
    let (status, request) = (AgentStatus::from(status), call.request()?);
    ok(&cases::heartbeat(call.context, agent_id, status, request).await?)
}
