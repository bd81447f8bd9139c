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
        #[required]
        status: HealthStatus,
        /// When this was found: ISO-8601, UTC.
        timestamp: String,
        /// The server's version.
        version: String,
        /// `live` or `demo`.
        mode: String,
        /// Part by part.
        checks: HealthChecks,
    }

    /// Whether the server works, part by part.
    pub struct HealthChecks {
        /// The storage.
        database: DatabaseHealth,
        /// The process.
        runtime: Map<String, Value>,
        /// The event stream.
        realtime: Map<String, Value>,
        /// The settings.
        environment: Map<String, Value>,
    }

    /// Whether the storage works.
    pub struct DatabaseHealth {
        /// Its state in a word.
        status: String,
    }
}
