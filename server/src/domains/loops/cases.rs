//! What actions leave to be done.

use dashclaw::api::ids::LoopId;
use dashclaw::api::loops::{
    CreatedLoop, GetOpenLoop, GetOpenLoops, LoopDetail, LoopList, LoopStatus, OpenLoop, Priority,
    RegisterOpenLoop, ResolveOpenLoop, ResolvedLoop,
};
use dashclaw::clock;
use futures_util::FutureExt;

use super::rows::{self, LoopFilter};
use super::rules;
use crate::context::Context;
use crate::db::Page;
use crate::domains::actions;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::scrub::{Scrub, check_ids};

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
    let stored = context.write(open_loop, |open_loop, tx| {
        async move {
            let parent = actions::rows::agent_of(tx, open_loop.action_id.as_str()).await?;
            parent.ok_or_else(|| Failure::not_found("Parent action not found"))?;
            if rows::exists(tx, open_loop.loop_id.as_str()).await? {
                return Err(Failure::conflict("Loop with this loop_id already exists"));
            }
            let mut open_loop = open_loop.clone();
            rows::insert(tx, &mut open_loop).await?;
            tx.tell("loop.created", &open_loop)?;
            Ok(open_loop)
        }
        .boxed()
    });
    let open_loop = stored.await?;
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
    let found = context.look_up(request.loop_id, |id, tx| {
        async move { rows::find_shown(tx, id.as_str()).await?.ok_or_else(unknown) }.boxed()
    });
    let open_loop = found.await?;
    Ok(LoopDetail { open_loop, ..LoopDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Open loop not found")
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
    let read = context.scan((filter, page), |(filter, page), tx| {
        async move { Ok((rows::list(tx, filter, *page).await?, rows::stats(tx, filter).await?)) }.boxed()
    });
    let (loops, (total, stats)) = read.await?;
    Ok(LoopList { loops, total, stats, last_updated: clock::now_iso(), ..LoopList::default() })
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
    let given = (request.loop_id, request.status, resolution);
    let closed = context.write(given, |(id, status, resolution), tx| {
        async move {
            let mut open_loop = rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
            rules::close(&mut open_loop, status, resolution.as_deref(), &clock::now_iso())
                .map_err(|rules::Closed(status)| Failure::conflict(format!("Loop is already {status}")))?;
            rows::update(tx, &open_loop).await?;
            tx.tell("loop.updated", &open_loop)?;
            Ok(open_loop)
        }
        .boxed()
    });
    let open_loop = closed.await?;
    Ok(ResolvedLoop { open_loop, security: scrub.security(), ..ResolvedLoop::default() })
}
