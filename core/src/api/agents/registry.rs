//! An agent of the register.

use serde_json::{Map, Value};

use crate::catalogue::lenient;
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
        entry_id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// What it is called.
        name: String,
        /// Its short name.
        #[serde(default)]
        slug: String,
        /// Where it is.
        #[serde(default)]
        endpoint: Option<String>,
        /// How it wants callers to prove who they are.
        #[serde(default)]
        auth_type: String,
        /// More about that.
        #[serde(default, deserialize_with = "lenient::or_default")]
        auth_metadata: Map<String, Value>,
        /// How much harm it could do.
        #[serde(default)]
        risk_class: RegisteredAgentRisk,
        /// What a call may cost, in US dollars.
        #[serde(default)]
        default_budget_usd: Option<f64>,
        /// Its state: `active`, for one.
        #[serde(default)]
        status: String,
        /// More about it.
        #[serde(default, deserialize_with = "lenient::or_default")]
        metadata: Map<String, Value>,
        /// When it was entered: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: String,
    }

    /// Something that a registered agent can do.
    pub struct AgentCapability {
        /// Which capability: `cap_…`.
        capability_id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Its short name.
        #[serde(default)]
        slug: String,
        /// What kind of capability it is.
        #[serde(default)]
        category: Option<String>,
        /// How much harm it could do.
        #[serde(default)]
        risk_level: Option<String>,
        /// How it is called.
        #[serde(default)]
        source_type: Option<String>,
        /// Whether it works at present.
        #[serde(default)]
        health_status: Option<String>,
    }
}
