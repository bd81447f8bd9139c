//! The catalogue: every operation of the HTTP API, one module per domain.
//!
//! Each operation is declared once. The typed Rust methods, the untyped [`DashClaw::call`](crate::DashClaw::call), the
//! embedded instance, every language's face, the API reference and the OpenAPI document all follow from these modules.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::Row;

pub mod actions;
pub mod activity;
pub mod agents;
pub mod approvals;
pub mod artifacts;
pub mod assumptions;
pub mod capabilities;
pub mod compliance;
pub mod drift;
pub mod evaluations;
pub mod guard;
pub mod handoffs;
pub mod health;
pub mod hosted;
pub mod identities;
pub mod integrity;
pub mod journal;
pub mod knowledge;
pub mod learning;
pub mod legacy;
pub mod loops;
pub mod messages;
pub mod model_strategies;
pub mod operations;
pub mod orgs;
pub mod outcomes;
pub mod pairings;
pub mod policies;
pub mod preferences;
pub mod prompts;
pub mod reputation;
pub mod scoring;
pub mod secrets;
pub mod security;
pub mod sessions;
pub mod signals;
pub mod snippets;
pub mod usage;
pub mod webhooks;
#[cfg(test)]
mod wire_tests;
pub mod work_orders;
pub mod workflows;
pub mod x402;

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
    compliance::OPERATIONS,
    sessions::OPERATIONS,
    handoffs::OPERATIONS,
    messages::OPERATIONS,
    messages::attachments::OPERATIONS,
    integrity::OPERATIONS,
    security::OPERATIONS,
    secrets::OPERATIONS,
    agents::OPERATIONS,
    reputation::OPERATIONS,
    work_orders::OPERATIONS,
    x402::OPERATIONS,
    x402::paid::OPERATIONS,
    artifacts::OPERATIONS,
    pairings::OPERATIONS,
    identities::OPERATIONS,
    learning::OPERATIONS,
    orgs::OPERATIONS,
    hosted::OPERATIONS,
    webhooks::OPERATIONS,
    activity::OPERATIONS,
    drift::OPERATIONS,
    prompts::OPERATIONS,
    evaluations::OPERATIONS,
    scoring::OPERATIONS,
    workflows::OPERATIONS,
    capabilities::OPERATIONS,
    model_strategies::OPERATIONS,
    knowledge::OPERATIONS,
    snippets::OPERATIONS,
    preferences::OPERATIONS,
    journal::OPERATIONS,
    usage::OPERATIONS,
    health::OPERATIONS,
    operations::OPERATIONS,
    legacy::OPERATIONS,
];
