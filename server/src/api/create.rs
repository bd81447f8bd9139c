//! `POST /api/actions`: the binding verdict and the record of the action, in one step.

use axum::response::Response;
use dashclaw::api::actions::{Action, ActionStatus, CreateAction, CreatedAction, OutcomeStatus};
use dashclaw::clock;
use http::StatusCode;
use serde_json::{Value, json};

use super::scrub::{Scrub, list_text};
use super::{guard, pricing, signature};
use crate::decide::{Decided, decide};
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::identity;
use crate::ids;
use crate::policy::{GuardContext, Verdict};
use crate::store::{Creation, NewAction};

/// Records an action.
pub(super) async fn create(call: Call) -> Answer {
    let mut request: CreateAction = call.request_without_source()?;
    check(&mut request)?;
    let key = request.idempotency_key.take().filter(|key| !key.is_empty());
    if let Some(key) = &key
        && let Some(earlier) = call.app.store.action_by_key(call.org_id(), key).await?
    {
        return replayed(earlier);
    }
    let identity = identity::resolve(&call.app, &call.headers, call.org_id()).await;
    guard::name_agent(&mut request.agent_id, &mut request.agent_name, &identity);
    let scrub = scrub(&mut request);
    let signature = signature::check(&call, request.agent_id.as_deref().unwrap_or_default()).await?;
    let now_ms = clock::unix_millis();
    let context = context(&call, &request, now_ms);
    let decided = decide(&call.app, &context, Vec::new(), identity).await?;
    let mut action = record(&call, request, &decided, &context.evaluated_at)?;
    action.idempotency_key = key;
    (action.signature, action.verified) = (signature.text, signature.verified);
    store(&call, action, decided, &scrub).await
}

/// What the row cannot say: an agent is needed, and times must be times.
fn check(request: &mut CreateAction) -> Answer<()> {
    let mut problems = Vec::new();
    if request.agent_id.as_deref().unwrap_or_default().trim().is_empty() {
        problems.push("`agent_id` is required".to_owned());
    }
    if request.cost_estimate.is_some_and(|cost| cost < 0.0) {
        problems.push("`cost_estimate` must be >= 0".to_owned());
    }
    for (name, time) in
        [("timestamp_start", &mut request.timestamp_start), ("timestamp_end", &mut request.timestamp_end)]
    {
        problems.extend(normalize_time(name, time).err());
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::validation(problems)) }
}

/// Rewrites a time as ISO-8601 UTC with milliseconds.
pub(super) fn normalize_time(name: &str, time: &mut Option<String>) -> Result<(), String> {
    let Some(text) = time else { return Ok(()) };
    let at = clock::parse_iso(text).ok_or_else(|| format!("`{name}` must be a valid ISO-8601 datetime"))?;
    *text = clock::iso(at);
    Ok(())
}

fn scrub(request: &mut CreateAction) -> Scrub {
    let mut scrub = Scrub::default();
    scrub.text(&mut request.declared_goal);
    scrub.optional([
        &mut request.reasoning,
        &mut request.authorization_scope,
        &mut request.trigger,
        &mut request.input_summary,
        &mut request.output_summary,
        &mut request.error_message,
        &mut request.recommendation_override_reason,
    ]);
    scrub.list(&mut request.side_effects);
    scrub.list(&mut request.artifacts_created);
    scrub
}

fn context(call: &Call, request: &CreateAction, now_ms: i64) -> GuardContext {
    let body = |name: &str| call.body.get(name).filter(|value| !value.is_null()).cloned();
    let texts = |name: &str| -> Vec<String> {
        let list = body(name).and_then(|list| serde_json::from_value(list).ok());
        list.unwrap_or_default()
    };
    GuardContext {
        org_id: call.org_id().to_owned(),
        agent_id: request.agent_id.clone(),
        agent_name: request.agent_name.clone(),
        action_type: request.action_type.clone(),
        declared_goal: Some(request.declared_goal.clone()),
        #[expect(clippy::cast_precision_loss, reason = "it is at most 100")]
        risk_score: request.risk_score.map(|score| score as f64),
        systems_touched: request.systems_touched.clone().unwrap_or_default(),
        reversible: request.reversible,
        target: body("target").and_then(|target| target.as_str().map(str::to_owned)),
        write_paths: texts("write_paths"),
        content: request.content.clone().map(Value::String),
        source_of_truth: call.received.arguments.get("source_of_truth").cloned(),
        tool: body("tool"),
        intel: body("intel"),
        purchase: guard::purchase(&request.action_type, &call.body),
        extra: call.body.clone(),
        now_ms,
        evaluated_at: clock::iso(now_ms),
    }
}

fn record(call: &Call, request: CreateAction, decided: &Decided, now: &str) -> Answer<Action> {
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
        org_id: call.org_id().to_owned(),
        agent_id: request.agent_id.unwrap_or_default(),
        agent_name: request.agent_name,
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
        timestamp_start: request.timestamp_start.unwrap_or_else(|| now.to_owned()),
        timestamp_end: request.timestamp_end,
        duration_ms: request.duration_ms,
        cost_estimate: cost,
        tokens_in,
        tokens_out,
        model: request.model,
        outcome_status: OutcomeStatus::Pending,
        session_id: request.session_id,
        created_at: now.to_owned(),
        updated_at: now.to_owned(),
        ..Action::default()
    };
    obey(&mut action, decided);
    Ok(action)
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

async fn store(call: &Call, action: Action, decided: Decided, scrub: &Scrub) -> Answer<Response> {
    let new = NewAction { action, decision: Some(decided.record(None, "")) };
    let stored = call.app.store.create_action(new).await.map_err(|error| Refusal::not_persisted(&error))?;
    let action = match stored {
        Creation::Created(action) => *action,
        Creation::Replayed(earlier) => return replayed(*earlier),
        Creation::DuplicateId | Creation::Repeats(_) => {
            return Err(Refusal::conflict("Action with this action_id already exists"));
        }
    };
    call.app.hub.publish(call.org_id(), "action.created", &action);
    if decided.verdict == Verdict::Block {
        return Err(Refusal::forbidden("Action blocked by policy")
            .with("action", json!(action))
            .with("action_id", action.action_id.as_str())
            .with("decision", json!(decided.decision)));
    }
    let waits = decided.verdict == Verdict::RequireApproval;
    let status = if waits { StatusCode::ACCEPTED } else { StatusCode::CREATED };
    reply(
        status,
        &CreatedAction {
            action_id: Some(action.action_id.clone()),
            action,
            decision: Some(decided.decision),
            security: Some(scrub.security()),
            ..CreatedAction::default()
        },
    )
}

/// The action that was created before with the same key, whatever became of it.
fn replayed(action: Action) -> Answer {
    ok(&CreatedAction {
        action_id: Some(action.action_id.clone()),
        action,
        idempotent_replay: Some(true),
        ..CreatedAction::default()
    })
}
