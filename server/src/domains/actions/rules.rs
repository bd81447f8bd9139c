//! The life of an action as pure functions: which step is possible from which state, and what it changes.
//!
//! ```text
//! (create) -> running -> completed | failed | cancelled      by an update
//! (create) -> pending_approval -> running | failed           by a human
//! (create) -> pending_approval -> expired                    when none decides in time
//! (create) -> blocked
//! ```
//!
//! A human's answer stands in fields of its own, which nothing else writes; no text of an agent is ever read for it.

use dashclaw::api::actions::{Action, ActionStatus, OutcomeStatus};
use dashclaw::api::approvals::ApprovalDecision;
use serde_json::Value;

/// A step in the life of an action.
#[derive(Clone, Debug)]
pub(crate) enum Transition {
    /// A human says yes or no.
    Decide(Decision),
    /// The agent ends it, or adds facts.
    Update(Box<Update>),
    /// The agent reports how it ended, once and for good.
    Report(Report),
}

/// A human's answer.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) allow: bool,
    /// The principal that decides.
    pub(crate) by: String,
    /// The same, as people see it.
    pub(crate) shown: String,
    /// Whether it counts from the principal that created the action, too.
    pub(crate) own_action: bool,
    pub(crate) reasoning: Option<String>,
    /// The digest of what the human was shown, where that is said.
    pub(crate) digest: Option<String>,
    pub(crate) now: String,
}

/// What the agent says about its action. The first three close it and count only while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Update {
    pub(crate) status: Option<ActionStatus>,
    pub(crate) output_summary: Option<String>,
    pub(crate) timestamp_end: Option<String>,
    /// JSON text.
    pub(crate) side_effects: Option<String>,
    /// JSON text.
    pub(crate) artifacts_created: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) cost_estimate: Option<f64>,
    pub(crate) tokens_in: Option<i64>,
    pub(crate) tokens_out: Option<i64>,
    pub(crate) model: Option<String>,
    /// Whether closing what is closed already is a success that changes nothing.
    pub(crate) close_if_running: bool,
    pub(crate) claim: Option<Claim>,
    pub(crate) now: String,
}

/// A run wants to be the one that works on the action.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) run_id: String,
    /// The run whose claim it takes over.
    pub(crate) replaces: Option<String>,
}

/// What stands beside the record of an action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The principal that created it.
    pub(crate) creator: Option<String>,
    /// What used its approval up.
    pub(crate) approval_used_by: Option<String>,
}

/// How an action ended.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) status: OutcomeStatus,
    pub(crate) summary: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) progress: Option<Value>,
    pub(crate) close: Option<Close>,
    pub(crate) now: String,
}

/// The end of a running action together with its report.
#[derive(Clone, Debug)]
pub(crate) struct Close {
    pub(crate) duration_ms: Option<i64>,
}

/// Why a step is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It never waited for a human.
    NeverPending,
    /// A human was faster.
    AlreadyDecided,
    /// Nobody decided in time.
    Expired,
    /// The human was shown something else.
    OtherDigest,
    /// Who created it wants to approve it.
    OwnAction,
    /// It does not run, so it cannot be closed; this is its state.
    NotRunning(ActionStatus),
    /// In this state nothing can be reported.
    CannotReport(ActionStatus),
    /// This was reported before.
    Reported(OutcomeStatus),
    /// The key of who decides was revoked.
    Revoked,
    /// Another run has claimed it.
    Claimed,
    /// Its approval let something else happen.
    ApprovalUsed,
}

impl Transition {
    /// Changes `action`, or says why not; then it is unchanged.
    pub(crate) fn apply(self, action: &mut Action, beside: &Beside) -> Result<(), Refused> {
        match self {
            Self::Decide(decision) => decision.apply(action, beside.creator.as_deref()),
            Self::Update(update) => update.apply(action, beside.approval_used_by.as_deref()),
            Self::Report(report) => report.apply(action),
        }
    }
}

impl Decision {
    fn apply(self, action: &mut Action, creator: Option<&str>) -> Result<(), Refused> {
        // Older records hold an approval without the fields of a decision.
        if action.decision.is_some() || action.approved_by.is_some() {
            return Err(Refused::AlreadyDecided);
        }
        if is_overdue(action, &self.now) {
            return Err(Refused::Expired);
        }
        if action.status != ActionStatus::PendingApproval {
            return Err(Refused::NeverPending);
        }
        let of_record = action.approval.as_ref().map(|approval| approval.digest.as_str());
        if self.digest.is_some() && self.digest.as_deref() != of_record {
            return Err(Refused::OtherDigest);
        }
        // A denial is harmless from anybody.
        if self.allow && !self.own_action && creator == Some(&self.by) {
            return Err(Refused::OwnAction);
        }
        action.reasoning = Some(self.note(action.reasoning.as_deref()));
        action.updated_at.clone_from(&self.now);
        action.decision_by = Some(self.shown.clone());
        action.decision_at = Some(self.now.clone());
        action.decision_reason.clone_from(&self.reasoning);
        if self.allow {
            action.decision = Some(ApprovalDecision::Allow);
            action.status = ActionStatus::Running;
            action.approved_by = Some(self.shown);
            action.approved_at = Some(self.now);
        } else {
            action.decision = Some(ApprovalDecision::Deny);
            action.status = ActionStatus::Failed;
            action.timestamp_end = Some(self.now);
            action.error_message =
                Some(self.reasoning.unwrap_or_else(|| "Denied by human operator".to_owned()));
        }
        Ok(())
    }

    fn note(&self, before: Option<&str>) -> String {
        let verb = if self.allow { "ALLOW" } else { "DENY" };
        let gap =
            before.filter(|text| !text.is_empty()).map(|text| format!("{text}\n\n")).unwrap_or_default();
        let reason = self.reasoning.as_deref().map(|text| format!("\nReason: {text}")).unwrap_or_default();
        format!("{gap}{NOTE}: {verb} by {}]{reason}", self.shown)
    }
}

/// How the note of a decision begins. It is for people, who also see it in the platform's clients.
const NOTE: &str = "[HITL Decision";

/// Takes what looks like the note of a decision out of an agent's texts, so that nobody is misled by them.
pub(crate) fn disarm(action: &mut Action) {
    let texts = [&mut action.reasoning, &mut action.output_summary, &mut action.error_message];
    texts.into_iter().for_each(disarm_text);
}

fn disarm_text(text: &mut Option<String>) {
    let Some(text) = text else { return };
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices(&NOTE.to_ascii_lowercase()) {
        text.replace_range(at..=at, "(");
    }
}

impl Update {
    fn closes(&self) -> bool {
        self.status.is_some() || self.output_summary.is_some() || self.timestamp_end.is_some()
    }

    fn adds(&self) -> bool {
        let Self { side_effects, artifacts_created, error_message, model, .. } = self;
        [side_effects, artifacts_created, error_message, model].into_iter().any(Option::is_some)
            || [self.duration_ms, self.tokens_in, self.tokens_out].into_iter().any(|number| number.is_some())
            || self.cost_estimate.is_some()
    }

    /// Whether it says anything at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.closes() && !self.adds() && self.claim.is_none()
    }

    fn apply(mut self, action: &mut Action, approval_used_by: Option<&str>) -> Result<(), Refused> {
        if let Some(claim) = self.claim.take() {
            claim.apply(action, approval_used_by)?;
        }
        [&mut self.output_summary, &mut self.error_message].into_iter().for_each(disarm_text);
        let running = action.status == ActionStatus::Running;
        if self.closes() && !self.adds() && !running {
            return if self.close_if_running {
                Ok(())
            } else {
                Err(Refused::NotRunning(action.status.clone()))
            };
        }
        if running {
            self.close(action);
        }
        set(&mut action.side_effects, self.side_effects);
        set(&mut action.artifacts_created, self.artifacts_created);
        set(&mut action.cost_estimate, self.cost_estimate);
        set(&mut action.tokens_in, self.tokens_in);
        set(&mut action.tokens_out, self.tokens_out);
        // Why a human denied it stands there, for the agent that waits.
        if action.decision != Some(ApprovalDecision::Deny) {
            action.error_message = self.error_message.or(action.error_message.take());
        }
        action.duration_ms = self.duration_ms.or(action.duration_ms);
        action.model = self.model.or(action.model.take());
        action.updated_at = self.now;
        Ok(())
    }

    fn close(&self, action: &mut Action) {
        action.output_summary = self.output_summary.clone().or(action.output_summary.take());
        action.timestamp_end = self.timestamp_end.clone().or(action.timestamp_end.take());
        let Some(status) = self.status.clone() else { return };
        let outcome = match status {
            ActionStatus::Completed => Some(OutcomeStatus::Completed),
            ActionStatus::Failed | ActionStatus::Cancelled | ActionStatus::Blocked => {
                Some(OutcomeStatus::Failed)
            }
            _ => None,
        };
        action.status = status;
        if let Some(outcome) = outcome.filter(|_| action.outcome_status == OutcomeStatus::Pending) {
            action.outcome_status = outcome;
            action.outcome_at = Some(self.now.clone());
        }
    }
}

impl Claim {
    fn apply(self, action: &mut Action, approval_used_by: Option<&str>) -> Result<(), Refused> {
        if action.status != ActionStatus::Running || action.outcome_status != OutcomeStatus::Pending {
            return Err(Refused::NotRunning(action.status.clone()));
        }
        match action.run_id.as_deref() {
            Some(holder) if holder == self.run_id => return Ok(()),
            holder if holder != self.replaces.as_deref() => return Err(Refused::Claimed),
            // The approval of an action that nobody claimed may have let the same question through elsewhere.
            None if action.approved_at.is_some() && approval_used_by.is_some() => {
                return Err(Refused::ApprovalUsed);
            }
            _ => {}
        }
        action.run_id = Some(self.run_id);
        Ok(())
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Report {
    fn apply(mut self, action: &mut Action) -> Result<(), Refused> {
        use ActionStatus::{Blocked, Cancelled, Expired, Failed, PendingApproval};
        if matches!(action.status, Blocked | PendingApproval | Cancelled | Expired | Failed) {
            return Err(Refused::CannotReport(action.status.clone()));
        }
        if action.outcome_status != OutcomeStatus::Pending {
            return Err(Refused::Reported(action.outcome_status.clone()));
        }
        [&mut self.summary, &mut self.error_message].into_iter().for_each(disarm_text);
        if let Some(close) = self.close.take()
            && action.status == ActionStatus::Running
        {
            let failed = self.status == OutcomeStatus::Failed;
            action.status = if failed { Failed } else { ActionStatus::Completed };
            action.timestamp_end = Some(self.now.clone());
            action.duration_ms = close.duration_ms.or(action.duration_ms);
            if failed {
                action.error_message.clone_from(&self.error_message);
            }
        }
        action.outcome_status = self.status;
        action.outcome_summary = self.summary;
        action.outcome_error = self.error_message;
        action.outcome_progress = self.progress;
        action.outcome_at = Some(self.now.clone());
        action.updated_at = self.now;
        Ok(())
    }
}

/// Whether an action's time to wait for a human is over, also where nobody has noted that yet.
fn is_overdue(action: &Action, now: &str) -> bool {
    let late = action.expires_at.as_deref().is_some_and(|at| at <= now);
    action.status == ActionStatus::Expired || (action.status == ActionStatus::PendingApproval && late)
}

/// Ends an action that nobody decided in time. That is no human's no.
pub(crate) fn expire(action: &mut Action, now: &str) {
    action.status = ActionStatus::Expired;
    action.error_message = Some("Nobody decided in time".to_owned());
    action.timestamp_end = Some(now.to_owned());
    now.clone_into(&mut action.updated_at);
}

/// Gives an action up whose outcome nobody reported.
pub(crate) fn give_up(action: &mut Action, now: &str) {
    action.outcome_status = OutcomeStatus::LostConfirmation;
    action.outcome_at = Some(now.to_owned());
    action.outcome_summary = Some("No outcome was reported in time".to_owned());
    now.clone_into(&mut action.updated_at);
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
