//! A work order, its type, its receipt.

use crate::api::ids::ActionId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// Work of which type.
        #[required]
        #[serde(rename = "type")]
        work_type: String,
        /// Which version of the type.
        type_version: Option<String>,
        /// Where it is in its life.
        #[required]
        status: WorkOrderStatus,
        /// What the work is about.
        input: Value,
        /// `sha256:` and the hash of `input`.
        input_hash: Option<String>,
        /// What came out.
        output: Value,
        /// `sha256:` and the hash of `output`.
        output_hash: Option<String>,
        /// What it may cost, in US dollars.
        max_cost_usd: Option<UsdAmount>,
        /// How long it may take once it is claimed, in seconds.
        timeout_seconds: Option<i64>,
        /// Who ordered it.
        requested_by: Option<String>,
        /// Who does it.
        claimed_by: Option<String>,
        /// What it cost: `input_tokens`, `output_tokens`, `total_usd`.
        cost: Option<Map<String, Value>>,
        /// What guard said.
        guard_decision: Option<Map<String, Value>>,
        /// The action that a human approves or denies.
        approval_action_id: Option<ActionId>,
        /// A word for what went wrong: `approval_denied`.
        error_code: Option<String>,
        /// What went wrong.
        error_details: Value,
        /// Until when the agent that claimed it has time: ISO-8601, UTC.
        lease_expires_at: Option<String>,
        /// When it was claimed: ISO-8601, UTC.
        claimed_at: Option<String>,
        /// When it ended: ISO-8601, UTC.
        completed_at: Option<String>,
        /// When it was ordered: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// The receipt of a work order; see [`verify_receipt`](crate::proof::receipt::verify_receipt).
    pub struct WorkOrderReceipt {
        /// The receipt itself. Its members must stay as they came, or its hash is wrong.
        #[required]
        receipt: Map<String, Value>,
        /// `sha256:` and the hash of `receipt`.
        #[required]
        receipt_hash: String,
        /// Which receipt: `wor_…`; told once it is stored.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Whose organisation; told once it is stored.
        #[serde(skip_serializing_if = "Option::is_none")]
        org_id: Option<String>,
        /// Of which work order; told once it is stored.
        #[serde(skip_serializing_if = "Option::is_none")]
        work_order_id: Option<String>,
        /// When it was stored: ISO-8601, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        created_at: Option<String>,
    }

    /// A type of work: a contract over what goes in and what comes out.
    pub struct WorkOrderType {
        /// Which type: `wot_…`.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        #[serde(rename = "type")]
        work_type: String,
        /// Its version.
        version: Option<String>,
        /// What it is called, for people.
        display_name: Option<String>,
        /// What the work is.
        description: Option<String>,
        /// JSON Schema of what goes in.
        input_schema: Map<String, Value>,
        /// JSON Schema of what comes out.
        output_schema: Map<String, Value>,
        /// What an order may cost unless it says otherwise, in US dollars.
        default_max_cost_usd: Option<UsdAmount>,
        /// How long an order may take unless it says otherwise, in seconds.
        default_timeout_seconds: Option<i64>,
        /// `active` or `disabled`.
        status: String,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
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
