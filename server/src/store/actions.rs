//! Actions.

use dashclaw::api::actions::{Action, ActionStats};

use super::{Asked, NewDecision, Page, Span, Stale, Stored};
use crate::domains::actions::rules::{Refused, Transition};

/// Where actions are kept.
pub(crate) trait Actions {
    /// Stores an action and the guard decision on it, while the decision's premises hold and its key, its id and the
    /// decision's key are free. Notes that the agent is there.
    fn create_action(&self, new: NewAction) -> Stored<'_, Creation>;

    /// Reads an action.
    fn action(&self, org_id: &str, action_id: &str) -> Stored<'_, Option<Action>>;

    /// What this idempotency key stands for already: [`Creation::Replayed`] or [`Creation::OtherQuestion`].
    fn action_by_key(&self, org_id: &str, key: &str, asked: &Asked) -> Stored<'_, Option<Creation>>;

    /// Lists actions, newest first.
    fn actions(&self, org_id: &str, filter: ActionFilter, page: Page) -> Stored<'_, ActionPage>;

    /// Moves an action on. The transition sees the current record, and nothing can come between its decision and the
    /// write.
    fn transition(&self, org_id: &str, action_id: &str, step: Transition) -> Stored<'_, Transitioned>;

    /// An action with this very question of this principal that a human approved in a span of time and whose approval
    /// nothing has used up; of several, the one with the highest risk.
    fn approved_action(
        &self,
        org_id: &str,
        question: &str,
        asked_by: &str,
        within: Span,
    ) -> Stored<'_, Option<Action>>;

    /// Reads what surrounds an action.
    fn around(&self, org_id: &str, action: &Action) -> Stored<'_, Around>;

    /// The organisations that have actions without an outcome.
    fn orgs_with_unreported_actions(&self) -> Stored<'_, Vec<String>>;

    /// Gives every action up as lost that has waited for its outcome since before `since`. Actions that wait for a human
    /// have not begun and are left alone.
    fn sweep_unreported(&self, org_id: &str, since: &str) -> Stored<'_, Vec<Action>>;

    /// Actions for signals: unfinished ones, and all that began at `since` or later; at most 2000, newest first.
    fn recent_actions(&self, org_id: &str, agent_id: Option<&str>, since: &str) -> Stored<'_, Vec<Action>>;
}

/// An action to be stored.
#[derive(Debug)]
pub(crate) struct NewAction {
    pub(crate) action: Action,
    pub(crate) decision: NewDecision,
    /// The principal that creates it, who may not approve it.
    pub(crate) created_by: String,
}

/// What became of a new action.
#[derive(Debug)]
pub(crate) enum Creation {
    /// It was stored.
    Created(Box<Action>),
    /// An action of this question with the same idempotency key was there before; nothing was stored.
    Replayed(Box<Action>),
    /// An action with the same id was there before; nothing was stored.
    DuplicateId,
    /// There was a young decision with the same key; this is its reply, and nothing was stored.
    Repeats(String),
    /// The key stands for another question; nothing was stored.
    OtherQuestion,
    /// What the decision was made on has changed; nothing was stored.
    Stale(Stale),
}

/// What became of a transition.
#[derive(Debug)]
pub(crate) enum Transitioned {
    /// It happened.
    Done(Box<Action>),
    /// The action's state forbids it.
    Refused(Refused),
    /// There is no such action.
    NotFound,
}

/// Which actions are listed; absent members do not restrict.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActionFilter {
    pub(crate) agent_id: Option<String>,
    pub(crate) swarm_id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) exclude_status: Option<String>,
    pub(crate) action_type: Option<String>,
    pub(crate) risk_min: Option<i64>,
    pub(crate) outcome_status: Option<String>,
    pub(crate) session_id: Option<String>,
    /// Began at this time or later.
    pub(crate) since: Option<String>,
}

/// A page of actions, and counts over all that the filter admits.
#[derive(Debug)]
pub(crate) struct ActionPage {
    pub(crate) actions: Vec<Action>,
    pub(crate) stats: ActionStats,
}

/// What surrounds an action.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// The actions it is a part of, nearest first; at most 10.
    pub(crate) parents: Vec<Action>,
    /// The actions that are a part of it; at most 50.
    pub(crate) children: Vec<Action>,
    /// Other actions within an hour either side, of the same agent or on a shared system; at most 20.
    pub(crate) related: Vec<Action>,
}
