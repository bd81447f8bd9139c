//! A human's decision about one action, and what the record says of it.

use std::fmt::Write as _;

use dashclaw::api::actions::{Action, ActionStatus, GetAction};
use dashclaw::api::approvals::{ApprovalDecision, ApproveAction};
use dashclaw::{DashClaw, Error, ErrorKind, Result};

use crate::output::shown;

/// What became of a decision.
#[derive(Clone, Debug)]
pub(crate) enum Decided {
    /// The server took it.
    Taken(Box<Action>),
    /// The server's answer was lost; this is the record as it was read again.
    Lost(Box<Action>),
    /// It came too late: the action did not wait any more.
    Late(Box<Action>),
}

/// Decides once, and never again: where the answer is lost, or somebody was faster, the record is read.
pub(crate) async fn decide(
    client: &DashClaw,
    action_id: &str,
    decision: &ApprovalDecision,
    reason: Option<&str>,
) -> Result<Decided> {
    let asked = ApproveAction {
        action_id: action_id.into(),
        decision: decision.clone(),
        reasoning: reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned),
        ..ApproveAction::default()
    };
    match client.approve_action(asked).await {
        Ok(approved) => Ok(Decided::Taken(Box::new(approved.action))),
        Err(error) => reread(client, action_id, error).await,
    }
}

async fn reread(client: &DashClaw, action_id: &str, error: Error) -> Result<Decided> {
    if !matches!(error.kind(), ErrorKind::OutcomeUnknown | ErrorKind::Conflict | ErrorKind::Validation) {
        return Err(error);
    }
    // What the server said first is the better explanation when it cannot be read again.
    let Ok(read) = client.get_action(GetAction::from(action_id)).await else { return Err(error) };
    let action = Box::new(read.action);
    match (error.kind(), waits(&action)) {
        (ErrorKind::OutcomeUnknown, _) => Ok(Decided::Lost(action)),
        (_, false) => Ok(Decided::Late(action)),
        // It waits, so something else was wrong with the decision.
        (_, true) => Err(error),
    }
}

/// Whether it waits for a human.
pub(crate) fn waits(action: &Action) -> bool {
    action.status == ActionStatus::PendingApproval
}

/// Whether the record shows this decision.
pub(crate) fn shows(action: &Action, decision: &ApprovalDecision) -> bool {
    match &action.decision {
        Some(made) => made == decision,
        // Servers without fields for the decision.
        None => action.approved_by.is_some() == (*decision == ApprovalDecision::Allow) && !waits(action),
    }
}

/// Who decided what and when, from the fields that only a decision sets; else the state that the action is in.
pub(crate) fn told(action: &Action) -> String {
    let id = shown(action.action_id.as_str());
    let by = action.decision_by.as_deref().or(action.approved_by.as_deref());
    let at = action.decision_at.as_deref().or(action.approved_at.as_deref());
    let word = match (&action.decision, by) {
        (Some(ApprovalDecision::Deny), _) => "denied",
        (Some(ApprovalDecision::Allow), _) | (None, Some(_)) => "approved",
        _ if waits(action) => return format!("{id} still waits"),
        _ => return format!("{id} is {}", shown(action.status.as_str())),
    };
    let mut text = format!("{id} was {word}");
    if let Some(by) = by {
        let _ = write!(text, " by {}", shown(by));
    }
    if let Some(at) = at {
        let _ = write!(text, " at {}", shown(at));
    }
    if let Some(reason) = action.decision_reason.as_deref().filter(|reason| !reason.is_empty()) {
        let _ = write!(text, ": {}", shown(reason));
    }
    text
}
