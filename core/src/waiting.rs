//! Whatever takes its time: approvals, events, pages and heartbeats, and the one way in which a wait ends early.

pub(crate) mod approval;
pub(crate) mod approver;
pub(crate) mod events;
pub(crate) mod heartbeat;
pub(crate) mod pages;
pub mod sse;
pub(crate) mod stop;
