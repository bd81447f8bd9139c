//! Assumptions and open loops.

use dashclaw::api::assumptions::Assumption;
use dashclaw::api::loops::{LoopStats, OpenLoop};

use super::{Page, Stored};

/// Where assumptions and loops are kept.
pub(crate) trait Followups {
    /// Stores an assumption for an action that exists.
    fn create_assumption(&self, assumption: Assumption) -> Stored<'_, NewFollowup<Assumption>>;

    /// Reads an assumption.
    fn assumption(&self, org_id: &str, assumption_id: &str) -> Stored<'_, Option<Assumption>>;

    /// Lists assumptions, newest first.
    fn assumptions(&self, org_id: &str, filter: AssumptionFilter, page: Page) -> Stored<'_, AssumptionPage>;

    /// Says whether an assumption holds that was not found to be false.
    fn judge_assumption(&self, org_id: &str, assumption_id: &str, judgement: Judgement)
    -> Stored<'_, Judged>;

    /// Stores a loop of an action that exists.
    fn create_loop(&self, open_loop: OpenLoop) -> Stored<'_, NewFollowup<OpenLoop>>;

    /// Reads a loop with the action that left it.
    fn open_loop(&self, org_id: &str, loop_id: &str) -> Stored<'_, Option<OpenLoop>>;

    /// Lists loops, most urgent first.
    fn loops(&self, org_id: &str, filter: LoopFilter, page: Page) -> Stored<'_, LoopPage>;

    /// Closes an open loop.
    fn close_loop(
        &self,
        org_id: &str,
        loop_id: &str,
        status: &str,
        resolution: Option<String>,
    ) -> Stored<'_, Closed>;
}

/// What became of something new that hangs on an action.
#[derive(Debug)]
pub(crate) enum NewFollowup<T> {
    /// It was stored.
    Created(Box<T>),
    /// There is no such action.
    NoParent,
    /// Its id is taken.
    Duplicate,
}

/// Which assumptions are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssumptionFilter {
    pub(crate) validated: Option<bool>,
    /// Only those that nobody looked at since before this time.
    pub(crate) stale_before: Option<String>,
    pub(crate) action_id: Option<String>,
    pub(crate) agent_id: Option<String>,
}

/// A page of assumptions.
#[derive(Debug)]
pub(crate) struct AssumptionPage {
    pub(crate) assumptions: Vec<Assumption>,
    pub(crate) total: i64,
}

/// Whether an assumption holds.
#[derive(Clone, Debug)]
pub(crate) enum Judgement {
    /// It is true.
    Holds,
    /// It is false, for this reason.
    Fails(String),
}

/// What became of a judgement.
#[derive(Debug)]
pub(crate) enum Judged {
    /// It is on record.
    Done(Box<Assumption>),
    /// The assumption was found to be false before, which is final.
    Invalidated,
    /// There is no such assumption.
    NotFound,
}

/// Which loops are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopFilter {
    pub(crate) status: Option<String>,
    pub(crate) loop_type: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) action_id: Option<String>,
}

/// A page of loops, and counts over all that the filter admits.
#[derive(Debug)]
pub(crate) struct LoopPage {
    pub(crate) loops: Vec<OpenLoop>,
    pub(crate) total: i64,
    pub(crate) stats: LoopStats,
}

/// What became of closing a loop.
#[derive(Debug)]
pub(crate) enum Closed {
    /// It is closed now.
    Done(Box<OpenLoop>),
    /// It was closed before, with this status.
    Already(String),
    /// There is no such loop.
    NotFound,
}
