//! How an action ended, reported once and for good.

use dashclaw::api::actions::Action;
use dashclaw::api::ids::ActionId;
use dashclaw::api::outcomes::{GetActionOutcome, Outcome, ReportedAction};
use dashclaw::clock;

use crate::context::Context;
use crate::db::{DbResult, Tx};
use crate::domains::actions::cases::{find, transition};
use crate::domains::actions::rules::{Refused, Report, Transition};
use crate::failure::{Answer, Failure};
use crate::scrub::Scrub;

/// Longer texts are cut to this many characters.
const MAX_TEXT: usize = 4000;

/// Takes a report.
pub(super) async fn report(context: Context, action_id: ActionId, report: Report) -> Answer<ReportedAction> {
    let (report, scrub) = Scrub::apart(context.size, report, scrub).await?;
    let closes = report.close.is_some();
    let step = Transition::Report(report);
    let action = transition(&context, action_id, step, reported).await?.map_err(not_reported)?;
    let outcome = outcome(&action);
    let action_status = closes.then(|| action.status.clone());
    let security = Some(scrub.security());
    Ok(ReportedAction { outcome, action_status, security, ..ReportedAction::default() })
}

/// Tells the outcome, and where the report has ended the action, what that is now.
fn reported(tx: &Tx<'_>, step: &Transition, action: &Action) -> DbResult<()> {
    tx.tell("action.updated", &outcome(action))?;
    match step {
        Transition::Report(Report { close: Some(_), .. }) => tx.tell("action.updated", action),
        _ => Ok(()),
    }
}

fn not_reported(refused: Refused) -> Failure {
    match refused {
        Refused::Reported(status) => {
            Failure::conflict("outcome already set").with("current_status", status.as_str())
        }
        Refused::CannotReport(status) => {
            let error = format!("Cannot report an outcome for an action in status '{status}'");
            Failure::conflict(error).with("current_status", status.as_str())
        }
        other => Failure::internal(format!("a report was refused: {other:?}")),
    }
}

fn scrub(scrub: &mut Scrub, report: &mut Report) {
    let Report { summary, error_message, progress, .. } = report;
    for text in [summary, error_message].into_iter().flatten() {
        // The whole text is looked at before it is cut, so that no secret is cut in two and half kept.
        scrub.text(text);
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
        }
    }
    if let Some(progress) = progress {
        scrub.value(progress);
    }
}

/// Reads how an action ended.
pub(super) async fn get(context: Context, request: GetActionOutcome) -> Answer<Outcome> {
    Ok(outcome(&find(&context, &request.action_id).await?))
}

fn outcome(action: &Action) -> Outcome {
    let end = action.outcome_at.as_deref().and_then(clock::parse_iso).unwrap_or_else(clock::unix_millis);
    let start = clock::parse_iso(&action.timestamp_start).unwrap_or(end);
    Outcome {
        action_id: action.action_id.clone(),
        status: action.outcome_status.clone(),
        outcome_at: action.outcome_at.clone(),
        summary: action.outcome_summary.clone(),
        error_message: action.outcome_error.clone(),
        progress: action.outcome_progress.clone(),
        elapsed_ms: (end - start).max(0),
        ..Outcome::default()
    }
}
