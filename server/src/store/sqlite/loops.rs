//! Open loops in SQLite, and with them the trait that also covers assumptions.

use dashclaw::api::assumptions::Assumption;
use dashclaw::api::loops::{LoopStats, LoopStatus, OpenLoop};
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, named_params, params};

use super::{Sqlite, actions, all, assumptions, encode, exists, first, record};
use crate::store::{
    AssumptionFilter, AssumptionPage, Closed, Followups, Judged, Judgement, LoopFilter, LoopPage,
    NewFollowup, Page, StoreResult, Stored,
};

/// Lists show whose action left a loop, so the action is joined.
const ADMITTED: &str = "FROM loops JOIN actions USING (org_id, action_id) WHERE loops.org_id = :org
    AND (:status IS NULL OR loops.status = :status)
    AND (:type IS NULL OR loops.loop_type = :type)
    AND (:priority IS NULL OR loops.priority = :priority)
    AND (:agent IS NULL OR actions.agent_id = :agent)
    AND (:action IS NULL OR loops.action_id = :action)";

/// What is shown of a loop and of its action.
const SHOWN: &str = "SELECT loops.id, loops.record, actions.agent_id, actions.record ->> 'agent_name',
    actions.declared_goal, actions.action_type";

impl Followups for Sqlite {
    fn create_assumption(&self, assumption: Assumption) -> Stored<'_, NewFollowup<Assumption>> {
        self.writer.run(move |connection| assumptions::create(connection, assumption)).boxed()
    }

    fn assumption(&self, org_id: &str, assumption_id: &str) -> Stored<'_, Option<Assumption>> {
        let (org_id, id) = (org_id.to_owned(), assumption_id.to_owned());
        self.reader.look_up(move |connection| assumptions::read(connection, &org_id, &id)).boxed()
    }

    fn assumptions(&self, org_id: &str, filter: AssumptionFilter, page: Page) -> Stored<'_, AssumptionPage> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| assumptions::list(connection, &org_id, &filter, page)).boxed()
    }

    fn judge_assumption(
        &self,
        org_id: &str,
        assumption_id: &str,
        judgement: Judgement,
    ) -> Stored<'_, Judged> {
        let (org_id, id) = (org_id.to_owned(), assumption_id.to_owned());
        self.writer.run(move |connection| assumptions::judge(connection, &org_id, &id, judgement)).boxed()
    }

    fn create_loop(&self, open_loop: OpenLoop) -> Stored<'_, NewFollowup<OpenLoop>> {
        self.writer.run(move |connection| create(connection, open_loop)).boxed()
    }

    fn open_loop(&self, org_id: &str, loop_id: &str) -> Stored<'_, Option<OpenLoop>> {
        let (org_id, id) = (org_id.to_owned(), loop_id.to_owned());
        self.reader.look_up(move |connection| read(connection, &org_id, &id)).boxed()
    }

    fn loops(&self, org_id: &str, filter: LoopFilter, page: Page) -> Stored<'_, LoopPage> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| list(connection, &org_id, &filter, page)).boxed()
    }

    fn close_loop(
        &self,
        org_id: &str,
        loop_id: &str,
        status: &str,
        resolution: Option<String>,
    ) -> Stored<'_, Closed> {
        let (org_id, id, status) = (org_id.to_owned(), loop_id.to_owned(), LoopStatus::from(status));
        self.writer.run(move |connection| close(connection, &org_id, &id, status, resolution)).boxed()
    }
}

fn create(connection: &Connection, mut open_loop: OpenLoop) -> StoreResult<NewFollowup<OpenLoop>> {
    let org_id = open_loop.org_id.clone();
    if actions::read(connection, &org_id, open_loop.action_id.as_str())?.is_none() {
        return Ok(NewFollowup::NoParent);
    }
    let taken = "SELECT 1 FROM loops WHERE org_id = ?1 AND loop_id = ?2";
    if exists(connection, taken, params![org_id, open_loop.loop_id.as_str()])? {
        return Ok(NewFollowup::Duplicate);
    }
    let sql =
        "INSERT INTO loops (org_id, loop_id, action_id, loop_type, status, priority, created_at, record)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    open_loop.id = connection.prepare_cached(sql)?.insert(params![
        org_id,
        open_loop.loop_id.as_str(),
        open_loop.action_id.as_str(),
        open_loop.loop_type.as_str(),
        open_loop.status.as_str(),
        open_loop.priority.as_str(),
        open_loop.created_at,
        encode(&open_loop)?,
    ])?;
    Ok(NewFollowup::Created(Box::new(open_loop)))
}

fn from_row(row: &Row<'_>) -> StoreResult<OpenLoop> {
    let mut open_loop: OpenLoop = record(row, 1)?;
    open_loop.id = row.get(0)?;
    Ok(open_loop)
}

fn with_action(row: &Row<'_>) -> StoreResult<OpenLoop> {
    let open_loop = from_row(row)?;
    Ok(OpenLoop {
        agent_id: row.get(2)?,
        agent_name: row.get(3)?,
        declared_goal: row.get(4)?,
        action_type: row.get(5)?,
        ..open_loop
    })
}

fn read(connection: &Connection, org_id: &str, id: &str) -> StoreResult<Option<OpenLoop>> {
    let sql = format!(
        "{SHOWN} FROM loops JOIN actions USING (org_id, action_id) WHERE org_id = ?1 AND loop_id = ?2"
    );
    first(connection, &sql, [org_id, id], with_action)
}

fn list(connection: &Connection, org_id: &str, filter: &LoopFilter, page: Page) -> StoreResult<LoopPage> {
    let admitted = named_params! {
        ":org": org_id, ":status": filter.status, ":type": filter.loop_type, ":priority": filter.priority,
        ":agent": filter.agent_id, ":action": filter.action_id,
    };
    let counts = format!(
        "SELECT count(*), coalesce(sum(loops.status = 'open'), 0), coalesce(sum(loops.status = 'resolved'), 0),
            coalesce(sum(loops.status = 'open' AND priority = 'critical'), 0),
            coalesce(sum(loops.status = 'open' AND priority = 'high'), 0) {ADMITTED}"
    );
    let (total, stats) = connection.prepare_cached(&counts)?.query_row(admitted, |row| {
        let stats = LoopStats {
            open_count: row.get(1)?,
            resolved_count: row.get(2)?,
            critical_open: row.get(3)?,
            high_open: row.get(4)?,
            ..LoopStats::default()
        };
        Ok((row.get(0)?, stats))
    })?;
    let rows = format!(
        "{SHOWN} {ADMITTED}
         ORDER BY CASE priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
            loops.created_at DESC, loops.id DESC LIMIT :limit OFFSET :offset"
    );
    let mut paged = admitted.to_vec();
    paged.extend_from_slice(named_params! { ":limit": page.limit, ":offset": page.offset });
    let loops = all(connection, &rows, paged.as_slice(), with_action)?;
    Ok(LoopPage { loops, total, stats })
}

fn close(
    connection: &Connection,
    org_id: &str,
    id: &str,
    status: LoopStatus,
    resolution: Option<String>,
) -> StoreResult<Closed> {
    let sql = "SELECT id, record FROM loops WHERE org_id = ?1 AND loop_id = ?2";
    let found = first(connection, sql, [org_id, id], from_row)?;
    let Some(mut open_loop) = found else { return Ok(Closed::NotFound) };
    if open_loop.status != LoopStatus::Open {
        return Ok(Closed::Already(open_loop.status.to_string()));
    }
    open_loop.status = status;
    open_loop.resolution = resolution;
    open_loop.resolved_at = Some(clock::now_iso());
    let sql = "UPDATE loops SET status = ?2, record = ?3 WHERE id = ?1";
    let params = params![open_loop.id, open_loop.status.as_str(), encode(&open_loop)?];
    connection.prepare_cached(sql)?.execute(params)?;
    Ok(Closed::Done(Box::new(open_loop)))
}
