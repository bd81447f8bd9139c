//! What surrounds an action.

use dashclaw::api::actions::Action;
use dashclaw::clock;

use super::rows;
use crate::db::{DbResult, Tx};
use crate::domains::guard::premises::Span;

const MAX_PARENTS: usize = 10;
const MAX_RELATED: usize = 20;
const HOUR_MS: i64 = 3_600_000;

/// What surrounds an action.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The actions it is a part of, nearest first; at most 10.
    pub(super) parents: Vec<Action>,
    /// The actions that are a part of it; at most 50.
    pub(super) children: Vec<Action>,
    /// Other actions within an hour either side, of the same agent or on a shared system; at most 20.
    pub(super) related: Vec<Action>,
}

/// Reads what surrounds an action.
pub(super) async fn read(tx: &Tx<'_>, action: &Action) -> DbResult<Around> {
    Ok(Around {
        parents: parents(tx, action).await?,
        children: rows::children(tx, &action.action_id).await?,
        related: related(tx, action).await?,
    })
}

async fn parents(tx: &Tx<'_>, action: &Action) -> DbResult<Vec<Action>> {
    let mut parents: Vec<Action> = Vec::new();
    let mut next = action.parent_action_id.clone();
    while let Some(id) = next.take() {
        let seen = id == action.action_id || parents.iter().any(|parent| parent.action_id == id);
        if seen || parents.len() == MAX_PARENTS {
            break;
        }
        let Some(parent) = rows::find(tx, id.as_str()).await? else { break };
        next.clone_from(&parent.parent_action_id);
        parents.push(parent);
    }
    Ok(parents)
}

/// Actions within an hour either side of this one, of the same agent or on one of its systems.
async fn related(tx: &Tx<'_>, action: &Action) -> DbResult<Vec<Action>> {
    let Some(at) = clock::parse_iso(&action.timestamp_start) else { return Ok(Vec::new()) };
    let near = rows::near(tx, action, Span { since_ms: at - HOUR_MS, until_ms: at + HOUR_MS }).await?;
    let systems = systems(action);
    let family = |other: &Action| {
        other.parent_action_id.as_ref() == Some(&action.action_id)
            || action.parent_action_id.as_ref() == Some(&other.action_id)
    };
    let shares = |other: &Action| {
        other.agent_id == action.agent_id
            || self::systems(other).iter().any(|system| systems.contains(system))
    };
    Ok(near.into_iter().filter(|other| !family(other) && shares(other)).take(MAX_RELATED).collect())
}

fn systems(action: &Action) -> Vec<String> {
    serde_json::from_str(&action.systems_touched).unwrap_or_default()
}
