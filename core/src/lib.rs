//! The DashClaw SDK core.

#![forbid(unsafe_code)]

pub mod action_binding;
pub mod canonical;
pub mod idempotency;
pub mod json;
pub mod receipt;
pub mod signing;
