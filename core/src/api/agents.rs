//! Agents: saying that one is there.

use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat};
use crate::{open_enum, operations, record};

open_enum! {
    /// What an agent is doing.
    pub enum AgentStatus {
        /// It is there.
        Online = "online",
        /// It is gone.
        Offline = "offline",
        /// It has nothing to do.
        Idle = "idle",
        /// It works.
        Busy = "busy",
        /// It has not been heard of for long.
        Stale = "stale",
    }
}

operations! { "agents":
    /// Says that the agent is there. Creating an action says so, too. An unknown status is an error of kind `validation`.
    heartbeat = Post "/api/agents/heartbeat" => HeartbeatAck [
        repeat(Repeat::Idempotent), positional(&["status", "current_task_id", "metadata"]),
        node(&["status", "metadata"]),
    ]
    Heartbeat {
        /// Which agent. The client's own unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
        /// The agent's display name. The client's own unless given. At most 256 characters.
        agent_name: Option<String> [max(256), fill(Fill::AgentName)],
        /// What it is doing.
        status: Option<AgentStatus> [default("\"online\"")],
        /// What it works on. At most 128 characters.
        current_task_id: Option<String> [max(128)],
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }
}

record! {
    /// The answer to a heartbeat.
    pub struct HeartbeatAck {
        /// Always `ok`.
        status: String,
        /// When the server took it: ISO-8601, UTC.
        #[serde(default)]
        timestamp: String,
    }
}
