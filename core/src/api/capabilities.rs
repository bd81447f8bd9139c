//! Capabilities: what agents can do through the server, each call governed and recorded.

mod health;
mod invocation;

pub use health::{
    CapabilityEvent, CapabilityFailure, CapabilityHealth, CapabilityHealthList, CapabilityHistory,
    CapabilityState, Certification,
};
pub use invocation::{CapabilityInvocation, CapabilityRetries, CapabilityTest, CapabilityTry};
use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// How a capability is called.
    pub enum CapabilitySource {
        /// By the agent's own program.
        InternalSdk = "internal_sdk",
        /// By the server, over HTTP. Only these can be invoked and tested.
        HttpApi = "http_api",
        /// By a webhook.
        Webhook = "webhook",
        /// By asking a human.
        HumanApproval = "human_approval",
        /// On a marketplace.
        ExternalMarketplace = "external_marketplace",
    }
}

open_enum! {
    /// How much harm a capability can do.
    pub enum CapabilityRisk {
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
        /// Very much.
        Critical = "critical",
    }
}

operations! { "capabilities":
    /// Registers a capability and returns it. A slug that exists already is an error of kind `conflict`.
    create_capability = Post "/api/capabilities" => CapabilityDetail [open()]
    CreateCapability {
        /// What it is called.
        name: String,
        /// Its name in URLs and in policies (`capability:<slug>`); unique. The server makes one of `name` unless given.
        slug: Option<String>,
        /// What it does.
        description: Option<String>,
        /// What kind of thing it does: `messaging`, or a word of your own.
        category: Option<String>,
        /// How it is called; `internal_sdk` unless given.
        source_type: Option<CapabilitySource>,
        /// How its calls are authorised: `oauth`, or a word of your own; `none` unless given.
        auth_type: Option<String>,
        /// How much harm it can do; `medium` unless given.
        risk_level: Option<CapabilityRisk>,
        /// Whether each call waits for a human; false unless given.
        requires_approval: Option<bool>,
        /// Words to find it by, of at most 500 characters each.
        tags: Option<Vec<String>>,
        /// What it costs. Sent as it is.
        pricing: Option<Map<String, Value>>,
        /// How it does; `unknown` unless given.
        health_status: Option<String>,
        /// Where it is described.
        docs_url: Option<String>,
        /// How the server calls it: `endpoint`, `method`, `auth`, `input_schema`, `output_schema`, `request_mapping`,
        /// `response_mapping`, `timeout_ms`, `retry_policy`, `circuit_breaker`. Sent as it is.
        invocation_schema: Option<Map<String, Value>>,
    }

    /// Lists capabilities. Filters narrow the list together.
    list_capabilities = Get "/api/capabilities" => CapabilityList, each Capability as iter_capabilities [
        positional(&["category", "risk_level", "search", "limit", "offset"]), open(), pages("capabilities"),
    ]
    ListCapabilities {
        /// Only this kind.
        category: Option<String>,
        /// Only those of this risk.
        risk_level: Option<CapabilityRisk>,
        /// Only those that have these words.
        search: Option<String>,
        /// How many, 1 to 500.
        limit: Option<i64> [default("100"), range(1, 500)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Reads one capability. An unknown id is an error of kind `not_found`.
    get_capability = Get "/api/capabilities/{capability_id}" => CapabilityDetail [positional(&["capability_id"])]
    GetCapability from capability_id: String {
        /// Which capability.
        capability_id: String,
    }

    /// Changes a capability: the fields that are given. An unknown id is an error of kind `not_found`.
    update_capability = Patch "/api/capabilities/{capability_id}" => CapabilityDetail [
        repeat(Repeat::Idempotent), positional(&["capability_id"]), open(),
    ]
    UpdateCapability {
        /// Which capability.
        capability_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// Its name in URLs and in policies from now on; unique.
        slug: Option<String>,
        /// What it does.
        description: Option<String>,
        /// What kind of thing it does.
        category: Option<String>,
        /// How it is called.
        source_type: Option<CapabilitySource>,
        /// How its calls are authorised.
        auth_type: Option<String>,
        /// How much harm it can do.
        risk_level: Option<CapabilityRisk>,
        /// Whether each call waits for a human.
        requires_approval: Option<bool>,
        /// Words to find it by from now on, of at most 500 characters each.
        tags: Option<Vec<String>>,
        /// What it costs. Sent as it is.
        pricing: Option<Map<String, Value>>,
        /// How it does.
        health_status: Option<String>,
        /// Where it is described.
        docs_url: Option<String>,
        /// How the server calls it. Sent as it is.
        invocation_schema: Option<Map<String, Value>>,
    }

    /// Removes a capability. An unknown id is an error of kind `not_found`.
    delete_capability = Delete "/api/capabilities/{capability_id}" => DeletedCapability [positional(&["capability_id"])]
    DeleteCapability from capability_id: String {
        /// Which capability.
        capability_id: String,
    }

    /// Asks guard, lets the server call a capability, and returns what came out. The call is recorded as an action.
    ///
    /// What needs a human's approval is not called: then `success` is false, `error` is `pending_approval`, and `action_id` is
    /// the action that waits. What guard blocks, or the agent or the plan may not do, is an error of kind `permission`; a
    /// capability that cannot be called, or a payload that does not fit it, one of kind `validation`; an unknown id one of kind
    /// `not_found`; and a call that fails one of kind `server`, whose `body` holds `action_id`.
    invoke_capability = Post "/api/capabilities/{capability_id}/invoke" => CapabilityInvocation [
        positional(&["capability_id", "payload", "actor", "reason"]), node(&["capability_id", "payload"]),
    ]
    InvokeCapability from capability_id: String {
        /// Which capability.
        capability_id: String,
        /// What it is called with. Its members are the body of the request, sent as they are; the other arguments join them,
        /// and none may be given in both places.
        payload: Option<Map<String, Value>> [inline()],
        /// For whom it is called. The capability sees it as a member of its payload.
        actor: Option<String>,
        /// Why it is called. The capability sees it as a member of its payload.
        reason: Option<String>,
        /// Who calls it. The client's own agent unless given. The capability sees it as a member of its payload.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lets the server call a capability to see whether it works, without guard, and returns what came out. The call is real; it
    /// is recorded as an action of type `capability_test` and decides the capability's certification.
    ///
    /// A test that fails is an error of kind `server` whose `body` holds `health_status` and `certification_status`; a
    /// capability that cannot be called, or a payload that does not fit it, one of kind `validation`; an unknown id one of kind
    /// `not_found`.
    test_capability = Post "/api/capabilities/{capability_id}/test" => CapabilityTest [
        positional(&["capability_id", "payload"]), node(&["capability_id", "payload"]),
    ]
    TestCapability from capability_id: String {
        /// Which capability.
        capability_id: String,
        /// What it is called with. Its members are the body of the request, sent as they are; the other arguments join them,
        /// and none may be given in both places.
        payload: Option<Map<String, Value>> [inline()],
        /// Who calls it. The client's own agent unless given. The capability sees it as a member of its payload.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Says how a capability does, by its calls of the last 7 days and its last test. An unknown id is an error of kind
    /// `not_found`.
    get_capability_health = Get "/api/capabilities/{capability_id}/health" => CapabilityHealth [
        positional(&["capability_id"]),
    ]
    GetCapabilityHealth from capability_id: String {
        /// Which capability.
        capability_id: String,
    }

    /// Says how capabilities do, by their calls of the last 7 days and their last tests. Filters narrow the list together.
    list_capability_health = Get "/api/capabilities/health" => CapabilityHealthList, each CapabilityHealth as iter_capability_health [
        positional(&["status", "certification_status", "stale_only", "limit", "offset"]), open(), pages("capabilities"),
    ]
    ListCapabilityHealth {
        /// Only those that do so.
        status: Option<CapabilityState>,
        /// Only those of this certification.
        certification_status: Option<Certification>,
        /// Only those whose last test is older than 30 days.
        stale_only: Option<bool>,
        /// Only this kind.
        category: Option<String>,
        /// Only those of this risk.
        risk_level: Option<CapabilityRisk>,
        /// Only those that have these words.
        search: Option<String>,
        /// How many.
        limit: Option<i64> [default("50"), range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Lists the calls and tests of a capability. An unknown id is an error of kind `not_found`.
    get_capability_history = Get "/api/capabilities/{capability_id}/history" => CapabilityHistory, each CapabilityEvent as iter_capability_history [
        positional(&["capability_id", "action_type", "status", "limit", "offset"]), open(), pages("events"),
    ]
    GetCapabilityHistory from capability_id: String {
        /// Which capability.
        capability_id: String,
        /// Only calls (`capability_invoke`) or only tests (`capability_test`).
        action_type: Option<String>,
        /// Only those in this state: `completed`, `failed`, …
        status: Option<String>,
        /// How many, 1 to 100.
        limit: Option<i64> [default("20"), range(1, 100)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }
}

record! {
    /// One capability.
    pub struct CapabilityDetail {
        /// The capability.
        #[required]
        capability: Capability,
    }

    /// A page of capabilities.
    pub struct CapabilityList {
        /// The capabilities.
        #[required]
        capabilities: Vec<Capability>,
    }

    /// Something agents can do through the server.
    pub struct Capability {
        /// Which capability: `cap_` and a UUID.
        #[required]
        capability_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// Its name in URLs and in policies.
        slug: String,
        /// What it does.
        description: String,
        /// What kind of thing it does.
        category: Option<String>,
        /// How it is called.
        source_type: CapabilitySource,
        /// How its calls are authorised.
        auth_type: String,
        /// How much harm it can do.
        risk_level: CapabilityRisk,
        /// Whether each call waits for a human.
        #[read = "lenient::truth"]
        requires_approval: bool,
        /// Words to find it by.
        tags: Vec<String>,
        /// What it costs.
        pricing: Map<String, Value>,
        /// How it does, as it was last stored.
        health_status: String,
        /// Where it is described.
        docs_url: Option<String>,
        /// How the server calls it.
        invocation_schema: Map<String, Value>,
        /// When it was registered: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// A capability that is gone.
    pub struct DeletedCapability {
        /// Whether it is gone.
        #[read = "lenient::truth"]
        deleted: bool,
    }
}
