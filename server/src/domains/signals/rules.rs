//! What is going wrong, computed from what is known.

use std::collections::BTreeMap;

use dashclaw::api::actions::{Action, ActionStatus, OutcomeStatus};
use dashclaw::api::assumptions::Assumption;
use dashclaw::api::loops::OpenLoop;
use dashclaw::api::signals::{Signal, SignalSeverity};
use dashclaw::clock;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What signals are computed from.
pub(super) struct Seen {
    pub(super) actions: Vec<Action>,
    pub(super) loops: Vec<OpenLoop>,
    pub(super) assumptions: Vec<Assumption>,
    pub(super) now_ms: i64,
}

impl Seen {
    pub(super) fn signals(&self) -> Vec<Signal> {
        let mut signals = Vec::new();
        signals.extend(self.per_agent("autonomy_spike", 11, 21, "actions in the last hour", |action| {
            self.age(&action.timestamp_start) < HOUR_MS
        }));
        signals.extend(self.per_agent(
            "repeated_failures",
            3,
            6,
            "failed actions in the last day",
            |action| action.status == ActionStatus::Failed && self.age(&action.timestamp_start) < DAY_MS,
        ));
        signals.extend(self.actions.iter().filter_map(|action| self.of_action(action)));
        signals.extend(self.approval_flood());
        signals.extend(self.loops.iter().filter_map(|open_loop| self.of_loop(open_loop)));
        signals.extend(self.assumptions.iter().filter_map(|assumption| self.of_assumption(assumption)));
        signals.extend(self.assumption_drift());
        signals.sort_by_key(|signal| signal.severity != SignalSeverity::Red);
        signals
    }

    /// Milliseconds since a time; a time that cannot be read is now.
    fn age(&self, time: &str) -> i64 {
        self.now_ms - clock::parse_iso(time).unwrap_or(self.now_ms)
    }

    /// One signal for each agent with this many such actions.
    fn per_agent(
        &self,
        kind: &str,
        amber: usize,
        red: usize,
        what: &str,
        wanted: impl Fn(&Action) -> bool,
    ) -> Vec<Signal> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for action in self.actions.iter().filter(|action| wanted(action)) {
            *counts.entry(&action.agent_id).or_default() += 1;
        }
        let signal = |(agent, count): (&str, usize)| Signal {
            agent_id: Some(agent.to_owned()),
            ..signal(kind, count >= red, format!("{agent}: {count} {what}"))
        };
        counts.into_iter().filter(|(_, count)| *count >= amber).map(signal).collect()
    }

    fn of_action(&self, action: &Action) -> Option<Signal> {
        let age = self.age(&action.timestamp_start);
        let goal = &action.declared_goal;
        let found = match (&action.status, &action.outcome_status) {
            (ActionStatus::PendingApproval, _) if age >= 4 * HOUR_MS => {
                signal("stale_approval", age >= DAY_MS, format!("Waits for approval for hours: {goal}"))
            }
            (_, OutcomeStatus::LostConfirmation) => {
                signal("lost_confirmation", false, format!("No outcome was reported: {goal}"))
            }
            (ActionStatus::Running, _) if age >= 4 * HOUR_MS => {
                signal("stale_running", age >= DAY_MS, format!("Has been running for hours: {goal}"))
            }
            (ActionStatus::Running | ActionStatus::Completed, _)
                if action.reversible == 0 && action.risk_score >= 70 && action.approved_by.is_none() =>
            {
                signal(
                    "high_impact_low_oversight",
                    true,
                    format!("Cannot be undone and nobody approved it: {goal}"),
                )
            }
            _ => return None,
        };
        let (agent_id, action_id) = (Some(action.agent_id.clone()), Some(action.action_id.clone()));
        Some(Signal { agent_id, action_id, ..found })
    }

    fn approval_flood(&self) -> Option<Signal> {
        let waiting =
            self.actions.iter().filter(|action| action.status == ActionStatus::PendingApproval).count();
        (waiting >= 10)
            .then(|| signal("approval_flood", waiting >= 20, format!("{waiting} actions wait for approval")))
    }

    fn of_loop(&self, open_loop: &OpenLoop) -> Option<Signal> {
        let age = self.age(&open_loop.created_at);
        let label = || format!("Still open: {}", open_loop.description);
        (age > 48 * HOUR_MS).then(|| Signal {
            agent_id: open_loop.agent_id.clone(),
            action_id: Some(open_loop.action_id.clone()),
            ..signal("stale_loop", age > 96 * HOUR_MS, label())
        })
    }

    fn of_assumption(&self, assumption: &Assumption) -> Option<Signal> {
        let age = self.age(&assumption.created_at);
        let unchecked = assumption.validated == 0 && assumption.invalidated == 0;
        let label = || format!("Nobody has checked: {}", assumption.assumption);
        (unchecked && age > 14 * DAY_MS).then(|| Signal {
            action_id: Some(assumption.action_id.clone()),
            ..signal("stale_assumption", age > 30 * DAY_MS, label())
        })
    }

    fn assumption_drift(&self) -> Option<Signal> {
        let recent = |time: &String| self.age(time) < 7 * DAY_MS;
        let wrong =
            self.assumptions.iter().filter(|one| one.invalidated_at.as_ref().is_some_and(recent)).count();
        (wrong >= 2).then(|| {
            signal("assumption_drift", wrong >= 4, format!("{wrong} assumptions proved false this week"))
        })
    }
}

fn signal(kind: &str, red: bool, label: String) -> Signal {
    let severity = if red { SignalSeverity::Red } else { SignalSeverity::Amber };
    Signal { kind: kind.to_owned(), severity, label, ..Signal::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_781_524_800_000;

    fn seen(actions: Vec<Action>) -> Vec<(String, String)> {
        let seen = Seen { actions, loops: Vec::new(), assumptions: Vec::new(), now_ms: NOW };
        seen.signals().into_iter().map(|signal| (signal.kind, signal.severity.to_string())).collect()
    }

    fn action(hours: i64, status: ActionStatus) -> Action {
        Action {
            agent_id: "a".into(),
            timestamp_start: clock::iso(NOW - hours * HOUR_MS),
            status,
            reversible: 1,
            ..Action::default()
        }
    }

    #[test]
    fn each_threshold_is_where_it_should_be() {
        let failed = |count| vec![action(2, ActionStatus::Failed); count];
        let table = [
            (failed(2), vec![]),
            (failed(3), vec![("repeated_failures", "amber")]),
            (failed(6), vec![("repeated_failures", "red")]),
            (vec![action(0, ActionStatus::Completed); 11], vec![("autonomy_spike", "amber")]),
            (vec![action(5, ActionStatus::Running)], vec![("stale_running", "amber")]),
            (vec![action(25, ActionStatus::Running)], vec![("stale_running", "red")]),
            (vec![action(4, ActionStatus::PendingApproval)], vec![("stale_approval", "amber")]),
            (vec![action(2, ActionStatus::PendingApproval); 10], vec![("approval_flood", "amber")]),
        ];
        for (actions, expected) in table {
            let expected: Vec<_> =
                expected.into_iter().map(|(kind, severity)| (kind.to_owned(), severity.to_owned())).collect();
            assert_eq!(seen(actions), expected);
        }
    }

    #[test]
    fn old_loops_and_false_assumptions_are_signals() {
        let open_loop = OpenLoop { created_at: clock::iso(NOW - 97 * HOUR_MS), ..OpenLoop::default() };
        let wrong =
            Assumption { invalidated: 1, invalidated_at: Some(clock::iso(NOW)), ..Assumption::default() };
        let seen =
            Seen { actions: Vec::new(), loops: vec![open_loop], assumptions: vec![wrong; 2], now_ms: NOW };
        let kinds: Vec<_> = seen.signals().into_iter().map(|signal| signal.kind).collect();
        assert_eq!(kinds, ["stale_loop", "assumption_drift"]);
    }
}
