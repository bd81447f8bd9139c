//! Reading, listing and updating actions.

use dashclaw::api::actions::{
    Action, ActionDetail, ActionList, GetAction, GetActions, MessageSummary, UpdateOutcome, UpdatedAction,
};
use dashclaw::api::assumptions::Assumption;
use dashclaw::api::ids::ActionId;
use dashclaw::api::loops::OpenLoop;
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::json;

use super::birth::normalize_time;
use super::pricing;
use super::rows::{self, ActionFilter};
use super::rules::{Claim, Refused, Transition, Update};
use crate::config::{ALLOW_SELF_APPROVAL, is_true};
use crate::context::Context;
use crate::db::{DbResult, Page, Tx};
use crate::domains::activity::cases::note;
use crate::domains::assumptions::rows::AssumptionFilter;
use crate::domains::loops::rows::LoopFilter;
use crate::domains::{assumptions, keys, loops, settings};
use crate::failure::{Answer, Failure};
use crate::policy::names;
use crate::scrub::{Scrub, holds_secret, list_text};

/// How much of what hangs on an action is read with it.
pub(crate) const EVERYTHING: Page = Page { limit: 1000, offset: 0 };

/// The action with this id.
pub(crate) async fn find(context: &Context, id: &ActionId) -> Answer<Action> {
    let found =
        context.look_up(id.clone(), |id, tx| async move { Ok(rows::find(tx, id.as_str()).await?) }.boxed());
    found.await?.ok_or_else(unknown)
}

/// There is no such action.
pub(crate) fn unknown() -> Failure {
    Failure::not_found("Action not found")
}

/// Reads one action with what hangs on it.
pub(super) async fn get(context: Context, request: GetAction) -> Answer<ActionDetail> {
    let read = context.scan(request.action_id, |id, tx| {
        async move {
            let action = rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
            let (assumptions, open_loops) = followups(tx, id).await?;
            let message_summary = MessageSummary::default();
            Ok(ActionDetail { action, open_loops, assumptions, message_summary, ..ActionDetail::default() })
        }
        .boxed()
    });
    read.await
}

/// What hangs on an action.
pub(super) async fn followups(tx: &Tx<'_>, id: &ActionId) -> DbResult<(Vec<Assumption>, Vec<OpenLoop>)> {
    let action_id = Some(id.to_string());
    let loops = LoopFilter { action_id: action_id.clone(), ..LoopFilter::default() };
    let filter = AssumptionFilter { action_id, ..AssumptionFilter::default() };
    Ok((
        assumptions::rows::list(tx, &filter, EVERYTHING).await?,
        loops::rows::list(tx, &loops, EVERYTHING).await?,
    ))
}

/// Lists actions.
pub(super) async fn list(
    context: Context,
    request: GetActions,
    session_id: Option<String>,
) -> Answer<ActionList> {
    let page = Page::asked(request.limit, request.offset, 50);
    let filter = ActionFilter {
        agent_id: request.agent_id,
        swarm_id: request.swarm_id,
        status: request.status.map(String::from),
        exclude_status: request.exclude_status.map(String::from),
        action_type: request.action_type,
        risk_min: request.risk_min,
        outcome_status: request.outcome_status.map(String::from),
        session_id,
        since: None,
    };
    let read = context.scan((filter, page), |(filter, page), tx| {
        async move { Ok((rows::list(tx, filter, *page).await?, rows::stats(tx, filter).await?)) }.boxed()
    });
    let (actions, stats) = read.await?;
    Ok(ActionList {
        total: stats.total,
        actions,
        stats,
        last_updated: clock::now_iso(),
        ..ActionList::default()
    })
}

/// Ends an action, or adds facts to it.
pub(super) async fn update(context: Context, request: UpdateOutcome) -> Answer<UpdatedAction> {
    let id = request.action_id.clone();
    let (request, scrub) = Scrub::apart(context.size, request, scrub).await?;
    let update = read(request)?;
    if update.is_empty() {
        return Err(Failure::bad_request(
            "At least one outcome field is required: status, output_summary, side_effects, artifacts_created, \
             error_message, timestamp_end, duration_ms, cost_estimate, tokens_in, tokens_out, model",
        ));
    }
    let step = Transition::Update(Box::new(update));
    let action = transition(&context, id, step, updated).await?.map_err(not_updated)?;
    Ok(UpdatedAction { action, security: Some(scrub.security()), ..UpdatedAction::default() })
}

/// Tells that a step was made.
pub(crate) type Tell = fn(&Tx<'_>, &Transition, &Action) -> DbResult<()>;

/// Tells what the action is now.
pub(crate) fn updated(tx: &Tx<'_>, _: &Transition, action: &Action) -> DbResult<()> {
    tx.tell("action.updated", action)
}

/// Moves an action on. The transition sees the current record, and nothing can come between its decision and the write.
pub(crate) async fn transition(
    context: &Context,
    id: ActionId,
    step: Transition,
    tell: Tell,
) -> Answer<Result<Action, Refused>> {
    // An approval goes before what is only reported, and sees the organisation as it is.
    let keys = (!matches!(step, Transition::Decide(_))).then(|| vec![format!("action {id}")]);
    let moved = context.write_with(keys, (id, step, tell), |(id, step, tell), tx| {
        async move {
            let mut action = rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
            let mut step = step.clone();
            if let Transition::Decide(decision) = &mut step {
                if keys::rows::is_revoked(tx, &decision.by).await? {
                    return Ok(Err(Refused::Revoked));
                }
                if let Some(word) = settings::rows::get(tx, ALLOW_SELF_APPROVAL).await? {
                    decision.own_action = is_true(&word);
                }
            }
            let beside = rows::beside(tx, &action).await?;
            if let Err(refused) = step.clone().apply(&mut action, &beside) {
                return Ok(Err(refused));
            }
            rows::update(tx, &action).await?;
            tell(tx, &step, &action)?;
            if let Transition::Decide(decision) = &step {
                let what = if decision.allow { "approval.granted" } else { "approval.denied" };
                let details = json!({ "agent_id": action.agent_id, "action_type": action.action_type });
                note(tx, &decision.shown, what, ("action", action.action_id.as_str()), &details).await?;
            }
            Ok(Ok(action))
        }
        .boxed()
    });
    moved.await
}

fn not_updated(refused: Refused) -> Failure {
    match refused {
        Refused::NotRunning(status) => {
            Failure::conflict("Action is in a terminal state and cannot be modified")
                .with("status", status.as_str())
        }
        Refused::Claimed => Failure::conflict("Another run has claimed the action").code("ACTION_CLAIMED"),
        Refused::ApprovalUsed => {
            Failure::conflict("The approval of the action was used by the same question asked anew")
                .code("APPROVAL_USED")
        }
        other => Failure::internal(format!("an update was refused: {other:?}")),
    }
}

fn scrub(scrub: &mut Scrub, request: &mut UpdateOutcome) {
    scrub.optional([&mut request.output_summary, &mut request.error_message, &mut request.model]);
    scrub.list(&mut request.side_effects);
    scrub.list(&mut request.artifacts_created);
    request.status.iter_mut().for_each(|status| scrub.word(status));
}

fn read(mut request: UpdateOutcome) -> Answer<Update> {
    let mut problems = Vec::new();
    problems.extend(normalize_time("timestamp_end", &mut request.timestamp_end).err());
    if request.cost_estimate.is_some_and(|cost| cost < 0.0) {
        problems.push("`cost_estimate` must be >= 0".to_owned());
    }
    let claim = claim(request.run_id.take(), request.replaces_run_id.take(), &mut problems);
    if !problems.is_empty() {
        return Err(Failure::validation(problems));
    }
    let tokens = (request.tokens_in.unwrap_or(0), request.tokens_out.unwrap_or(0));
    let derived = (request.model.is_some() && tokens != (0, 0))
        .then(|| pricing::cost(request.model.as_deref(), tokens.0, tokens.1));
    Ok(Update {
        status: request.status,
        output_summary: request.output_summary,
        timestamp_end: request.timestamp_end,
        side_effects: list_text(request.side_effects),
        artifacts_created: list_text(request.artifacts_created),
        error_message: request.error_message,
        duration_ms: request.duration_ms,
        cost_estimate: request.cost_estimate.or(derived),
        tokens_in: request.tokens_in,
        tokens_out: request.tokens_out,
        model: request.model,
        close_if_running: request.close_if_running == Some(true),
        claim,
        now: clock::now_iso(),
    })
}

/// The claim of a run, if there is one. A run has a name that people can read.
fn claim(run_id: Option<String>, replaces: Option<String>, problems: &mut Vec<String>) -> Option<Claim> {
    for (name, id) in [("run_id", &run_id), ("replaces_run_id", &replaces)] {
        let Some(id) = id else { continue };
        problems.extend(id.trim().is_empty().then(|| format!("`{name}` must not be empty")));
        problems.extend(names::problem(name, id));
        problems.extend(holds_secret(name, id));
    }
    if replaces.is_some() && run_id.is_none() {
        problems.push("`replaces_run_id` needs a `run_id`".to_owned());
    }
    Some(Claim { run_id: run_id?, replaces })
}
