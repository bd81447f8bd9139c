//! The crate `dashclaw`, as its users call it.

use dashclaw::DashClaw;
use dashclaw::api::guard::Verdict;

use crate::meter::{Bounds, Caller, measure};
use crate::{Problem, Target, payload};

/// A client for `target`.
pub(crate) fn client(target: &Target, agent_id: &str) -> Result<DashClaw, Problem> {
    Ok(DashClaw::builder().base_url(&target.url).api_key(&target.key).agent_id(agent_id).build()?)
}

/// Measures the typed `guard` with one client that the callers share.
pub(crate) async fn run(target: &Target, bounds: &Bounds) -> Result<(), Problem> {
    let client = client(target, "bench-agent")?;
    let callers = (0..bounds.callers).map(|_| Agent(client.clone())).collect();
    measure("rust", bounds, callers).await.map(drop)
}

struct Agent(DashClaw);

impl Caller for Agent {
    async fn call(&mut self) -> Result<(), Problem> {
        let verdict = self.0.guard(payload::guard()).await?;
        if verdict.decision == Verdict::Allow && verdict.decision_id.is_some() {
            Ok(())
        } else {
            Err("guard did not allow".into())
        }
    }
}
