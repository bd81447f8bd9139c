//! `dashclaw policy diff`: which recorded decisions would be others under other policies.

use std::path::{Path, PathBuf};

use clap::Args;
use dashclaw::api::actions::GetActions;
use dashclaw::clock;
use dashclaw_server::policy::{Evaluation, HistoricalAction, Policy, PolicySet, replay};
use serde_json::{Value, json};

use super::policies_of;
use crate::failure::{Ended, FAILED, Failure};
use crate::output::{Output, Table, shown, shown_or_dash};
use crate::session::Session;

/// The most actions that are compared.
const MOST: usize = 10_000;
const DAY_MS: i64 = 86_400_000;
/// Policies of this type ask somebody else, who is not asked about the past.
const WEBHOOK: &str = "webhook_check";

const EXAMPLES: &str = "\
Examples:
  dashclaw policy diff policies.yaml policies.new.yaml
  dashclaw policy diff policies.yaml policies.new.yaml --days 90 --json

Every recorded action of the time, the newest 10,000 at most, is judged by both files, with the risk it was recorded with; webhooks
are not asked. Like diff, it ends with 0 when nothing would change, 1 when something would, 2 when that cannot be said.";

/// Says which recorded decisions would change from one policy file to another.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// The policy file as it is
    old: PathBuf,
    /// The policy file as it may become
    new: PathBuf,
    /// How far to look back
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
}

impl Diff {
    pub(super) fn run(self, output: Output) -> Ended {
        let (old, new) = (set(&self.old, output)?, set(&self.new, output)?);
        let session = Session::open(output)?;
        let since = clock::iso(clock::unix_millis() - self.days * DAY_MS);
        let history = session.block_on(history(&session, &since, output))?;
        let (before, after) = (replay(&old, &history), replay(&new, &history));
        let changed: Vec<Change<'_>> = history
            .iter()
            .zip(before.iter().zip(&after))
            .filter(|(_, (before, after))| before.verdict != after.verdict)
            .map(|(action, (before, after))| Change { action, before, after })
            .collect();
        let whole: Vec<Value> = changed.iter().map(Change::json).collect();
        let whole = json!({ "days": self.days, "compared": history.len(), "changed": whole });
        if output.is_json() {
            output.json(&whole)?;
        } else {
            output.long(&text(&changed, history.len()))?;
        }
        Ok(if changed.is_empty() { 0 } else { FAILED })
    }
}

/// An action whose verdict would change.
struct Change<'a> {
    action: &'a HistoricalAction,
    before: &'a Evaluation,
    after: &'a Evaluation,
}

impl Change<'_> {
    fn json(&self) -> Value {
        let Self { action, before, after } = self;
        json!({
            "action_id": action.action_id,
            "timestamp": action.timestamp,
            "action_type": action.context.action_type,
            "agent_id": action.context.agent_id,
            "old": before.verdict,
            "new": after.verdict,
            "old_reasons": before.reasons,
            "new_reasons": after.reasons,
        })
    }
}

fn text(changed: &[Change<'_>], compared: usize) -> String {
    let sum = format!("{} of {compared} recorded actions would be decided differently.", changed.len());
    if changed.is_empty() {
        return sum;
    }
    let mut table = Table::new(["ACTION", "AT (UTC)", "AGENT", "TYPE", "OLD", "NEW", "WHY"]);
    for Change { action, before, after } in changed {
        let why =
            after.reasons.iter().chain(&after.warnings).chain(&before.reasons).chain(&before.warnings).next();
        table.row([
            shown(&action.action_id),
            shown(&action.timestamp),
            shown_or_dash(action.context.agent_id.as_deref()),
            shown(&action.context.action_type),
            before.verdict.as_str().to_owned(),
            after.verdict.as_str().to_owned(),
            shown_or_dash(why.map(String::as_str)),
        ]);
    }
    format!("{}\n\n{sum}", table.text())
}

fn set(file: &Path, output: Output) -> Result<PolicySet, Failure> {
    let (asking, own): (Vec<_>, Vec<_>) =
        policies_of(file)?.into_iter().partition(|policy| policy.policy_type == WEBHOOK);
    if !asking.is_empty() {
        output.aside(&format!("{}: {} webhook policies are left out", file.display(), asking.len()));
    }
    Ok(PolicySet::compile(own.into_iter().map(|policy| Policy {
        id: policy.name.clone(),
        name: policy.name,
        policy_type: policy.policy_type,
        rules: policy.rules,
        active: policy.active,
        agent_ids: (!policy.agent_ids.is_empty()).then(|| Value::from(policy.agent_ids).to_string()),
    })))
}

/// The recorded actions since then, the newest first.
async fn history(session: &Session, since: &str, output: Output) -> Result<Vec<HistoricalAction>, Failure> {
    let asked = GetActions { limit: Some(200), ..GetActions::default() };
    let mut pages = session.client().iter_actions(asked);
    let mut history = Vec::new();
    while let Some(action) = pages.next().await {
        let action = action.map_err(|error| session.explained(error))?;
        if action.timestamp_start.as_str() < since || history.len() == MOST {
            break;
        }
        history.push(HistoricalAction::from(action));
        if history.len() % 200 == 0 {
            output.progress(&format!("{} actions read", history.len()));
        }
    }
    output.progress("");
    Ok(history)
}
