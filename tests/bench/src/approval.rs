//! How long after its approval a waiting agent returns.

use std::time::{Duration, Instant};

use dashclaw::api::actions::CreateAction;
use dashclaw::api::approvals::{ApprovalDecision, ApproveAction};
use dashclaw::config::ApprovalBanner;
use dashclaw::{DashClaw, WaitOptions};
use serde_json::json;

use crate::meter::{percentile, print};
use crate::{Problem, Target, sdk};

/// How long the agent waits at least before it is approved, so that its event stream is open.
const SETTLED: Duration = Duration::from_millis(15);
/// How far the moments of approval are spread, so that they meet every phase of the client's and server's timers.
const SPREAD: u32 = 10;
/// Trials that are not counted: they open the connections.
const WARM_UP: usize = 3;

/// Measures `trials` approvals, one after the other.
///
/// The clock starts before the approval is even sent. The event is published while that request is answered, so the
/// time from the event to the agent's return is shorter than what is printed.
pub(crate) async fn run(target: &Target, trials: usize) -> Result<(), Problem> {
    let agent = DashClaw::builder()
        .base_url(&target.url)
        .api_key(&target.key)
        .agent_id("bench-agent")
        .approval_banner(ApprovalBanner::Off)
        .build()?;
    let operator = sdk::client(target, "bench-operator")?;
    let mut latencies = Vec::with_capacity(trials);
    for trial in 0..WARM_UP {
        once(&agent, &operator, trial).await?;
    }
    for trial in WARM_UP..WARM_UP + trials {
        latencies.push(once(&agent, &operator, trial).await?);
    }
    latencies.sort_unstable();
    print(&json!({
        "name": "approval",
        "calls": trials,
        "p50_us": percentile(&latencies, 0.50),
        "p99_us": percentile(&latencies, 0.99),
        "max_us": percentile(&latencies, 1.0),
    }))
}

async fn once(agent: &DashClaw, operator: &DashClaw, trial: usize) -> Result<Duration, Problem> {
    let created = agent
        .create_action(CreateAction {
            action_type: "bench_approval".to_owned(),
            declared_goal: format!("Approval trial {trial}"),
            ..CreateAction::default()
        })
        .await?;
    let id = created.action.action_id.clone();
    let (waiter, waited_for) = (agent.clone(), id.clone());
    // The safety net is moved out of the way: what is measured is the event.
    let options = WaitOptions {
        timeout: Some(Duration::from_secs(20)),
        interval: Some(Duration::from_secs(19)),
        cancel: None,
    };
    let waiting = tokio::spawn(async move {
        let end = waiter.wait_for_approval(waited_for.as_str(), &options).await;
        (Instant::now(), end)
    });
    let phase = u32::try_from(trial).unwrap_or_default() % SPREAD;
    tokio::time::sleep(SETTLED + Duration::from_millis(1) * phase).await;
    if waiting.is_finished() {
        return Err("the wait ended before anybody approved".into());
    }
    let begin = Instant::now();
    operator
        .approve_action(ApproveAction {
            action_id: id.clone(),
            decision: ApprovalDecision::Allow,
            ..ApproveAction::default()
        })
        .await?;
    let (end, approved) = waiting.await?;
    approved?;
    Ok(end.saturating_duration_since(begin))
}
