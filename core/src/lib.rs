//! The DashClaw SDK: governance for AI agents.
//!
//! Before an agent acts it asks [`guard`](DashClaw::guard); it records the action with
//! [`create_action`](DashClaw::create_action); when the server says so, a human approves and the agent
//! [waits](DashClaw::wait_for_approval); it works and reports the [outcome](DashClaw::report_action_outcome); verdicts
//! carry signed [receipts](receipt). [`run_governed`](DashClaw::run_governed) does all of it around a function.
#![forbid(unsafe_code)]

pub mod api;
pub mod bridge;
pub mod catalogue;
mod client;
pub mod clock;
pub mod deadline;
mod error;
pub mod json;
mod proof;
mod telemetry;
pub mod terminal;
mod waiting;
mod work;

pub use catalogue::suggest;
pub use client::call::{CallOptions, Idempotency, OnReplay, Response};
pub use client::notice::{Callback, Printer};
pub use client::options::Builder;
pub use client::{DashClaw, options, transport};
pub use error::{Error, ErrorKind, Fields as ErrorFields, Result};
#[cfg(feature = "schema")]
pub use error::{FieldRow as ErrorField, Holds, KindRow as ErrorKindRow};
pub use proof::{action_binding, canonical, idempotency, receipt, signing};
pub use waiting::approval::{DEFAULT_INTERVAL, DEFAULT_WAIT, WaitOptions};
pub use waiting::approver::{ApproverOptions, PendingApprovals};
pub use waiting::events::{EventOptions, EventStream, ServerEvent};
pub use waiting::heartbeat::DEFAULT_HEARTBEAT;
pub use waiting::pages::Pages;
pub use waiting::sse;
pub use work::governed::{ActionContext, Begun, GovernedOptions, Ran, Tracked};
pub use work::work_orders::{ClaimedOrder, DEFAULT_POLL, WorkOrders, WorkerOptions};
