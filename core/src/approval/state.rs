//! What an action's state says about its approval: a pure state machine.

use serde_json::Value;

use crate::terminal::printable;
use crate::{Error, ErrorKind};

/// What is known about the action from earlier reads.
#[derive(Debug, Default)]
pub(super) struct State {
    seen_pending: bool,
}

/// What a read of the action means.
#[derive(Debug)]
pub(super) enum Step {
    /// Nobody has decided yet.
    Wait,
    /// The action may run.
    Approved,
    /// It may not.
    Failed(Error),
}

impl State {
    /// Judges the action as it was read. A status that is not known is no permission.
    pub(super) fn step(&mut self, action: &Value) -> Step {
        let text = |name: &str| action[name].as_str().filter(|text| !text.is_empty());
        let status = text("status").unwrap_or_default();
        let approved = text("approved_by").is_some();
        match status {
            // An action that ended badly must not run, whoever approved it before.
            "failed" | "cancelled" | "blocked" => {
                let message = text("error_message").unwrap_or("Operator denied the action.");
                Step::Failed(failed(ErrorKind::ApprovalDenied, message, status))
            }
            "expired" => Step::Failed(expired()),
            "pending_approval" if !approved => {
                self.seen_pending = true;
                Step::Wait
            }
            "pending_approval" | "running" | "completed" if approved => Step::Approved,
            "running" if !self.seen_pending => Step::Approved,
            "running" | "completed" | "pending" => {
                let message = format!("the action is `{status}` and nobody is recorded to have approved it");
                let error = failed(ErrorKind::Conflict, &message, status);
                Step::Failed(error.with(|fields| fields.current_status = Some(status.to_owned())))
            }
            _ => Step::Wait,
        }
    }
}

/// The request for approval expired.
pub(super) fn expired() -> Error {
    failed(ErrorKind::ApprovalExpired, "the request for approval expired before anybody decided", "expired")
}

fn failed(kind: ErrorKind, message: &str, status: &str) -> Error {
    Error::new(kind, printable(message)).with(|fields| fields.decision = Some(Value::from(status)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(reads: &[Value]) -> Option<Result<(), ErrorKind>> {
        let mut state = State::default();
        reads.iter().map(|read| state.step(read)).find_map(|step| match step {
            Step::Wait => None,
            Step::Approved => Some(Ok(())),
            Step::Failed(error) => Some(Err(error.kind())),
        })
    }

    #[test]
    fn each_way_it_can_end() {
        let pending = json!({"status": "pending_approval", "approved_by": null});
        let table = [
            (vec![pending.clone(), json!({"status": "running", "approved_by": "operator"})], Some(Ok(()))),
            (vec![json!({"status": "completed", "approved_by": "operator"})], Some(Ok(()))),
            (vec![json!({"status": "running"})], Some(Ok(()))),
            (vec![pending.clone(), json!({"status": "failed"})], Some(Err(ErrorKind::ApprovalDenied))),
            (
                vec![json!({"status": "failed", "approved_by": "operator"})],
                Some(Err(ErrorKind::ApprovalDenied)),
            ),
            (vec![json!({"status": "cancelled"})], Some(Err(ErrorKind::ApprovalDenied))),
            (vec![json!({"status": "expired"})], Some(Err(ErrorKind::ApprovalExpired))),
            (
                vec![pending.clone(), json!({"status": "running", "approved_by": ""})],
                Some(Err(ErrorKind::Conflict)),
            ),
            (vec![json!({"status": "completed"})], Some(Err(ErrorKind::Conflict))),
            (vec![pending.clone(), pending.clone()], None),
            (vec![pending, json!({"status": "approved!"}), json!({}), json!(null)], None),
        ];
        for (reads, expected) in table {
            assert_eq!(judged(&reads), expected, "{reads:?}");
        }
    }

    #[test]
    fn the_reason_of_a_denial_is_the_human_s() {
        let Step::Failed(error) =
            State::default().step(&json!({"status": "failed", "error_message": "too risky"}))
        else {
            panic!("a denial")
        };
        assert_eq!(error.to_string(), "too risky");
        assert_eq!(error.fields().decision, Some(json!("failed")));
    }
}
