//! Where loops are kept.

use dashclaw::api::loops::{LoopStats, OpenLoop};

use crate::db::{DbResult, Page, Row, Tx, Where, encode, values};

/// Lists show whose action left a loop, so the action is joined.
const FROM: &str = "FROM loops AS left_open
    JOIN actions AS acted ON acted.org_id = left_open.org_id AND acted.action_id = left_open.action_id";
/// What is shown of a loop and of its action.
const SHOWN: &str =
    "SELECT left_open.id, left_open.record, acted.agent_id, acted.agent_name, acted.declared_goal,
    acted.action_type";

/// Which loops are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopFilter {
    pub(crate) status: Option<String>,
    pub(crate) loop_type: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) action_id: Option<String>,
}

impl LoopFilter {
    fn conditions(&self) -> Where<'_> {
        Where::org("left_open.org_id")
            .given("left_open.status =", self.status.as_ref())
            .given("left_open.loop_type =", self.loop_type.as_ref())
            .given("left_open.priority =", self.priority.as_ref())
            .given("acted.agent_id =", self.agent_id.as_ref())
            .given("left_open.action_id =", self.action_id.as_ref())
    }
}

/// Whether a loop has this id.
pub(super) async fn exists(tx: &Tx<'_>, id: &str) -> DbResult<bool> {
    tx.exists("SELECT 1 FROM loops WHERE org_id = $1 AND loop_id = $2", &values![id]).await
}

/// Stores a loop, which is given its number.
pub(super) async fn insert(tx: &Tx<'_>, open_loop: &mut OpenLoop) -> DbResult<()> {
    let sql =
        "INSERT INTO loops (org_id, loop_id, action_id, loop_type, status, priority, created_at, record)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let record = encode(open_loop)?;
    open_loop.id = tx
        .single(
            sql,
            &values![
                open_loop.loop_id.as_str(),
                open_loop.action_id.as_str(),
                open_loop.loop_type.as_str(),
                open_loop.status.as_str(),
                open_loop.priority.as_str(),
                open_loop.created_at,
                record,
            ],
            |row| row.get(0),
        )
        .await?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> DbResult<OpenLoop> {
    let mut open_loop: OpenLoop = row.record(1)?;
    open_loop.id = row.get(0)?;
    Ok(open_loop)
}

fn with_action(row: &Row<'_>) -> DbResult<OpenLoop> {
    Ok(OpenLoop {
        agent_id: row.get(2)?,
        agent_name: row.get(3)?,
        declared_goal: row.get(4)?,
        action_type: row.get(5)?,
        ..from_row(row)?
    })
}

/// Reads a loop.
pub(super) async fn find(tx: &Tx<'_>, id: &str) -> DbResult<Option<OpenLoop>> {
    tx.one("SELECT id, record FROM loops WHERE org_id = $1 AND loop_id = $2", &values![id], from_row).await
}

/// Reads a loop, with what is shown of its action.
pub(super) async fn find_shown(tx: &Tx<'_>, id: &str) -> DbResult<Option<OpenLoop>> {
    let sql = format!("{SHOWN} {FROM} WHERE left_open.org_id = $1 AND left_open.loop_id = $2");
    tx.one(&sql, &values![id], with_action).await
}

/// The agent that it belongs to.
pub(crate) async fn agent_of(tx: &Tx<'_>, id: &str) -> DbResult<Option<String>> {
    let sql = format!("SELECT acted.agent_id {FROM} WHERE left_open.org_id = $1 AND left_open.loop_id = $2");
    tx.one(&sql, &values![id], |row| row.get(0)).await
}

/// Lists loops, most urgent first.
pub(crate) async fn list(tx: &Tx<'_>, filter: &LoopFilter, page: Page) -> DbResult<Vec<OpenLoop>> {
    let mut admitted = filter.conditions();
    let page = admitted.page(page);
    let sql = format!(
        "{SHOWN} {FROM} {admitted} ORDER BY
            CASE left_open.priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
            left_open.created_at DESC, left_open.id DESC {page}"
    );
    tx.all(&sql, admitted.values(), with_action).await
}

/// How many loops a filter admits, and counts over them.
pub(super) async fn stats(tx: &Tx<'_>, filter: &LoopFilter) -> DbResult<(i64, LoopStats)> {
    let admitted = filter.conditions();
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE left_open.status = 'open'),
            count(*) FILTER (WHERE left_open.status = 'resolved'),
            count(*) FILTER (WHERE left_open.status = 'open' AND left_open.priority = 'critical'),
            count(*) FILTER (WHERE left_open.status = 'open' AND left_open.priority = 'high') {FROM} {admitted}"
    );
    tx.single(&sql, admitted.values(), |row| {
        let stats = LoopStats {
            open_count: row.get(1)?,
            resolved_count: row.get(2)?,
            critical_open: row.get(3)?,
            high_open: row.get(4)?,
            ..LoopStats::default()
        };
        Ok((row.get(0)?, stats))
    })
    .await
}

/// Stores what a loop became.
pub(super) async fn update(tx: &Tx<'_>, open_loop: &OpenLoop) -> DbResult<()> {
    let sql = "UPDATE loops SET status = $3, record = $4 WHERE org_id = $1 AND id = $2";
    tx.run(sql, &values![open_loop.id, open_loop.status.as_str(), encode(open_loop)?]).await?;
    Ok(())
}
