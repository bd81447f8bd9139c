//! `POST /api/actions`: the binding verdict and the record of the action, in one step.

use std::sync::Arc;

use axum::response::Response;
use dashclaw::api::actions::{Action, CreatedAction};
use http::StatusCode;
use serde_json::json;

use super::scrub::Scrub;
use super::{birth, signature};
use crate::decide::{ATTEMPTS, Decided, again, contended, decide, other_question};
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::judge::off_thread;
use crate::policy::Verdict;
use crate::question::Question;
use crate::store::Creation;

/// Records an action.
pub(super) async fn create(call: Call) -> Answer {
    let mut question = Question::read(&call).await?;
    let agent_id = question.context.agent_id.as_deref().unwrap_or_default();
    let nobody = agent_id.trim().is_empty().then(|| "`agent_id` is required".to_owned());
    let mut request = birth::described(&call, nobody.into_iter().collect())?;
    let key = request.idempotency_key.take().filter(|key| !key.is_empty());
    if let Some(key) = &key
        && let Some(known) = call.app.store.action_by_key(call.org_id(), key, &question.asked).await?
    {
        return taken(known);
    }
    let signature = signature::check(&call, agent_id).await?;
    question.use_token(&call.app).await;
    let question = Arc::new(question);
    let (request, scrub) = off_thread(question.heavy, move || {
        let scrub = birth::scrub(&mut request);
        (request, scrub)
    })
    .await?;
    for attempt in 0..ATTEMPTS {
        let org = call.app.org(call.org_id()).await?;
        let decided = decide(&call.app, &org, &question, Vec::new(), attempt).await?;
        let mut action = birth::record(&question, request.clone(), &decided)?;
        action.idempotency_key.clone_from(&key);
        (action.signature, action.verified) = (signature.text.clone(), signature.verified);
        match birth::store(&call, &question, action, &decided, (None, "")).await? {
            Creation::Created(action) => return created(*action, decided, &scrub),
            Creation::Stale(stale) => again(&call.app, call.org_id(), stale)?,
            known => return taken(known),
        }
    }
    Err(contended())
}

fn created(action: Action, decided: Decided, scrub: &Scrub) -> Answer<Response> {
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
            action_id: action.action_id.clone(),
            action,
            decision: Some(decided.decision),
            security: Some(scrub.security()),
            ..CreatedAction::default()
        },
    )
}

/// The answer where the key or the id stands for something already: the action of this very question, whatever became
/// of it, or a refusal.
fn taken(known: Creation) -> Answer {
    match known {
        Creation::Replayed(action) => ok(&CreatedAction {
            action_id: action.action_id.clone(),
            action: *action,
            idempotent_replay: Some(true),
            ..CreatedAction::default()
        }),
        Creation::OtherQuestion => Err(other_question()),
        Creation::DuplicateId => Err(Refusal::conflict("Action with this action_id already exists")),
        Creation::Created(_) | Creation::Repeats(_) | Creation::Stale(_) => {
            Err(Refusal::internal("an action was stored in a way that it cannot be"))
        }
    }
}
