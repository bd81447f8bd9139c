//! The catalogue: every operation of the HTTP API, one module per domain.
//!
//! Each operation is declared once. The typed Rust methods, the untyped [`DashClaw::call`](crate::DashClaw::call), the
//! embedded instance, every language's face, the API reference and the OpenAPI document all follow from these modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::catalogue::{Row, snake_case};

#[cfg(test)]
mod check;
pub mod ids;
#[cfg(test)]
mod wire_tests;

/// The domains, in the order in which they are documented; in brackets those of its modules that declare operations, too.
macro_rules! domains {
    ($($domain:ident $([$($part:ident),*])?,)*) => {
        $(pub mod $domain;)*

        /// Every domain's rows.
        pub static DOMAINS: &[&[&Row]] =
            &[$($domain::OPERATIONS, $($($domain::$part::OPERATIONS,)*)?)*];
    };
}

domains! {
    guard,
    actions,
    approvals,
    outcomes,
    assumptions,
    loops,
    signals,
    policies,
    halts,
    compliance,
    sessions,
    handoffs,
    messages [attachments],
    integrity,
    security,
    secrets,
    agents,
    reputation,
    work_orders,
    x402 [paid],
    artifacts,
    pairings,
    identities,
    learning,
    orgs,
    hosted,
    webhooks,
    activity,
    doctor,
    drift,
    prompts,
    evaluations,
    scoring,
    workflows,
    capabilities,
    model_strategies,
    knowledge,
    snippets,
    preferences,
    journal,
    usage,
    health,
    operations,
    events,
    legacy,
}

/// All rows, domain by domain.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    DOMAINS.iter().flat_map(|domain| domain.iter()).copied()
}

/// The row called `name`, in either spelling.
pub fn find(name: &str) -> Option<&'static Row> {
    static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Row>> =
        LazyLock::new(|| rows().map(|row| (row.name, row)).collect());
    BY_NAME.get(&*snake_case(name)).copied()
}

/// Whether any operation has an argument of this name.
pub(crate) fn is_argument(name: &str) -> bool {
    static NAMES: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| rows().flat_map(Row::arguments).map(|field| field.name).collect());
    NAMES.contains(name)
}
