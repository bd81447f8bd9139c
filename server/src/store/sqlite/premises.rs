//! Whether what a decision was made on still holds, asked in the transaction that stores it.

use dashclaw::clock;
use rusqlite::{Connection, params};

use super::decisions::{count, spent};
use super::keys;
use crate::store::{NewDecision, Premises, Stale, StoreResult};

/// Raises the version of an organisation's policies and settings.
pub(super) fn raise_version(connection: &Connection, org_id: &str) -> StoreResult<()> {
    let sql = "INSERT INTO org_versions (org_id, version) VALUES (?1, 1)
        ON CONFLICT DO UPDATE SET version = version + 1";
    connection.prepare_cached(sql)?.execute([org_id])?;
    Ok(())
}

/// The version of an organisation's policies and settings; 0 before the first of them.
pub(super) fn version(connection: &Connection, org_id: &str) -> StoreResult<i64> {
    let sql = "SELECT coalesce(max(version), 0) FROM org_versions WHERE org_id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([org_id], |row| row.get(0))?)
}

/// What keeps a decision from being stored. The approval it needs is used up by it, which is the last thing looked at.
pub(super) fn stale(connection: &Connection, decision: &NewDecision) -> StoreResult<Option<Stale>> {
    let Premises { version: known, tallies, spendings, approval, principal } = &decision.premises;
    let org_id = &decision.record.org_id;
    if keys::is_revoked(connection, principal)? {
        return Ok(Some(Stale::Key));
    }
    if version(connection, org_id)? != *known {
        return Ok(Some(Stale::Policies));
    }
    let agent_id = decision.record.agent_id.as_deref().unwrap_or_default();
    for tally in tallies {
        if (count(connection, org_id, agent_id, tally.since_ms, tally.limit)? >= tally.limit) != tally.reached
        {
            return Ok(Some(Stale::History));
        }
    }
    for spending in spendings {
        // The same rows in the same order have the same sum, to the bit.
        let now = spent(connection, org_id, agent_id, spending.since_ms)?;
        if now.to_bits() != spending.usd.to_bits() {
            return Ok(Some(Stale::History));
        }
    }
    match approval {
        Some(action_id) if !use_up(connection, org_id, action_id, decision.record.id.as_str())? => {
            Ok(Some(Stale::History))
        }
        _ => Ok(None),
    }
}

fn use_up(connection: &Connection, org_id: &str, action_id: &str, decision_id: &str) -> StoreResult<bool> {
    let sql = "UPDATE actions SET approval_used_by = ?3 || ' ' || ?4
        WHERE org_id = ?1 AND action_id = ?2 AND approved_at IS NOT NULL AND approval_used_by IS NULL";
    let used = params![org_id, action_id, decision_id, clock::now_iso()];
    Ok(connection.prepare_cached(sql)?.execute(used)? == 1)
}
