//! `POST /api/guard` and the log of decisions.

use axum::response::Response;
use dashclaw::api::actions::{Action, ActionStatus, OutcomeStatus};
use dashclaw::api::guard::{GetGuardDecisions, Guard, GuardDecision, GuardDecisionList};
use dashclaw::clock;
use http::StatusCode;
use serde_json::{Value, json};

use super::signals;
use crate::decide::{Decided, decide, repeat_since};
use crate::http::call::{Call, json_text, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::identity::{self, Identity};
use crate::ids;
use crate::policy::{GuardContext, Purchase, Verdict};
use crate::scan::injection;
use crate::scan::secrets::SecretScan;
use crate::store::{Creation, DecisionFilter, Logged, NewAction, StoreError};

const AUTOSCAN_BLOCK: &str = "DASHCLAW_AUTOSCAN_BLOCK";

/// Asks whether an agent may act.
pub(super) async fn ask(call: Call) -> Answer {
    let request: Guard = call.request_without_source()?;
    refuse_injection(request.declared_goal.as_deref())?;
    let secret_scan = request.content.as_deref().and_then(SecretScan::of);
    let org = call.app.org(call.org_id()).await?;
    if let Some(scan) = &secret_scan
        && org.flag(AUTOSCAN_BLOCK) == Some(true)
    {
        return ok(&json!({
            "decision": "block",
            "allowed": false,
            "reasons": ["Content holds secrets"],
            "secret_scan": scan,
        }));
    }
    let now_ms = clock::unix_millis();
    let key = request.idempotency_key.clone().filter(|key| !key.is_empty() && org.halt().is_none());
    if let Some(key) = &key
        && let Some(reply) = call.app.store.earlier_reply(call.org_id(), key, repeat_since(now_ms)).await?
    {
        return repeated(&reply);
    }
    let live = match request.include_signals {
        Some(true) => signals::texts(&call, request.agent_id.as_deref()).await?,
        _ => Vec::new(),
    };
    let record = request.record == Some(true);
    let identity = identity::resolve(&call.app, &call.headers, call.org_id()).await;
    let mut context = context(&call, request, now_ms);
    name_agent(&mut context.agent_id, &mut context.agent_name, &identity);
    let mut decided = decide(&call.app, &context, live, identity).await?;
    decided.decision.secret_scan = secret_scan.map(|scan| json!(scan));
    if record {
        store_with_action(&call, decided, &context, key.as_deref()).await
    } else {
        store(&call, &decided, key.as_deref()).await
    }
}

/// A goal that tries to take the server over is no question at all.
fn refuse_injection(goal: Option<&str>) -> Answer<()> {
    let scan = injection::scan(goal.unwrap_or_default());
    if scan.recommendation() != Verdict::Block {
        return Ok(());
    }
    Err(Refusal::bad_request("Input rejected: prompt injection pattern detected")
        .with("risk_level", scan.risk_level())
        .with("categories", scan.categories()))
}

fn context(call: &Call, request: Guard, now_ms: i64) -> GuardContext {
    let mut extra = call.body.clone();
    for known in call.received.arguments.keys() {
        extra.remove(known);
    }
    GuardContext {
        org_id: call.org_id().to_owned(),
        purchase: purchase(&request.action_type, &call.body),
        agent_id: request.agent_id,
        agent_name: request.agent_name,
        action_type: request.action_type,
        declared_goal: request.declared_goal,
        #[expect(clippy::cast_precision_loss, reason = "it is at most 100")]
        risk_score: request.risk_score.map(|score| score as f64),
        systems_touched: request.systems_touched.unwrap_or_default(),
        reversible: request.reversible,
        target: request.target,
        write_paths: request.write_paths.unwrap_or_default(),
        content: request.content.map(Value::String),
        source_of_truth: call.received.arguments.get("source_of_truth").cloned(),
        tool: request.tool,
        intel: request.intel,
        extra,
        now_ms,
        evaluated_at: clock::iso(now_ms),
    }
}

/// A genuine token says who the agent is, whatever the request says.
pub(super) fn name_agent(
    agent_id: &mut Option<String>,
    agent_name: &mut Option<String>,
    identity: &Identity,
) {
    if identity.agent_id.is_some() {
        agent_id.clone_from(&identity.agent_id);
    }
    if identity.agent_name.is_some() {
        agent_name.clone_from(&identity.agent_name);
    }
}

/// The money side of a purchase, which policies of type `x402_spend_limit` look at.
pub(super) fn purchase(action_type: &str, body: &serde_json::Map<String, Value>) -> Option<Purchase> {
    let number = |name: &str| body.get(name).and_then(Value::as_f64);
    let names = ["provider", "provider_id"].iter().filter_map(|name| body.get(*name)?.as_str());
    (action_type == "x402_purchase").then(|| Purchase {
        cost_estimate: number("cost_estimate"),
        spend_amount: number("spend_amount"),
        provider_names: names.map(str::to_owned).collect(),
    })
}

/// Stores the decision, then answers: what is not on record was not decided.
async fn store(call: &Call, decided: &Decided, key: Option<&str>) -> Answer {
    let reply = serde_json::to_string(&decided.decision)?;
    let logged = call.app.store.log_decision(decided.record(key, &reply)).await;
    if let Logged::Repeats(reply) = logged.map_err(|error| not_stored(&error))? {
        return repeated(&reply);
    }
    call.app.hub.publish_text(call.org_id(), "guard.decision.created", reply.as_str().into());
    Ok(json_text(StatusCode::OK, reply))
}

fn not_stored(error: &StoreError) -> Refusal {
    Refusal::not_persisted(error)
}

fn repeated(reply: &str) -> Answer {
    let mut decision: GuardDecision = serde_json::from_str(reply)?;
    decision.idempotent_replay = Some(true);
    ok(&decision)
}

/// Stores the decision and, unless it blocks, an action with it, in one step.
async fn store_with_action(
    call: &Call,
    mut decided: Decided,
    context: &GuardContext,
    key: Option<&str>,
) -> Answer<Response> {
    let problem = match (&context.agent_id, &context.declared_goal) {
        _ if decided.verdict == Verdict::Block => Some("blocked actions are not recorded"),
        (None, _) => Some("agent_id is required to record an action"),
        (_, None) => Some("declared_goal is required to record an action"),
        _ => None,
    };
    if let Some(problem) = problem {
        decided.decision.recorded = Some(false);
        decided.decision.recorded_error = Some(problem.to_owned());
        return store(call, &decided, key).await;
    }
    let action = action(context, &decided)?;
    decided.decision.recorded = Some(true);
    decided.decision.action_id = Some(action.action_id.to_string());
    let reply = serde_json::to_string(&decided.decision)?;
    let new = NewAction { action, decision: Some(decided.record(key, &reply)) };
    match call.app.store.create_action(new).await.map_err(|error| not_stored(&error))? {
        Creation::Repeats(reply) => return repeated(&reply),
        Creation::Created(action) => {
            call.app.hub.publish_text(call.org_id(), "guard.decision.created", reply.as_str().into());
            call.app.hub.publish(call.org_id(), "action.created", &action);
        }
        Creation::Replayed(_) | Creation::DuplicateId => {
            return Err(Refusal::internal("a new id was taken already"));
        }
    }
    Ok(json_text(StatusCode::OK, reply))
}

fn action(context: &GuardContext, decided: &Decided) -> Answer<Action> {
    let status = match decided.verdict {
        Verdict::RequireApproval => ActionStatus::PendingApproval,
        _ => ActionStatus::Running,
    };
    let mut scrub = super::scrub::Scrub::default();
    let mut goal = context.declared_goal.clone().unwrap_or_default();
    scrub.text(&mut goal);
    Ok(Action {
        action_id: ids::action()?.into(),
        org_id: context.org_id.clone(),
        agent_id: context.agent_id.clone().unwrap_or_default(),
        agent_name: context.agent_name.clone(),
        action_type: context.action_type.clone(),
        declared_goal: goal,
        systems_touched: json!(context.systems_touched).to_string(),
        side_effects: "[]".to_owned(),
        artifacts_created: "[]".to_owned(),
        status,
        reversible: i64::from(context.reversible != Some(false)),
        risk_score: decided.decision.risk_score,
        confidence: 50,
        outcome_status: OutcomeStatus::Pending,
        timestamp_start: context.evaluated_at.clone(),
        created_at: context.evaluated_at.clone(),
        updated_at: context.evaluated_at.clone(),
        ..Action::default()
    })
}

/// Lists decisions.
pub(super) async fn list(call: Call) -> Answer {
    let request: GetGuardDecisions = call.request()?;
    let page = call.page(20);
    let filter = DecisionFilter {
        agent_id: request.agent_id,
        decision: request.decision.map(|verdict| verdict.to_string()),
    };
    let found = call.app.store.decisions(call.org_id(), filter, page).await?;
    let mut decisions = found.decisions;
    for decision in &mut decisions {
        // Claims about delegation are not looked at, so there is nothing to say about them.
        for (name, value) in [
            ("replay_status", json!("not_applicable")),
            ("act_status", json!("not_applicable")),
            ("jti", Value::Null),
            ("act_hash", Value::Null),
        ] {
            decision.extra.entry(name.to_owned()).or_insert(value);
        }
    }
    ok(&GuardDecisionList {
        decisions,
        total: found.total,
        stats: found.stats,
        limit: page.limit,
        offset: page.offset,
        ..GuardDecisionList::default()
    })
}
