use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-06-15T12:00:00.000Z";

fn action(status: ActionStatus) -> Action {
    Action { status, outcome_status: OutcomeStatus::Pending, ..Action::default() }
}

fn decide(allow: bool, reasoning: Option<&str>) -> Transition {
    let reasoning = reasoning.map(str::to_owned);
    Transition::Decide(Decision { allow, by: "operator".into(), reasoning, now: NOW.into() })
}

fn update(change: impl FnOnce(&mut Update)) -> Transition {
    let mut update = Update { now: NOW.into(), ..Update::default() };
    change(&mut update);
    Transition::Update(Box::new(update))
}

fn report(status: OutcomeStatus) -> Transition {
    let (summary, error_message, progress) = (None, None, None);
    Transition::Report(Report { status, summary, error_message, progress, now: NOW.into() })
}

#[test]
fn an_approval_is_on_record() {
    let mut waiting = Action { reasoning: Some("why".into()), ..action(ActionStatus::PendingApproval) };
    decide(true, Some("fine")).apply(&mut waiting).unwrap();
    assert_eq!(waiting.status, ActionStatus::Running);
    assert_eq!(
        (waiting.approved_by.as_deref(), waiting.approved_at.as_deref()),
        (Some("operator"), Some(NOW))
    );
    assert_eq!(waiting.reasoning.as_deref(), Some("why\n\n[HITL Decision: ALLOW by operator]\nReason: fine"));
    assert_eq!(decide(false, None).apply(&mut waiting), Err(Refused::AlreadyDecided));
}

#[test]
fn a_denial_says_why_and_has_no_approver() {
    for (given, told) in [(Some("too risky"), "too risky"), (None, "Denied by human operator")] {
        let mut waiting = action(ActionStatus::PendingApproval);
        decide(false, given).apply(&mut waiting).unwrap();
        assert_eq!((waiting.status, waiting.approved_by), (ActionStatus::Failed, None));
        assert_eq!(waiting.error_message.as_deref(), Some(told));
    }
    assert_eq!(decide(true, None).apply(&mut action(ActionStatus::Running)), Err(Refused::NeverPending));
}

#[test]
fn only_a_running_action_can_be_closed() {
    let close = || update(|update| update.status = Some(ActionStatus::Completed));
    let mut running = action(ActionStatus::Running);
    close().apply(&mut running).unwrap();
    assert_eq!((running.status, running.outcome_status), (ActionStatus::Completed, OutcomeStatus::Completed));
    for status in [ActionStatus::Completed, ActionStatus::PendingApproval, ActionStatus::Blocked] {
        let mut other = action(status.clone());
        let before = other.clone();
        assert_eq!(close().apply(&mut other), Err(Refused::NotRunning(status)));
        assert_eq!(other, before);
    }
}

#[test]
fn facts_are_taken_in_any_state_and_the_closing_part_is_dropped() {
    let mut blocked = action(ActionStatus::Blocked);
    let both = update(|update| {
        update.status = Some(ActionStatus::Completed);
        update.tokens_in = Some(7);
    });
    both.apply(&mut blocked).unwrap();
    assert_eq!((blocked.status, blocked.tokens_in), (ActionStatus::Blocked, 7));
}

#[test]
fn closing_what_is_closed_can_be_a_success() {
    let mut done = action(ActionStatus::Failed);
    let before = done.clone();
    let again = update(|update| {
        update.status = Some(ActionStatus::Completed);
        update.close_if_running = true;
    });
    assert_eq!(again.apply(&mut done), Ok(()));
    assert_eq!(done, before);
}

#[test]
fn a_cancelled_action_has_failed() {
    let mut running = action(ActionStatus::Running);
    update(|update| update.status = Some(ActionStatus::Cancelled)).apply(&mut running).unwrap();
    assert_eq!(running.outcome_status, OutcomeStatus::Failed);
    assert_eq!(
        report(OutcomeStatus::Completed).apply(&mut running),
        Err(Refused::CannotReport(ActionStatus::Cancelled))
    );
}

#[test]
fn the_first_report_counts() {
    let mut running = action(ActionStatus::Running);
    report(OutcomeStatus::Partial).apply(&mut running).unwrap();
    assert_eq!((&running.status, &running.outcome_status), (&ActionStatus::Running, &OutcomeStatus::Partial));
    assert_eq!(
        report(OutcomeStatus::Completed).apply(&mut running),
        Err(Refused::Reported(OutcomeStatus::Partial))
    );
}

fn step() -> impl Strategy<Value = u8> {
    0..6_u8
}

proptest! {
    /// Whatever anybody tries in whatever order: nothing leaves `blocked`, nothing runs after a denial, and an outcome
    /// never changes once it is set.
    #[test]
    fn no_sequence_breaks_the_life_of_an_action(start in 0..3_u8, steps in prop::collection::vec(step(), 0..12)) {
        let start = [ActionStatus::Running, ActionStatus::PendingApproval, ActionStatus::Blocked][usize::from(start)].clone();
        let mut one = action(start.clone());
        for step in steps {
            let before = one.clone();
            let transition = match step {
                0 => decide(true, None),
                1 => decide(false, None),
                2 => update(|update| update.status = Some(ActionStatus::Completed)),
                3 => update(|update| update.status = Some(ActionStatus::Failed)),
                4 => update(|update| update.cost_estimate = Some(1.0)),
                _ => report(OutcomeStatus::Completed),
            };
            if transition.apply(&mut one).is_err() {
                prop_assert_eq!(&one, &before);
            }
            if before.outcome_status != OutcomeStatus::Pending {
                prop_assert_eq!(&one.outcome_status, &before.outcome_status);
            }
            if one.status == ActionStatus::Running && start == ActionStatus::PendingApproval {
                prop_assert!(one.approved_by.is_some());
            }
            if start == ActionStatus::Blocked {
                prop_assert_eq!(&one.status, &ActionStatus::Blocked);
            }
        }
    }
}
