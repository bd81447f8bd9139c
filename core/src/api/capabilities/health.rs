//! How capabilities do.

use crate::api::ids::ActionId;
use super::CapabilityRisk;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// How a capability does.
    pub enum CapabilityState {
        /// Nobody has called it yet.
        Untested = "untested",
        /// Its calls succeed.
        Healthy = "healthy",
        /// Some calls fail, or wait for approval.
        Degraded = "degraded",
        /// All calls fail.
        Failing = "failing",
    }
}

open_enum! {
    /// What the last test of a capability says.
    pub enum Certification {
        /// There was none.
        Uncertified = "uncertified",
        /// It succeeded.
        Certified = "certified",
        /// It succeeded more than 30 days ago.
        Stale = "stale",
        /// It failed.
        Failed = "failed",
    }
}

record! {
    /// A page of how capabilities do.
    pub struct CapabilityHealthList {
        /// The capabilities.
        #[required]
        capabilities: Vec<CapabilityHealth>,
    }

    /// How a capability does.
    pub struct CapabilityHealth {
        /// Which capability.
        #[required]
        capability_id: String,
        /// What it is called.
        name: String,
        /// Its name in URLs and in policies.
        slug: String,
        /// What kind of thing it does.
        category: Option<String>,
        /// How much harm it can do.
        risk_level: CapabilityRisk,
        /// How it does, as it was last stored.
        health_status: String,
        /// How it does, by its calls of the last 7 days; without calls, as it was last stored.
        #[required]
        status: CapabilityState,
        /// What its last test says.
        certification_status: Certification,
        /// When it was last called or tested: ISO-8601, UTC.
        last_checked_at: Option<String>,
        /// When that last succeeded: ISO-8601, UTC.
        last_success_at: Option<String>,
        /// When that last failed: ISO-8601, UTC.
        last_failure_at: Option<String>,
        /// When it was last tested: ISO-8601, UTC.
        last_tested_at: Option<String>,
        /// How the last test ended.
        last_test_status: Option<String>,
        /// The action that stands for the last test.
        last_test_action_id: Option<ActionId>,
        /// How long the last test took, in milliseconds.
        last_test_duration_ms: Option<i64>,
        /// What came out of the last test, in short.
        last_test_summary: Option<String>,
        /// Whether the last test is older than 30 days.
        #[read = "lenient::truth"]
        stale_check: bool,
        /// How often it was called.
        total_invocations: i64,
        /// How often that succeeded.
        successful_invocations: i64,
        /// How often that failed.
        failed_invocations: i64,
        /// How many calls wait for approval.
        pending_approvals: i64,
        /// How many calls of the last day succeeded, in percent.
        success_rate_1d: Option<i64>,
        /// How many calls of the last 7 days succeeded, in percent.
        success_rate_7d: Option<i64>,
        /// How long 95 of 100 calls took at most, in milliseconds.
        p95_latency_ms: Option<i64>,
        /// What went wrong lately.
        recent_errors: Vec<CapabilityFailure>,
    }

    /// A call that went wrong.
    pub struct CapabilityFailure {
        /// Why.
        message: String,
        /// When: ISO-8601, UTC.
        timestamp: String,
    }

    /// The calls and tests of a capability.
    pub struct CapabilityHistory {
        /// Which capability.
        #[required]
        capability_id: String,
        /// What it is called.
        name: String,
        /// Its name in URLs and in policies.
        slug: String,
        /// The calls and tests.
        #[required]
        events: Vec<CapabilityEvent>,
    }

    /// A call or a test of a capability.
    pub struct CapabilityEvent {
        /// The action that stands for it.
        #[required]
        action_id: ActionId,
        /// `capability_invoke` or `capability_test`.
        #[required]
        action_type: String,
        /// The state of that action.
        status: String,
        /// Who called.
        agent_id: String,
        /// What it was for.
        declared_goal: String,
        /// What set it off.
        trigger: Option<String>,
        /// What came out, in short.
        output_summary: Option<String>,
        /// What went wrong.
        error_message: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: Option<i64>,
        /// When it started: ISO-8601, UTC.
        timestamp_start: String,
        /// When it ended: ISO-8601, UTC.
        timestamp_end: Option<String>,
    }
}
