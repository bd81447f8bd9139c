//! Assumptions in SQLite.

use dashclaw::api::assumptions::Assumption;
use dashclaw::clock;
use rusqlite::{Connection, Row, named_params, params};

use super::{actions, all, encode, exists, first, record};
use crate::store::{AssumptionFilter, AssumptionPage, Judged, Judgement, NewFollowup, Page, StoreResult};

/// What is shown of an assumption and of its action.
const SHOWN: &str = "SELECT made.id, made.record, actions.agent_id, actions.record ->> 'agent_name',
    actions.declared_goal, actions.action_type FROM assumptions made JOIN actions USING (org_id, action_id)";
const ADMITTED: &str = "WHERE made.org_id = :org
    AND (:validated IS NULL OR made.validated = :validated)
    AND (:stale IS NULL OR (made.created_at < :stale AND made.validated = 0 AND made.invalidated = 0))
    AND (:action IS NULL OR made.action_id = :action)
    AND (:agent IS NULL OR made.agent_id = :agent)";

pub(super) fn create(
    connection: &Connection,
    mut assumption: Assumption,
) -> StoreResult<NewFollowup<Assumption>> {
    let org_id = assumption.org_id.clone();
    let Some(action) = actions::read(connection, &org_id, assumption.action_id.as_str())? else {
        return Ok(NewFollowup::NoParent);
    };
    let taken = "SELECT 1 FROM assumptions WHERE org_id = ?1 AND assumption_id = ?2";
    if exists(connection, taken, params![org_id, assumption.assumption_id.as_str()])? {
        return Ok(NewFollowup::Duplicate);
    }
    let sql = "INSERT INTO assumptions (org_id, assumption_id, action_id, agent_id, validated, invalidated, created_at,
        record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    assumption.id = connection.prepare_cached(sql)?.insert(params![
        org_id,
        assumption.assumption_id.as_str(),
        assumption.action_id.as_str(),
        action.agent_id,
        assumption.validated,
        assumption.invalidated,
        assumption.created_at,
        encode(&assumption)?,
    ])?;
    Ok(NewFollowup::Created(Box::new(assumption)))
}

fn from_row(row: &Row<'_>) -> StoreResult<Assumption> {
    let mut assumption: Assumption = record(row, 1)?;
    assumption.id = row.get(0)?;
    Ok(assumption)
}

fn with_action(row: &Row<'_>) -> StoreResult<Assumption> {
    let assumption = from_row(row)?;
    Ok(Assumption {
        agent_id: row.get(2)?,
        agent_name: row.get(3)?,
        declared_goal: row.get(4)?,
        action_type: row.get(5)?,
        ..assumption
    })
}

pub(super) fn read(connection: &Connection, org_id: &str, id: &str) -> StoreResult<Option<Assumption>> {
    let sql = format!("{SHOWN} WHERE made.org_id = ?1 AND made.assumption_id = ?2");
    first(connection, &sql, [org_id, id], with_action)
}

pub(super) fn list(
    connection: &Connection,
    org_id: &str,
    filter: &AssumptionFilter,
    page: Page,
) -> StoreResult<AssumptionPage> {
    let admitted = named_params! {
        ":org": org_id, ":validated": filter.validated, ":stale": filter.stale_before,
        ":action": filter.action_id, ":agent": filter.agent_id,
    };
    let count = format!("SELECT count(*) FROM assumptions made {ADMITTED}");
    let total = connection.prepare_cached(&count)?.query_row(admitted, |row| row.get(0))?;
    let rows =
        format!("{SHOWN} {ADMITTED} ORDER BY made.created_at DESC, made.id DESC LIMIT :limit OFFSET :offset");
    let mut paged = admitted.to_vec();
    paged.extend_from_slice(named_params! { ":limit": page.limit, ":offset": page.offset });
    let assumptions = all(connection, &rows, paged.as_slice(), with_action)?;
    Ok(AssumptionPage { assumptions, total })
}

pub(super) fn judge(
    connection: &Connection,
    org_id: &str,
    id: &str,
    judgement: Judgement,
) -> StoreResult<Judged> {
    let sql = "SELECT id, record FROM assumptions WHERE org_id = ?1 AND assumption_id = ?2";
    let found = first(connection, sql, [org_id, id], from_row)?;
    let Some(mut assumption) = found else { return Ok(Judged::NotFound) };
    if assumption.invalidated != 0 {
        return Ok(Judged::Invalidated);
    }
    let now = Some(clock::now_iso());
    match judgement {
        Judgement::Holds => {
            (assumption.validated, assumption.validated_at) = (1, now);
        }
        Judgement::Fails(reason) => {
            (assumption.validated, assumption.validated_at) = (0, None);
            (assumption.invalidated, assumption.invalidated_at) = (1, now);
            assumption.invalidated_reason = Some(reason);
        }
    }
    let sql = "UPDATE assumptions SET validated = ?2, invalidated = ?3, record = ?4 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        assumption.id,
        assumption.validated,
        assumption.invalidated,
        encode(&assumption)?,
    ])?;
    let shown = read(connection, org_id, id)?;
    Ok(shown.map_or(Judged::NotFound, |assumption| Judged::Done(Box::new(assumption))))
}
