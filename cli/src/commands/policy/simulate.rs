//! `dashclaw policy simulate`: what the policies of a file would have said to the recorded actions.

use std::path::PathBuf;

use clap::Args;
use dashclaw::api::policies::{PolicySimulation, SimulatePolicy};
use serde_json::json;

use super::policies_of;
use crate::failure::Ended;
use crate::output::{Output, Table, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw policy simulate policies.yaml
  dashclaw policy simulate policies.yaml --days 30 --json

Each policy is tried alone on the newest 200 actions of the time, each with the risk it was recorded with. Nothing is written.";

/// Says what each policy of a file would have done to the recorded actions.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Simulate {
    /// The policy file
    file: PathBuf,
    /// How far to look back
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
}

impl Simulate {
    pub(super) fn run(self, output: Output) -> Ended {
        let policies = policies_of(&self.file)?;
        let session = Session::open(output)?;
        let mut tried: Vec<(String, String, PolicySimulation)> = Vec::new();
        for (index, policy) in policies.iter().enumerate() {
            output.progress(&format!("{} of {} policies", index + 1, policies.len()));
            let asked = SimulatePolicy {
                policy_type: policy.policy_type.clone().into(),
                rules: serde_json::from_str(&policy.rules).unwrap_or_default(),
                days: Some(self.days),
                ..SimulatePolicy::default()
            };
            let told = session.run(session.client().simulate_policy(asked))?;
            tried.push((policy.name.clone(), policy.policy_type.clone(), told));
        }
        output.progress("");
        let whole: Vec<_> = tried
            .iter()
            .map(|(name, kind, told)| json!({ "policy": name, "type": kind, "simulation": told }))
            .collect();
        output.answer(&json!({ "days": self.days, "policies": whole }), || {
            let mut table = Table::new(["POLICY", "TYPE", "TRIED", "BLOCK", "APPROVAL", "WARN"]);
            for (name, kind, told) in &tried {
                let count = |number: i64| number.to_string();
                let sum = &told.summary;
                table.row([
                    shown(name),
                    shown(kind),
                    count(sum.total),
                    count(sum.block),
                    count(sum.require_approval),
                    count(sum.warn),
                ]);
            }
            table.text()
        })?;
        Ok(0)
    }
}
