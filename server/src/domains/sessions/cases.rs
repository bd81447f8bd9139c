//! Sessions.

use dashclaw::api::sessions::{
    CreateSession, GetSession, GetSessionEvents, ListSessions, Session, SessionDetail, SessionEventList,
    SessionList, SessionStatus, UpdateSession,
};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::Map;

use super::rows::{self, SessionFilter};
use super::rules;
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::scrub::{Scrub, check_ids};

/// Begins a session.
pub(super) async fn create(context: Context, mut request: CreateSession) -> Answer<SessionDetail> {
    let agent_id = request.agent_id.take().filter(|id| !id.trim().is_empty());
    let agent_id = agent_id.ok_or_else(|| Failure::bad_request("agent_id is required"))?;
    check_ids([("agent_id", Some(agent_id.as_str()))])?;
    let scrub = |scrub: &mut Scrub, request: &mut CreateSession| {
        scrub.optional([&mut request.workspace, &mut request.branch]);
    };
    let (request, _) = Scrub::apart(context.size, request, scrub).await?;
    let (id, now) = (ids::session()?, clock::now_iso());
    let session = Session {
        id: id.clone().into(),
        session_id: id.into(),
        org_id: context.org_id().to_owned(),
        agent_id,
        workspace: request.workspace,
        branch: request.branch,
        status: SessionStatus::Running,
        created_at: now.clone(),
        updated_at: now,
        ..Session::default()
    };
    let stored = context.write(session, |session, tx| {
        async move {
            rows::insert(tx, session).await?;
            rows::add_event(tx, session.id.as_str(), "session.created", &Map::new()).await?;
            Ok(session.clone())
        }
        .boxed()
    });
    let session = stored.await?;
    Ok(SessionDetail { session, ..SessionDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Session not found")
}

/// Reads a session.
pub(super) async fn get(context: Context, request: GetSession) -> Answer<SessionDetail> {
    let found = context.look_up(request.session_id, |id, tx| {
        async move { rows::find(tx, id.as_str()).await?.ok_or_else(unknown) }.boxed()
    });
    Ok(SessionDetail { session: found.await?, ..SessionDetail::default() })
}

/// Lists sessions.
pub(super) async fn list(context: Context, request: ListSessions) -> Answer<SessionList> {
    let filter = SessionFilter {
        agent_id: request.agent_id,
        status: request.status.map(String::from),
        limit: request.limit.unwrap_or(50),
    };
    let read = context.scan(filter, |filter, tx| async move { Ok(rows::list(tx, filter).await?) }.boxed());
    let sessions = read.await?;
    Ok(SessionList { sessions, ..SessionList::default() })
}

/// Changes a session.
pub(super) async fn update(context: Context, request: UpdateSession) -> Answer<SessionDetail> {
    let (request, _) = Scrub::apart(context.size, request, scrub).await?;
    let UpdateSession {
        status, green_level, branch_freshness, commits_behind, blocked_reason, summary, ..
    } = &request;
    let texts = [green_level, branch_freshness, blocked_reason, summary];
    if status.is_none() && commits_behind.is_none() && texts.iter().all(|text| text.is_none()) {
        return Err(Failure::bad_request("No update fields provided"));
    }
    let changed = context.write(request, |change, tx| {
        async move {
            let mut session = rows::find(tx, change.session_id.as_str()).await?.ok_or_else(unknown)?;
            let (event_type, payload) =
                rules::change(&mut session, change, &clock::now_iso()).map_err(|rules::Closed| {
                    Failure::conflict("Session is closed and cannot be updated").with("status", "closed")
                })?;
            rows::update(tx, &session).await?;
            rows::add_event(tx, session.id.as_str(), event_type, &payload).await?;
            Ok(session)
        }
        .boxed()
    });
    Ok(SessionDetail { session: changed.await?, ..SessionDetail::default() })
}

fn scrub(scrub: &mut Scrub, request: &mut UpdateSession) {
    let UpdateSession { status, green_level, branch_freshness, blocked_reason, summary, .. } = request;
    scrub.optional([green_level, branch_freshness, blocked_reason, summary]);
    if let Some(status) = status {
        scrub.word(status);
    }
}

/// Lists what happened in a session.
pub(super) async fn events(context: Context, request: GetSessionEvents) -> Answer<SessionEventList> {
    let read = context.scan(request.session_id, |id, tx| {
        async move {
            rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
            Ok(rows::events(tx, id.as_str()).await?)
        }
        .boxed()
    });
    Ok(SessionEventList { events: read.await?, ..SessionEventList::default() })
}
