//! How capabilities do.

use super::CapabilityRisk;
use crate::api::actions::ActionId;
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
        capabilities: Vec<CapabilityHealth>,
    }

    /// How a capability does.
    pub struct CapabilityHealth {
        /// Which capability.
        capability_id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Its name in URLs and in policies.
        #[serde(default, deserialize_with = "lenient::or_default")]
        slug: String,
        /// What kind of thing it does.
        #[serde(default)]
        category: Option<String>,
        /// How much harm it can do.
        #[serde(default)]
        risk_level: CapabilityRisk,
        /// How it does, as it was last stored.
        #[serde(default, deserialize_with = "lenient::or_default")]
        health_status: String,
        /// How it does, by its calls of the last 7 days; without calls, as it was last stored.
        status: CapabilityState,
        /// What its last test says.
        #[serde(default)]
        certification_status: Certification,
        /// When it was last called or tested: ISO-8601, UTC.
        #[serde(default)]
        last_checked_at: Option<String>,
        /// When that last succeeded: ISO-8601, UTC.
        #[serde(default)]
        last_success_at: Option<String>,
        /// When that last failed: ISO-8601, UTC.
        #[serde(default)]
        last_failure_at: Option<String>,
        /// When it was last tested: ISO-8601, UTC.
        #[serde(default)]
        last_tested_at: Option<String>,
        /// How the last test ended.
        #[serde(default)]
        last_test_status: Option<String>,
        /// The action that stands for the last test.
        #[serde(default)]
        last_test_action_id: Option<ActionId>,
        /// How long the last test took, in milliseconds.
        #[serde(default)]
        last_test_duration_ms: Option<i64>,
        /// What came out of the last test, in short.
        #[serde(default)]
        last_test_summary: Option<String>,
        /// Whether the last test is older than 30 days.
        #[serde(default, deserialize_with = "lenient::truth")]
        stale_check: bool,
        /// How often it was called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        total_invocations: i64,
        /// How often that succeeded.
        #[serde(default, deserialize_with = "lenient::or_default")]
        successful_invocations: i64,
        /// How often that failed.
        #[serde(default, deserialize_with = "lenient::or_default")]
        failed_invocations: i64,
        /// How many calls wait for approval.
        #[serde(default, deserialize_with = "lenient::or_default")]
        pending_approvals: i64,
        /// How many calls of the last day succeeded, in percent.
        #[serde(default)]
        success_rate_1d: Option<i64>,
        /// How many calls of the last 7 days succeeded, in percent.
        #[serde(default)]
        success_rate_7d: Option<i64>,
        /// How long 95 of 100 calls took at most, in milliseconds.
        #[serde(default)]
        p95_latency_ms: Option<i64>,
        /// What went wrong lately.
        #[serde(default, deserialize_with = "lenient::or_default")]
        recent_errors: Vec<CapabilityFailure>,
    }

    /// A call that went wrong.
    pub struct CapabilityFailure {
        /// Why.
        #[serde(default, deserialize_with = "lenient::or_default")]
        message: String,
        /// When: ISO-8601, UTC.
        #[serde(default, deserialize_with = "lenient::or_default")]
        timestamp: String,
    }

    /// The calls and tests of a capability.
    pub struct CapabilityHistory {
        /// Which capability.
        capability_id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Its name in URLs and in policies.
        #[serde(default, deserialize_with = "lenient::or_default")]
        slug: String,
        /// The calls and tests.
        events: Vec<CapabilityEvent>,
    }

    /// A call or a test of a capability.
    pub struct CapabilityEvent {
        /// The action that stands for it.
        action_id: ActionId,
        /// `capability_invoke` or `capability_test`.
        action_type: String,
        /// The state of that action.
        #[serde(default)]
        status: String,
        /// Who called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        agent_id: String,
        /// What it was for.
        #[serde(default, deserialize_with = "lenient::or_default")]
        declared_goal: String,
        /// What set it off.
        #[serde(default)]
        trigger: Option<String>,
        /// What came out, in short.
        #[serde(default)]
        output_summary: Option<String>,
        /// What went wrong.
        #[serde(default)]
        error_message: Option<String>,
        /// How long it took, in milliseconds.
        #[serde(default)]
        duration_ms: Option<i64>,
        /// When it started: ISO-8601, UTC.
        #[serde(default)]
        timestamp_start: String,
        /// When it ended: ISO-8601, UTC.
        #[serde(default)]
        timestamp_end: Option<String>,
    }
}
