//! A work order, its type, its receipt.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::actions::ActionId;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// Where a work order is in its life.
    pub enum WorkOrderStatus {
        /// Waits for a human.
        PendingApproval = "pending_approval",
        /// Waits for an agent to claim it.
        Queued = "queued",
        /// An agent does it.
        Claimed = "claimed",
        /// Done.
        Completed = "completed",
        /// It could not be done.
        Failed = "failed",
        /// The agent that claimed it took too long.
        TimedOut = "timed_out",
        /// Somebody cancelled it, or a human denied it.
        Cancelled = "cancelled",
        /// Guard refused it.
        Blocked = "blocked",
    }
}

/// An amount of US dollars: a number, or the text of one, as some databases write it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UsdAmount(pub Value);

impl UsdAmount {
    /// The amount, in whichever form it came; nothing when it is no number.
    pub fn number(&self) -> Option<f64> {
        match &self.0 {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }
}

impl From<f64> for UsdAmount {
    fn from(amount: f64) -> Self {
        Self(Value::from(amount))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for UsdAmount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UsdAmount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["number", "string"] })
    }
}

record! {
    /// Work that one agent orders and another one does.
    pub struct WorkOrder {
        /// Which work order: `wo_…`.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// Work of which type.
        #[serde(rename = "type")]
        work_type: String,
        /// Which version of the type.
        #[serde(default)]
        type_version: Option<String>,
        /// Where it is in its life.
        status: WorkOrderStatus,
        /// What the work is about.
        #[serde(default)]
        input: Value,
        /// `sha256:` and the hash of `input`.
        #[serde(default)]
        input_hash: Option<String>,
        /// What came out.
        #[serde(default)]
        output: Value,
        /// `sha256:` and the hash of `output`.
        #[serde(default)]
        output_hash: Option<String>,
        /// What it may cost, in US dollars.
        #[serde(default)]
        max_cost_usd: Option<UsdAmount>,
        /// How long it may take once it is claimed, in seconds.
        #[serde(default)]
        timeout_seconds: Option<i64>,
        /// Who ordered it.
        #[serde(default)]
        requested_by: Option<String>,
        /// Who does it.
        #[serde(default)]
        claimed_by: Option<String>,
        /// What it cost: `input_tokens`, `output_tokens`, `total_usd`.
        #[serde(default)]
        cost: Option<Map<String, Value>>,
        /// What guard said.
        #[serde(default)]
        guard_decision: Option<Map<String, Value>>,
        /// The action that a human approves or denies.
        #[serde(default)]
        approval_action_id: Option<ActionId>,
        /// A word for what went wrong: `approval_denied`.
        #[serde(default)]
        error_code: Option<String>,
        /// What went wrong.
        #[serde(default)]
        error_details: Value,
        /// Until when the agent that claimed it has time: ISO-8601, UTC.
        #[serde(default)]
        lease_expires_at: Option<String>,
        /// When it was claimed: ISO-8601, UTC.
        #[serde(default)]
        claimed_at: Option<String>,
        /// When it ended: ISO-8601, UTC.
        #[serde(default)]
        completed_at: Option<String>,
        /// When it was ordered: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: String,
    }

    /// The receipt of a work order; see [`verify_receipt`](crate::receipt::verify_receipt).
    pub struct WorkOrderReceipt {
        /// The receipt itself. Its members must stay as they came, or its hash is wrong.
        receipt: Map<String, Value>,
        /// `sha256:` and the hash of `receipt`.
        receipt_hash: String,
        /// Which receipt: `wor_…`; told once it is stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Whose organisation; told once it is stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        org_id: Option<String>,
        /// Of which work order; told once it is stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        work_order_id: Option<String>,
        /// When it was stored: ISO-8601, UTC.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created_at: Option<String>,
    }

    /// A type of work: a contract over what goes in and what comes out.
    pub struct WorkOrderType {
        /// Which type: `wot_…`.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// What it is called.
        #[serde(rename = "type")]
        work_type: String,
        /// Its version.
        #[serde(default)]
        version: Option<String>,
        /// What it is called, for people.
        #[serde(default)]
        display_name: Option<String>,
        /// What the work is.
        #[serde(default)]
        description: Option<String>,
        /// JSON Schema of what goes in.
        #[serde(default, deserialize_with = "lenient::or_default")]
        input_schema: Map<String, Value>,
        /// JSON Schema of what comes out.
        #[serde(default, deserialize_with = "lenient::or_default")]
        output_schema: Map<String, Value>,
        /// What an order may cost unless it says otherwise, in US dollars.
        #[serde(default)]
        default_max_cost_usd: Option<UsdAmount>,
        /// How long an order may take unless it says otherwise, in seconds.
        #[serde(default)]
        default_timeout_seconds: Option<i64>,
        /// `active` or `disabled`.
        #[serde(default)]
        status: String,
        /// When it was added: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: String,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_read_in_both_forms() {
        for amount in [json!(0.25), json!("0.25"), json!("0.2500")] {
            assert_eq!(UsdAmount(amount.clone()).number(), Some(0.25), "{amount}");
        }
        for nonsense in [json!(null), json!("much"), json!("inf"), json!([1])] {
            assert_eq!(UsdAmount(nonsense.clone()).number(), None, "{nonsense}");
        }
    }
}
