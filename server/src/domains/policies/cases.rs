//! Policies: adding, changing, removing, and trying them on the past.

use dashclaw::api::policies::{
    CreatePolicy, CreatedPolicy, ListPolicies, Policy, PolicyDetail, PolicyList, PolicyRules, UpdatePolicy,
};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::rows;
use crate::context::Context;
use crate::db::{DbResult, Page, Tx};
use crate::domains::actions;
use crate::domains::actions::rows::ActionFilter;
use crate::domains::activity::cases::note;
use crate::domains::settings::rows::raise_version;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::policy::rules::validate;
use crate::policy::{FilePolicy, HistoricalAction, MAX_SAMPLE, Simulation, simulate as try_on};
use crate::scrub::clean;

const DAY_MS: i64 = 86_400_000;
/// How many policies an organisation may have: each of them is asked at every guard context.
const MAX_POLICIES: i64 = 1000;

/// Lists policies.
pub(super) async fn list(context: Context, request: ListPolicies) -> Answer<PolicyList> {
    let mut policies = context.look_up((), |(), tx| async move { Ok(rows::all(tx).await?) }.boxed()).await?;
    policies.retain(|policy| request.agent_id.as_deref().is_none_or(|agent| holds_for(policy, agent)));
    Ok(PolicyList { policies, ..PolicyList::default() })
}

fn holds_for(policy: &Policy, agent_id: &str) -> bool {
    let agents = policy.agent_ids.as_deref().and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
    agents.is_none_or(|agents| agents.is_empty() || agents.iter().any(|agent| agent == agent_id))
}

/// Replaces all policies that came from a file by these. Answers the names of those that some other policy has already; then
/// nothing was changed.
pub(crate) async fn replace_managed(tx: &Tx<'_>, policies: &[Policy]) -> DbResult<Vec<String>> {
    let mut taken = Vec::new();
    for policy in policies {
        if rows::is_unmanaged(tx, &policy.name).await? {
            taken.push(policy.name.clone());
        }
    }
    if taken.is_empty() {
        rows::delete_managed(tx).await?;
        for policy in policies {
            rows::insert(tx, policy, true).await?;
        }
        raise_version(tx).await?;
    }
    Ok(taken)
}

/// A policy as a file has it, of `by`.
pub(crate) fn of_file(
    policy: FilePolicy,
    org_id: &str,
    by: &str,
    now: &str,
) -> Result<Policy, getrandom::Error> {
    Ok(Policy {
        id: ids::policy()?.into(),
        org_id: org_id.to_owned(),
        name: policy.name,
        policy_type: policy.policy_type.into(),
        rules: policy.rules.into(),
        active: i64::from(policy.active),
        agent_ids: agents(policy.agent_ids),
        created_by: Some(by.to_owned()),
        created_at: now.to_owned(),
        updated_at: now.to_owned(),
        ..Policy::default()
    })
}

/// Adds those of a file's policies whose names are free, as if somebody had made each. Answers how many.
pub(crate) async fn add_missing(context: &Context, policies: Vec<FilePolicy>) -> Answer<usize> {
    let now = clock::now_iso();
    let of_file = |policy| of_file(policy, context.org_id(), context.principal(), &now);
    let policies = policies.into_iter().map(of_file).collect::<Result<Vec<_>, _>>()?;
    let added = context.write((policies, context.shown()), |(policies, actor), tx| {
        async move {
            let mut added = 0;
            for policy in policies {
                if rows::count(tx).await? < MAX_POLICIES && !rows::name_taken(tx, policy).await? {
                    rows::insert(tx, policy, false).await?;
                    tell(tx, actor, policy, "created").await?;
                    added += 1;
                }
            }
            raise_version(tx).await?;
            Ok(added)
        }
        .boxed()
    });
    done(context, added.await)
}

/// Adds a policy.
pub(super) async fn create(context: Context, request: CreatePolicy) -> Answer<CreatedPolicy> {
    let rules = text(&request.rules);
    check(&context, request.policy_type.as_str(), &rules)?;
    let now = clock::now_iso();
    let policy = Policy {
        id: ids::policy()?.into(),
        org_id: context.org_id().to_owned(),
        name: clean(request.name),
        policy_type: request.policy_type,
        rules: rules.into(),
        active: request.active.unwrap_or(1),
        agent_ids: agents(request.agent_ids.unwrap_or_default()),
        created_by: Some(context.principal().to_owned()),
        created_at: now.clone(),
        updated_at: now,
        ..Policy::default()
    };
    let stored = context.write((policy, context.shown()), |(policy, actor), tx| {
        async move {
            if rows::count(tx).await? >= MAX_POLICIES {
                let error = format!("An organisation may have at most {MAX_POLICIES} policies");
                return Err(Failure::bad_request(error).code("POLICY_LIMIT"));
            }
            if rows::name_taken(tx, policy).await? {
                return Err(name_taken());
            }
            rows::insert(tx, policy, false).await?;
            raise_version(tx).await?;
            tell(tx, actor, policy, "created").await?;
            Ok(policy.clone())
        }
        .boxed()
    });
    let policy = done(&context, stored.await)?;
    let policy_id = policy.id.clone();
    Ok(CreatedPolicy { policy, policy_id, ..CreatedPolicy::default() })
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

fn check(context: &Context, policy_type: &str, rules: &str) -> Answer<()> {
    validate(policy_type, rules, context.app.config.allow_private_webhooks).map_err(Failure::validation)
}

fn name_taken() -> Failure {
    Failure::conflict("A policy with this name already exists")
}

fn unknown() -> Failure {
    Failure::not_found("Policy not found")
}

/// Tells of a change of a policy, and puts on record who made it.
async fn tell(tx: &Tx<'_>, actor: &str, policy: &Policy, change: &str) -> DbResult<()> {
    tx.tell("policy.updated", &json!({ "policy": policy, "change_type": change }))?;
    let details = json!({ "name": policy.name, "policy_type": policy.policy_type, "active": policy.active });
    note(tx, actor, &format!("policy.{change}"), ("policy", policy.id.as_str()), &details).await
}

/// What follows a write: guard must see it at once, also when nobody knows whether it was made.
fn done<T>(context: &Context, saved: Answer<T>) -> Answer<T> {
    context.app.forget_org(context.org_id());
    saved
}

/// Changes a policy.
pub(super) async fn update(context: Context, request: UpdatePolicy) -> Answer<PolicyDetail> {
    let given = (request, context.app.config.allow_private_webhooks, context.shown());
    let stored = context.write(given, |(request, private_webhooks, actor), tx| {
        async move {
            let mut policies = rows::all(tx).await?;
            policies.retain(|policy| policy.id == request.id);
            let policy = changed(policies.pop().ok_or_else(unknown)?, request.clone());
            validate(policy.policy_type.as_str(), &text(&policy.rules), *private_webhooks)
                .map_err(Failure::validation)?;
            if rows::name_taken(tx, &policy).await? {
                return Err(name_taken());
            }
            rows::update(tx, &policy).await?;
            raise_version(tx).await?;
            tell(tx, actor, &policy, "updated").await?;
            Ok(policy)
        }
        .boxed()
    });
    let policy = done(&context, stored.await)?;
    Ok(PolicyDetail { policy, ..PolicyDetail::default() })
}

fn changed(policy: Policy, request: UpdatePolicy) -> Policy {
    Policy {
        name: request.name.map_or(policy.name, clean),
        policy_type: request.policy_type.unwrap_or(policy.policy_type),
        rules: text(&request.rules.unwrap_or(policy.rules)).into(),
        active: request.active.unwrap_or(policy.active),
        agent_ids: request.agent_ids.map_or(policy.agent_ids, agents),
        updated_at: clock::now_iso(),
        ..policy
    }
}

/// Removes policies, and answers the ids of those that were there. Removing what is gone is no error.
pub(super) async fn delete(context: &Context, ids: Vec<String>) -> Answer<Vec<String>> {
    let removed = context.write((ids, context.shown()), |(ids, actor), tx| {
        async move {
            let mut gone = Vec::new();
            for id in ids {
                if rows::delete(tx, id).await? {
                    let event = json!({ "policy": { "id": id }, "change_type": "deleted" });
                    tx.tell("policy.updated", &event)?;
                    note(tx, actor, "policy.deleted", ("policy", id), &json!({})).await?;
                    gone.push(id.clone());
                }
            }
            raise_version(tx).await?;
            Ok(gone)
        }
        .boxed()
    });
    done(context, removed.await)
}

/// Says what a policy would have done to the actions of the last days.
pub(super) async fn simulate(
    context: &Context,
    policy_type: &str,
    rules: &Value,
    days: u32,
) -> Answer<Simulation> {
    let since = Some(clock::iso(clock::unix_millis() - i64::from(days) * DAY_MS));
    let filter = ActionFilter { since, ..ActionFilter::default() };
    let page = Page { limit: i64::try_from(MAX_SAMPLE).unwrap_or(i64::MAX), offset: 0 };
    let read = context.scan((filter, page), |(filter, page), tx| {
        async move { Ok(actions::rows::list(tx, filter, *page).await?) }.boxed()
    });
    let history: Vec<HistoricalAction> = read.await?.into_iter().map(HistoricalAction::from).collect();
    try_on(policy_type, rules, &history, days).map_err(Failure::validation)
}
