//! The operator's figures: how busy the organisation is, and what waits.

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
        throughput: Throughput,
        /// How long actions took that were completed in the last 24 hours.
        latency: Latency,
        /// What waits for a human.
        approval_backlog: ApprovalBacklog,
        /// Runs of workflows in the last 24 hours.
        workflows: WorkflowFigures,
        /// The health of capabilities.
        capabilities: CapabilityFigures,
    }

    /// How many actions began.
    pub struct Throughput {
        /// In the last hour.
        last_1h: i64,
        /// In the last 24 hours.
        last_24h: i64,
    }

    /// How long actions took, in milliseconds; 0 when none says so.
    pub struct Latency {
        /// Half of them took no longer.
        p50_ms: i64,
        /// Nineteen of twenty took no longer.
        p95_ms: i64,
    }

    /// What waits for a human.
    pub struct ApprovalBacklog {
        /// How many actions wait.
        pending_count: i64,
        /// How long the oldest has waited, in minutes.
        oldest_minutes: i64,
        /// How long they have waited on average, in minutes.
        avg_wait_minutes: i64,
    }

    /// Runs of workflows in the last 24 hours.
    pub struct WorkflowFigures {
        /// Under way.
        running: i64,
        /// Failed.
        failed_24h: i64,
        /// Completed.
        completed_24h: i64,
        /// How long the completed ones took on average, in milliseconds.
        avg_duration_ms: i64,
    }

    /// The health of capabilities.
    pub struct CapabilityFigures {
        /// Those that work, and those that were never called.
        healthy: i64,
        /// Those that work badly.
        degraded: i64,
        /// Those that do not work.
        failing: i64,
    }
}
