//! `dashclaw show`: one action, and what became of it when.

use std::fmt::Write as _;

use clap::Args;
use dashclaw::api::actions::{Action, ActionDetail, ActionTrace, GetAction, GetActionTrace};
use serde_json::json;

use crate::decision;
use crate::failure::Ended;
use crate::output::{Colour, Output, Table, shown, shown_or_dash};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw show act_5f0c…
  dashclaw show act_5f0c… --json";

/// Shows an action and what became of it when.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Show {
    /// Which action: act_…
    #[arg(value_name = "ACTION")]
    action: String,
}

impl Show {
    pub(crate) fn run(self, output: Output) -> Ended {
        let session = Session::open(output)?;
        let client = session.client();
        let detail = session.run(client.get_action(GetAction::from(&*self.action)))?;
        let trace = session.run(client.get_action_trace(GetActionTrace::from(&*self.action)))?;
        if output.is_json() {
            let timeline: Vec<_> = timeline(&detail)
                .into_iter()
                .map(|moment| json!({ "at": moment.at, "what": moment.what, "detail": moment.detail }))
                .collect();
            output.json(&json!({ "action": detail.action, "timeline": timeline, "detail": detail, "trace": trace.trace }))?;
        } else {
            output.long(&told(&detail, &trace, output))?;
        }
        Ok(0)
    }
}

/// Something that happened to an action.
struct Moment {
    at: String,
    what: &'static str,
    detail: String,
}

/// What happened to it, in order. Times are ISO-8601 in UTC, so their order is that of their texts.
fn timeline(detail: &ActionDetail) -> Vec<Moment> {
    let action = &detail.action;
    let mut moments = Vec::new();
    let mut add = |at: Option<&str>, what, detail: String| {
        if let Some(at) = at.filter(|at| !at.is_empty()) {
            moments.push(Moment { at: at.to_owned(), what, detail });
        }
    };
    add(Some(&action.timestamp_start), "created", shown(&action.declared_goal));
    for assumption in &detail.assumptions {
        add(Some(&assumption.created_at), "assumed", shown(&assumption.assumption));
    }
    for open in &detail.open_loops {
        add(Some(&open.created_at), "left open", shown(&open.description));
    }
    let decided = action.decision_at.as_deref().or(action.approved_at.as_deref());
    add(decided, "decided", decision::told(action));
    let outcome = action.outcome_summary.as_deref().or(action.outcome_error.as_deref()).unwrap_or_default();
    add(
        action.outcome_at.as_deref(),
        "reported",
        format!("{} {}", shown(action.outcome_status.as_str()), shown(outcome)),
    );
    let end = action.error_message.as_deref().or(action.output_summary.as_deref()).unwrap_or_default();
    add(
        action.timestamp_end.as_deref(),
        "ended",
        format!("{} {}", shown(action.status.as_str()), shown(end)),
    );
    moments.sort_by(|one, other| one.at.cmp(&other.at));
    moments
}

fn told(detail: &ActionDetail, trace: &ActionTrace, output: Output) -> String {
    let action = &detail.action;
    let risk = output.paint(Colour::of_risk(action.risk_score), &action.risk_score.to_string());
    let mut text = format!(
        "{}  {}  {}\nGoal: {}\nAgent: {}\nRisk: {risk}\n",
        output.paint(Colour::Bold, &shown(action.action_id.as_str())),
        shown(&action.action_type),
        shown(action.status.as_str()),
        shown(&action.declared_goal),
        who(action),
    );
    if let Some(reasoning) = action.reasoning.as_deref().filter(|text| !text.is_empty()) {
        let _ = writeln!(text, "Reasoning: {}", shown(reasoning));
    }
    if action.systems_touched.len() > 2 {
        let _ = writeln!(text, "Systems: {}", shown(&action.systems_touched));
    }
    if action.cost_estimate > 0.0 {
        let _ = writeln!(text, "Cost: ${}", action.cost_estimate);
    }
    for (label, actions) in [("Part of", &trace.trace.parent_chain), ("Parts", &trace.trace.sub_actions)] {
        for other in actions {
            let id = shown(other.action_id.as_str());
            let _ = writeln!(
                text,
                "{label}: {id} {} {}",
                shown(other.status.as_str()),
                shown(&other.declared_goal)
            );
        }
    }
    if detail.message_summary.total > 0 {
        let _ = writeln!(text, "Messages: {}", detail.message_summary.total);
    }
    let mut table = Table::new(["AT (UTC)", "WHAT", "DETAIL"]);
    for moment in timeline(detail) {
        table.row([shown(&moment.at), moment.what.to_owned(), moment.detail]);
    }
    format!("{text}\n{}", table.text())
}

fn who(action: &Action) -> String {
    let id = shown_or_dash(Some(&action.agent_id));
    action.agent_name.as_deref().map_or(id.clone(), |name| format!("{id} ({})", shown(name)))
}
