//! Where actions are kept.

use dashclaw::api::actions::{Action, ActionStats, ActionStatus, OutcomeStatus};
use dashclaw::api::ids::ActionId;
use dashclaw::clock;

use super::rules::Beside;
use crate::db::{DbResult, Page, Row, ToValue, Tx, Where, encode, values};
use crate::domains::guard::premises::{Asked, Span};

/// Which actions are listed; absent members do not restrict.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActionFilter {
    pub(crate) agent_id: Option<String>,
    pub(crate) swarm_id: Option<String>,
    pub(crate) status: Option<String>,
    /// Ignored when `status` is given.
    pub(crate) exclude_status: Option<String>,
    pub(crate) action_type: Option<String>,
    pub(crate) risk_min: Option<i64>,
    pub(crate) outcome_status: Option<String>,
    pub(crate) session_id: Option<String>,
    /// Began at this time or later.
    pub(crate) since: Option<String>,
}

impl ActionFilter {
    fn conditions(&self) -> Where<'_> {
        let exclude = self.exclude_status.as_ref().filter(|_| self.status.is_none());
        Where::org("org_id")
            .given("agent_id =", self.agent_id.as_ref())
            .given("swarm_id =", self.swarm_id.as_ref())
            .given("status =", self.status.as_ref())
            .given("status <>", exclude)
            .given("action_type =", self.action_type.as_ref())
            .given("risk_score >=", self.risk_min.as_ref())
            .given("outcome_status =", self.outcome_status.as_ref())
            .given("session_id =", self.session_id.as_ref())
            .given("timestamp_start >=", self.since.as_ref())
    }
}

/// The action in a row that starts with its number and its record.
fn from_row(row: &Row<'_>) -> DbResult<Action> {
    let mut action: Action = row.record(1)?;
    action.id = row.get(0)?;
    Ok(action)
}

/// Reads an action.
pub(crate) async fn find(tx: &Tx<'_>, action_id: &str) -> DbResult<Option<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = $1 AND action_id = $2";
    tx.one(sql, &values![action_id], from_row).await
}

/// The agent whose action it is.
pub(crate) async fn agent_of(tx: &Tx<'_>, action_id: &str) -> DbResult<Option<String>> {
    let sql = "SELECT agent_id FROM actions WHERE org_id = $1 AND action_id = $2";
    tx.one(sql, &values![action_id], |row| row.get(0)).await
}

/// The action with this idempotency key, and the question that it was created for; an action of an earlier version has none.
pub(super) async fn by_key(tx: &Tx<'_>, key: &str) -> DbResult<Option<(Action, Option<Asked>)>> {
    let sql =
        "SELECT id, record, question, asked_risk FROM actions WHERE org_id = $1 AND idempotency_key = $2";
    tx.one(sql, &values![key], |row| {
        let question: Option<String> = row.get(2)?;
        let risk = row.get(3)?;
        Ok((from_row(row)?, question.map(|question| Asked { question, risk })))
    })
    .await
}

/// Stores an action, which is given its number.
pub(super) async fn insert(
    tx: &Tx<'_>,
    action: &mut Action,
    asked: &Asked,
    created_by: &str,
) -> DbResult<()> {
    let sql = "INSERT INTO actions (org_id, action_id, agent_id, agent_name, swarm_id, parent_action_id, session_id,
        action_type, declared_goal, status, outcome_status, risk_score, cost_estimate, duration_ms, timestamp_start,
        approved_at, waiting_since, idempotency_key, record, question, asked_risk, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        RETURNING id";
    let parent = action.parent_action_id.as_ref().map(ActionId::as_str);
    let record = encode(action)?;
    action.id = tx
        .single(
            sql,
            &values![
                action.action_id.as_str(),
                action.agent_id,
                action.agent_name,
                action.swarm_id,
                parent,
                action.session_id,
                action.action_type,
                action.declared_goal,
                action.status.as_str(),
                action.outcome_status.as_str(),
                action.risk_score,
                action.cost_estimate,
                action.duration_ms,
                action.timestamp_start,
                action.approved_at,
                waiting_since(action),
                action.idempotency_key,
                record,
                asked.question,
                asked.risk,
                created_by,
                action.expires_at,
            ],
            |row| row.get(0),
        )
        .await?;
    Ok(())
}

/// Since when nothing was heard of it: its creation, its approval, or the last sign of life while its work runs.
fn waiting_since(action: &Action) -> &str {
    &action.updated_at
}

/// What stands beside the record of an action.
pub(crate) async fn beside(tx: &Tx<'_>, action: &Action) -> DbResult<Beside> {
    let sql = "SELECT created_by, approval_used_by FROM actions WHERE org_id = $1 AND id = $2";
    tx.single(sql, &values![action.id], |row| {
        Ok(Beside { creator: row.get(0)?, approval_used_by: row.get(1)? })
    })
    .await
}

/// Stores what an action became.
pub(crate) async fn update(tx: &Tx<'_>, action: &Action) -> DbResult<()> {
    let sql = "UPDATE actions SET status = $3, outcome_status = $4, cost_estimate = $5, duration_ms = $6,
        approved_at = $7, waiting_since = $8, record = $9, approval_used_by = coalesce(approval_used_by, $10)
        WHERE org_id = $1 AND id = $2";
    // An approved action that a run has claimed, or that has ended, has used up its approval itself.
    let ended = action.status != ActionStatus::Running || action.outcome_status != OutcomeStatus::Pending;
    let used = action.approved_at.is_some() && (ended || action.run_id.is_some());
    let used = used.then_some("itself");
    let record = encode(action)?;
    tx.run(
        sql,
        &values![
            action.id,
            action.status.as_str(),
            action.outcome_status.as_str(),
            action.cost_estimate,
            action.duration_ms,
            action.approved_at,
            waiting_since(action),
            record,
            used,
        ],
    )
    .await?;
    Ok(())
}

/// Lists actions, newest first.
pub(crate) async fn list(tx: &Tx<'_>, filter: &ActionFilter, page: Page) -> DbResult<Vec<Action>> {
    let mut admitted = filter.conditions();
    let page = admitted.page(page);
    let sql =
        format!("SELECT id, record FROM actions {admitted} ORDER BY timestamp_start DESC, id DESC {page}");
    tx.all(&sql, admitted.values(), from_row).await
}

/// Counts over all actions that a filter admits.
pub(super) async fn stats(tx: &Tx<'_>, filter: &ActionFilter) -> DbResult<ActionStats> {
    let admitted = filter.conditions();
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
            count(*) FILTER (WHERE status = 'running'), count(*) FILTER (WHERE status = 'blocked'),
            count(*) FILTER (WHERE risk_score >= 70), CAST(coalesce(avg(risk_score), 0) AS DOUBLE PRECISION),
            CAST(coalesce(sum(cost_estimate), 0) AS DOUBLE PRECISION) FROM actions {admitted}"
    );
    tx.single(&sql, admitted.values(), |row| {
        let average: f64 = row.get(6)?;
        Ok(ActionStats {
            total: row.get(0)?,
            completed: row.get(1)?,
            failed: row.get(2)?,
            running: row.get(3)?,
            blocked: row.get(4)?,
            high_risk: row.get(5)?,
            avg_risk: (average * 10.0).round() / 10.0,
            total_cost: row.get(7)?,
            ..ActionStats::default()
        })
    })
    .await
}

/// An action with this very question of this principal that a human approved in a span of time and whose approval nothing
/// has used up; of several, the one with the highest risk.
pub(crate) async fn approved(
    tx: &Tx<'_>,
    question: &str,
    asked_by: &str,
    within: Span,
) -> DbResult<Option<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = $1 AND question = $2 AND created_by = $3
        AND approved_at BETWEEN $4 AND $5 AND approval_used_by IS NULL
        ORDER BY risk_score DESC, approved_at LIMIT 1";
    let (since, until) = (clock::iso(within.since_ms), clock::iso(within.until_ms));
    tx.one(sql, &values![question, asked_by, since, until], from_row).await
}

/// Uses an approval up; false when there is none that is unused.
pub(crate) async fn use_approval(tx: &Tx<'_>, action_id: &str, used_by: &str) -> DbResult<bool> {
    let sql = "UPDATE actions SET approval_used_by = $3
        WHERE org_id = $1 AND action_id = $2 AND approved_at IS NOT NULL AND approval_used_by IS NULL";
    Ok(tx.run(sql, &values![action_id, used_by]).await? == 1)
}

/// Actions for signals: unfinished ones, and all that began at `since` or later; at most 2000, newest first.
pub(crate) async fn recent(tx: &Tx<'_>, agent_id: Option<&str>, since: &str) -> DbResult<Vec<Action>> {
    let mut admitted = Where::org("org_id").given("agent_id =", agent_id);
    let since = admitted.place(since.to_value());
    let sql = format!(
        "SELECT id, record FROM actions {admitted}
            AND (timestamp_start >= {since} OR status IN ('running', 'pending_approval'))
            ORDER BY timestamp_start DESC, id DESC LIMIT 2000"
    );
    tx.all(&sql, admitted.values(), from_row).await
}

/// The actions that are a part of this one; at most 50.
pub(super) async fn children(tx: &Tx<'_>, action_id: &ActionId) -> DbResult<Vec<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = $1 AND parent_action_id = $2
        ORDER BY timestamp_start, id LIMIT 50";
    tx.all(sql, &values![action_id.as_str()], from_row).await
}

/// Other actions that began in a span of time; at most 500, newest first.
pub(super) async fn near(tx: &Tx<'_>, action: &Action, within: Span) -> DbResult<Vec<Action>> {
    let sql =
        "SELECT id, record FROM actions WHERE org_id = $1 AND timestamp_start BETWEEN $2 AND $3 AND id <> $4
        ORDER BY timestamp_start DESC, id DESC LIMIT 500";
    let (since, until) = (clock::iso(within.since_ms), clock::iso(within.until_ms));
    tx.all(sql, &values![since, until, action.id], from_row).await
}

/// The organisations that have actions without an outcome.
pub(crate) async fn orgs_with_unreported(tx: &Tx<'_>) -> DbResult<Vec<String>> {
    let sql = "SELECT DISTINCT org_id FROM actions WHERE outcome_status = 'pending'";
    tx.all(sql, &[], |row| row.get(0)).await
}

/// The actions that have waited for their outcome since before `since`. Those that wait for a human have not begun.
pub(crate) async fn unreported(tx: &Tx<'_>, since: &str) -> DbResult<Vec<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = $1 AND outcome_status = 'pending'
        AND waiting_since < $2 AND status NOT IN ('completed', 'failed', 'cancelled', 'blocked', 'expired', 'pending_approval')";
    tx.all(sql, &values![since], from_row).await
}

/// The organisations in which something waits for a human.
pub(crate) async fn orgs_with_waiting(tx: &Tx<'_>) -> DbResult<Vec<String>> {
    let sql = "SELECT DISTINCT org_id FROM actions WHERE status = 'pending_approval'";
    tx.all(sql, &[], |row| row.get(0)).await
}

/// Has an action's time to wait for a human end then, as if it had been asked for that long ago.
#[cfg(test)]
pub(crate) async fn let_wait_until(tx: &Tx<'_>, id: &str, at: &str) -> DbResult<()> {
    let Some(mut action) = find(tx, id).await? else { return Ok(()) };
    action.expires_at = Some(at.to_owned());
    update(tx, &action).await?;
    let sql = "UPDATE actions SET expires_at = $3 WHERE org_id = $1 AND action_id = $2";
    tx.run(sql, &values![id, at]).await.map(drop)
}

/// The actions whose time to wait for a human is over; of an earlier version's, which name no time, those that have waited since
/// before `since`. At most 500, so that the write is short.
pub(crate) async fn overdue(tx: &Tx<'_>, now: &str, since: &str) -> DbResult<Vec<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = $1 AND status = 'pending_approval'
        AND (expires_at <= $2 OR (expires_at IS NULL AND waiting_since <= $3)) ORDER BY id LIMIT 500";
    tx.all(sql, &values![now, since], from_row).await
}
