//! Policies: adding, changing, removing, and trying them on the past.

use dashclaw::api::actions::Action;
use dashclaw::api::policies::{
    CreatePolicy, CreatedPolicy, ListPolicies, Policy, PolicyDetail, PolicyList, PolicyRules, UpdatePolicy,
};
use dashclaw::clock;
use http::StatusCode;
use serde_json::{Value, json};

use super::scrub::clean;
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::ids;
use crate::policy::rules::validate;
use crate::policy::{GuardContext, HistoricalAction, MAX_SAMPLE, simulate as try_on};
use crate::store::{ActionFilter, Page, Saved};

const DAY_MS: i64 = 86_400_000;
const DEFAULT_DAYS: i64 = 7;
/// How many policies an organisation may have: each of them is asked at every guard call.
const MAX_POLICIES: usize = 1000;

/// Lists policies.
pub(super) async fn list(call: Call) -> Answer {
    let agent_id = call.request::<ListPolicies>()?.agent_id;
    let mut policies = call.app.store.policies(call.org_id()).await?;
    policies.retain(|policy| agent_id.as_deref().is_none_or(|agent| holds_for(policy, agent)));
    ok(&PolicyList { policies, ..PolicyList::default() })
}

fn holds_for(policy: &Policy, agent_id: &str) -> bool {
    let agents = policy.agent_ids.as_deref().and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
    agents.is_none_or(|agents| agents.is_empty() || agents.iter().any(|agent| agent == agent_id))
}

/// Adds a policy.
pub(super) async fn create(call: Call) -> Answer {
    let request: CreatePolicy = call.request()?;
    let rules = text(&request.rules);
    check(&call, request.policy_type.as_str(), &rules)?;
    if call.app.store.policies(call.org_id()).await?.len() >= MAX_POLICIES {
        let error = format!("An organisation may have at most {MAX_POLICIES} policies");
        return Err(Refusal::bad_request(error).code("POLICY_LIMIT"));
    }
    let now = clock::now_iso();
    let policy = Policy {
        id: ids::policy()?.into(),
        org_id: call.org_id().to_owned(),
        name: clean(request.name),
        policy_type: request.policy_type,
        rules: rules.into(),
        active: request.active.unwrap_or(1),
        agent_ids: agents(request.agent_ids.unwrap_or_default()),
        created_by: Some(call.principal().to_owned()),
        created_at: now.clone(),
        updated_at: now,
        ..Policy::default()
    };
    let saved = call.app.store.create_policy(policy.clone()).await?;
    done(&call, saved, &policy, "created")?;
    let policy_id = policy.id.clone();
    reply(StatusCode::CREATED, &CreatedPolicy { policy, policy_id, ..CreatedPolicy::default() })
}

/// The rules as JSON text.
fn text(rules: &PolicyRules) -> String {
    match &rules.0 {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The agents as JSON text; none means every agent.
fn agents(ids: Vec<String>) -> Option<String> {
    (!ids.is_empty()).then(|| Value::from(ids).to_string())
}

fn check(call: &Call, policy_type: &str, rules: &str) -> Answer<()> {
    validate(policy_type, rules, call.app.config.allow_private_webhooks).map_err(Refusal::validation)
}

/// What follows a write: guard must see it at once, and subscribers hear of it.
fn done(call: &Call, saved: Saved, policy: &Policy, change: &str) -> Answer<()> {
    call.app.forget_org(call.org_id());
    match saved {
        Saved::Done => {
            let event = json!({ "policy": policy, "change_type": change });
            call.app.hub.publish(call.org_id(), "policy.updated", &event);
            Ok(())
        }
        Saved::NameTaken => Err(Refusal::conflict("A policy with this name already exists")),
        Saved::NotFound => Err(Refusal::not_found("Policy not found")),
    }
}

/// Changes a policy.
pub(super) async fn update(call: Call) -> Answer {
    let request: UpdatePolicy = call.request()?;
    let policies = call.app.store.policies(call.org_id()).await?;
    let found = policies.into_iter().find(|policy| policy.id == request.id);
    let mut policy = found.ok_or_else(|| Refusal::not_found("Policy not found"))?;
    policy.name = request.name.map_or(policy.name, clean);
    policy.policy_type = request.policy_type.unwrap_or(policy.policy_type);
    policy.rules = text(&request.rules.unwrap_or(policy.rules)).into();
    policy.active = request.active.unwrap_or(policy.active);
    policy.agent_ids = request.agent_ids.map_or(policy.agent_ids, agents);
    policy.updated_at = clock::now_iso();
    check(&call, policy.policy_type.as_str(), &text(&policy.rules))?;
    let saved = call.app.store.replace_policy(policy.clone()).await?;
    done(&call, saved, &policy, "updated")?;
    ok(&PolicyDetail { policy, ..PolicyDetail::default() })
}

/// Removes one policy (`?id=`) or several (`?ids=`, separated by commas). Removing what is gone is no error.
pub(super) async fn delete(call: Call) -> Answer {
    let one = call.query("id").map(str::to_owned);
    let ids: Vec<String> = match (&one, call.query("ids")) {
        (Some(id), _) => vec![id.clone()],
        (None, Some(ids)) => {
            ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
        }
        (None, None) => return Err(Refusal::bad_request("id or ids is required")),
    };
    let gone = call.app.store.delete_policies(call.org_id(), ids.clone()).await?;
    call.app.forget_org(call.org_id());
    for id in &gone {
        let event = json!({ "policy": { "id": id }, "change_type": "deleted" });
        call.app.hub.publish(call.org_id(), "policy.updated", &event);
    }
    match one {
        Some(id) => ok(&json!({ "deleted": true, "id": id })),
        None => ok(&json!({ "deleted": gone.len(), "ids": gone })),
    }
}

/// Says what a policy would have done to recent actions.
pub(super) async fn simulate(call: Call) -> Answer {
    let policy_type = call.body.get("policy_type").or_else(|| call.body.get("policyType"));
    let rules = match call.body.get("rules") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.cloned().unwrap_or(Value::Null),
    };
    let (Some(policy_type), true) = (policy_type.and_then(Value::as_str), rules.is_object()) else {
        return Err(Refusal::bad_request("policy_type and rules are required"));
    };
    let days = call.body.get("days").and_then(Value::as_f64).unwrap_or(7.0);
    #[expect(clippy::cast_possible_truncation, reason = "clamped before")]
    let days = if days.is_finite() { days.clamp(1.0, 3650.0) as i64 } else { DEFAULT_DAYS };
    let since = Some(clock::iso(clock::unix_millis() - days * DAY_MS));
    let filter = ActionFilter { since, ..ActionFilter::default() };
    let page = Page { limit: i64::try_from(MAX_SAMPLE).unwrap_or(i64::MAX), offset: 0 };
    let found = call.app.store.actions(call.org_id(), filter, page).await?;
    let history: Vec<HistoricalAction> = found.actions.into_iter().map(past).collect();
    let days = u32::try_from(days).unwrap_or(u32::MAX);
    ok(&try_on(policy_type, &rules, &history, days).map_err(Refusal::validation)?)
}

fn past(action: Action) -> HistoricalAction {
    let now_ms = clock::parse_iso(&action.timestamp_start).unwrap_or_default();
    HistoricalAction {
        action_id: action.action_id.to_string(),
        status: action.status.to_string(),
        risk_score: u8::try_from(action.risk_score.clamp(0, 100)).unwrap_or(100),
        context: GuardContext {
            org_id: action.org_id,
            agent_id: Some(action.agent_id),
            agent_name: action.agent_name,
            action_type: action.action_type,
            declared_goal: Some(action.declared_goal),
            systems_touched: serde_json::from_str(&action.systems_touched).unwrap_or_default(),
            reversible: Some(action.reversible != 0),
            now_ms,
            evaluated_at: action.timestamp_start.clone(),
            ..GuardContext::default()
        },
        timestamp: action.timestamp_start,
    }
}
