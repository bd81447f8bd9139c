//! What calling a capability yields.

use serde_json::Value;

use super::Certification;
use crate::api::actions::ActionId;
use crate::api::security::Security;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// A call of a capability, or why there was none.
    pub struct CapabilityInvocation {
        /// Whether it was called and succeeded. False when the call waits for approval.
        success: bool,
        /// The action that stands for the call, or waits for approval.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_id: Option<ActionId>,
        /// What came out.
        #[serde(default, deserialize_with = "lenient::present", skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// How long it took, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elapsed_ms: Option<i64>,
        /// Whether guard was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        governed: Option<bool>,
        /// How often it was tried; absent unless the capability may be tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_metadata: Option<CapabilityRetries>,
        /// How near the plan's quota is, when it is near.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quota_warning: Option<Value>,
        /// What the scan for secrets found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
        /// Why it was not called: `pending_approval`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The same for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// How often a capability was tried.
    pub struct CapabilityRetries {
        /// How often in all.
        #[serde(default)]
        total_attempts: i64,
        /// Whether more than once.
        #[serde(default, deserialize_with = "lenient::truth")]
        retried: bool,
        /// Each try.
        #[serde(default, deserialize_with = "lenient::or_default")]
        attempts: Vec<CapabilityTry>,
    }

    /// One try to call a capability.
    pub struct CapabilityTry {
        /// Which try, counted from 1.
        #[serde(default)]
        attempt: i64,
        /// Whether it succeeded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        success: Option<bool>,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The HTTP status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<i64>,
        /// How long it took, in milliseconds.
        #[serde(default)]
        elapsed_ms: i64,
    }

    /// A test of a capability.
    pub struct CapabilityTest {
        /// Whether it succeeded.
        success: bool,
        /// Whether it took place.
        #[serde(default, deserialize_with = "lenient::truth")]
        tested: bool,
        /// Which capability.
        #[serde(default)]
        capability_id: String,
        /// The action that stands for the test.
        #[serde(default)]
        test_action_id: ActionId,
        /// What came out.
        #[serde(default)]
        result: Value,
        /// How long it took, in milliseconds.
        #[serde(default)]
        elapsed_ms: i64,
        /// How the capability does: `healthy`.
        #[serde(default)]
        health_status: String,
        /// What its last test says: `certified`.
        #[serde(default)]
        certification_status: Certification,
        /// How often it was tried; absent unless the capability may be tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_metadata: Option<CapabilityRetries>,
    }
}
