//! How an action ended, reported once and for good.

use dashclaw::api::actions::{Action, OutcomeStatus};
use dashclaw::api::outcomes::{Outcome, ReportedAction};
use dashclaw::clock;
use serde_json::Value;

use super::actions::{find, unknown};
use super::scrub::Scrub;
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::lifecycle::{Close, Refused, Report, Transition};
use crate::store::Transitioned;

/// Longer texts are cut to this many characters.
const MAX_TEXT: usize = 4000;
/// The most bytes of `progress` as JSON.
const MAX_PROGRESS: usize = 8192;

/// Takes a report.
pub(super) async fn report(call: Call) -> Answer {
    let (report, scrub) = Scrub::apart(call.raw.len(), read(&call)?, scrub).await?;
    let id = call.text("action_id").unwrap_or_default();
    let closes = report.close.is_some();
    let action = match call.app.store.transition(call.org_id(), &id, Transition::Report(report)).await? {
        Transitioned::Done(action) => *action,
        Transitioned::NotFound => return Err(unknown()),
        Transitioned::Refused(Refused::Reported(status)) => {
            return Err(Refusal::conflict("outcome already set").with("current_status", status.as_str()));
        }
        Transitioned::Refused(Refused::CannotReport(status)) => {
            let error = format!("Cannot report an outcome for an action in status '{status}'");
            return Err(Refusal::conflict(error).with("current_status", status.as_str()));
        }
        Transitioned::Refused(other) => {
            return Err(Refusal::internal(format!("a report was refused: {other:?}")));
        }
    };
    let outcome = outcome(&action);
    call.app.hub.publish(call.org_id(), "action.updated", &outcome);
    let action_status = closes.then(|| action.status.clone());
    if closes {
        call.app.hub.publish(call.org_id(), "action.updated", &action);
    }
    let security = Some(scrub.security());
    ok(&ReportedAction { outcome, action_status, security, ..ReportedAction::default() })
}

/// Reads the body with the words this endpoint has for what is wrong.
fn read(call: &Call) -> Answer<Report> {
    let status = match call.body.get("status").and_then(Value::as_str) {
        Some("completed") => OutcomeStatus::Completed,
        Some("partial") => OutcomeStatus::Partial,
        Some("failed") => OutcomeStatus::Failed,
        _ => {
            let details = "status must be one of: completed, partial, failed";
            return Err(Refusal::bad_request("Invalid status").with("details", details));
        }
    };
    let text = |snake: &str, camel: &str| {
        let given = call.body.get(snake).or_else(|| call.body.get(camel)).and_then(Value::as_str);
        given.filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let (summary, error_message) = (text("summary", "summary"), text("error_message", "errorMessage"));
    if status == OutcomeStatus::Failed && error_message.is_none() {
        return Err(Refusal::bad_request("error_message is required when status is \"failed\""));
    }
    let progress = call.body.get("progress").filter(|progress| progress.is_object()).cloned();
    if status == OutcomeStatus::Partial && progress.is_none() {
        return Err(Refusal::bad_request("progress (object) is required when status is \"partial\""));
    }
    let size = progress.as_ref().map_or(0, |progress| progress.to_string().len());
    if size > MAX_PROGRESS {
        let error = format!("progress payload too large ({size} bytes; max {MAX_PROGRESS})");
        return Err(Refusal::bad_request(error));
    }
    let close = close(call)?;
    Ok(Report { status, summary, error_message, progress, close, now: clock::now_iso() })
}

/// Whether a running action ends with its report.
fn close(call: &Call) -> Answer<Option<Close>> {
    let wrong = |name: &str, form: &str| Refusal::bad_request(format!("{name} must be {form}"));
    let given = |snake: &str, camel: &str| {
        call.body.get(snake).or_else(|| call.body.get(camel)).filter(|value| !value.is_null())
    };
    let duration_ms = match given("duration_ms", "durationMs").map(Value::as_i64) {
        None => None,
        Some(Some(length)) if length >= 0 => Some(length),
        Some(_) => return Err(wrong("duration_ms", "a number of milliseconds, 0 or more")),
    };
    match given("close_if_running", "closeIfRunning").map(Value::as_bool) {
        None | Some(Some(false)) => Ok(None),
        Some(Some(true)) => Ok(Some(Close { duration_ms })),
        Some(None) => Err(wrong("close_if_running", "true or false")),
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
pub(super) async fn get(call: Call) -> Answer {
    ok(&outcome(&find(&call).await?))
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
