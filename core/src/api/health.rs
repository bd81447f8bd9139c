//! Health: whether the server works.

use serde_json::{Map, Value};

use crate::{open_enum, operations, record};

open_enum! {
    /// Whether the server works.
    pub enum HealthStatus {
        /// It does.
        Healthy = "healthy",
        /// A part does not.
        Degraded = "degraded",
    }
}

operations! { "health":
    /// Asks whether the server works. Needs no API key.
    ///
    /// A server that is `degraded` may answer 503, which is an error of kind `server` after the usual retries; its `body` holds
    /// the checks.
    get_health = Get "/api/health" => Health [public()]
    GetHealth {}
}

record! {
    /// Whether the server works.
    pub struct Health {
        /// All in all.
        status: HealthStatus,
        /// When this was found: ISO-8601, UTC.
        #[serde(default)]
        timestamp: String,
        /// The server's version.
        #[serde(default)]
        version: String,
        /// `live` or `demo`.
        #[serde(default)]
        mode: String,
        /// Part by part.
        #[serde(default)]
        checks: HealthChecks,
    }

    /// Whether the server works, part by part.
    pub struct HealthChecks {
        /// The storage.
        #[serde(default)]
        database: DatabaseHealth,
        /// The process.
        #[serde(default)]
        runtime: Map<String, Value>,
        /// The event stream.
        #[serde(default)]
        realtime: Map<String, Value>,
        /// The settings.
        #[serde(default)]
        environment: Map<String, Value>,
    }

    /// Whether the storage works.
    pub struct DatabaseHealth {
        /// Its state in a word.
        #[serde(default)]
        status: String,
    }
}
