//! What actions leave to be done.

use dashclaw::api::ids::LoopId;
use dashclaw::api::loops::{
    CreatedLoop, GetOpenLoop, GetOpenLoops, LoopDetail, LoopList, LoopStatus, OpenLoop, Priority,
    RegisterOpenLoop, ResolveOpenLoop, ResolvedLoop,
};
use dashclaw::clock;
use http::StatusCode;

use super::scrub::{Scrub, check_ids};
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::ids;
use crate::store::{Closed, LoopFilter, NewFollowup};

/// Records a loop.
pub(super) async fn create(call: Call) -> Answer {
    let request: RegisterOpenLoop = call.request()?;
    check_ids([("loop_id", request.loop_id.as_ref().map(LoopId::as_str))])?;
    let (request, scrub) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let loop_id = match request.loop_id.filter(|id| !id.as_str().is_empty()) {
        Some(id) => id,
        None => ids::open_loop()?.into(),
    };
    let open_loop = OpenLoop {
        loop_id,
        org_id: call.org_id().to_owned(),
        action_id: request.action_id,
        loop_type: request.loop_type,
        description: request.description,
        status: request.status.unwrap_or(LoopStatus::Open),
        priority: request.priority.unwrap_or(Priority::Medium),
        owner: request.owner,
        created_at: clock::now_iso(),
        ..OpenLoop::default()
    };
    let open_loop = match call.app.store.create_loop(open_loop).await? {
        NewFollowup::Created(open_loop) => *open_loop,
        NewFollowup::NoParent => return Err(Refusal::not_found("Parent action not found")),
        NewFollowup::Duplicate => return Err(Refusal::conflict("Loop with this loop_id already exists")),
    };
    call.app.hub.publish(call.org_id(), "loop.created", &open_loop);
    reply(
        StatusCode::CREATED,
        &CreatedLoop {
            loop_id: open_loop.loop_id.clone(),
            open_loop,
            security: scrub.security(),
            ..CreatedLoop::default()
        },
    )
}

fn scrub(scrub: &mut Scrub, request: &mut RegisterOpenLoop) {
    scrub.text(&mut request.description);
    scrub.optional([&mut request.owner]);
    scrub.word(&mut request.loop_type);
    request.status.iter_mut().for_each(|status| scrub.word(status));
    request.priority.iter_mut().for_each(|priority| scrub.word(priority));
}

/// Reads a loop.
pub(super) async fn get(call: Call) -> Answer {
    let id = call.request::<GetOpenLoop>()?.loop_id;
    let found = call.app.store.open_loop(call.org_id(), id.as_str()).await?;
    let open_loop = found.ok_or_else(|| Refusal::not_found("Open loop not found"))?;
    ok(&LoopDetail { open_loop, ..LoopDetail::default() })
}

/// Lists loops.
pub(super) async fn list(call: Call) -> Answer {
    let request: GetOpenLoops = call.request()?;
    let filter = LoopFilter {
        status: request.status.map(String::from),
        loop_type: request.loop_type.map(String::from),
        priority: request.priority.map(String::from),
        agent_id: request.agent_id,
        action_id: request.action_id.map(|id| id.0),
    };
    let found = call.app.store.loops(call.org_id(), filter, call.page(50)).await?;
    ok(&LoopList {
        loops: found.loops,
        total: found.total,
        stats: found.stats,
        last_updated: clock::now_iso(),
        ..LoopList::default()
    })
}

/// Closes a loop.
pub(super) async fn close(call: Call) -> Answer {
    let request: ResolveOpenLoop = call.request()?;
    let scrub = |scrub: &mut Scrub, request: &mut ResolveOpenLoop| scrub.optional([&mut request.resolution]);
    let (request, scrub) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let resolution = request.resolution.filter(|text| !text.trim().is_empty());
    let problem = match request.status {
        LoopStatus::Resolved if resolution.is_none() => {
            Some("`resolution` is required when `status` is resolved")
        }
        LoopStatus::Resolved | LoopStatus::Cancelled => None,
        _ => Some("`status` must be one of: resolved, cancelled"),
    };
    if let Some(problem) = problem {
        return Err(Refusal::validation(vec![problem.to_owned()]));
    }
    let (id, status) = (request.loop_id, request.status);
    let closed = call.app.store.close_loop(call.org_id(), id.as_str(), status.as_str(), resolution).await?;
    let open_loop = match closed {
        Closed::Done(open_loop) => *open_loop,
        Closed::Already(status) => return Err(Refusal::conflict(format!("Loop is already {status}"))),
        Closed::NotFound => return Err(Refusal::not_found("Open loop not found")),
    };
    call.app.hub.publish(call.org_id(), "loop.updated", &open_loop);
    ok(&ResolvedLoop { open_loop, security: scrub.security(), ..ResolvedLoop::default() })
}
