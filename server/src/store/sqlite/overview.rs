//! What operators look at, in SQLite.

use dashclaw::api::agents::KnownAgent;
use dashclaw::api::guard::{GuardDecisionRecord, RecentDecision, RecentDecisionList};
use dashclaw::api::operations::{
    ApprovalBacklog, CapabilityFigures, Latency, OperationsSummary, Throughput, WorkflowFigures,
};
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, named_params, params};

use super::{Sqlite, all, decisions, record};
use crate::store::{DecisionFilter, Overview, Page, StoreResult, Stored};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Overview for Sqlite {
    fn recent_decisions(
        &self,
        org_id: &str,
        filter: DecisionFilter,
        page: Page,
    ) -> Stored<'_, RecentDecisionList> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| recent(connection, &org_id, &filter, page)).boxed()
    }

    fn known_agents(&self, org_id: &str) -> Stored<'_, Vec<KnownAgent>> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| agents(connection, &org_id)).boxed()
    }

    fn operations(&self, org_id: &str, now_ms: i64) -> Stored<'_, OperationsSummary> {
        let org_id = org_id.to_owned();
        self.reader.scan(move |connection| operations(connection, &org_id, now_ms)).boxed()
    }
}

fn recent(
    connection: &Connection,
    org_id: &str,
    filter: &DecisionFilter,
    page: Page,
) -> StoreResult<RecentDecisionList> {
    let admitted = "FROM guard_decisions WHERE org_id = :org
        AND (:agent IS NULL OR agent_id = :agent) AND (:decision IS NULL OR decision = :decision)";
    let given = named_params! { ":org": org_id, ":agent": filter.agent_id, ":decision": filter.decision };
    let count = format!("SELECT count(*) {admitted}");
    let total = connection.prepare_cached(&count)?.query_row(given, |row| row.get(0))?;
    let rows = format!(
        "SELECT record, context ->> 'declared_goal' {admitted}
        ORDER BY created_ms DESC, seq DESC LIMIT :limit OFFSET :offset"
    );
    let mut paged = given.to_vec();
    paged.extend_from_slice(named_params! { ":limit": page.limit, ":offset": page.offset });
    let found = all(connection, &rows, paged.as_slice(), |row| Ok(with_goal(record(row, 0)?, row.get(1)?)))?;
    let stats = decisions::last_day(connection, org_id)?;
    Ok(RecentDecisionList { decisions: found, total, stats, ..RecentDecisionList::default() })
}

fn with_goal(logged: GuardDecisionRecord, declared_goal: Option<String>) -> RecentDecision {
    let policies = logged.matched_policies.and_then(|text| serde_json::from_str(&text).ok());
    RecentDecision {
        id: logged.id,
        org_id: logged.org_id,
        agent_id: logged.agent_id,
        agent_name: logged.agent_name,
        verification_status: logged.verification_status,
        action_type: logged.action_type,
        declared_goal,
        risk_score: logged.risk_score,
        decision: logged.decision,
        reasons: logged.reasons,
        matched_policies: policies.unwrap_or_default(),
        created_at: logged.created_at,
        extra: logged.extra,
    }
}

fn agents(connection: &Connection, org_id: &str) -> StoreResult<Vec<KnownAgent>> {
    // Whoever records an action is noted as present, so that presence and keys name everybody.
    let sql = "SELECT known.agent_id, seen.agent_name, seen.status, seen.current_task_id, seen.last_seen_at,
            (SELECT count(*) FROM actions WHERE org_id = ?1 AND agent_id = known.agent_id)
        FROM (SELECT agent_id FROM agent_presence WHERE org_id = ?1
            UNION SELECT agent_id FROM agent_identities WHERE org_id = ?1) known
        LEFT JOIN agent_presence seen ON seen.org_id = ?1 AND seen.agent_id = known.agent_id
        ORDER BY seen.last_seen_at DESC, known.agent_id";
    all(connection, sql, [org_id], agent)
}

fn agent(row: &Row<'_>) -> StoreResult<KnownAgent> {
    let status: Option<String> = row.get(2)?;
    Ok(KnownAgent {
        agent_id: row.get(0)?,
        agent_name: row.get(1)?,
        status: status.map(Into::into),
        current_task_id: row.get(3)?,
        last_active: row.get(4)?,
        action_count: row.get(5)?,
        ..KnownAgent::default()
    })
}

fn operations(connection: &Connection, org_id: &str, now_ms: i64) -> StoreResult<OperationsSummary> {
    Ok(OperationsSummary {
        throughput: throughput(connection, org_id, now_ms)?,
        latency: latency(connection, org_id, now_ms)?,
        approval_backlog: backlog(connection, org_id, now_ms)?,
        workflows: workflows(connection, org_id, now_ms)?,
        // Capabilities are not served here, so there is none.
        capabilities: CapabilityFigures::default(),
        ..OperationsSummary::default()
    })
}

fn throughput(connection: &Connection, org_id: &str, now_ms: i64) -> StoreResult<Throughput> {
    let sql = "SELECT count(*) FILTER (WHERE timestamp_start > ?2), count(*)
        FROM actions WHERE org_id = ?1 AND timestamp_start > ?3";
    let since = params![org_id, clock::iso(now_ms - HOUR_MS), clock::iso(now_ms - DAY_MS)];
    let (last_1h, last_24h) =
        connection.prepare_cached(sql)?.query_row(since, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Throughput { last_1h, last_24h, ..Throughput::default() })
}

fn latency(connection: &Connection, org_id: &str, now_ms: i64) -> StoreResult<Latency> {
    let sql = "SELECT record ->> 'duration_ms' FROM actions WHERE org_id = ?1 AND status = 'completed'
        AND timestamp_start > ?2 AND record ->> 'duration_ms' > 0 ORDER BY 1";
    let took: Vec<i64> =
        all(connection, sql, params![org_id, clock::iso(now_ms - DAY_MS)], |row| Ok(row.get(0)?))?;
    Ok(Latency { p50_ms: percentile(&took, 50), p95_ms: percentile(&took, 95), ..Latency::default() })
}

/// The smallest of these sorted values that `percent` of them do not exceed; 0 when there is none.
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

fn backlog(connection: &Connection, org_id: &str, now_ms: i64) -> StoreResult<ApprovalBacklog> {
    let sql = "SELECT timestamp_start FROM actions WHERE org_id = ?1 AND status = 'pending_approval'";
    let began: Vec<String> = all(connection, sql, [org_id], |row| Ok(row.get(0)?))?;
    let waited: Vec<i64> = began
        .iter()
        .filter_map(|time| clock::parse_iso(time))
        .map(|began| (now_ms.saturating_sub(began)).max(0) / MINUTE_MS)
        .collect();
    let pending_count = i64::try_from(began.len()).unwrap_or(i64::MAX);
    Ok(ApprovalBacklog {
        pending_count,
        oldest_minutes: waited.iter().copied().max().unwrap_or(0),
        avg_wait_minutes: waited.iter().fold(0, |sum: i64, wait| sum.saturating_add(*wait))
            / pending_count.max(1),
        ..ApprovalBacklog::default()
    })
}

fn workflows(connection: &Connection, org_id: &str, now_ms: i64) -> StoreResult<WorkflowFigures> {
    let sql = "SELECT count(*) FILTER (WHERE status = 'running'), count(*) FILTER (WHERE status = 'failed'),
            count(*) FILTER (WHERE status = 'completed'),
            CAST(coalesce(avg(record ->> 'duration_ms')
                FILTER (WHERE status = 'completed' AND record ->> 'duration_ms' > 0), 0) AS INTEGER)
        FROM actions WHERE org_id = ?1 AND action_type = 'workflow_execute' AND timestamp_start > ?2";
    let since = params![org_id, clock::iso(now_ms - DAY_MS)];
    let figures = connection.prepare_cached(sql)?.query_row(since, |row| {
        Ok(WorkflowFigures {
            running: row.get(0)?,
            failed_24h: row.get(1)?,
            completed_24h: row.get(2)?,
            avg_duration_ms: row.get(3)?,
            ..WorkflowFigures::default()
        })
    })?;
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!([50, 95].map(|percent| percentile(&hundred, percent)), [50, 95]);
        assert_eq!([50, 95].map(|percent| percentile(&[7], percent)), [7, 7]);
        assert_eq!([50, 95].map(|percent| percentile(&[3, 9], percent)), [3, 9]);
        assert_eq!(percentile(&[], 95), 0);
    }
}
