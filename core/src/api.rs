//! The catalogue: every operation of the HTTP API, one module per domain.
//!
//! Each operation is declared once. The typed Rust methods, the untyped [`DashClaw::call`](crate::DashClaw::call), the
//! embedded instance, every language's face, the API reference and the OpenAPI document all follow from these modules.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::Row;

pub mod guard;

/// Members that this version does not know, kept as they came.
pub type Extra = BTreeMap<String, Value>;

/// Every domain's rows.
pub static DOMAINS: &[&[&Row]] = &[guard::OPERATIONS];
