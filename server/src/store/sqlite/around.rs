//! What surrounds an action.

use dashclaw::api::actions::Action;
use dashclaw::clock;
use rusqlite::{Connection, params};

use super::actions::{many, read as read_action};
use crate::store::{Around, StoreResult};

const MAX_PARENTS: usize = 10;
const MAX_RELATED: usize = 20;
const HOUR_MS: i64 = 3_600_000;

pub(super) fn read(connection: &Connection, org_id: &str, action: &Action) -> StoreResult<Around> {
    let children = "SELECT id, record FROM actions WHERE org_id = ?1 AND parent_action_id = ?2
        ORDER BY timestamp_start, id LIMIT 50";
    Ok(Around {
        parents: parents(connection, org_id, action)?,
        children: many(connection, children, params![org_id, action.action_id.as_str()])?,
        related: related(connection, org_id, action)?,
    })
}

fn parents(connection: &Connection, org_id: &str, action: &Action) -> StoreResult<Vec<Action>> {
    let mut parents: Vec<Action> = Vec::new();
    let mut next = action.parent_action_id.clone();
    while let Some(id) = next.take() {
        let seen = id == action.action_id || parents.iter().any(|parent| parent.action_id == id);
        if seen || parents.len() == MAX_PARENTS {
            break;
        }
        let Some(parent) = read_action(connection, org_id, id.as_str())? else { break };
        next.clone_from(&parent.parent_action_id);
        parents.push(parent);
    }
    Ok(parents)
}

/// Actions within an hour either side of this one, of the same agent or on one of its systems.
fn related(connection: &Connection, org_id: &str, action: &Action) -> StoreResult<Vec<Action>> {
    let Some(at) = clock::parse_iso(&action.timestamp_start) else { return Ok(Vec::new()) };
    let sql =
        "SELECT id, record FROM actions WHERE org_id = ?1 AND timestamp_start BETWEEN ?2 AND ?3 AND id <> ?4
        ORDER BY timestamp_start DESC, id DESC LIMIT 500";
    let window = params![org_id, clock::iso(at - HOUR_MS), clock::iso(at + HOUR_MS), action.id];
    let near = many(connection, sql, window)?;
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
