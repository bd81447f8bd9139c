//! Where guard decisions are kept.

use dashclaw::api::guard::{GuardDecisionRecord, GuardDecisionStats, RecentDecision};
use serde_json::Value as Json;

use super::premises::{Asked, Premises, Span};
use crate::db::{DbResult, Page, Tx, Where, encode, values};

const DAY_MS: i64 = 86_400_000;

/// A decision to be stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewDecision {
    pub(crate) record: GuardDecisionRecord,
    pub(crate) created_ms: i64,
    pub(crate) premises: Premises,
    pub(crate) asked: Asked,
    /// What it may be repeated by.
    pub(crate) repeatable: Option<Repeatable>,
    /// What the action that is born with it will spend, in USD.
    pub(crate) spent_usd: Option<f64>,
    /// The decision as JSON text, where listeners are told of it.
    pub(crate) told: Option<String>,
    /// JSON text: what was asked, without the content and its facts.
    pub(crate) context: String,
    /// JSON text: what fact checks found.
    pub(crate) evidence: Option<String>,
}

impl NewDecision {
    /// What a write of it needs for itself: all that its premises count, its key and the approval that it uses up.
    pub(crate) fn keys(&self) -> Vec<String> {
        let Premises { tallies, spent, approval, .. } = &self.premises;
        let counts = !tallies.is_empty() || !spent.is_empty();
        let agent = self.record.agent_id.as_deref().unwrap_or_default();
        let agent = counts.then(|| format!("agent {agent}"));
        let key = self.repeatable.as_ref().map(|known| format!("decision {}", known.key));
        let approval = approval.as_ref().map(|id| format!("action {id}"));
        [agent, key, approval].into_iter().flatten().collect()
    }

    /// Tells listeners of it.
    pub(crate) fn tell(&self, tx: &Tx<'_>) {
        if let Some(told) = &self.told {
            tx.tell_text("guard.decision.created", told.clone());
        }
    }
}

/// What a decision may be repeated by.
#[derive(Clone, Debug)]
pub(crate) struct Repeatable {
    pub(crate) key: String,
    /// Decisions made then are young enough to be repeated.
    pub(crate) within: Span,
    /// The reply as JSON text.
    pub(crate) reply: String,
}

/// A decision that was made with the same key.
#[derive(Clone, Debug)]
pub(crate) struct EarlierDecision {
    pub(super) asked: Asked,
    pub(super) version: i64,
    pub(super) reply: String,
}

/// Which decisions are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DecisionFilter {
    pub(crate) agent_id: Option<String>,
    pub(crate) decision: Option<String>,
}

impl DecisionFilter {
    fn conditions(&self) -> Where<'_> {
        let decision = self.decision.as_deref();
        Where::org("org_id")
            .given("agent_id =", self.agent_id.as_ref())
            .given("decision =", decision)
            // It says nothing new, but to the index that holds only these.
            .when(decision.is_some_and(|decision| decision != "allow"), "decision <> 'allow'")
    }
}

/// The version of all that decisions are made on, and whether the principal's key was revoked: what every decision looks at,
/// at once.
pub(super) async fn in_force(tx: &Tx<'_>, principal: &str) -> DbResult<(i64, bool)> {
    let sql = "SELECT coalesce(max(version), 0),
        EXISTS (SELECT 1 FROM api_keys WHERE org_id = $1 AND id = $2 AND revoked_at IS NOT NULL)
        FROM heads WHERE org_id = $1";
    tx.single(sql, &values![principal], |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// How many decisions on an agent there are since a time, counted up to `most`: what a limit costs does not grow with what
/// is beyond it.
pub(super) async fn count(tx: &Tx<'_>, agent_id: &str, since_ms: i64, most: i64) -> DbResult<i64> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM guard_decisions
        WHERE org_id = $1 AND agent_id = $2 AND created_ms >= $3 LIMIT $4) AS counted";
    tx.single(sql, &values![agent_id, since_ms, most], |row| row.get(0)).await
}

/// What the actions of an agent spend since a time, in USD; blocked ones spend nothing.
pub(super) async fn spent(tx: &Tx<'_>, agent_id: &str, since_ms: i64) -> DbResult<f64> {
    let sql = "SELECT CAST(coalesce(sum(spent_usd), 0) AS DOUBLE PRECISION) FROM guard_decisions
        WHERE org_id = $1 AND agent_id = $2 AND created_ms >= $3 AND spent_usd IS NOT NULL";
    tx.single(sql, &values![agent_id, since_ms], |row| row.get(0)).await
}

/// The newest decision that was made with this idempotency key in a span of time.
pub(super) async fn earlier(tx: &Tx<'_>, key: &str, within: Span) -> DbResult<Option<EarlierDecision>> {
    let sql = "SELECT question, asked_risk, version, reply FROM guard_decisions
        WHERE org_id = $1 AND idempotency_key = $2 AND created_ms BETWEEN $3 AND $4 AND question IS NOT NULL
        ORDER BY seq DESC LIMIT 1";
    tx.one(sql, &values![key, within.since_ms, within.until_ms], |row| {
        let asked = Asked { question: row.get(0)?, risk: row.get(1)? };
        Ok(EarlierDecision { asked, version: row.get(2)?, reply: row.get(3)? })
    })
    .await
}

/// Stores a decision.
pub(super) async fn insert(tx: &Tx<'_>, decision: &NewDecision) -> DbResult<()> {
    let sql = "INSERT INTO guard_decisions (org_id, id, agent_id, decision, created_ms, idempotency_key, record, reply,
        context, evidence, question, asked_risk, version, spent_usd)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let NewDecision { record, created_ms, premises, asked, repeatable, spent_usd, context, evidence, .. } =
        decision;
    let (key, reply) = repeatable.as_ref().map(|known| (&*known.key, &*known.reply)).unzip();
    let text = encode(record)?;
    tx.run(
        sql,
        &values![
            record.id.as_str(),
            record.agent_id,
            record.decision.as_str(),
            created_ms,
            key,
            text,
            reply,
            context,
            evidence,
            asked.question,
            asked.risk,
            premises.version,
            spent_usd,
        ],
    )
    .await?;
    Ok(())
}

/// Lists decisions, newest first.
pub(super) async fn list(
    tx: &Tx<'_>,
    filter: &DecisionFilter,
    page: Page,
) -> DbResult<Vec<GuardDecisionRecord>> {
    let mut admitted = filter.conditions();
    let page = admitted.page(page);
    let sql =
        format!("SELECT record FROM guard_decisions {admitted} ORDER BY created_ms DESC, seq DESC {page}");
    tx.all(&sql, admitted.values(), |row| row.record(0)).await
}

/// Lists decisions with what each was for, newest first.
pub(super) async fn recent(
    tx: &Tx<'_>,
    filter: &DecisionFilter,
    page: Page,
) -> DbResult<Vec<RecentDecision>> {
    let mut admitted = filter.conditions();
    let page = admitted.page(page);
    let sql = format!(
        "SELECT record, context FROM guard_decisions {admitted} ORDER BY created_ms DESC, seq DESC {page}"
    );
    tx.all(&sql, admitted.values(), |row| {
        let asked: Json = row.record(1)?;
        Ok(with_goal(row.record(0)?, asked["declared_goal"].as_str().map(str::to_owned)))
    })
    .await
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

/// How many decisions a filter admits.
pub(super) async fn total(tx: &Tx<'_>, filter: &DecisionFilter) -> DbResult<i64> {
    let admitted = filter.conditions();
    let sql = format!("SELECT count(*) FROM guard_decisions {admitted}");
    tx.single(&sql, admitted.values(), |row| row.get(0)).await
}

/// What was decided in the day before `now_ms`.
pub(super) async fn last_day(tx: &Tx<'_>, now_ms: i64) -> DbResult<GuardDecisionStats> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE decision = 'block'), count(*) FILTER (WHERE decision = 'warn'),
        count(*) FILTER (WHERE decision = 'require_approval') FROM guard_decisions
        WHERE org_id = $1 AND created_ms >= $2";
    tx.single(sql, &values![now_ms - DAY_MS], |row| {
        Ok(GuardDecisionStats {
            total_24h: row.get(0)?,
            blocks_24h: row.get(1)?,
            warns_24h: row.get(2)?,
            approvals_24h: row.get(3)?,
            ..GuardDecisionStats::default()
        })
    })
    .await
}
