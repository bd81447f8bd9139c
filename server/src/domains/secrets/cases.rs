//! Secrets that are kept for agents.

use std::collections::BTreeMap;

use dashclaw::api::secrets::{
    AgentEnv, DeleteSecret, DeletedSecret, GetAgentEnv, ListSecrets, ManagedSecret, RegisterSecret,
    RotateSecret, SecretDetail, SecretList,
};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::json;

use super::rows::{self, Kept};
use super::rules;
use crate::app::App;
use crate::context::Context;
use crate::db::DbResult;
use crate::domains::activity::cases::note;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::keys::Role;

/// The secrets of an agent, for its memory only.
pub(super) async fn environment(context: Context, request: GetAgentEnv) -> Answer<AgentEnv> {
    let caller = context.caller.as_ref();
    if caller.is_none_or(|caller| caller.role == Role::Readonly || caller.session.is_some()) {
        return Err(Failure::forbidden("Secrets are given to API keys of the roles member and admin only"));
    }
    let bound = caller.and_then(|caller| caller.agent_id.clone());
    let asked = request.agent_id.filter(|agent_id| !agent_id.is_empty());
    let agent_id = match (asked, bound) {
        (Some(asked), Some(bound)) if asked != bound => return Err(Failure::other_agent()),
        (Some(agent_id), _) | (None, Some(agent_id)) => agent_id,
        (None, None) => return Err(Failure::bad_request("agent_id required")),
    };
    let vault = &context.app.vault;
    vault.check()?;
    // It is on record before it is given out.
    let given = (context.shown(), agent_id);
    let read = context.write(given, |(actor, agent_id), tx| {
        async move {
            let secrets = rows::delivered_to(tx, agent_id).await?;
            let names = secrets.iter().map(|secret| secret.name.clone()).collect::<Vec<_>>();
            note(tx, actor, "secret.delivered", ("agent", agent_id), &json!({ "names": names })).await?;
            Ok(secrets)
        }
        .boxed()
    });
    let opened = read.await?.into_iter().filter_map(|secret| {
        // What was sealed with another key is not to be read, and is no reason to give nothing at all.
        let value = vault.open(context.org_id(), &secret.id, &secret.sealed)?;
        Some((!secret.agent_id.is_empty(), secret.name, value.into()))
    });
    let env: BTreeMap<_, _> = rules::delivered(opened);
    let delivered: Vec<String> = env.keys().cloned().collect();
    let count = i64::try_from(delivered.len()).unwrap_or(i64::MAX);
    Ok(AgentEnv { env, count, delivered, ..AgentEnv::default() })
}

/// Keeps a secret.
pub(super) async fn register(context: Context, request: RegisterSecret) -> Answer<SecretDetail> {
    sound(rules::problems(Some(&request.name), &request.value))?;
    let id = ids::kept_secret()?;
    let now_ms = clock::unix_millis();
    let secret = Kept {
        sealed: context.app.vault.seal(context.org_id(), &id, &request.value)?,
        id,
        name: request.name,
        agent_id: request.agent_id.unwrap_or_default(),
        delivered: request.delivered.unwrap_or(true),
        rotate_after_days: request.rotate_after_days,
        rotated_ms: now_ms,
        created_by: context.shown(),
        created_ms: now_ms,
    };
    let kept = context.write(secret, |secret, tx| {
        async move {
            if !rows::insert(tx, secret).await? {
                return Err(Failure::conflict("A secret with this name is kept for the same agents already"));
            }
            note(tx, &secret.created_by, "secret.created", ("secret", &secret.id), &about(secret)).await?;
            Ok(secret.clone())
        }
        .boxed()
    });
    Ok(detail(kept.await?))
}

/// Lists secrets.
pub(super) async fn list(context: Context, request: ListSecrets) -> Answer<SecretList> {
    let agent_id = request.agent_id.filter(|agent_id| !agent_id.is_empty());
    let read = context
        .scan(agent_id, |agent_id, tx| async move { Ok(rows::list(tx, agent_id.as_deref()).await?) }.boxed());
    let mut secrets: Vec<ManagedSecret> = read.await?.into_iter().map(shown).collect();
    if let Some(due) = request.rotation_due {
        secrets.retain(|secret| secret.rotation_due == due);
    }
    Ok(SecretList { secrets, ..SecretList::default() })
}

/// How many secrets of an organisation should have another value by now.
pub(crate) async fn due(app: &App, org_id: &str) -> DbResult<usize> {
    let kept = app.db.look_up(org_id, (), |(), tx| rows::list(tx, None).boxed()).await?;
    let now_ms = clock::unix_millis();
    let due = kept.iter().filter(|secret| rules::is_due(secret.rotate_after_days, secret.rotated_ms, now_ms));
    Ok(due.count())
}

/// Gives a secret another value.
pub(super) async fn rotate(context: Context, request: RotateSecret) -> Answer<SecretDetail> {
    sound(rules::problems(None, &request.value))?;
    let sealed = context.app.vault.seal(context.org_id(), &request.secret_id, &request.value)?;
    let given = (context.shown(), request.secret_id, sealed, clock::unix_millis());
    let rotated = context.write(given, |(actor, id, sealed, now_ms), tx| {
        async move {
            rows::rotate(tx, id, sealed, *now_ms).await?;
            let secret = rows::find(tx, id).await?.ok_or_else(unknown)?;
            note(tx, actor, "secret.rotated", ("secret", id), &about(&secret)).await?;
            Ok(secret)
        }
        .boxed()
    });
    Ok(detail(rotated.await?))
}

/// Removes a secret.
pub(super) async fn delete(context: Context, request: DeleteSecret) -> Answer<DeletedSecret> {
    let given = (context.shown(), request.secret_id);
    let deleted = context.write(given, |(actor, id), tx| {
        async move {
            let secret = rows::find(tx, id).await?.ok_or_else(unknown)?;
            rows::delete(tx, id).await?;
            note(tx, actor, "secret.deleted", ("secret", id), &about(&secret)).await?;
            Ok(id.clone())
        }
        .boxed()
    });
    Ok(DeletedSecret { deleted: true, id: deleted.await?, ..DeletedSecret::default() })
}

fn sound(problems: Vec<String>) -> Answer<()> {
    if problems.is_empty() { Ok(()) } else { Err(Failure::validation(problems)) }
}

fn unknown() -> Failure {
    Failure::not_found("Secret not found")
}

/// What is on record about a secret: never its value.
fn about(secret: &Kept) -> serde_json::Value {
    json!({ "name": secret.name, "agent_id": secret.agent_id })
}

fn detail(secret: Kept) -> SecretDetail {
    SecretDetail { secret: shown(secret), ..SecretDetail::default() }
}

fn shown(secret: Kept) -> ManagedSecret {
    ManagedSecret {
        rotation_due: rules::is_due(secret.rotate_after_days, secret.rotated_ms, clock::unix_millis()),
        id: secret.id,
        name: secret.name,
        agent_id: (!secret.agent_id.is_empty()).then_some(secret.agent_id),
        delivered: secret.delivered,
        rotate_after_days: secret.rotate_after_days,
        rotated_at: clock::iso(secret.rotated_ms),
        created_by: Some(secret.created_by),
        created_at: clock::iso(secret.created_ms),
        ..ManagedSecret::default()
    }
}
