//! Guard decisions in SQLite.

use dashclaw::api::guard::GuardDecisionStats;
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{Sqlite, all, encode, premises, record};
use crate::store::{
    Asked, DecisionFilter, DecisionPage, Decisions, EarlierDecision, Logged, NewDecision, Page, Repeatable,
    Span, StoreResult, Stored,
};

const DAY_MS: i64 = 86_400_000;
const ADMITTED: &str = "FROM guard_decisions WHERE org_id = :org
    AND (:agent IS NULL OR agent_id = :agent) AND (:decision IS NULL OR decision = :decision)";

impl Decisions for Sqlite {
    fn log_decision(&self, decision: NewDecision) -> Stored<'_, Logged> {
        self.writer.run(move |connection| log(connection, &decision)).boxed()
    }

    fn earlier_decision(&self, org_id: &str, key: &str, within: Span) -> Stored<'_, Option<EarlierDecision>> {
        let (org_id, key) = (org_id.to_owned(), key.to_owned());
        self.reader.look_up(move |connection| earlier(connection, &org_id, &key, within)).boxed()
    }

    fn decisions(&self, org_id: &str, filter: DecisionFilter, page: Page) -> Stored<'_, DecisionPage> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| list(connection, &org_id, &filter, page)).boxed()
    }

    fn count_decisions(
        &self,
        org_id: &str,
        agent_id: &str,
        since_ms: Vec<(i64, i64)>,
    ) -> Stored<'_, Vec<i64>> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        let work = move |connection: &Connection| {
            since_ms
                .into_iter()
                .map(|(since, most)| count(connection, &org_id, &agent_id, since, most))
                .collect()
        };
        self.reader.look_up(work).boxed()
    }

    fn sum_spendings(&self, org_id: &str, agent_id: &str, since_ms: Vec<i64>) -> Stored<'_, Vec<f64>> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        let work = move |connection: &Connection| {
            since_ms.into_iter().map(|since| spent(connection, &org_id, &agent_id, since)).collect()
        };
        self.reader.look_up(work).boxed()
    }
}

/// How many decisions on an agent there are since a time, counted up to `most`: what a limit costs does not grow with what
/// is beyond it.
pub(super) fn count(
    connection: &Connection,
    org_id: &str,
    agent_id: &str,
    since_ms: i64,
    most: i64,
) -> StoreResult<i64> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM guard_decisions
        WHERE org_id = ?1 AND agent_id = ?2 AND created_ms >= ?3 LIMIT ?4)";
    let since = params![org_id, agent_id, since_ms, most];
    Ok(connection.prepare_cached(sql)?.query_row(since, |row| row.get(0))?)
}

/// What an agent has spent since a time, in USD.
pub(super) fn spent(
    connection: &Connection,
    org_id: &str,
    agent_id: &str,
    since_ms: i64,
) -> StoreResult<f64> {
    let sql = "SELECT total(spent_usd) FROM (SELECT spent_usd FROM guard_decisions
        WHERE org_id = ?1 AND agent_id = ?2 AND created_ms >= ?3 AND spent_usd IS NOT NULL ORDER BY seq)";
    let since = params![org_id, agent_id, since_ms];
    Ok(connection.prepare_cached(sql)?.query_row(since, |row| row.get(0))?)
}

pub(super) fn log(connection: &Connection, decision: &NewDecision) -> StoreResult<Logged> {
    if let Some(known) = repeated(connection, decision)? {
        return Ok(known);
    }
    if let Some(stale) = premises::stale(connection, decision)? {
        return Ok(Logged::Stale(stale));
    }
    insert(connection, decision)?;
    Ok(Logged::Stored)
}

/// What the decision's key stands for already, when it stands for anything.
fn repeated(connection: &Connection, decision: &NewDecision) -> StoreResult<Option<Logged>> {
    let Some(Repeatable { key, within, .. }) = &decision.repeatable else { return Ok(None) };
    let earlier = earlier(connection, &decision.record.org_id, key, *within)?;
    Ok(earlier.and_then(|earlier| earlier.for_question(&decision.asked, decision.premises.version)))
}

fn earlier(
    connection: &Connection,
    org_id: &str,
    key: &str,
    within: Span,
) -> StoreResult<Option<EarlierDecision>> {
    let sql = "SELECT question, asked_risk, version, reply FROM guard_decisions
        WHERE org_id = ?1 AND idempotency_key = ?2 AND created_ms BETWEEN ?3 AND ?4 AND question IS NOT NULL
        ORDER BY seq DESC LIMIT 1";
    let young = params![org_id, key, within.since_ms, within.until_ms];
    let found = connection.prepare_cached(sql)?.query_row(young, |row| {
        let asked = Asked { question: row.get(0)?, risk: row.get(1)? };
        Ok(EarlierDecision::new(asked, row.get(2)?, row.get(3)?))
    });
    Ok(found.optional()?)
}

fn insert(connection: &Connection, decision: &NewDecision) -> StoreResult<()> {
    let sql = "INSERT INTO guard_decisions (org_id, id, agent_id, decision, created_ms, idempotency_key, record, reply,
        context, evidence, question, asked_risk, version, spent_usd)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let NewDecision { record, created_ms, premises, asked, repeatable, spent_usd, context, evidence } =
        decision;
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
        asked.question,
        asked.risk,
        premises.version,
        spent_usd,
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
