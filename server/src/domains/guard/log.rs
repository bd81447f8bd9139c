//! The log of decisions: a decision counts once it stands there, and it is stored only while its premises hold.

use super::premises::{Asked, Premises, Span, Stale};
use super::rows::{self, EarlierDecision, NewDecision, Repeatable};
use crate::db::{DbResult, Tx};

/// What became of a decision.
#[derive(Debug, PartialEq)]
pub(crate) enum Logged {
    /// It was stored.
    Stored,
    /// There was a young one of this question with the same key; this is its reply.
    Repeats(String),
    /// The key stands for another question.
    OtherQuestion,
    /// What it was made on has changed; nothing was stored.
    Stale(Stale),
}

impl EarlierDecision {
    /// What its key means for this question; nothing when a new decision is due, because policies or settings have
    /// changed since.
    fn for_question(self, asked: &Asked, version: i64) -> Option<Logged> {
        if self.asked != *asked {
            return Some(Logged::OtherQuestion);
        }
        (self.version == version).then_some(Logged::Repeats(self.reply))
    }
}

/// What a key stands for already; nothing where a decision is due. Nothing is repeated to a caller, or by a host, that has
/// not heard yet of what has changed.
pub(super) async fn repeated(
    tx: &Tx<'_>,
    (key, within): (&str, Span),
    asked: &Asked,
    premises: &Premises,
) -> DbResult<Option<Logged>> {
    let Some(earlier) = rows::earlier(tx, key, within).await? else { return Ok(None) };
    if let Some(stale) = premises.outdated(tx).await? {
        return Ok(Some(Logged::Stale(stale)));
    }
    Ok(earlier.for_question(asked, premises.version))
}

/// Stores a decision, while its premises hold and its key is free.
pub(crate) async fn log(tx: &Tx<'_>, decision: &NewDecision) -> DbResult<Logged> {
    let NewDecision { repeatable, asked, premises, .. } = decision;
    if let Some(Repeatable { key, within, .. }) = repeatable
        && let Some(known) = repeated(tx, (key, *within), asked, premises).await?
    {
        return Ok(known);
    }
    let record = &decision.record;
    let agent_id = record.agent_id.as_deref().unwrap_or_default();
    if let Some(stale) = premises.stale(tx, agent_id, record.id.as_str()).await? {
        return Ok(Logged::Stale(stale));
    }
    rows::insert(tx, decision).await?;
    Ok(Logged::Stored)
}

/// The same of a decision that stands alone, of which listeners hear.
pub(super) async fn log_and_tell(tx: &Tx<'_>, decision: &NewDecision) -> DbResult<Logged> {
    let logged = log(tx, decision).await?;
    if logged == Logged::Stored {
        decision.tell(tx);
    }
    Ok(logged)
}
