//! The DashClaw SDK: governance for AI agents.
//!
//! Before an agent acts it asks [`guard`](DashClaw::guard); it records the action; when the
//! server says so, a human approves; the agent works and reports the
//! outcome; verdicts carry signed receipts.
#![forbid(unsafe_code)]

pub mod action_binding;
pub mod api;
mod call;
pub mod canonical;
pub mod catalogue;
mod client;
pub mod clock;
pub mod config;
mod error;
pub mod idempotency;
pub mod json;
pub mod transport;

pub use call::{CallOptions, Idempotency, Response};
pub use client::DashClaw;
pub use config::Builder;
pub use error::{Error, ErrorKind, Fields as ErrorFields, Result};
