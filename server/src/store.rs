//! What an instance remembers, in the terms of its domain. Nothing above these traits knows how it is stored.
//!
//! Every method of a trait is atomic: it happens wholly or not at all, and once it has answered, it lasts.

mod actions;
mod decisions;
mod directory;
mod error;
mod followups;
mod identities;
mod overview;
mod policies;
mod premises;
mod retention;
mod sessions;
mod settings;
pub(crate) mod sqlite;

use std::fmt::Debug;

pub(crate) use actions::{ActionFilter, ActionPage, Actions, Around, Creation, NewAction, Transitioned};
pub(crate) use decisions::{
    DecisionFilter, DecisionPage, Decisions, EarlierDecision, Logged, NewDecision, Repeatable,
};
pub(crate) use directory::{Directory, Identity, Owned, Presence, Revocation, Revoked};
pub(crate) use error::{StoreError, StoreResult};
pub(crate) use followups::{
    AssumptionFilter, AssumptionPage, Closed, Followups, Judged, Judgement, LoopFilter, LoopPage, NewFollowup,
};
use futures_util::future::BoxFuture;
pub(crate) use identities::{Approval, Identities};
pub(crate) use overview::Overview;
pub(crate) use policies::{Policies, Saved};
pub(crate) use premises::{Asked, Newest, Premises, Span, Spendings, Stale, Tally};
pub(crate) use retention::Retention;
pub(crate) use sessions::{SessionChanged, SessionFilter, Sessions};
pub(crate) use settings::Settings;

/// An answer on its way.
pub(crate) type Stored<'a, T> = BoxFuture<'a, StoreResult<T>>;

/// Everything an instance remembers.
pub(crate) trait Store:
    Actions
    + Decisions
    + Directory
    + Followups
    + Identities
    + Overview
    + Policies
    + Retention
    + Sessions
    + Settings
    + Debug
    + Send
    + Sync
{
    /// Finishes what was begun and closes the storage; every later call answers [`StoreError::Closed`].
    fn close(&self);
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl Page {
    /// The page that is asked for; the first one of `most` unless the request says otherwise.
    pub(crate) fn asked(limit: Option<i64>, offset: Option<i64>, most: i64) -> Self {
        Self { limit: limit.unwrap_or(most), offset: offset.unwrap_or(0) }
    }
}
