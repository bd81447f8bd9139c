//! Guard decisions in SQLite.

use dashclaw::api::guard::GuardDecisionStats;
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, named_params, params};

use super::{Sqlite, all, encode, record, text};
use crate::store::{
    DecisionFilter, DecisionPage, Decisions, Logged, NewDecision, Page, Repeatable, StoreResult, Stored,
};

const DAY_MS: i64 = 86_400_000;
const ADMITTED: &str = "FROM guard_decisions WHERE org_id = :org
    AND (:agent IS NULL OR agent_id = :agent) AND (:decision IS NULL OR decision = :decision)";

impl Decisions for Sqlite {
    fn log_decision(&self, decision: NewDecision) -> Stored<'_, Logged> {
        let work = move |connection: &Connection| {
            if let Some(reply) = repeated(connection, &decision)? {
                return Ok(Logged::Repeats(reply));
            }
            insert(connection, &decision)?;
            Ok(Logged::Stored)
        };
        self.writer.run(work).boxed()
    }

    fn earlier_reply(&self, org_id: &str, key: &str, since_ms: i64) -> Stored<'_, Option<String>> {
        let (org_id, key) = (org_id.to_owned(), key.to_owned());
        self.reader.look_up(move |connection| earlier(connection, &org_id, &key, since_ms)).boxed()
    }

    fn decisions(&self, org_id: &str, filter: DecisionFilter, page: Page) -> Stored<'_, DecisionPage> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| list(connection, &org_id, &filter, page)).boxed()
    }

    fn count_decisions(&self, org_id: &str, agent_id: &str, since_ms: Vec<i64>) -> Stored<'_, Vec<i64>> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        let work = move |connection: &Connection| {
            let sql = "SELECT count(*) FROM guard_decisions WHERE org_id = ?1 AND agent_id = ?2 AND created_ms >= ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let mut count = |since| statement.query_row(params![org_id, agent_id, since], |row| row.get(0));
            Ok(since_ms.into_iter().map(&mut count).collect::<Result<_, _>>()?)
        };
        self.reader.look_up(work).boxed()
    }
}

/// The reply to the young decision with the same key, when there is one.
pub(super) fn repeated(connection: &Connection, decision: &NewDecision) -> StoreResult<Option<String>> {
    let Some(Repeatable { key, since_ms, .. }) = &decision.repeatable else { return Ok(None) };
    earlier(connection, &decision.record.org_id, key, *since_ms)
}

fn earlier(connection: &Connection, org_id: &str, key: &str, since_ms: i64) -> StoreResult<Option<String>> {
    let sql =
        "SELECT reply FROM guard_decisions WHERE org_id = ?1 AND idempotency_key = ?2 AND created_ms >= ?3
        ORDER BY created_ms DESC LIMIT 1";
    text(connection, sql, params![org_id, key, since_ms])
}

pub(super) fn insert(connection: &Connection, decision: &NewDecision) -> StoreResult<()> {
    let sql = "INSERT INTO guard_decisions (org_id, id, agent_id, decision, created_ms, idempotency_key, record, reply,
        context, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let NewDecision { record, created_ms, repeatable, context, evidence } = decision;
    let (key, reply) = repeatable.as_ref().map(|known| (&known.key, &known.reply)).unzip();
    connection.prepare_cached(sql)?.execute(params![
        record.org_id,
        record.id.as_str(),
        record.agent_id,
        record.decision.as_str(),
        created_ms,
        key,
        encode(record)?,
        reply,
        context,
        evidence,
    ])?;
    Ok(())
}

fn list(
    connection: &Connection,
    org_id: &str,
    filter: &DecisionFilter,
    page: Page,
) -> StoreResult<DecisionPage> {
    let admitted = named_params! { ":org": org_id, ":agent": filter.agent_id, ":decision": filter.decision };
    let count = format!("SELECT count(*) {ADMITTED}");
    let total = connection.prepare_cached(&count)?.query_row(admitted, |row| row.get(0))?;
    let rows =
        format!("SELECT record {ADMITTED} ORDER BY created_ms DESC, seq DESC LIMIT :limit OFFSET :offset");
    let mut paged = admitted.to_vec();
    paged.extend_from_slice(named_params! { ":limit": page.limit, ":offset": page.offset });
    let decisions = all(connection, &rows, paged.as_slice(), |row| record(row, 0))?;
    Ok(DecisionPage { decisions, total, stats: last_day(connection, org_id)? })
}

pub(super) fn last_day(connection: &Connection, org_id: &str) -> StoreResult<GuardDecisionStats> {
    let sql = "SELECT count(*), coalesce(sum(decision = 'block'), 0), coalesce(sum(decision = 'warn'), 0),
        coalesce(sum(decision = 'require_approval'), 0)
        FROM guard_decisions WHERE org_id = ?1 AND created_ms >= ?2";
    let since = clock::unix_millis() - DAY_MS;
    let stats = connection.prepare_cached(sql)?.query_row(params![org_id, since], |row| {
        Ok(GuardDecisionStats {
            total_24h: row.get(0)?,
            blocks_24h: row.get(1)?,
            warns_24h: row.get(2)?,
            approvals_24h: row.get(3)?,
            ..GuardDecisionStats::default()
        })
    })?;
    Ok(stats)
}
