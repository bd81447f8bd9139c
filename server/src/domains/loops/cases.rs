//! What actions leave to be done.

use dashclaw::api::ids::LoopId;
use dashclaw::api::loops::{
    CreatedLoop, GetOpenLoop, GetOpenLoops, LoopDetail, LoopList, LoopStatus, OpenLoop, Priority,
    RegisterOpenLoop, ResolveOpenLoop, ResolvedLoop,
};
use dashclaw::clock;

use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::scrub::{Scrub, check_ids};
use crate::store::{Closed, LoopFilter, NewFollowup, Page};

/// Records a loop.
pub(super) async fn register(context: Context, request: RegisterOpenLoop) -> Answer<CreatedLoop> {
    check_ids([("loop_id", request.loop_id.as_ref().map(LoopId::as_str))])?;
    let (request, scrub) = Scrub::apart(context.size, request, scrub).await?;
    let loop_id = match request.loop_id.filter(|id| !id.as_str().is_empty()) {
        Some(id) => id,
        None => ids::open_loop()?.into(),
    };
    let open_loop = OpenLoop {
        loop_id,
        org_id: context.org_id().to_owned(),
        action_id: request.action_id,
        loop_type: request.loop_type,
        description: request.description,
        status: request.status.unwrap_or(LoopStatus::Open),
        priority: request.priority.unwrap_or(Priority::Medium),
        owner: request.owner,
        created_at: clock::now_iso(),
        ..OpenLoop::default()
    };
    let open_loop = match context.app.store.create_loop(open_loop).await? {
        NewFollowup::Created(open_loop) => *open_loop,
        NewFollowup::NoParent => return Err(Failure::not_found("Parent action not found")),
        NewFollowup::Duplicate => return Err(Failure::conflict("Loop with this loop_id already exists")),
    };
    context.publish("loop.created", &open_loop);
    Ok(CreatedLoop {
        loop_id: open_loop.loop_id.clone(),
        open_loop,
        security: scrub.security(),
        ..CreatedLoop::default()
    })
}

fn scrub(scrub: &mut Scrub, request: &mut RegisterOpenLoop) {
    scrub.text(&mut request.description);
    scrub.optional([&mut request.owner]);
    scrub.word(&mut request.loop_type);
    request.status.iter_mut().for_each(|status| scrub.word(status));
    request.priority.iter_mut().for_each(|priority| scrub.word(priority));
}

/// Reads a loop.
pub(super) async fn get(context: Context, request: GetOpenLoop) -> Answer<LoopDetail> {
    let found = context.app.store.open_loop(context.org_id(), request.loop_id.as_str()).await?;
    let open_loop = found.ok_or_else(|| Failure::not_found("Open loop not found"))?;
    Ok(LoopDetail { open_loop, ..LoopDetail::default() })
}

/// Lists loops.
pub(super) async fn list(context: Context, request: GetOpenLoops) -> Answer<LoopList> {
    let page = Page::asked(request.limit, request.offset, 50);
    let filter = LoopFilter {
        status: request.status.map(String::from),
        loop_type: request.loop_type.map(String::from),
        priority: request.priority.map(String::from),
        agent_id: request.agent_id,
        action_id: request.action_id.map(|id| id.0),
    };
    let found = context.app.store.loops(context.org_id(), filter, page).await?;
    Ok(LoopList {
        loops: found.loops,
        total: found.total,
        stats: found.stats,
        last_updated: clock::now_iso(),
        ..LoopList::default()
    })
}

/// Closes a loop.
pub(super) async fn close(context: Context, request: ResolveOpenLoop) -> Answer<ResolvedLoop> {
    let scrub = |scrub: &mut Scrub, request: &mut ResolveOpenLoop| scrub.optional([&mut request.resolution]);
    let (request, scrub) = Scrub::apart(context.size, request, scrub).await?;
    let resolution = request.resolution.filter(|text| !text.trim().is_empty());
    let problem = match request.status {
        LoopStatus::Resolved if resolution.is_none() => {
            Some("`resolution` is required when `status` is resolved")
        }
        LoopStatus::Resolved | LoopStatus::Cancelled => None,
        _ => Some("`status` must be one of: resolved, cancelled"),
    };
    if let Some(problem) = problem {
        return Err(Failure::validation(vec![problem.to_owned()]));
    }
    let (id, status) = (request.loop_id, request.status);
    let closed =
        context.app.store.close_loop(context.org_id(), id.as_str(), status.as_str(), resolution).await?;
    let open_loop = match closed {
        Closed::Done(open_loop) => *open_loop,
        Closed::Already(status) => return Err(Failure::conflict(format!("Loop is already {status}"))),
        Closed::NotFound => return Err(Failure::not_found("Open loop not found")),
    };
    context.publish("loop.updated", &open_loop);
    Ok(ResolvedLoop { open_loop, security: scrub.security(), ..ResolvedLoop::default() })
}
