//! `dashclaw approvals`: what waits for a human, as an inbox or as a list.

use std::io::{stdin, stdout};

use clap::Args;
use dashclaw::api::actions::Action;
use dashclaw::api::approvals::GetPendingApprovals;
use serde_json::json;

use crate::failure::{Ended, Failure};
use crate::inbox;
use crate::output::{Output, Table, shown};
use crate::session::Session;
use crate::settings::is_full_terminal;

/// The most that the server lists at once.
const PAGE: i64 = 200;

const EXAMPLES: &str = "\
Examples:
  dashclaw approvals                    # the inbox: arrows move, a and then y approves, d denies, q quits
  dashclaw approvals | head             # a list
  dashclaw approvals --json | jq -r '.actions[].action_id'

The inbox shows what comes as it comes. Enter, pasted text and keys that were typed ahead decide nothing. Without a terminal, with
TERM=dumb and with --json it is a list; `dashclaw approve` and `dashclaw deny` decide then.
Exit codes: 0 left with q, or listed; 129 the terminal went away; 130 Ctrl-C.";

/// Shows what waits for you, and takes your decisions.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Approvals {}

impl Approvals {
    pub(crate) fn run(output: Output) -> Ended {
        let session = Session::open(output)?;
        if !output.is_json() && is_full_terminal(&stdin()) && is_full_terminal(&stdout()) {
            return inbox::run(&session);
        }
        let actions = session.block_on(all(&session))?;
        if output.is_json() {
            output.json(&json!({ "actions": actions, "total": actions.len() }))?;
        } else if actions.is_empty() {
            output.say("Nothing waits.")?;
        } else {
            output.long(&table(&actions))?;
        }
        Ok(0)
    }
}

async fn all(session: &Session) -> Result<Vec<Action>, Failure> {
    let asked = GetPendingApprovals { limit: Some(PAGE), ..GetPendingApprovals::default() };
    let mut pages = session.client().iter_pending_approvals(asked);
    let mut actions = Vec::new();
    while let Some(action) = pages.next().await {
        actions.push(action.map_err(|error| session.explained(error))?);
    }
    Ok(actions)
}

fn table(actions: &[Action]) -> String {
    let mut table = Table::new(["ACTION", "RISK", "TYPE", "AGENT", "SINCE (UTC)", "GOAL"]);
    for action in actions {
        table.row([
            shown(action.action_id.as_str()),
            action.risk_score.to_string(),
            shown(&action.action_type),
            shown(&action.agent_id),
            shown(&action.timestamp_start),
            shown(&action.declared_goal),
        ]);
    }
    table.text()
}
