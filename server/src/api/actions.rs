//! Reading, listing and updating actions.

use dashclaw::api::actions::{
    Action, ActionDetail, ActionList, GetAction, GetActions, MessageSummary, UpdateOutcome, UpdatedAction,
};
use dashclaw::clock;

use super::birth::normalize_time;
use super::pricing;
use super::scrub::{Scrub, holds_secret, list_text};
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::lifecycle::{Claim, Refused, Transition, Update};
use crate::policy::names;
use crate::store::{ActionFilter, AssumptionFilter, LoopFilter, Page, Transitioned};

/// How much of what hangs on an action is read with it.
pub(super) const EVERYTHING: Page = Page { limit: 1000, offset: 0 };

/// The action that the path names.
pub(super) async fn find(call: &Call) -> Answer<Action> {
    let id = call.request::<GetAction>()?.action_id;
    call.app.store.action(call.org_id(), id.as_str()).await?.ok_or_else(unknown)
}

/// 404.
pub(super) fn unknown() -> Refusal {
    Refusal::not_found("Action not found")
}

/// Reads one action with what hangs on it.
pub(super) async fn get(call: Call) -> Answer {
    let action = find(&call).await?;
    let (store, org_id) = (&call.app.store, call.org_id());
    let action_id = Some(action.action_id.to_string());
    let loops = LoopFilter { action_id: action_id.clone(), ..LoopFilter::default() };
    let assumptions = AssumptionFilter { action_id, ..AssumptionFilter::default() };
    ok(&ActionDetail {
        action,
        open_loops: store.loops(org_id, loops, EVERYTHING).await?.loops,
        assumptions: store.assumptions(org_id, assumptions, EVERYTHING).await?.assumptions,
        message_summary: MessageSummary::default(),
        ..ActionDetail::default()
    })
}

/// Lists actions.
pub(super) async fn list(call: Call) -> Answer {
    let request: GetActions = call.request()?;
    let filter = ActionFilter {
        agent_id: request.agent_id,
        swarm_id: request.swarm_id,
        status: request.status.map(String::from),
        exclude_status: request.exclude_status.map(String::from),
        action_type: request.action_type,
        risk_min: request.risk_min,
        outcome_status: request.outcome_status.map(String::from),
        session_id: call.query("session_id").map(str::to_owned),
        since: None,
    };
    let found = call.app.store.actions(call.org_id(), filter, call.page(50)).await?;
    ok(&ActionList {
        total: found.stats.total,
        actions: found.actions,
        stats: found.stats,
        last_updated: clock::now_iso(),
        ..ActionList::default()
    })
}

/// Ends an action, or adds facts to it.
pub(super) async fn update(call: Call) -> Answer {
    let request: UpdateOutcome = call.request()?;
    let id = request.action_id.to_string();
    let (request, scrub) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let update = read(request)?;
    if update.is_empty() {
        return Err(Refusal::bad_request(
            "At least one outcome field is required: status, output_summary, side_effects, artifacts_created, \
             error_message, timestamp_end, duration_ms, cost_estimate, tokens_in, tokens_out, model",
        ));
    }
    let step = Transition::Update(Box::new(update));
    let action = match call.app.store.transition(call.org_id(), &id, step).await? {
        Transitioned::Done(action) => *action,
        Transitioned::NotFound => return Err(unknown()),
        Transitioned::Refused(Refused::NotRunning(status)) => {
            return Err(Refusal::conflict("Action is in a terminal state and cannot be modified")
                .with("status", status.as_str()));
        }
        Transitioned::Refused(Refused::Claimed) => {
            return Err(Refusal::conflict("Another run has claimed the action").code("ACTION_CLAIMED"));
        }
        Transitioned::Refused(Refused::ApprovalUsed) => {
            let refusal =
                Refusal::conflict("The approval of the action was used by the same question asked anew");
            return Err(refusal.code("APPROVAL_USED"));
        }
        Transitioned::Refused(other) => {
            return Err(Refusal::internal(format!("an update was refused: {other:?}")));
        }
    };
    call.app.hub.publish(call.org_id(), "action.updated", &action);
    ok(&UpdatedAction { action, security: Some(scrub.security()), ..UpdatedAction::default() })
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
        return Err(Refusal::validation(problems));
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
