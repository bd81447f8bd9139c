//! The DashClaw SDK: governance for AI agents.
//!
//! Before an agent acts it asks [`guard`](DashClaw::guard); it records the action with
//! [`create_action`](DashClaw::create_action); when the server says so, a human approves and the agent
//! [waits](DashClaw::wait_for_approval); it works and reports the [outcome](DashClaw::report_action_outcome); verdicts
//! carry signed [receipts](receipt). [`run_governed`](DashClaw::run_governed) does all of it around a function.
#![forbid(unsafe_code)]

pub mod action_binding;
pub mod api;
mod approval;
mod approver;
pub mod bridge;
mod call;
pub mod canonical;
pub mod catalogue;
mod client;
pub mod clock;
mod composed;
pub mod config;
pub mod deadline;
mod error;
mod events;
mod governed;
mod heartbeat;
pub mod idempotency;
pub mod json;
mod keys;
mod modes;
mod notice;
mod pages;
pub mod receipt;
pub mod signing;
pub mod sse;
mod standing;
#[cfg(test)]
mod stub;
pub mod suggest;
pub mod terminal;
pub mod transport;
mod work_orders;

pub use approval::{DEFAULT_INTERVAL, DEFAULT_WAIT, WaitOptions};
pub use approver::{ApproverOptions, PendingApprovals};
pub use call::{CallOptions, Idempotency, OnReplay, Response};
pub use client::DashClaw;
pub use config::Builder;
pub use error::{Error, ErrorKind, Fields as ErrorFields, Result};
pub use events::{EventOptions, EventStream, ServerEvent};
pub use governed::{ActionContext, Begun, GovernedOptions, Ran, Tracked};
pub use heartbeat::DEFAULT_HEARTBEAT;
pub use notice::{Callback, Printer};
pub use pages::Pages;
pub use work_orders::{ClaimedOrder, DEFAULT_POLL, WorkOrders, WorkerOptions};
