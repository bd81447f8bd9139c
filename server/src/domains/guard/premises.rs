//! What a decision was made on: it is stored only while all of it still holds.

use dashclaw::clock;

use super::rows;
use crate::db::{DbResult, Tx};
use crate::domains::actions;

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
    /// Whether another key or other policies are in force by now.
    pub(super) async fn outdated(&self, tx: &Tx<'_>) -> DbResult<Option<Stale>> {
        let (version, revoked) = rows::in_force(tx, &self.principal).await?;
        if revoked {
            return Ok(Some(Stale::Key));
        }
        Ok((version != self.version).then_some(Stale::Policies))
    }

    /// What keeps a decision on `agent_id` from being stored, asked in the transaction that stores it. The approval it needs
    /// is used up by it, which is the last thing looked at.
    pub(super) async fn stale(
        &self,
        tx: &Tx<'_>,
        agent_id: &str,
        decision_id: &str,
    ) -> DbResult<Option<Stale>> {
        if let Some(stale) = self.outdated(tx).await? {
            return Ok(Some(stale));
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::db::Db;
    use crate::domains::guard::log::{Logged, log};
    use crate::domains::guard::rows::NewDecision;
    use crate::domains::settings;

    async fn logged(db: &Db, premises: Premises, agent_id: &str, spent_usd: Option<f64>) -> Logged {
        let mut decision = NewDecision { created_ms: 5, premises, spent_usd, ..NewDecision::default() };
        decision.record.agent_id = Some(agent_id.to_owned());
        decision.record.id = crate::ids::decision().unwrap().into();
        db.write("o", decision, |decision, tx| log(tx, decision).boxed()).await.unwrap()
    }

    fn spent(usd: f64) -> Premises {
        Premises { spent: vec![Spent { since_ms: 0, usd }], ..Premises::default() }
    }

    #[tokio::test]
    async fn a_purchase_behind_the_sum_makes_it_stale() {
        let db = Db::open(None).unwrap();
        assert_eq!(logged(&db, spent(0.0), "a", Some(0.1)).await, Logged::Stored);
        // Another agent's, and one that is over.
        assert_eq!(logged(&db, spent(0.0), "b", Some(0.2)).await, Logged::Stored);
        let later = Premises { spent: vec![Spent { since_ms: 6, usd: 0.0 }], ..Premises::default() };
        assert_eq!(logged(&db, later, "a", Some(0.2)).await, Logged::Stored);
        for seen in [0.0, 0.1, 0.5] {
            assert_eq!(
                logged(&db, spent(seen), "a", Some(1.0)).await,
                Logged::Stale(Stale::History),
                "{seen}"
            );
        }
        assert_eq!(logged(&db, spent(0.3), "a", None).await, Logged::Stored);
    }

    #[tokio::test]
    async fn a_limit_that_was_reached_in_the_meantime_makes_it_stale() {
        let db = Db::open(None).unwrap();
        let tally = |reached| Premises {
            tallies: vec![Tally { since_ms: 0, limit: 2, reached }],
            ..Premises::default()
        };
        assert_eq!(logged(&db, tally(true), "a", None).await, Logged::Stale(Stale::History));
        for _ in 0..2 {
            assert_eq!(logged(&db, tally(false), "a", None).await, Logged::Stored);
        }
        assert_eq!(logged(&db, tally(false), "a", None).await, Logged::Stale(Stale::History));
        assert_eq!(logged(&db, tally(false), "b", None).await, Logged::Stored);
        assert_eq!(logged(&db, tally(true), "a", None).await, Logged::Stored);
    }

    #[tokio::test]
    async fn a_change_of_a_setting_makes_it_stale() {
        let db = Db::open(None).unwrap();
        settings::cases::put(&db, "o", "any", Some("x".to_owned())).await.unwrap();
        assert_eq!(logged(&db, Premises::default(), "a", None).await, Logged::Stale(Stale::Policies));
        let now = Premises { version: 1, ..Premises::default() };
        assert_eq!(logged(&db, now, "a", None).await, Logged::Stored);
    }
}
