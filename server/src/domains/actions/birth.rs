//! The birth of an action: the one place where a record of it is made and stored, whoever asked in whatever way.

use dashclaw::api::actions::{Action, ActionStatus, ApprovalRequest, CreateAction, OutcomeStatus};
use dashclaw::catalogue::Operation;
use dashclaw::clock;
use futures_util::FutureExt;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::{pricing, rows, rules};
use crate::context::Context;
use crate::db::{DbResult, Tx};
use crate::domains::agents;
use crate::domains::guard::decide::Decided;
use crate::domains::guard::log::{Logged, log};
use crate::domains::guard::premises::{Asked, Stale};
use crate::domains::guard::question::Question;
use crate::domains::guard::rows::NewDecision;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::policy::Verdict;
use crate::scrub::{Scrub, check_ids, list_text};

/// What was said about an action, of a request of any operation: the members that an action has. `problems` are told with
/// those that are found here.
pub(crate) fn described(arguments: &Map<String, Value>, mut problems: Vec<String>) -> Answer<CreateAction> {
    let row = const { &CreateAction::ROW };
    let mut members = arguments.clone();
    // Policies look at the source as it came, because they must be able to refuse a malformed one.
    members.retain(|name, _| row.field(name).is_some() && name != "source_of_truth");
    // Where an action is recorded beside a question, the question is asked for and need not have them.
    for name in ["agent_id", "declared_goal"] {
        members.entry(name).or_insert_with(|| Value::from(""));
    }
    let mut request = CreateAction::deserialize(Value::Object(members))
        .map_err(|error| Failure::validation(vec![error.to_string()]))?;
    for (name, time) in
        [("timestamp_start", &mut request.timestamp_start), ("timestamp_end", &mut request.timestamp_end)]
    {
        problems.extend(normalize_time(name, time).err());
    }
    if !problems.is_empty() {
        return Err(Failure::validation(problems));
    }
    check_ids([
        ("agent_id", request.agent_id.as_deref()),
        ("action_id", request.action_id.as_deref()),
        ("session_id", request.session_id.as_deref()),
        ("parent_action_id", request.parent_action_id.as_deref()),
    ])?;
    Ok(request)
}

/// Rewrites a time as ISO-8601 UTC with milliseconds.
pub(crate) fn normalize_time(name: &str, time: &mut Option<String>) -> Result<(), String> {
    let Some(text) = time else { return Ok(()) };
    let at = clock::parse_iso(text).ok_or_else(|| format!("`{name}` must be a valid ISO-8601 datetime"))?;
    *text = clock::iso(at);
    Ok(())
}

/// Takes secrets out of every text of the record.
pub(crate) fn scrub(request: &mut CreateAction) -> Scrub {
    let mut scrub = Scrub::default();
    scrub.text(&mut request.action_type);
    scrub.text(&mut request.declared_goal);
    scrub.optional([
        &mut request.agent_name,
        &mut request.reasoning,
        &mut request.authorization_scope,
        &mut request.trigger,
        &mut request.input_summary,
        &mut request.output_summary,
        &mut request.error_message,
        &mut request.recommendation_override_reason,
        &mut request.swarm_id,
        &mut request.model,
        &mut request.recommendation_id,
    ]);
    for list in [&mut request.systems_touched, &mut request.side_effects, &mut request.artifacts_created] {
        scrub.list(list);
    }
    scrub
}

/// The record of an action as the verdict lets it begin.
pub(crate) fn record(question: &Question, request: CreateAction, decided: &Decided) -> Answer<Action> {
    let context = &question.context;
    let now = &context.evaluated_at;
    let list = |list| list_text(list).unwrap_or_else(|| "[]".to_owned());
    let (tokens_in, tokens_out) = (request.tokens_in.unwrap_or(0), request.tokens_out.unwrap_or(0));
    let cost = request.cost_estimate;
    let cost = cost.unwrap_or_else(|| pricing::cost(request.model.as_deref(), tokens_in, tokens_out));
    let action_id = match request.action_id.filter(|id| !id.is_empty()) {
        Some(id) => id,
        None => ids::action()?,
    };
    let mut action = Action {
        action_id: action_id.into(),
        org_id: context.org_id.clone(),
        agent_id: context.agent_id.clone().unwrap_or_default(),
        agent_name: question.identity.agent_name.clone().or(request.agent_name),
        swarm_id: request.swarm_id,
        parent_action_id: request.parent_action_id.map(Into::into),
        action_type: request.action_type,
        declared_goal: request.declared_goal,
        reasoning: request.reasoning,
        authorization_scope: request.authorization_scope,
        trigger: request.trigger,
        systems_touched: list(request.systems_touched),
        input_summary: request.input_summary,
        status: request.status.unwrap_or(ActionStatus::Running),
        reversible: i64::from(request.reversible != Some(false)),
        risk_score: decided.decision.risk_score,
        confidence: request.confidence.unwrap_or(50),
        recommendation_id: request.recommendation_id,
        recommendation_applied: i64::from(request.recommendation_applied == Some(true)),
        recommendation_override_reason: request.recommendation_override_reason,
        output_summary: request.output_summary,
        side_effects: list(request.side_effects),
        artifacts_created: list(request.artifacts_created),
        error_message: request.error_message,
        timestamp_start: request.timestamp_start.unwrap_or_else(|| now.clone()),
        timestamp_end: request.timestamp_end,
        duration_ms: request.duration_ms,
        cost_estimate: cost,
        tokens_in,
        tokens_out,
        model: request.model,
        outcome_status: OutcomeStatus::Pending,
        session_id: request.session_id,
        created_at: now.clone(),
        updated_at: now.clone(),
        ..Action::default()
    };
    obey(&mut action, decided);
    if action.status == ActionStatus::PendingApproval && decided.verdict == Verdict::RequireApproval {
        action.approval = Some(request_for_approval(question, decided));
        action.expires_at = Some(decided.expires_at.clone());
    }
    let issued = decided.decision.non_fabrication.iter().flatten();
    let receipts: Vec<Value> = issued.filter_map(|checked| checked.receipt.clone()).collect();
    action.receipts = (!receipts.is_empty()).then_some(receipts);
    Ok(action)
}

/// What a human is asked, with all that the approval will be bound to.
fn request_for_approval(question: &Question, decided: &Decided) -> ApprovalRequest {
    let (asked, truncated) = question.shown();
    ApprovalRequest {
        digest: question.asked.question.clone(),
        asked,
        truncated,
        decision_id: decided.decision.decision_id.clone(),
        matched_policies: decided.decision.matched_policies.clone(),
        reasons: decided.decision.reasons.clone(),
        ..ApprovalRequest::default()
    }
}

/// The verdict overrules the state that the agent asked for.
fn obey(action: &mut Action, decided: &Decided) {
    match decided.verdict {
        Verdict::Allow | Verdict::Warn => {}
        Verdict::RequireApproval => action.status = ActionStatus::PendingApproval,
        Verdict::Block => {
            let decision = &decided.decision;
            let policies = decision.matched_policies.join(", ");
            action.status = ActionStatus::Blocked;
            action.error_message = Some(format!("Blocked: {} ({policies})", decision.reasons.join("; ")));
            action.timestamp_end = Some(action.timestamp_start.clone());
            action.duration_ms = Some(0);
        }
    }
}

/// What became of a new action.
#[derive(Debug)]
pub(crate) enum Creation {
    /// It was stored.
    Created(Box<Action>),
    /// An action of this question with the same idempotency key was there before; nothing was stored.
    Replayed(Box<Action>),
    /// An action with the same id was there before; nothing was stored.
    DuplicateId,
    /// There was a young decision with the same key; this is its reply, and nothing was stored.
    Repeats(String),
    /// The key stands for another question; nothing was stored.
    OtherQuestion,
    /// What the decision was made on has changed; nothing was stored.
    Stale(Stale),
}

/// Stores an action with the decision on it, in one step. `key` and `reply` are those of a decision that can be repeated.
pub(crate) async fn store(
    context: &Context,
    question: &Question,
    mut action: Action,
    decided: &Decided,
    repeatable: (Option<&str>, &str),
) -> Answer<Creation> {
    let (key, reply) = repeatable;
    let decision = decided.record_with_action(key, reply);
    rules::disarm(&mut action);
    let mut keys = decision.keys();
    // That the agent is there is noted.
    keys.push(format!("agent {}", action.agent_id));
    let given = (action, decision, question.principal.clone());
    let stored =
        context.app.db.write_beside(context.org_id(), &keys, given, |(action, decision, created_by), tx| {
            create(tx, action, decision, created_by).boxed()
        });
    let creation = stored.await.map_err(|error| Failure::not_persisted(&error))?;
    if let Creation::Created(_) = creation {
        context.app.metrics.decided(decided.verdict);
    }
    Ok(creation)
}

/// Stores an action and the guard decision on it, while the decision's premises hold and its key, its id and the
/// decision's key are free. Notes that the agent is there.
async fn create(
    tx: &Tx<'_>,
    action: &Action,
    decision: &NewDecision,
    created_by: &str,
) -> DbResult<Creation> {
    if let Some(key) = &action.idempotency_key
        && let Some(known) = by_key(tx, key, &decision.asked).await?
    {
        return Ok(known);
    }
    if rows::agent_of(tx, action.action_id.as_str()).await?.is_some() {
        return Ok(Creation::DuplicateId);
    }
    match log(tx, decision).await? {
        Logged::Stored => {}
        Logged::Repeats(reply) => return Ok(Creation::Repeats(reply)),
        Logged::OtherQuestion => return Ok(Creation::OtherQuestion),
        Logged::Stale(stale) => return Ok(Creation::Stale(stale)),
    }
    agents::rows::note_action(tx, action).await?;
    let mut action = Box::new(action.clone());
    rows::insert(tx, &mut action, &decision.asked, created_by).await?;
    tx.tell("action.created", &action)?;
    decision.tell(tx);
    Ok(Creation::Created(action))
}

/// What this idempotency key stands for already: [`Creation::Replayed`] or [`Creation::OtherQuestion`]. An action of an
/// earlier version's file, which has no digest of its question, is compared by what it is.
pub(super) async fn by_key(tx: &Tx<'_>, key: &str, asked: &Asked) -> DbResult<Option<Creation>> {
    let found = rows::by_key(tx, key).await?;
    Ok(found.map(|(action, known)| match known {
        Some(known) if known != *asked => Creation::OtherQuestion,
        _ => Creation::Replayed(Box::new(action)),
    }))
}
