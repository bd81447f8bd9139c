//! Actions in SQLite.

use dashclaw::api::actions::{Action, ActionStats, ActionStatus, OutcomeStatus};
use dashclaw::api::ids::ActionId;
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, named_params, params};

use super::{Sqlite, all, around, decisions, directory, encode, exists, first, keys, record};
use crate::domains::actions::rules::{self, Beside, Refused, Transition};
use crate::store::{
    ActionFilter, ActionPage, Actions, Around, Asked, Creation, Logged, NewAction, Page, Span, StoreResult,
    Stored, Transitioned,
};

/// What a filter admits; a parameter that is null does not restrict.
const ADMITTED: &str = "FROM actions WHERE org_id = :org
    AND (:agent IS NULL OR agent_id = :agent)
    AND (:swarm IS NULL OR swarm_id = :swarm)
    AND (:status IS NULL OR status = :status)
    AND (:status IS NOT NULL OR :exclude IS NULL OR status <> :exclude)
    AND (:type IS NULL OR action_type = :type)
    AND (:risk IS NULL OR risk_score >= :risk)
    AND (:outcome IS NULL OR outcome_status = :outcome)
    AND (:session IS NULL OR session_id = :session)
    AND (:since IS NULL OR timestamp_start >= :since)";

impl Actions for Sqlite {
    fn create_action(&self, new: NewAction) -> Stored<'_, Creation> {
        self.writer.run(move |connection| create(connection, new)).boxed()
    }

    fn action(&self, org_id: &str, action_id: &str) -> Stored<'_, Option<Action>> {
        let (org_id, action_id) = (org_id.to_owned(), action_id.to_owned());
        self.reader.look_up(move |connection| read(connection, &org_id, &action_id)).boxed()
    }

    fn action_by_key(&self, org_id: &str, key: &str, asked: &Asked) -> Stored<'_, Option<Creation>> {
        let (org_id, key, asked) = (org_id.to_owned(), key.to_owned(), asked.clone());
        self.reader.look_up(move |connection| by_key(connection, &org_id, &key, &asked)).boxed()
    }

    fn actions(&self, org_id: &str, filter: ActionFilter, page: Page) -> Stored<'_, ActionPage> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| list(connection, &org_id, &filter, page)).boxed()
    }

    fn transition(&self, org_id: &str, action_id: &str, step: Transition) -> Stored<'_, Transitioned> {
        let (org_id, action_id) = (org_id.to_owned(), action_id.to_owned());
        let work = move |connection: &Connection| {
            let Some(mut action) = read(connection, &org_id, &action_id)? else {
                return Ok(Transitioned::NotFound);
            };
            if let Transition::Decide(decision) = &step
                && keys::is_revoked(connection, &decision.by)?
            {
                return Ok(Transitioned::Refused(Refused::Revoked));
            }
            let sql = "SELECT created_by, approval_used_by FROM actions WHERE id = ?1";
            let beside = connection.prepare_cached(sql)?.query_row([action.id], |row| {
                Ok(Beside { creator: row.get(0)?, approval_used_by: row.get(1)? })
            })?;
            if let Err(refused) = step.apply(&mut action, &beside) {
                return Ok(Transitioned::Refused(refused));
            }
            write(connection, &action)?;
            Ok(Transitioned::Done(Box::new(action)))
        };
        self.writer.run(work).boxed()
    }

    fn approved_action(
        &self,
        org_id: &str,
        question: &str,
        asked_by: &str,
        within: Span,
    ) -> Stored<'_, Option<Action>> {
        let given = [org_id, question, asked_by, &clock::iso(within.since_ms), &clock::iso(within.until_ms)];
        let given = given.map(str::to_owned);
        let sql = "SELECT id, record FROM actions WHERE org_id = ?1 AND question = ?2 AND created_by = ?3
            AND approved_at BETWEEN ?4 AND ?5 AND approval_used_by IS NULL
            ORDER BY risk_score DESC, approved_at LIMIT 1";
        self.reader.look_up(move |connection| one(connection, sql, rusqlite::params_from_iter(given))).boxed()
    }

    fn around(&self, org_id: &str, action: &Action) -> Stored<'_, Around> {
        let (org_id, action) = (org_id.to_owned(), action.clone());
        self.reader.scan(move |connection| around::read(connection, &org_id, &action)).boxed()
    }

    fn orgs_with_unreported_actions(&self) -> Stored<'_, Vec<String>> {
        let work = |connection: &Connection| {
            let sql = "SELECT DISTINCT org_id FROM actions WHERE outcome_status = 'pending'";
            let mut statement = connection.prepare_cached(sql)?;
            let orgs = statement.query_map([], |row| row.get(0))?;
            Ok(orgs.collect::<Result<_, _>>()?)
        };
        self.reader.look_up(work).boxed()
    }

    fn sweep_unreported(&self, org_id: &str, since: &str) -> Stored<'_, Vec<Action>> {
        let (org_id, since) = (org_id.to_owned(), since.to_owned());
        self.writer.run(move |connection| sweep(connection, &org_id, &since)).boxed()
    }

    fn recent_actions(&self, org_id: &str, agent_id: Option<&str>, since: &str) -> Stored<'_, Vec<Action>> {
        let given = (org_id.to_owned(), agent_id.map(str::to_owned), since.to_owned());
        let sql = "SELECT id, record FROM actions WHERE org_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
            AND (timestamp_start >= ?3 OR status IN ('running', 'pending_approval'))
            ORDER BY timestamp_start DESC, id DESC LIMIT 2000";
        self.reader.scan(move |connection| many(connection, sql, given)).boxed()
    }
}

/// The action in a row that starts with its number and its record.
fn from_row(row: &Row<'_>) -> StoreResult<Action> {
    let mut action: Action = record(row, 1)?;
    action.id = row.get(0)?;
    Ok(action)
}

pub(super) fn one(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> StoreResult<Option<Action>> {
    first(connection, sql, params, from_row)
}

pub(super) fn many(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> StoreResult<Vec<Action>> {
    all(connection, sql, params, from_row)
}

pub(super) fn read(connection: &Connection, org_id: &str, action_id: &str) -> StoreResult<Option<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = ?1 AND action_id = ?2";
    one(connection, sql, params![org_id, action_id])
}

/// What the key of an action stands for already. An action of an earlier version's file, which has no digest of its
/// question, is compared by what it is.
fn by_key(connection: &Connection, org_id: &str, key: &str, asked: &Asked) -> StoreResult<Option<Creation>> {
    let sql =
        "SELECT id, record, question, asked_risk FROM actions WHERE org_id = ?1 AND idempotency_key = ?2";
    first(connection, sql, params![org_id, key], |row| {
        let question: Option<String> = row.get(2)?;
        let same = question
            .is_none_or(|question| Asked { question, risk: row.get(3).unwrap_or_default() } == *asked);
        Ok(if same { Creation::Replayed(Box::new(from_row(row)?)) } else { Creation::OtherQuestion })
    })
}

fn create(connection: &Connection, new: NewAction) -> StoreResult<Creation> {
    let NewAction { mut action, decision, created_by } = new;
    rules::disarm(&mut action);
    if let Some(key) = &action.idempotency_key
        && let Some(known) = by_key(connection, &action.org_id, key, &decision.asked)?
    {
        return Ok(known);
    }
    let taken = "SELECT 1 FROM actions WHERE org_id = ?1 AND action_id = ?2";
    if exists(connection, taken, params![action.org_id, action.action_id.as_str()])? {
        return Ok(Creation::DuplicateId);
    }
    match decisions::log(connection, &decision)? {
        Logged::Stored => {}
        Logged::Repeats(reply) => return Ok(Creation::Repeats(reply)),
        Logged::OtherQuestion => return Ok(Creation::OtherQuestion),
        Logged::Stale(stale) => return Ok(Creation::Stale(stale)),
    }
    directory::note_agent(connection, &action)?;
    let sql = "INSERT INTO actions (org_id, action_id, agent_id, swarm_id, parent_action_id, session_id, action_type,
        declared_goal, status, outcome_status, risk_score, cost_estimate, timestamp_start, approved_at, waiting_since,
        idempotency_key, record, question, asked_risk, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
        ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
    action.id = connection.prepare_cached(sql)?.insert(params![
        action.org_id,
        action.action_id.as_str(),
        action.agent_id,
        action.swarm_id,
        action.parent_action_id.as_ref().map(ActionId::as_str),
        action.session_id,
        action.action_type,
        action.declared_goal,
        action.status.as_str(),
        action.outcome_status.as_str(),
        action.risk_score,
        action.cost_estimate,
        action.timestamp_start,
        action.approved_at,
        waiting_since(&action),
        action.idempotency_key,
        encode(&action)?,
        decision.asked.question,
        decision.asked.risk,
        created_by,
    ])?;
    Ok(Creation::Created(Box::new(action)))
}

/// Since when nothing was heard of it: its creation, its approval, or the last sign of life while its work runs.
fn waiting_since(action: &Action) -> &str {
    &action.updated_at
}

fn write(connection: &Connection, action: &Action) -> StoreResult<()> {
    let sql = "UPDATE actions SET status = ?2, outcome_status = ?3, cost_estimate = ?4, approved_at = ?5,
        waiting_since = ?6, record = ?7, approval_used_by = coalesce(approval_used_by, ?8) WHERE id = ?1";
    // An approved action that a run has claimed, or that has ended, has used up its approval itself.
    let ended = action.status != ActionStatus::Running || action.outcome_status != OutcomeStatus::Pending;
    let used = action.approved_at.is_some() && (ended || action.run_id.is_some());
    connection.prepare_cached(sql)?.execute(params![
        action.id,
        action.status.as_str(),
        action.outcome_status.as_str(),
        action.cost_estimate,
        action.approved_at,
        waiting_since(action),
        encode(action)?,
        used.then_some("itself"),
    ])?;
    Ok(())
}

fn list(connection: &Connection, org_id: &str, filter: &ActionFilter, page: Page) -> StoreResult<ActionPage> {
    let admitted = named_params! {
        ":org": org_id, ":agent": filter.agent_id, ":swarm": filter.swarm_id, ":status": filter.status,
        ":exclude": filter.exclude_status, ":type": filter.action_type, ":risk": filter.risk_min,
        ":outcome": filter.outcome_status, ":session": filter.session_id, ":since": filter.since,
    };
    let counts = format!(
        "SELECT count(*), total(status = 'completed'), total(status = 'failed'), total(status = 'running'),
            total(status = 'blocked'), total(risk_score >= 70), coalesce(avg(risk_score), 0), total(cost_estimate)
         {ADMITTED}"
    );
    let stats = connection.prepare_cached(&counts)?.query_row(admitted, stats)?;
    let rows = format!(
        "SELECT id, record {ADMITTED} ORDER BY timestamp_start DESC, id DESC LIMIT :limit OFFSET :offset"
    );
    let mut paged = admitted.to_vec();
    paged.extend_from_slice(named_params! { ":limit": page.limit, ":offset": page.offset });
    let actions = many(connection, &rows, paged.as_slice())?;
    Ok(ActionPage { actions, stats })
}

fn stats(row: &Row<'_>) -> rusqlite::Result<ActionStats> {
    #[expect(clippy::cast_possible_truncation, reason = "a count of rows as SQLite's `total` gives it")]
    let count = |column| row.get::<_, f64>(column).map(|count| count as i64);
    let average: f64 = row.get(6)?;
    Ok(ActionStats {
        total: row.get(0)?,
        completed: count(1)?,
        failed: count(2)?,
        running: count(3)?,
        blocked: count(4)?,
        high_risk: count(5)?,
        avg_risk: (average * 10.0).round() / 10.0,
        total_cost: row.get(7)?,
        ..ActionStats::default()
    })
}

fn sweep(connection: &Connection, org_id: &str, since: &str) -> StoreResult<Vec<Action>> {
    let sql = "SELECT id, record FROM actions WHERE org_id = ?1 AND outcome_status = 'pending'
        AND waiting_since < ?2 AND status NOT IN ('completed', 'failed', 'cancelled', 'blocked', 'pending_approval')";
    let mut lost = many(connection, sql, params![org_id, since])?;
    let now = clock::now_iso();
    for action in &mut lost {
        action.outcome_status = OutcomeStatus::LostConfirmation;
        action.outcome_at = Some(now.clone());
        action.outcome_summary = Some("No outcome was reported in time".to_owned());
        action.updated_at.clone_from(&now);
        write(connection, action)?;
    }
    Ok(lost)
}
