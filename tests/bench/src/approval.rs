//! How long after its approval a waiting agent returns.

use std::time::{Duration, Instant};

use dashclaw::api::actions::CreateAction;
use dashclaw::api::approvals::{ApprovalDecision, ApproveAction};
use dashclaw::options::ApprovalBanner;
use dashclaw::{DashClaw, EventOptions, WaitOptions};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
/// Two clocks run: one from before the approval is sent, and one from the moment at which a bystander, who does nothing
/// but read the event stream in the same process, has the event.
pub(crate) async fn run(target: &Target, trials: usize) -> Result<(), Problem> {
    let agent = DashClaw::builder()
        .base_url(&target.url)
        .api_key(&target.key)
        .agent_id("bench-agent")
        .approval_banner(ApprovalBanner::Off)
        .build()?;
    let operator = sdk::client(target, "bench-operator")?;
    let mut events = bystander(&sdk::client(target, "bench-bystander")?);
    for trial in 0..WARM_UP {
        once(&agent, &operator, &mut events, trial).await?;
    }
    let (mut from_request, mut from_event) = (Vec::new(), Vec::new());
    for trial in WARM_UP..WARM_UP + trials {
        let (request, event) = once(&agent, &operator, &mut events, trial).await?;
        from_request.push(request);
        from_event.push(event);
    }
    print(&json!({
        "name": "approval",
        "calls": trials,
        "from_event": summary(&mut from_event),
        "from_request": summary(&mut from_request),
    }))
}

fn summary(latencies: &mut [Duration]) -> serde_json::Value {
    latencies.sort_unstable();
    json!({
        "p50_us": percentile(latencies, 0.50),
        "p99_us": percentile(latencies, 0.99),
        "max_us": percentile(latencies, 1.0),
    })
}

/// When each event about an action came, and its text.
fn bystander(client: &DashClaw) -> UnboundedReceiver<(Instant, String)> {
    let (sender, receiver) = unbounded_channel();
    let mut stream = client.events(EventOptions::default());
    tokio::spawn(async move {
        while let Some(Ok(event)) = stream.next().await {
            let seen = (Instant::now(), event.data.get().to_owned());
            if event.event == "action.updated" && sender.send(seen).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The time to the agent's return from before the approval was sent, and from its event.
async fn once(
    agent: &DashClaw,
    operator: &DashClaw,
    events: &mut UnboundedReceiver<(Instant, String)>,
    trial: usize,
) -> Result<(Duration, Duration), Problem> {
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
    let event = loop {
        let (at, data) = events.recv().await.ok_or("the event stream ended")?;
        if at >= begin && data.contains(id.as_str()) {
            break at;
        }
    };
    Ok((end.saturating_duration_since(begin), end.saturating_duration_since(event)))
}
