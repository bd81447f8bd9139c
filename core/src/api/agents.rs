//! Agents: saying that one is there, and the register of agents that others may call.

mod registry;

use crate::api::ids::ActionId;
pub use registry::{AgentCapability, RegisteredAgent, RegisteredAgentRisk};
use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat, lenient};
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
        /// More about it. At most 8192 bytes of JSON.
        metadata: Option<Map<String, Value>> [max(8192)],
    }

    /// Tells which services the agent is connected to. A service that was told before is told anew.
    report_connections = Post "/api/agents/connections" => ConnectionReport [
        repeat(Repeat::Idempotent), positional(&["connections"]), node(&["connections"]),
    ]
    ReportConnections {
        /// The services, 1 to 50, one object each: `provider` (needed), `auth_type` (`api_key` unless given, or
        /// `subscription`, `oauth`, `pre_configured`, `environment`), `plan_name`, `status` (`active` unless given, or
        /// `inactive`, `error`) and `metadata` (a text or an object of at most 10 KB).
        connections: Vec<Value> [
            max(50), respelled(&[("authType", "auth_type"), ("planName", "plan_name")]),
            entry_defaults(&[("status", "\"active\"")]),
        ],
        /// Which agent. The client's own unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
    }

    /// Lists the agents that the server knows: those that gave a sign of life, acted, or have a public key. The one that
    /// was last heard of comes first.
    list_agents = Get "/api/agents" => AgentList []
    ListAgents {}

    /// Enters an agent into the register, so that others may call it. A slug that exists already is an error of kind
    /// `conflict`.
    register_agent = Post "/api/agents/registry" => SavedRegisteredAgent [positional(&["name"]), open()]
    RegisterAgent {
        /// What it is called.
        name: String,
        /// Its short name; unique.
        slug: Option<String>,
        /// Where it is.
        endpoint: Option<String>,
        /// How it wants callers to prove who they are; `none` unless given.
        auth_type: Option<String>,
        /// More about that.
        auth_metadata: Option<Map<String, Value>>,
        /// How much harm it could do; `medium` unless given.
        risk_class: Option<RegisteredAgentRisk>,
        /// What a call may cost, in US dollars.
        default_budget_usd: Option<f64>,
        /// Its state; `active` unless given.
        status: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists the agents of the register.
    list_registered_agents = Get "/api/agents/registry" => RegisteredAgentList [positional(&["status"]), open()]
    ListRegisteredAgents {
        /// Only agents in this state.
        status: Option<String>,
    }

    /// Reads one agent of the register with what it can do and its newest calls. An unknown id is an error of kind
    /// `not_found`.
    get_registered_agent = Get "/api/agents/registry/{registered_agent_id}" => RegisteredAgentDetail [
        positional(&["registered_agent_id"]),
    ]
    GetRegisteredAgent from registered_agent_id: String {
        /// Which agent: its `entry_id`.
        registered_agent_id: String,
    }

    /// Changes an agent of the register: the fields that are given. An unknown id is an error of kind `not_found`.
    update_registered_agent = Patch "/api/agents/registry/{registered_agent_id}" => SavedRegisteredAgent [
        repeat(Repeat::Idempotent), positional(&["registered_agent_id"]), open(),
    ]
    UpdateRegisteredAgent {
        /// Which agent: its `entry_id`.
        registered_agent_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// Where it is.
        endpoint: Option<String>,
        /// How it wants callers to prove who they are.
        auth_type: Option<String>,
        /// More about that.
        auth_metadata: Option<Map<String, Value>>,
        /// How much harm it could do.
        risk_class: Option<RegisteredAgentRisk>,
        /// What a call may cost, in US dollars.
        default_budget_usd: Option<f64>,
        /// Its state. Only an `active` one can be called.
        status: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Adds a capability to an agent of the register, and returns all it has. An unknown agent or capability is an error
    /// of kind `not_found`.
    add_agent_capability = Post "/api/agents/registry/{registered_agent_id}/capabilities" => AgentCapabilityList [
        positional(&["registered_agent_id", "capability_id"]), node(&["registered_agent_id", "capability_id"]),
    ]
    AddAgentCapability {
        /// Which agent: its `entry_id`.
        registered_agent_id: String,
        /// Which capability.
        capability_id: String,
    }

    /// Lists what an agent of the register can do. An unknown id is an error of kind `not_found`.
    list_agent_capabilities = Get "/api/agents/registry/{registered_agent_id}/capabilities" => AgentCapabilityList [
        positional(&["registered_agent_id"]),
    ]
    ListAgentCapabilities from registered_agent_id: String {
        /// Which agent: its `entry_id`.
        registered_agent_id: String,
    }

    /// Calls an agent of the register by one of its capabilities. Guard has its say first, and the call is recorded as an
    /// action.
    ///
    /// When a human must approve first, the result has `success` false and the `error` `pending_approval`, and nothing was
    /// called. A call that guard blocks is an error of kind `permission`, an agent that is not active one of kind
    /// `conflict`, an unknown agent or capability one of kind `not_found`, a capability that the agent does not have one of
    /// kind `validation`, and a call that failed one of kind `server`.
    invoke_registered_agent = Post "/api/agents/invoke" => RegisteredAgentAnswer [
        positional(&["registered_agent_id", "capability_id", "agent_id", "payload", "declared_goal"]),
    ]
    InvokeRegisteredAgent {
        /// Which agent: its `entry_id`.
        registered_agent_id: String,
        /// Which of its capabilities.
        capability_id: String,
        /// Who calls. Not filled in by the client.
        agent_id: Option<String>,
        /// What to send.
        payload: Option<Map<String, Value>>,
        /// What the call is for, in a sentence.
        declared_goal: Option<String>,
    }
}

record! {
    /// The answer to a heartbeat.
    pub struct HeartbeatAck {
        /// Always `ok`.
        #[required]
        status: String,
        /// When the server took it: ISO-8601, UTC.
        timestamp: String,
    }

    /// Connections as they were taken.
    pub struct ConnectionReport {
        /// The connections.
        connections: Vec<AgentConnection>,
        /// What is wrong with those that were not taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        errors: Option<Vec<String>>,
        /// How many were taken.
        created: i64,
    }

    /// The agents that the server knows.
    pub struct AgentList {
        /// The one that was last heard of first.
        #[required]
        agents: Vec<KnownAgent>,
        /// When this was read: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
    }

    /// An agent that the server knows.
    pub struct KnownAgent {
        /// Which agent.
        #[required]
        agent_id: String,
        /// Who that is, for people.
        agent_name: Option<String>,
        /// What it last said it was doing; nothing when it never gave a sign of life.
        status: Option<AgentStatus>,
        /// What it works on.
        current_task_id: Option<String>,
        /// When it was last heard of: ISO-8601, UTC.
        last_active: Option<String>,
        /// How many actions it recorded.
        action_count: i64,
    }

    /// A service that an agent is connected to.
    pub struct AgentConnection {
        /// Which connection: `conn_…`.
        id: String,
        /// Which agent.
        agent_id: String,
        /// Which service.
        #[required]
        provider: String,
        /// How the agent proves who it is.
        auth_type: String,
        /// Which plan it has there.
        plan_name: Option<String>,
        /// `active`, `inactive` or `error`.
        status: String,
        /// More about it, as text.
        metadata: Option<String>,
        /// When it was first told: ISO-8601, UTC.
        reported_at: String,
        /// When it was last told: ISO-8601, UTC.
        updated_at: String,
    }

    /// An agent as it was entered or changed.
    pub struct SavedRegisteredAgent {
        /// The agent.
        #[required]
        registered_agent: RegisteredAgent,
    }

    /// Agents of the register.
    pub struct RegisteredAgentList {
        /// The agents.
        #[required]
        registered_agents: Vec<RegisteredAgent>,
    }

    /// An agent of the register with what it can do.
    pub struct RegisteredAgentDetail {
        /// The agent.
        #[required]
        registered_agent: RegisteredAgent,
        /// What it can do.
        capabilities: Vec<AgentCapability>,
        /// Its newest calls, at most 20, one object each. The members are the server's own.
        invocations: Vec<Value>,
    }

    /// What an agent of the register can do.
    pub struct AgentCapabilityList {
        /// Its capabilities.
        #[required]
        capabilities: Vec<AgentCapability>,
    }

    /// What came of a call of an agent.
    pub struct RegisteredAgentAnswer {
        /// Whether it was called.
        #[required]
        #[read = "lenient::truth"]
        success: bool,
        /// The action that stands for the call.
        action_id: Option<ActionId>,
        /// The risk, 0 to 100.
        #[serde(skip_serializing_if = "Option::is_none")]
        risk_score: Option<i64>,
        /// What the agent answered: any JSON.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// Why it was not called: `pending_approval`.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    }
}
