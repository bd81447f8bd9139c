//! What a decision was made on: it is stored only while all of it still holds.

use dashclaw::clock;

use super::rows;
use crate::db::{DbResult, Tx};
use crate::domains::{actions, keys, settings};

/// Sums of money that are closer than this, in USD, are the same: they were added up in another order.
const ROUNDING_USD: f64 = 1e-6;

/// What a decision was made on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Premises {
    /// The version of the organisation's policies and settings.
    pub(crate) version: i64,
    /// How often the agent had asked.
    pub(crate) tallies: Vec<Tally>,
    /// What the agent had spent, where that was looked at.
    pub(crate) spent: Vec<Spent>,
    /// The approved action whose approval the decision uses up.
    pub(crate) approval: Option<String>,
    /// The principal that asks, whose key must hold.
    pub(crate) principal: String,
}

/// Why a decision cannot be stored as it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// Policies or settings have changed: they must be read anew.
    Policies,
    /// Something else happened that counts: decisions, purchases, the use of an approval.
    History,
    /// The key that asked was revoked: there is nothing to decide.
    Key,
}

/// A limit on decisions, and whether it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Decisions since then count, unix milliseconds.
    pub(crate) since_ms: i64,
    pub(crate) limit: i64,
    pub(crate) reached: bool,
}

/// What an agent has spent since a time, unix milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    pub(crate) since_ms: i64,
    pub(crate) usd: f64,
}

/// A question as storage tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// SHA-256 of everything that is asked but the risk, lower-case hex.
    pub(crate) question: String,
    /// The risk that the agent stated.
    pub(crate) risk: Option<i64>,
}

/// A span of time, unix milliseconds, both ends included. The later end keeps a clock that was set back from making
/// records of the future last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) since_ms: i64,
    pub(crate) until_ms: i64,
}

impl Premises {
    /// What keeps a decision on `agent_id` from being stored, asked in the transaction that stores it. The approval it needs
    /// is used up by it, which is the last thing looked at.
    pub(super) async fn stale(
        &self,
        tx: &Tx<'_>,
        agent_id: &str,
        decision_id: &str,
    ) -> DbResult<Option<Stale>> {
        if keys::rows::is_revoked(tx, &self.principal).await? {
            return Ok(Some(Stale::Key));
        }
        if settings::rows::version(tx).await? != self.version {
            return Ok(Some(Stale::Policies));
        }
        for Tally { since_ms, limit, reached } in &self.tallies {
            if (rows::count(tx, agent_id, *since_ms, *limit).await? >= *limit) != *reached {
                return Ok(Some(Stale::History));
            }
        }
        for Spent { since_ms, usd } in &self.spent {
            if (rows::spent(tx, agent_id, *since_ms).await? - usd).abs() > ROUNDING_USD {
                return Ok(Some(Stale::History));
            }
        }
        if let Some(action_id) = &self.approval {
            let used_by = format!("{decision_id} {}", clock::now_iso());
            if !actions::rows::use_approval(tx, action_id, &used_by).await? {
                return Ok(Some(Stale::History));
            }
        }
        Ok(None)
    }
}
