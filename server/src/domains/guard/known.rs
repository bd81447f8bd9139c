//! What storage knows about a question before it is judged, and the premises that this makes.

use futures_util::FutureExt;

use super::decide::span;
use super::premises::{Premises, Span, Spent, Tally};
use super::question::Question;
use super::rows;
use crate::app::App;
use crate::domains::actions;
use crate::failure::{Answer, Failure};
use crate::orgs::Org;
use crate::policy::{Facts, OperatorApproval, OrgHalt};

/// How long an operator's approval lifts the same question, in milliseconds.
const APPROVAL_MS: i64 = 15 * 60_000;
const MINUTE_MS: i64 = 60_000;

/// What is known, and what must still hold when the decision is stored.
pub(crate) struct Known {
    pub(crate) facts: Facts,
    pub(crate) premises: Premises,
}

/// Whether it is looked how often an agent has asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// It is taken that no limit is reached, which is so for most questions. The count is made when the decision is
    /// stored, and only once.
    Assumed,
    /// It is looked up.
    Read,
}

/// Reads what the policies need. `signals` are added to the warnings.
pub(crate) async fn known(
    app: &App,
    org: &Org,
    question: &Question,
    signals: Vec<String>,
    counting: Counting,
) -> Answer<Known> {
    let halt = org.halt().map(|halt| OrgHalt { actor: halt.actor, reason: halt.reason });
    let facts =
        Facts { org_halt: halt, signals, injection: org.injection().in_policies(), ..Facts::default() };
    let principal = question.principal.clone();
    let premises = Premises { version: org.version, principal, ..Premises::default() };
    let mut known = Known { facts, premises };
    if known.facts.org_halt.is_some() {
        return Ok(known);
    }
    if let Some(agent_id) = question.context.agent_id.as_deref() {
        count_decisions(app, org, question, agent_id, counting, &mut known).await?;
        sum_spendings(app, org, question, agent_id, &mut known).await?;
    }
    Ok(known)
}

async fn count_decisions(
    app: &App,
    org: &Org,
    question: &Question,
    agent_id: &str,
    counting: Counting,
    known: &mut Known,
) -> Answer<()> {
    let limits = org.policies.rate_limits(Some(agent_id));
    if limits.is_empty() {
        return Ok(());
    }
    let context = &question.context;
    let since = |minutes: u32| context.now_ms - i64::from(minutes) * MINUTE_MS;
    // To be wrong must cost no more than the count: what is heavy or asks others is judged once.
    let assumed = counting == Counting::Assumed
        && !question.heavy
        && !org.limited.contains(agent_id)
        && !org.policies.asks_webhooks(Some(agent_id));
    let counts = if assumed {
        vec![0; limits.len()]
    } else {
        let times: Vec<(i64, i64)> =
            limits.iter().map(|limit| (since(limit.window_minutes), i64::from(limit.max))).collect();
        count(app, &context.org_id, agent_id, times).await?
    };
    for (limit, count) in limits.into_iter().zip(counts) {
        let max = i64::from(limit.max);
        let tally = Tally { since_ms: since(limit.window_minutes), limit: max, reached: count >= max };
        known.premises.tallies.push(tally);
        let count = u64::try_from(count).unwrap_or_default();
        known.facts.decisions_in_minutes.insert(limit.window_minutes, count);
    }
    if !assumed {
        org.limited.note(agent_id, known.premises.tallies.iter().any(|tally| tally.reached));
    }
    Ok(())
}

async fn sum_spendings(
    app: &App,
    org: &Org,
    question: &Question,
    agent_id: &str,
    known: &mut Known,
) -> Answer<()> {
    let context = &question.context;
    if context.purchase.is_none() {
        return Ok(());
    }
    let windows = org.policies.spend_windows(Some(agent_id));
    if windows.is_empty() {
        return Ok(());
    }
    let since = |minutes: u32| context.now_ms - i64::from(minutes) * MINUTE_MS;
    let times: Vec<i64> = windows.iter().map(|window| since(*window)).collect();
    let spent = sums(app, &context.org_id, agent_id, times).await?;
    known.facts.spent_in_minutes.extend(windows.into_iter().zip(spent.iter().map(|spent| spent.usd)));
    known.premises.spent = spent;
    Ok(())
}

/// How many decisions on an agent there are since each of these times, counted up to the number beside it.
async fn count(app: &App, org_id: &str, agent_id: &str, times: Vec<(i64, i64)>) -> Answer<Vec<i64>> {
    let counted = app.db.look_up(org_id, (agent_id.to_owned(), times), |(agent_id, times), tx| {
        async move {
            let mut counts = Vec::new();
            for (since_ms, most) in times {
                counts.push(rows::count(tx, agent_id, *since_ms, *most).await?);
            }
            Ok::<_, Failure>(counts)
        }
        .boxed()
    });
    counted.await
}

/// What an agent has spent since each of these times.
async fn sums(app: &App, org_id: &str, agent_id: &str, times: Vec<i64>) -> Answer<Vec<Spent>> {
    let summed = app.db.look_up(org_id, (agent_id.to_owned(), times), |(agent_id, times), tx| {
        async move {
            let mut sums = Vec::new();
            for since_ms in times {
                let usd = rows::spent(tx, agent_id, *since_ms).await?;
                sums.push(Spent { since_ms: *since_ms, usd });
            }
            Ok::<_, Failure>(sums)
        }
        .boxed()
    });
    summed.await
}

/// The approval of this very question, asked with the same key, that nothing has used up.
pub(crate) async fn approval(app: &App, question: &Question) -> Answer<Option<OperatorApproval>> {
    let context = &question.context;
    let within: Span = span(context.now_ms, APPROVAL_MS);
    let given = (question.asked.question.clone(), question.principal.clone(), within);
    let found = app.db.look_up(&context.org_id, given, |(digest, asked_by, within), tx| {
        actions::rows::approved(tx, digest, asked_by, *within).boxed()
    });
    let found = found.await?;
    Ok(found.and_then(|action| {
        let approved_by = action.approved_by?;
        Some(OperatorApproval {
            action_id: action.action_id.0,
            approved_by,
            risk_score: u8::try_from(action.risk_score.clamp(0, 100)).unwrap_or_default(),
        })
    }))
}
