//! An agent of the register.

use serde_json::{Map, Value};

use crate::{open_enum, record};

open_enum! {
    /// How much harm a registered agent could do.
    pub enum RegisteredAgentRisk {
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
        /// As much as can be.
        Critical = "critical",
    }
}

record! {
    /// An agent that others may call.
    pub struct RegisteredAgent {
        /// Which agent: `reg_…`.
        #[required]
        entry_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// Its short name.
        slug: String,
        /// Where it is.
        endpoint: Option<String>,
        /// How it wants callers to prove who they are.
        auth_type: String,
        /// More about that.
        auth_metadata: Map<String, Value>,
        /// How much harm it could do.
        risk_class: RegisteredAgentRisk,
        /// What a call may cost, in US dollars.
        default_budget_usd: Option<f64>,
        /// Its state: `active`, for one.
        status: String,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was entered: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// Something that a registered agent can do.
    pub struct AgentCapability {
        /// Which capability: `cap_…`.
        #[required]
        capability_id: String,
        /// What it is called.
        name: String,
        /// Its short name.
        slug: String,
        /// What kind of capability it is.
        category: Option<String>,
        /// How much harm it could do.
        risk_level: Option<String>,
        /// How it is called.
        source_type: Option<String>,
        /// Whether it works at present.
        health_status: Option<String>,
    }
}
