//! What an action's state says about its approval: a pure state machine.

use serde_json::Value;

use crate::client::standing;
use crate::{Error, ErrorKind};

/// What is known about the action from earlier answers.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Once an action waited for a human, that it runs is not enough: somebody must have approved it.
    pub(super) seen_pending: bool,
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
        let status = standing::text(action, "status").unwrap_or_default();
        let approved = standing::approver(action).is_some();
        match status {
            "expired" => Step::Failed(standing::expired()),
            // An action that ended badly must not run, whoever approved it before.
            "failed" | "cancelled" | "blocked" => Step::Failed(standing::denied(action)),
            _ if standing::is_denied(action) => Step::Failed(standing::denied(action)),
            "pending_approval" if !approved => {
                self.seen_pending = true;
                Step::Wait
            }
            "pending_approval" | "running" | "completed" if approved => Step::Approved,
            "running" if !self.seen_pending => Step::Approved,
            "running" | "completed" | "pending" => Step::Failed(undecided(status)),
            _ => Step::Wait,
        }
    }
}

/// The action waits no more, and nobody is known to have decided.
fn undecided(status: &str) -> Error {
    let message = format!("the action is `{status}` and nobody is recorded to have approved it");
    Error::new(ErrorKind::Conflict, message).with(|fields| {
        fields.decision = Some(Value::from(status));
        fields.current_status = Some(status.to_owned());
    })
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
            (
                vec![pending.clone(), json!({"status": "running", "approved_by": " \u{200b}"})],
                Some(Err(ErrorKind::Conflict)),
            ),
            (vec![json!({"status": "pending_approval", "approved_by": " "})], None),
            (
                vec![json!({"status": "running", "approved_by": "operator", "decision": "deny"})],
                Some(Err(ErrorKind::ApprovalDenied)),
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
        assert_eq!((error.fields().decision.clone(), error.status()), (Some(json!("failed")), Some(403)));
    }
}
