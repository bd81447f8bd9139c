//! The policy engine: what a guard call is told, and why.
//!
//! Pure decision logic. The storage layer supplies [`Facts`], the HTTP layer supplies a [`GuardContext`], and
//! [`evaluate`] answers with an [`Evaluation`]. The one check that leaves the process, `webhook_check`, sits
//! behind [`evaluate_with_webhooks`]; everything else is a function of its arguments.

mod combine;
mod context;
mod evaluate;
mod file;
pub mod matching;
mod mistake;
pub mod names;
mod risk;
pub mod rules;
mod schema;
mod set;
mod simulate;
mod verdict;
pub mod webhook;

pub use combine::{Evaluation, OPERATOR_APPROVAL, ORG_HALT, PROMPT_INJECTION_SCAN};
pub use context::{Facts, GuardContext, InjectionRule, OperatorApproval, OrgHalt, Permission, Purchase};
pub use evaluate::{GuardSettings, Stages, evaluate, evaluate_with_webhooks};
pub use file::{FilePolicy, check_policy_text, parse_policy_file, read_policy_file};
pub use mistake::Mistake;
pub use risk::{RiskScore, server_risk};
pub use schema::policy_file_schema;
pub use set::{Policy, PolicySet, SkippedPolicy};
pub use simulate::{
    HistoricalAction, MAX_SAMPLE, Simulation, SimulationMatch, SimulationSummary, replay, simulate,
};
pub use verdict::Verdict;
