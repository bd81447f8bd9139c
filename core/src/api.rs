//! The catalogue: every operation of the HTTP API, one module per domain.
//!
//! Each operation is declared once. The typed Rust methods, the untyped [`DashClaw::call`](crate::DashClaw::call), the
//! embedded instance, every language's face, the API reference and the OpenAPI document all follow from these modules.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::Row;

pub mod actions;
pub mod agents;
pub mod approvals;
pub mod assumptions;
pub mod capabilities;
pub mod guard;
pub mod health;
pub mod integrity;
pub mod journal;
pub mod knowledge;
pub mod learning;
pub mod loops;
pub mod model_strategies;
pub mod outcomes;
pub mod policies;
pub mod preferences;
pub mod security;
pub mod sessions;
pub mod signals;
pub mod snippets;
pub mod usage;
#[cfg(test)]
mod wire_tests;
pub mod workflows;

/// Members that this version does not know, kept as they came.
pub type Extra = BTreeMap<String, Value>;

/// Every domain's rows.
pub static DOMAINS: &[&[&Row]] = &[
    guard::OPERATIONS,
    actions::OPERATIONS,
    approvals::OPERATIONS,
    outcomes::OPERATIONS,
    assumptions::OPERATIONS,
    loops::OPERATIONS,
    signals::OPERATIONS,
    policies::OPERATIONS,
    sessions::OPERATIONS,
    integrity::OPERATIONS,
    agents::OPERATIONS,
    learning::OPERATIONS,
    workflows::OPERATIONS,
    capabilities::OPERATIONS,
    model_strategies::OPERATIONS,
    knowledge::OPERATIONS,
    snippets::OPERATIONS,
    preferences::OPERATIONS,
    journal::OPERATIONS,
    usage::OPERATIONS,
    health::OPERATIONS,
];
