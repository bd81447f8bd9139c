//! `POST /api/actions`: the binding verdict and the record of the action, in one step.

use std::sync::Arc;

use dashclaw::api::actions::{Action, CreatedAction};
use futures_util::FutureExt;
use serde_json::json;

use super::birth::Creation;
use super::{birth, signature};
use crate::context::Context;
use crate::domains::guard::decide::{ATTEMPTS, Decided, again, contended, decide, other_question};
use crate::domains::guard::judge::off_thread;
use crate::domains::guard::premises::Asked;
use crate::domains::guard::question::{Asking, Question};
use crate::failure::{Answer, Failure};
use crate::policy::Verdict;
use crate::scrub::Scrub;

/// Records an action.
pub(super) async fn create(context: &Context, asking: Asking) -> Answer<CreatedAction> {
    let mut question = Question::read(context, &asking).await?;
    let agent_id = question.context.agent_id.as_deref().unwrap_or_default();
    let nobody = agent_id.trim().is_empty().then(|| "`agent_id` is required".to_owned());
    let mut request = birth::described(&asking.arguments, nobody.into_iter().collect())?;
    let key = request.idempotency_key.take().filter(|key| !key.is_empty());
    if let Some(key) = &key
        && let Some(known) = known(context, key, &question.asked).await?
    {
        return taken(known);
    }
    let agent_id = agent_id.to_owned();
    let mut signature = signature::check(context, &asking, &agent_id).await?;
    question.use_token(&context.app).await;
    let question = Arc::new(question);
    let (request, scrub) = off_thread(question.heavy, move || {
        let scrub = birth::scrub(&mut request);
        (request, scrub)
    })
    .await?;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            // Whether a signature is needed may be what has changed.
            signature = signature::check(context, &asking, &agent_id).await?;
        }
        let org = context.app.org(context.org_id()).await?;
        let decided = decide(&context.app, &org, &question, Vec::new(), attempt).await?;
        let mut action = birth::record(&question, request.clone(), &decided)?;
        action.idempotency_key.clone_from(&key);
        (action.signature, action.verified) = (signature.text.clone(), signature.verified);
        match birth::store(context, &question, action, &decided, (None, "")).await? {
            Creation::Created(action) => return created(*action, decided, &scrub),
            Creation::Stale(stale) => again(&context.app, context.org_id(), stale)?,
            known => return taken(known),
        }
    }
    Err(contended())
}

async fn known(context: &Context, key: &str, asked: &Asked) -> Answer<Option<Creation>> {
    let found = context.look_up((key.to_owned(), asked.clone()), |(key, asked), tx| {
        async move { Ok(birth::by_key(tx, key, asked).await?) }.boxed()
    });
    found.await
}

fn created(action: Action, decided: Decided, scrub: &Scrub) -> Answer<CreatedAction> {
    if decided.verdict == Verdict::Block {
        return Err(Failure::forbidden("Action blocked by policy")
            .with("action", json!(action))
            .with("action_id", action.action_id.as_str())
            .with("decision", json!(decided.decision)));
    }
    Ok(CreatedAction {
        action_id: action.action_id.clone(),
        action,
        decision: Some(decided.decision),
        security: Some(scrub.security()),
        ..CreatedAction::default()
    })
}

/// The answer where the key or the id stands for something already: the action of this very question, whatever became
/// of it, or why not.
fn taken(known: Creation) -> Answer<CreatedAction> {
    match known {
        Creation::Replayed(action) => Ok(CreatedAction {
            action_id: action.action_id.clone(),
            action: *action,
            idempotent_replay: Some(true),
            ..CreatedAction::default()
        }),
        Creation::OtherQuestion => Err(other_question()),
        Creation::DuplicateId => Err(Failure::conflict("Action with this action_id already exists")),
        Creation::Created(_) | Creation::Repeats(_) | Creation::Stale(_) => {
            Err(Failure::internal("an action was stored in a way that it cannot be"))
        }
    }
}
