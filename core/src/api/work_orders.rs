//! Work orders: work that one agent orders and another one does, under a contract and a budget.

mod order;

use crate::api::ids::DecisionId;
pub use order::{UsdAmount, WorkOrder, WorkOrderReceipt, WorkOrderStatus, WorkOrderType};
use serde_json::{Map, Value};

use super::guard::Verdict;
use crate::catalogue::Fill;
use crate::{open_enum, operations, record};

open_enum! {
    /// How a work order ended, as the agent that did it reports.
    pub enum WorkOrderEnd {
        /// The work is done.
        Completed = "completed",
        /// It could not be done.
        Failed = "failed",
    }
}

operations! { "work_orders":
    /// Orders work of a registered type.
    ///
    /// Guard has its say first, and the answer says how it went: the order is `queued`, waits for a human
    /// (`pending_approval`), or is `blocked`. All three come back as a normal result; a `blocked` one is no error here.
    ///
    /// An unknown type is an error of kind `not_found`. An input that breaks the type's contract, or a budget that makes
    /// no sense, is one of kind `validation` with `details`.
    submit_work_order = Post "/api/work-orders" => SubmittedWorkOrder [object("order"), open()]
    SubmitWorkOrder {
        /// Work of which type.
        r#type: String,
        /// What the work is about, as the type's `input_schema` wants it.
        input: Map<String, Value>,
        /// What it may cost and how long it may take; the type's defaults unless given.
        budget: Option<WorkOrderBudget>,
        /// Who orders. The client's own agent unless given.
        requested_by: Option<String> [also("agent_id"), fill(Fill::AgentId)],
    }

    /// Reads one work order, with its receipt once it has ended. An unknown id is an error of kind `not_found`.
    get_work_order = Get "/api/work-orders/{work_order_id}" => WorkOrderDetail [positional(&["work_order_id"])]
    GetWorkOrder from work_order_id: String {
        /// Which work order.
        work_order_id: String,
    }

    /// Lists work orders.
    list_work_orders = Get "/api/work-orders" => WorkOrderList, each WorkOrder as iter_work_orders [object("filters"), open(), pages("work_orders")]
    ListWorkOrders {
        /// Only orders in this state.
        status: Option<WorkOrderStatus>,
        /// Only work of this type.
        r#type: Option<String>,
        /// Only orders of this agent, be it the one that ordered or the one that does the work.
        agent: Option<String>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Cancels a work order that is `queued`, `claimed` or `pending_approval`.
    ///
    /// One that has ended already is an error of kind `conflict` with its state, an unknown id one of kind `not_found`.
    cancel_work_order = Delete "/api/work-orders/{work_order_id}" => CancelledWorkOrder [
        positional(&["work_order_id"]),
    ]
    CancelWorkOrder from work_order_id: String {
        /// Which work order.
        work_order_id: String,
    }

    /// Takes the oldest queued work order for the agent to do; nobody else gets it. `work_order` is null when there is
    /// none.
    ///
    /// It must be completed before `lease_expires_at`; then it ends as `timed_out`.
    claim_work_order = Post "/api/work-orders/claim" => ClaimedWorkOrder [positional(&["types", "agent_id"])]
    ClaimWorkOrder {
        /// Only work of these types. Any type unless given.
        types: Option<Vec<String>>,
        /// Who takes it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Ends a work order that the agent has claimed, and returns its receipt.
    ///
    /// An output that breaks the type's contract is an error of kind `validation` with `details`; the order stays claimed.
    /// An order of another agent is an error of kind `permission`, one that is not claimed one of kind `conflict` with
    /// its state, and an unknown id one of kind `not_found`. A cost above the budget is noted in the receipt, not refused.
    complete_work_order = Post "/api/work-orders/{work_order_id}/complete" => CompletedWorkOrder [
        positional(&["work_order_id", "status"]), node(&["work_order_id", "..result"]), open(),
    ]
    CompleteWorkOrder {
        /// Which work order.
        work_order_id: String,
        /// How it ended. The server wants one.
        status: Option<WorkOrderEnd> [spread(), also("result")],
        /// What came out, as the type's `output_schema` wants it. Needed when it is `completed`.
        output: Option<Map<String, Value>>,
        /// What it cost.
        cost: Option<WorkOrderCost>,
        /// What went wrong, when it is `failed`.
        error: Option<WorkOrderFailure>,
        /// Who did it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists the types of work that can be ordered.
    list_work_order_types = Get "/api/work-orders/types" => WorkOrderTypeList []
    ListWorkOrderTypes {
        /// Whether to list disabled ones, too; false unless given.
        include_disabled: Option<bool>,
    }

    /// Adds a type of work: a contract over what goes in and what comes out.
    ///
    /// Of JSON Schema the server checks `type`, `required`, `properties`, `items`, `enum`, `minimum`, `maximum`,
    /// `minLength` and `maxLength`, and ignores the rest. A type that exists already is an error of kind `conflict`, a
    /// schema that makes no sense one of kind `validation` with `details`.
    register_work_order_type = Post "/api/work-orders/types" => WorkOrderType [object("definition"), open()]
    RegisterWorkOrderType {
        /// What it is called: a lower-case letter, then 2 to 63 lower-case letters, digits and underscores; unique.
        r#type: String [max(64)],
        /// What it is called, for people.
        display_name: Option<String>,
        /// What the work is.
        description: Option<String>,
        /// JSON Schema of what goes in; its root must be an object.
        input_schema: Map<String, Value>,
        /// JSON Schema of what comes out.
        output_schema: Map<String, Value>,
        /// Its version; `1.0` unless given.
        version: Option<String>,
        /// What an order may cost unless it says otherwise, in US dollars.
        default_max_cost_usd: Option<f64>,
        /// How long an order may take unless it says otherwise, in seconds; 600 unless given.
        default_timeout_seconds: Option<i64>,
    }
}

record! {
    /// What a work order may cost and how long it may take.
    pub struct WorkOrderBudget {
        /// What it may cost, in US dollars.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_cost_usd: Option<f64>,
        /// How long it may take, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout_seconds: Option<i64>,
    }

    /// What a work order cost.
    pub struct WorkOrderCost {
        /// Tokens that a model read.
        #[serde(skip_serializing_if = "Option::is_none")]
        input_tokens: Option<i64>,
        /// Tokens that a model wrote.
        #[serde(skip_serializing_if = "Option::is_none")]
        output_tokens: Option<i64>,
        /// All of it, in US dollars.
        #[serde(skip_serializing_if = "Option::is_none")]
        total_usd: Option<f64>,
    }

    /// Why a work order failed.
    pub struct WorkOrderFailure {
        /// A word for it: `worker_error`.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// What went wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// A work order as it was submitted.
    pub struct SubmittedWorkOrder {
        /// Which work order: `wo_…`.
        #[required]
        work_order_id: String,
        /// `queued`, `pending_approval` or `blocked`.
        #[required]
        status: WorkOrderStatus,
        /// What guard said.
        #[required]
        guard: WorkOrderVerdict,
    }

    /// What guard said to a work order.
    pub struct WorkOrderVerdict {
        /// The verdict.
        #[required]
        decision: Verdict,
        /// Which decision this is.
        decision_id: Option<DecisionId>,
        /// The risk, 0 to 100.
        risk_score: i64,
        /// The ids of the policies that had a say.
        matched_policies: Vec<String>,
        /// All reasons in one text.
        reason: Option<String>,
    }

    /// A work order with its receipt.
    pub struct WorkOrderDetail {
        /// The work order.
        #[required]
        work_order: WorkOrder,
        /// Its receipt, once it has ended.
        receipt: Option<WorkOrderReceipt>,
    }

    /// A page of work orders.
    pub struct WorkOrderList {
        /// The work orders.
        #[required]
        work_orders: Vec<WorkOrder>,
        /// How many there are.
        total: i64,
    }

    /// A work order that is cancelled.
    pub struct CancelledWorkOrder {
        /// The work order.
        #[required]
        work_order: WorkOrder,
    }

    /// A work order that the agent has claimed.
    pub struct ClaimedWorkOrder {
        /// The work order; nothing when none was queued.
        work_order: Option<WorkOrder>,
    }

    /// A work order as it ended.
    pub struct CompletedWorkOrder {
        /// The work order.
        #[required]
        work_order: WorkOrder,
        /// Its receipt.
        #[required]
        receipt: WorkOrderReceipt,
    }

    /// Types of work.
    pub struct WorkOrderTypeList {
        /// The types.
        #[required]
        types: Vec<WorkOrderType>,
        /// How many there are.
        total: i64,
    }
}
