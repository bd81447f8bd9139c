//! The operator's figures: how busy the organisation is, and what waits.

use crate::catalogue::lenient;
use crate::{operations, record};

operations! { "operations":
    /// Sums up how busy the organisation is: actions, approvals that wait, workflows and capabilities.
    get_operations_summary = Get "/api/operations/summary" => OperationsSummary []
    GetOperationsSummary {}
}

record! {
    /// How busy the organisation is.
    pub struct OperationsSummary {
        /// How many actions began.
        #[serde(default)]
        throughput: Throughput,
        /// How long actions took that were completed in the last 24 hours.
        #[serde(default)]
        latency: Latency,
        /// What waits for a human.
        #[serde(default)]
        approval_backlog: ApprovalBacklog,
        /// Runs of workflows in the last 24 hours.
        #[serde(default)]
        workflows: WorkflowFigures,
        /// The health of capabilities.
        #[serde(default)]
        capabilities: CapabilityFigures,
    }

    /// How many actions began.
    pub struct Throughput {
        /// In the last hour.
        #[serde(default, deserialize_with = "lenient::or_default")]
        last_1h: i64,
        /// In the last 24 hours.
        #[serde(default, deserialize_with = "lenient::or_default")]
        last_24h: i64,
    }

    /// How long actions took, in milliseconds; 0 when none says so.
    pub struct Latency {
        /// Half of them took no longer.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p50_ms: i64,
        /// Nineteen of twenty took no longer.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p95_ms: i64,
    }

    /// What waits for a human.
    pub struct ApprovalBacklog {
        /// How many actions wait.
        #[serde(default, deserialize_with = "lenient::or_default")]
        pending_count: i64,
        /// How long the oldest has waited, in minutes.
        #[serde(default, deserialize_with = "lenient::or_default")]
        oldest_minutes: i64,
        /// How long they have waited on average, in minutes.
        #[serde(default, deserialize_with = "lenient::or_default")]
        avg_wait_minutes: i64,
    }

    /// Runs of workflows in the last 24 hours.
    pub struct WorkflowFigures {
        /// Under way.
        #[serde(default, deserialize_with = "lenient::or_default")]
        running: i64,
        /// Failed.
        #[serde(default, deserialize_with = "lenient::or_default")]
        failed_24h: i64,
        /// Completed.
        #[serde(default, deserialize_with = "lenient::or_default")]
        completed_24h: i64,
        /// How long the completed ones took on average, in milliseconds.
        #[serde(default, deserialize_with = "lenient::or_default")]
        avg_duration_ms: i64,
    }

    /// The health of capabilities.
    pub struct CapabilityFigures {
        /// Those that work, and those that were never called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        healthy: i64,
        /// Those that work badly.
        #[serde(default, deserialize_with = "lenient::or_default")]
        degraded: i64,
        /// Those that do not work.
        #[serde(default, deserialize_with = "lenient::or_default")]
        failing: i64,
    }
}
