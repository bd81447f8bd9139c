//! Sessions.

use dashclaw::api::sessions::{
    CreateSession, GetSession, GetSessionEvents, ListSessions, Session, SessionDetail, SessionEventList,
    SessionList, SessionStatus, UpdateSession,
};
use dashclaw::clock;

use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::scrub::{Scrub, check_ids};
use crate::store::{SessionChanged, SessionFilter};

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
    context.app.store.create_session(session.clone()).await?;
    Ok(SessionDetail { session, ..SessionDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Session not found")
}

/// Reads a session.
pub(super) async fn get(context: Context, request: GetSession) -> Answer<SessionDetail> {
    let found = context.app.store.session(context.org_id(), request.session_id.as_str()).await?;
    Ok(SessionDetail { session: found.ok_or_else(unknown)?, ..SessionDetail::default() })
}

/// Lists sessions.
pub(super) async fn list(context: Context, request: ListSessions) -> Answer<SessionList> {
    let filter = SessionFilter {
        agent_id: request.agent_id,
        status: request.status.map(String::from),
        limit: request.limit.unwrap_or(50),
    };
    let sessions = context.app.store.sessions(context.org_id(), filter).await?;
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
    match context.app.store.change_session(context.org_id(), request).await? {
        SessionChanged::Done(session) => Ok(SessionDetail { session: *session, ..SessionDetail::default() }),
        SessionChanged::Closed => {
            Err(Failure::conflict("Session is closed and cannot be updated").with("status", "closed"))
        }
        SessionChanged::NotFound => Err(unknown()),
    }
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
    let found = context.app.store.session_events(context.org_id(), request.session_id.as_str()).await?;
    Ok(SessionEventList { events: found.ok_or_else(unknown)?, ..SessionEventList::default() })
}
