//! What the record of an action says about whether its work may run. Pure, and the one place that decides it: for
//! created, replayed and read actions alike.

use serde_json::{Value, json};

use crate::api::guard::Verdict;
use crate::client::call::blocked;
use crate::terminal::printable;
use crate::{Error, ErrorKind};

/// What a human's denial leaves in `reasoning` on servers without fields for the decision.
const DENIAL_NOTE: &str = "[HITL Decision: DENY by ";
/// Letters that show nothing.
const INVISIBLE_LETTERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];

/// The text of a member; nothing for one that is empty.
pub(crate) fn text<'a>(action: &'a Value, name: &str) -> Option<&'a str> {
    action[name].as_str().filter(|text| !text.is_empty())
}

/// Who approved the action. A name that shows neither letter nor digit is nobody's.
pub(crate) fn approver(action: &Value) -> Option<&str> {
    let shows = |letter: char| letter.is_alphanumeric() && !INVISIBLE_LETTERS.contains(&letter);
    text(action, "approved_by").filter(|name| name.contains(shows))
}

/// Whether a human denied the action.
pub(crate) fn is_denied(action: &Value) -> bool {
    let ended = matches!(text(action, "status"), Some("failed" | "cancelled"));
    let noted = || text(action, "reasoning").is_some_and(|reasoning| reasoning.contains(DENIAL_NOTE));
    action["decision"] == "deny" || (ended && approver(action).is_none() && noted())
}

/// The error of an action that was refused: by a policy, by a human, or because nobody decided in time.
///
/// `verdict` is what guard said of it, when that is known.
pub(crate) fn refusal(action: &Value, verdict: &Value) -> Option<Error> {
    let status = text(action, "status").unwrap_or_default();
    let error = match status {
        "blocked" => blocked(block(action, verdict)),
        "expired" => expired(),
        _ if is_denied(action) => denied(action),
        _ => return None,
    };
    Some(about(error, action, status))
}

/// The error of a denial, with the human's reason.
pub(crate) fn denied(action: &Value) -> Error {
    let reason = text(action, "decision_reason").or_else(|| text(action, "error_message"));
    let status = text(action, "status").unwrap_or_default();
    Error::new(ErrorKind::ApprovalDenied, printable(reason.unwrap_or("Operator denied the action."))).with(
        |fields| {
            fields.decision = Some(Value::from(status));
            // What the official clients say of a denial, whatever the answer was that told of it.
            fields.status = Some(403);
        },
    )
}

/// The request for approval expired.
pub(crate) fn expired() -> Error {
    Error::new(ErrorKind::ApprovalExpired, "the request for approval expired before anybody decided")
        .with(|fields| fields.decision = Some(Value::from("expired")))
}

/// How an action ended that neither runs nor waits and was not refused.
pub(crate) fn ended(action: &Value) -> Option<&str> {
    match text(action, "status").unwrap_or_default() {
        "pending_approval" => None,
        // Reporting the outcome does not end the record on every server, but it ends the work.
        "running" => text(action, "outcome_status").filter(|outcome| *outcome != "pending"),
        status => Some(status),
    }
}

/// What stands against the work of an action that is said to run: a verdict that forbids it, or wants an approval that
/// nobody gave.
pub(crate) fn objection(action: &Value, verdict: &Value) -> Option<Error> {
    let malformed = |problem: &str| Some(Error::new(ErrorKind::MalformedResponse, problem));
    let unapproved = "the server requires approval, and the action is `running` though nobody approved it";
    match verdict["decision"].as_str() {
        Some("block") => return Some(blocked(verdict.clone())),
        Some("require_approval") if approver(action).is_none() => return malformed(unapproved),
        Some(word) if !Verdict::WORDS.contains(&word) => return malformed("the verdict is unknown"),
        _ => {}
    }
    match action["decision"].as_str() {
        Some("block") => Some(blocked(block(action, verdict))),
        Some("require_approval") if approver(action).is_none() => malformed(unapproved),
        _ => None,
    }
}

/// Whether the record or its verdict shows that the work was allowed: by guard, or by a human.
pub(crate) fn shows_permission(action: &Value, verdict: &Value) -> bool {
    let word = verdict["decision"].as_str();
    approver(action).is_some() || matches!(word, Some("allow" | "warn")) || action["decision"] == "allow"
}

/// An action that ended before.
pub(crate) fn conflict(action_id: &str, status: &str, way_out: &str) -> Error {
    let message = format!(
        "action {action_id} ended as `{status}` before, and a replay is not new permission; {way_out}"
    );
    Error::new(ErrorKind::Conflict, message).with(|fields| {
        fields.current_status = Some(status.to_owned());
        fields.action_id = Some(action_id.to_owned());
        fields.status = Some(409);
    })
}

/// An action whose work began and of which nobody knows how it ended.
pub(crate) fn in_doubt(action_id: &str, status: &str, why: &str) -> Error {
    let message = format!(
        "an earlier run of action {action_id} began, and nobody knows whether it took effect: {why}; look at what it was to \
         do, then settle it with report_action_outcome, or run it again with rerun"
    );
    Error::new(ErrorKind::InDoubt, message).with(|fields| {
        fields.current_status = Some(status.to_owned());
        fields.action_id = Some(action_id.to_owned());
    })
}

/// The verdict behind a blocked action, or what the record says in its place.
fn block(action: &Value, verdict: &Value) -> Value {
    if verdict["decision"] == "block" {
        return verdict.clone();
    }
    match text(action, "error_message") {
        Some(reason) => json!({ "decision": "block", "reasons": [reason] }),
        None => json!({ "decision": "block" }),
    }
}

fn about(error: Error, action: &Value, status: &str) -> Error {
    error.with(|fields| {
        fields.action_id = text(action, "action_id").map(str::to_owned);
        fields.current_status = Some(status.to_owned());
        fields.status = Some(if status == "expired" { 410 } else { 403 });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_shows_something_is_an_approver() {
        for nobody in
            ["", " ", "\t\n", "\u{200b}\u{feff}", "\u{202e}", "\u{a0}", "\u{3164}", "\u{2800}", "—", "null\0"]
        {
            let known = nobody == "null\0";
            assert_eq!(approver(&json!({ "approved_by": nobody })).is_some(), known, "{nobody:?}");
        }
        for nobody in [json!(null), json!(true), json!(1), json!(["operator"]), json!({"name": "operator"})] {
            assert_eq!(approver(&json!({ "approved_by": nobody })), None, "{nobody}");
        }
        for somebody in ["operator", "usr_1", "李", "7", " Ada "] {
            assert_eq!(approver(&json!({ "approved_by": somebody })), Some(somebody));
        }
    }

    #[test]
    fn each_refusal_has_its_kind_and_reason() {
        let noted = "why\n\n[HITL Decision: DENY by admin]\nReason: no";
        let table = [
            (json!({"status": "blocked", "error_message": "late"}), Some((ErrorKind::GuardBlocked, "late"))),
            (json!({"status": "blocked"}), Some((ErrorKind::GuardBlocked, "action blocked by policy"))),
            (
                json!({"status": "failed", "decision": "deny", "decision_reason": "no", "error_message": "x"}),
                Some((ErrorKind::ApprovalDenied, "no")),
            ),
            (
                json!({"status": "failed", "reasoning": noted, "error_message": "no"}),
                Some((ErrorKind::ApprovalDenied, "no")),
            ),
            (
                json!({"status": "running", "decision": "deny"}),
                Some((ErrorKind::ApprovalDenied, "Operator denied the action.")),
            ),
            (json!({"status": "failed", "reasoning": noted, "approved_by": "ada"}), None),
            (json!({"status": "running", "reasoning": noted}), None),
            (json!({"status": "failed", "error_message": "broke"}), None),
            (json!({"status": "running"}), None),
            (json!({}), None),
        ];
        for (action, expected) in table {
            let error = refusal(&action, &Value::Null);
            let seen = error.as_ref().map(|error| (error.kind(), error.fields().message.as_str()));
            assert_eq!(seen, expected, "{action}");
        }
        let error = refusal(&json!({"status": "expired", "action_id": "act_1"}), &Value::Null).unwrap();
        assert_eq!((error.kind(), error.status()), (ErrorKind::ApprovalExpired, Some(410)));
        assert_eq!(error.fields().action_id.as_deref(), Some("act_1"));
    }
}
