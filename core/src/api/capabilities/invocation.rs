//! What calling a capability yields.

use crate::api::ids::ActionId;
use serde_json::Value;

use super::Certification;
use crate::api::security::Security;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// A call of a capability, or why there was none.
    pub struct CapabilityInvocation {
        /// Whether it was called and succeeded. False when the call waits for approval.
        #[required]
        success: bool,
        /// The action that stands for the call, or waits for approval.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_id: Option<ActionId>,
        /// What came out.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// How long it took, in milliseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        elapsed_ms: Option<i64>,
        /// Whether guard was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        governed: Option<bool>,
        /// How often it was tried; absent unless the capability may be tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_metadata: Option<CapabilityRetries>,
        /// How near the plan's quota is, when it is near.
        #[serde(skip_serializing_if = "Option::is_none")]
        quota_warning: Option<Value>,
        /// What the scan for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Why it was not called: `pending_approval`.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The same for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// How often a capability was tried.
    pub struct CapabilityRetries {
        /// How often in all.
        total_attempts: i64,
        /// Whether more than once.
        #[read = "lenient::truth"]
        retried: bool,
        /// Each try.
        attempts: Vec<CapabilityTry>,
    }

    /// One try to call a capability.
    pub struct CapabilityTry {
        /// Which try, counted from 1.
        attempt: i64,
        /// Whether it succeeded.
        #[serde(skip_serializing_if = "Option::is_none")]
        success: Option<bool>,
        /// What went wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The HTTP status.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<i64>,
        /// How long it took, in milliseconds.
        elapsed_ms: i64,
    }

    /// A test of a capability.
    pub struct CapabilityTest {
        /// Whether it succeeded.
        #[required]
        success: bool,
        /// Whether it took place.
        #[read = "lenient::truth"]
        tested: bool,
        /// Which capability.
        capability_id: String,
        /// The action that stands for the test.
        test_action_id: ActionId,
        /// What came out.
        result: Value,
        /// How long it took, in milliseconds.
        elapsed_ms: i64,
        /// How the capability does: `healthy`.
        health_status: String,
        /// What its last test says: `certified`.
        certification_status: Certification,
        /// How often it was tried; absent unless the capability may be tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_metadata: Option<CapabilityRetries>,
    }
}
